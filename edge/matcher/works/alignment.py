"""Laying what is heard along all references at once: some beats, every place, at a free tempo."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.matcher.works.references import References
from edge.matcher.works.semitones import BANDS, SCALE

MOVED = 2  # semitones, up or down, by which a work may be played beside what is written
BLOCK = 8  # beats laid together, 3.7 s: a reference is brought from memory once for all of them
_BACK = 3  # beats of the stream that one of a reference may take
_GRAIN = 3  # bits of a likeness that are not looked at
UNIT = SCALE * SCALE >> _GRAIN  # the likeness of two equal beats
_MIDDLE = round(0.70 * SCALE * SCALE)  # a likeness that speaks neither for nor against
_MOST, _LEAST = round(0.15 * UNIT), -round(0.24 * UNIT)  # what one beat can say
_BENT = round(0.08 * UNIT)  # what a step beside the written tempo costs
_LEAP = round(1.2 * UNIT)  # and a repeat or a cut, once it is known what is played
ACCEPTED = round(5.4 * UNIT)  # what must speak for a work: 30 to 60 s of it
ANNOUNCED = round(2.7 * UNIT)  # of that, what its being announced for the evening says already

WORTH, START, ORIGIN, PLACE = range(4)  # columns of the best ways
# A way is one whole number, so that the greatest is the best: its worth, and where it began.
_WORTH, _START = 36, 16  # bits below: of the worth; of the beat of the stream; of the reference's
_STARTS = (1 << _WORTH - _START) - 1  # beats are counted modulo five days, longer than any way
_ORIGINS = (1 << _START) - 1
_ENOUGH = 1 << 26  # a way that leaps for days is worth no more than this


class Alignment:
    """Every place of every reference, and the best way to it through what was heard.

    A way is worth what its beats say together; one that is worth less than nothing is left. It
    goes on by one beat, by two of the reference, or by two or three of the stream: a third to twice
    the written tempo; once a work is accepted it may leap, for repeats are taken or not. All
    numbers are whole, so nothing depends on how the stream was cut or on which machine it is.
    Memory: 28 bytes for each beat of a reference, beside the 48 of the reference itself.

    Attributes:
        enough: int32, of each reference: what a way must be worth to be believed.
        moved: int64, of each reference: semitones above what is written by which it is played,
            at most `MOVED` up or down.
    """

    def __init__(self, references: References) -> None:
        self._references = references
        count = references.bands.shape[1]
        self._ways = np.zeros((_BACK, count), np.int64)
        self._said = np.zeros((_BACK - 1, count), np.int16)
        self._best = np.zeros((len(references.ids), 4), np.int32)
        self._beat = 0
        self.enough = np.full(len(references.ids), ACCEPTED, np.int32)
        self.moved = np.zeros(len(references.ids), np.int64)

    def hear(self, beats: NDArray[np.int8]) -> NDArray[np.int32]:
        """Take the next beats.

        Returns:
            int32, shape (beats, references, 4): after each beat, what the best way is worth, the
            beat of the stream and of the reference at which it began, and the beat of the
            reference that sounds now.
        """
        references = self._references.bands, self._references.firsts
        parts = [np.zeros((0, *self._best.shape), np.int32)]
        for first in range(0, len(beats), BLOCK):
            block = beats[first : first + BLOCK].astype(np.int16)
            best = np.empty((len(block), *self._best.shape), np.int32)
            stand = self._ways, self._said, self._best, (self.enough, self.moved)
            _lay(_moved(block), references, self._beat, *stand, best)
            self._best = best[-1].copy()
            self._beat += len(block)
            parts.append(best)
        return np.concatenate(parts)

    def forget(self, reference: int) -> None:
        """Begin anew with one reference: what was heard of it has been told."""
        first, end = self._references.firsts[reference : reference + 2]
        self._ways[:, first:end] = 0
        self._best[reference] = 0


@njit(cache=True, nogil=True)
def _lay(
    asked: tuple[NDArray[np.int16], NDArray[np.int64]],
    references: tuple[NDArray[np.int8], NDArray[np.int64]],
    now: int,
    ways: NDArray[np.int64],
    said: NDArray[np.int16],
    before: NDArray[np.int32],
    wanted: tuple[NDArray[np.int32], NDArray[np.int64]],
    best: NDArray[np.int32],
) -> None:
    (bands, firsts), (enough, moved), count = references, wanted, len(best)
    longest = np.diff(firsts).max() if len(firsts) > 1 else 0
    # two places before the first: nothing
    rows = np.zeros((count + _BACK, longest + 2), np.int64)
    says = np.empty((count + _BACK - 1, longest), np.int16)
    heard, sounding = asked
    for r in range(len(firsts) - 1):
        first, end = firsts[r], firsts[r + 1]
        size = end - first
        rows[:_BACK, 2 : size + 2] = ways[:, first:end]
        says[: _BACK - 1, :size] = said[:, first:end]
        best_r, by = before[r], MOVED + moved[r]
        for t in range(count):
            _say(heard[by, t], sounding[by, t], bands, first, says[t + _BACK - 1, :size])
            leap = best_r[WORTH] >= enough[r]
            lately = rows[t : t + _BACK + 1], says[t : t + _BACK]
            _step(lately, size, now + t, best_r, leap)
            best_r = best[t, r]
            _best(rows[t + _BACK, 2 : size + 2], now + t, best_r)
        ways[:, first:end] = rows[count:, 2 : size + 2]
        said[:, first:end] = says[count:, :size]


@njit(cache=True, nogil=True)
def _moved(block: NDArray[np.int16]) -> tuple[NDArray[np.int16], NDArray[np.int64]]:
    """What would be heard if it were played as written, and what of it sounds.

    Returns:
        int16, shape (2 x `MOVED` + 1, beats, bands): played so far below, as written, above; and
        `_sounding` of each.
    """
    heard = np.zeros((2 * MOVED + 1, len(block), BANDS), np.int16)
    sounding = np.empty((2 * MOVED + 1, len(block), BANDS + 1), np.int64)
    for by in range(-MOVED, MOVED + 1):
        low, high = max(0, -by), BANDS - max(0, by)
        heard[MOVED + by, :, low:high] = block[:, low + by : high + by]
        sounding[MOVED + by] = _sounding(heard[MOVED + by])
    return heard, sounding


@njit(cache=True, nogil=True)
def _sounding(block: NDArray[np.int16]) -> NDArray[np.int64]:
    """The semitones of each beat that sound, filled up with silent ones to fours; -1 ends."""
    sounding = np.full((len(block), BANDS + 1), -1, np.int64)
    for t in range(len(block)):
        loud = np.flatnonzero(block[t])
        silent = np.flatnonzero(block[t] == 0)[: -len(loud) % 4]
        sounding[t, : len(loud)] = loud
        sounding[t, len(loud) : len(loud) + len(silent)] = silent
    return sounding


@njit(cache=True, nogil=True)
def _say(
    heard: NDArray[np.int16],
    sounding: NDArray[np.int64],
    bands: NDArray[np.int8],
    first: int,
    says: NDArray[np.int16],
) -> None:
    """What a beat that is heard says of each beat of a reference.

    Semitones are never negative and a beat has length 127, so no sum leaves 16 bits: a processor
    does sixteen beats of a reference in one step.
    """
    end = first + len(says)
    says[:] = 0
    k = 0
    while sounding[k] >= 0:
        a, b, c, d = sounding[k], sounding[k + 1], sounding[k + 2], sounding[k + 3]
        h0, h1, h2, h3 = heard[a], heard[b], heard[c], heard[d]
        r0, r1, r2, r3 = (
            bands[a, first:end],
            bands[b, first:end],
            bands[c, first:end],
            bands[d, first:end],
        )
        for i in range(len(says)):
            says[i] = np.int16(says[i] + h0 * r0[i] + h1 * r1[i] + h2 * r2[i] + h3 * r3[i])
        k += 4
    for i in range(len(says)):
        like = (np.int32(says[i]) - np.int32(_MIDDLE)) >> np.int32(_GRAIN)
        says[i] = np.int16(min(max(like, np.int32(_LEAST)), np.int32(_MOST)))


@njit(cache=True, nogil=True)
def _step(
    lately: tuple[NDArray[np.int64], NDArray[np.int16]],
    size: int,
    now: int,
    best: NDArray[np.int32],
    leap: bool,
) -> None:
    """The best way to each place: begun or leapt to here, or gone on by a beat, or by more.

    Args:
        lately: the ways after each of the last `_BACK` beats and, to be written, after this one;
            and what the last beats said of each place, this one among them.
        size: beats of the reference.
        now: the beat of the stream.
        best: the best way before.
        leap: whether a way may begin anywhere from the best one.
    """
    ways, says = lately
    bent = np.int64(_BENT) << _WORTH
    begin, place = np.int64(now & _STARTS) << _START, np.int64(1)
    if leap:
        worth = np.int64(max(min(best[WORTH], _ENOUGH) - _LEAP, 0)) << _WORTH
        begin, place = worth | np.int64(best[START] & _STARTS) << _START | best[ORIGIN], np.int64(0)
    three, two, last, here = ways[0, 1:], ways[1, 1:], ways[2], ways[3, 2:]
    first, second, third = says[0], says[1], says[2]
    for i in range(size):
        way = max(begin + place * i, last[i + 1])
        way = max(way, last[i] - bent)
        slow = np.int64(second[i]) << _WORTH
        slower = slow + (np.int64(first[i]) << _WORTH)
        way = max(way, two[i] + slow - bent if two[i] > 0 else np.int64(0))
        way = max(way, three[i] + slower - 2 * bent if three[i] > 0 else np.int64(0))
        here[i] = max(way + (np.int64(third[i]) << _WORTH), np.int64(0))


@njit(cache=True, nogil=True)
def _best(ways: NDArray[np.int64], now: int, best: NDArray[np.int32]) -> None:
    top = np.int64(0)
    for i in range(len(ways)):
        top = max(top, ways[i])
    place = 0
    while ways[place] != top:
        place += 1
    best[WORTH], best[ORIGIN], best[PLACE] = top >> _WORTH, top & _ORIGINS, place
    best[START] = now - ((now - (top >> _START)) & _STARTS)
