"""Laying what is heard along all references at once: one beat, every place, at a free tempo."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.matcher.works.references import References
from edge.matcher.works.semitones import BANDS, SCALE

UNIT = SCALE * SCALE  # the likeness of two equal beats
_MIDDLE = round(0.64 * UNIT)  # a likeness that speaks neither for nor against
_MOST, _LEAST = round(0.20 * UNIT), -round(0.24 * UNIT)  # what one beat can say
_BENT = round(0.024 * UNIT)  # what a step beside the written tempo costs
_LEAP = round(1.2 * UNIT)  # and a repeat or a cut, once it is known what is played
ACCEPTED = round(4.8 * UNIT)  # what must speak for a work: 30 to 60 s of it


WORTH, START, ORIGIN, PLACE = range(4)  # columns of a way, and of the best one


class Alignment:
    """Every place of every reference, and the best way to it through what was heard.

    A way is worth what its beats say together; one that is worth less than nothing is left. It
    goes on by one beat, or by two on one side: half to twice the written tempo; once a work is
    accepted it may leap, for repeats are taken or not. All numbers are whole, so nothing depends
    on how the stream was cut or on which machine it is. Memory: 88 bytes for each beat of a
    reference.

    Attributes:
        best: int32, shape (references, 4): what the best way is worth, the beat of the stream and
            of the reference at which it began, and the beat of the reference that sounds now.
    """

    def __init__(self, references: References) -> None:
        self._references = references
        self._ways = np.zeros((3, len(references.beats), 3), np.int32)
        self._said = np.zeros(len(references.beats), np.int32)
        self._beat = 0
        self.best = np.zeros((len(references.ids), 4), np.int32)

    def hear(self, beat: NDArray[np.int8]) -> None:
        """Take the next beat; `best` then tells how each reference stands."""
        one = self._references
        _lay(beat, one.beats, one.firsts, self._beat, self._ways, self._said, self.best)
        self._beat += 1

    def forget(self, reference: int) -> None:
        """Begin anew with one reference: what was heard of it has been told."""
        first, end = self._references.firsts[reference : reference + 2]
        self._ways[:, first:end] = 0
        self.best[reference] = 0


@njit(cache=True, nogil=True)
def _lay(
    beat: NDArray[np.int8],
    beats: NDArray[np.int8],
    firsts: NDArray[np.int64],
    now: int,
    ways: NDArray[np.int32],
    said: NDArray[np.int32],
    best: NDArray[np.int32],
) -> None:
    here, last, before = ways[now % 3], ways[(now + 2) % 3], ways[(now + 1) % 3]
    heard = beat.astype(np.int32)
    for r in range(len(best)):
        first, end = firsts[r], firsts[r + 1]
        leap = best[r, WORTH] - _LEAP if best[r, WORTH] >= ACCEPTED else 0
        leap_start, leap_origin = best[r, START], best[r, ORIGIN]
        top = first
        for j in range(first, end):
            worth, start, origin = np.int32(0), np.int32(now), np.int32(j - first)
            if leap > 0:
                worth, start, origin = np.int32(leap), leap_start, leap_origin
            if j > first and last[j - 1, WORTH] > worth:
                worth, start, origin = last[j - 1, WORTH], last[j - 1, START], last[j - 1, ORIGIN]
            slow = before[j - 1, WORTH] if j > first else np.int32(0)
            if slow > 0 and slow + said[j] - _BENT > worth:
                worth = np.int32(slow + said[j] - _BENT)
                start, origin = before[j - 1, START], before[j - 1, ORIGIN]
            if j > first + 1 and last[j - 2, WORTH] - _BENT > worth:
                worth = np.int32(last[j - 2, WORTH] - _BENT)
                start, origin = last[j - 2, START], last[j - 2, ORIGIN]
            said[j] = min(max(_likeness(heard, beats, j) - _MIDDLE, _LEAST), _MOST)
            worth = np.int32(max(worth + said[j], 0))
            here[j, WORTH], here[j, START], here[j, ORIGIN] = worth, start, origin
            if worth > here[top, WORTH]:
                top = j
        best[r, WORTH], best[r, START] = here[top, WORTH], here[top, START]
        best[r, ORIGIN], best[r, PLACE] = here[top, ORIGIN], top - first


@njit(cache=True, nogil=True, inline="always")
def _likeness(heard: NDArray[np.int32], beats: NDArray[np.int8], at: int) -> int:
    like = np.int32(0)
    for k in range(BANDS):
        like += heard[k] * np.int32(beats[at, k])
    return int(like)
