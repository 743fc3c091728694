"""How much sooner a window is explained by a recording than by chance, landmark by landmark."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.matcher.alignment import Alignment, expected
from edge.matcher.beat import usual
from edge.matcher.bits import Whole
from edge.matcher.index import Segment
from edge.matcher.landmarks import Landmarks
from edge.matcher.presence import CLASSES, UNKNOWN, louder_than
from edge.matcher.recipe import Recipe

BLOCK_FRAMES = 21  # half a second
_FLOOR = 0.0008  # landmarks a frame and bin that even a quiet band is supposed to hold
_AROUND = np.ones(17) / 17  # bins over which a band's density is averaged
_NARROW = np.ones(3) / 3  # bins that a held tone fills
_BLOCK_SHARE = 2.0  # no half second may say more than so many times the average one,
_BLOCK_LEAST = 3.0  # nats, or than this: a chord in common is not a recording in common
# Of what one octave says beyond four times what all others do, and two nats, or as many times more
# as it has landmarks more than they, a quarter counts: an octave in common is not a recording.
_OCTAVE_SHARE = 4.0
_OCTAVE_LEAST = 2.0  # nats
_OCTAVE_BEYOND = 0.25
_BAND_QUARTERS = 12  # 16 Hz, about what one low note fills
_BAND_SHARE = 0.2  # no band may say more than so much of all that is said,
_BAND_LEAST = 2.0  # nats, or than this: a bass on the same beat is not a recording in common
# What may come through of each octave: a crowd, a voice or a small loudspeaker drowns one of them
# and spares another.
SHARES = np.array((0.0, 0.05, 0.1, 0.15, 0.22, 0.32, 0.45, 0.6, 0.75, 0.9))
OCTAVES = np.array((110, 220, 435)) * 4  # quarter bins at which the next begins: 592 Hz, …
# How much likelier a place without a landmark is so loud if the recording sounds than by chance,
# by the share of its landmarks that come through (rows) and the class of how loud it is.
# Counted by `benchmarks/presence_fit.py` in 672 clips of crowds, voices, rooms and clean lines.
UNSEEN = np.array((
    (1.00, 1.00, 1.00, 1.00, 1.00, 1.00, 1.00, 1.00, 1.00, 1.00, 1.00, 1.00, 1.0),
    (0.73, 0.75, 0.82, 0.89, 0.96, 0.94, 1.08, 1.14, 1.24, 1.42, 1.61, 1.77, 1.0),
    (0.63, 0.69, 0.71, 0.81, 0.87, 0.91, 1.09, 1.20, 1.36, 1.69, 1.82, 2.32, 1.0),
    (0.52, 0.63, 0.72, 0.74, 0.87, 0.90, 1.09, 1.24, 1.44, 1.74, 2.17, 2.50, 1.0),
    (0.54, 0.58, 0.63, 0.69, 0.80, 0.91, 1.07, 1.23, 1.55, 1.80, 2.34, 3.09, 1.0),
    (0.45, 0.54, 0.58, 0.69, 0.76, 0.87, 1.01, 1.21, 1.56, 2.01, 2.74, 3.77, 1.0),
    (0.36, 0.40, 0.49, 0.59, 0.69, 0.81, 0.99, 1.25, 1.71, 2.22, 2.98, 5.16, 1.0),
    (0.39, 0.38, 0.45, 0.53, 0.67, 0.75, 1.00, 1.17, 1.71, 2.50, 3.33, 5.28, 1.0),
    (0.34, 0.36, 0.42, 0.49, 0.61, 0.81, 0.88, 1.18, 1.71, 2.58, 3.53, 6.18, 1.0),
    (0.13, 0.17, 0.22, 0.31, 0.59, 0.80, 0.80, 0.99, 1.93, 2.89, 5.04, 8.27, 1.0),
))  # fmt: skip
MISSING = np.log((1 - SHARES)[:, None] * UNSEEN)
# Where a landmark that survived is found again, -2 to 2 frames and -4 to 4 quarters of a bin
# from where it was: measured through codecs, voices and halls, and much the same in all.
_LATE = np.array((0.04, 0.22, 0.48, 0.22, 0.04))
_OFF = np.array((0.02, 0.03, 0.07, 0.19, 0.38, 0.19, 0.07, 0.03, 0.02))
_KERNEL = np.outer(_LATE, _OFF)
_CALMEST = 0.5  # of the average: a moment with fewer landmarks still may have missed some


@dataclass(frozen=True, slots=True)
class Hearing:
    """A window of the stream, ready to be compared with recordings.

    Attributes:
        first: stream frame it begins at.
        length: its frames.
        quarters: int64, frequency of each landmark in quarters of a bin, by rising frame.
        begins: int64, one more than `length`: the first landmark of each frame.
        chance: float64, landmarks to be expected in a frame and quarter bin, for each bin from 0.
        crowd: float64, for each frame, how many times more of them there are than on average.
        presence: uint8, shape (length, bins from `low_bin`): how loud every place is.
        classes: uint8, shape (bins, 256): among how many moments of its bin a level is louder.
        low_bin: the first bin of the two.
        usual: float64, how surely each landmark is to be expected by those a beat aside, 0 to 1.
    """

    first: int
    length: int
    quarters: NDArray[np.int64]
    begins: NDArray[np.int64]
    chance: NDArray[np.float64]
    crowd: NDArray[np.float64]
    presence: NDArray[np.uint8]
    classes: NDArray[np.uint8]
    low_bin: int
    usual: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weight:
    """How well an alignment explains a window.

    Attributes:
        score: nats by which the recording explains it better than chance, spread over time.
        share: of the recording's landmarks that came through, 0 to 1, all octaves together.
    """

    score: float
    share: float


def hear(landmarks: Landmarks, first: int, until: int, recipe: Recipe) -> Hearing:
    """The stretch first <= frame < until of a stream."""
    part = landmarks.between(first, until)
    length = max(0, until - first)
    quarters = np.rint(part.bins * 4).astype(np.int64)
    each = np.arange(first, first + length + 1, dtype=np.int32)
    begins = np.searchsorted(part.frames, each).astype(np.int64)
    count = np.bincount((quarters + 2) >> 2, minlength=recipe.high_bin + 1)
    density = count / max(1, length)
    chance = np.maximum(np.convolve(density, _AROUND, "same"), _FLOOR)
    chance = np.maximum(chance, np.convolve(density, _NARROW, "same"))
    crowd = _crowd(np.diff(begins))
    presence = _whole(part, first, length, recipe)
    return Hearing(
        first, length, quarters, begins, chance / 4, crowd,
        presence, louder_than(presence), recipe.low_bin, usual(begins, quarters),
    )  # fmt: skip


def _whole(part: Landmarks, first: int, length: int, recipe: Recipe) -> NDArray[np.uint8]:
    """How loud every place of a window is, unknown where nobody says."""
    known = part.presence
    if len(known) == length:
        return known.reshape(length, recipe.high_bin - recipe.low_bin)
    whole = np.full((length, recipe.high_bin - recipe.low_bin), UNKNOWN, np.uint8)
    if len(known):
        end = part.until - first
        whole[end - len(known) : end] = known
    return whole


def _crowd(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """How many times denser than on average landmarks stand around each frame.

    Where chords are struck, their notes begin together: pieces that share no sound but a few
    beats agree in many landmarks there, and each of them is that much less of a wonder. In noise
    some moments are denser by chance alone, which says nothing: only so much of a moment's
    excess counts as dice could not have made (the shrinkage of James and Stein).
    """
    average = counts.mean() if len(counts) else 0.0
    if not average:
        return np.ones(len(counts))
    half = len(_LATE) // 2
    near = np.convolve(counts, _LATE)[half : half + len(counts)]
    by_dice = average * (_LATE**2).sum()
    meant = max(0.0, 1 - by_dice / max(by_dice, near.var()))
    others = near - _LATE[half]  # a landmark is not its own company
    crowd: NDArray[np.float64] = np.maximum(_CALMEST, 1 + meant * (others / average - 1))
    return crowd


def weigh(segment: Segment, laid: Alignment, heard: Hearing, recipe: Recipe) -> Weight:
    """Weigh an alignment against a window, whatever share of each octave may have come through."""
    return weigh_each(segment, [laid], heard, recipe)[0]


def weigh_each(
    segment: Segment, laid: Sequence[Alignment], heard: Hearing, recipe: Recipe
) -> list[Weight]:
    """Weigh several alignments of one recording, as `weigh` does; they are to lie near each other.

    Raises:
        BadCatalogue: a block that holds landmarks of the recording is damaged.
    """
    until = heard.first + heard.length
    start, end = segment.stretch(laid[0].recording)
    low = max(start, int(np.floor(min(one.place_at(heard.first) for one in laid))))
    high = min(end, int(np.ceil(max(one.place_at(until) for one in laid))))
    places, quarters = segment.landmarks_between(low, max(low, high))
    each = np.array([(one.place, one.first, one.warp.speed, one.warp.pitch) for one in laid])
    weights = np.empty((len(laid), 2))
    limits = (4 * recipe.low_bin, 4 * recipe.high_bin - 4)
    _weigh_each(places, quarters, each, _for_kernels(heard), limits, weights)
    return [Weight(score, share) for score, share in weights.tolist()]


def nats_by_frame(
    segment: Segment, laid: Alignment, heard: Hearing, *, share: float, recipe: Recipe
) -> NDArray[np.float64]:
    """Evidence in each frame of a window that the recording sounds, in nats.

    Args:
        segment: where the recording is.
        laid: how it lies along the stream.
        heard: the window.
        share: of the recording's landmarks that come through where it sounds, 0 to 1.
        recipe: the numbers that make the fingerprint.
    """
    frames, ratios, louds = likeliness(segment, laid, heard, recipe)
    out = np.zeros(heard.length)
    np.add.at(out, frames - heard.first, said(ratios, louds, share))
    return out


def said(
    ratios: NDArray[np.float64], louds: NDArray[np.uint8], share: float
) -> NDArray[np.float64]:
    """What each landmark says for a recording of which a share comes through, in nats."""
    nats = np.empty(len(ratios))
    _say(ratios, louds, share, nats)
    return nats


def likeliness(
    segment: Segment, laid: Alignment, heard: Hearing, recipe: Recipe
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.uint8]]:
    """What became of each landmark expected.

    Returns:
        Its stream frame; how much sooner than by chance a landmark stands there, 0 if none does;
        and the class of how loud the place is.
    """
    until = heard.first + heard.length
    frames, quarters = expected(segment, laid, heard.first, until, recipe)
    ratios, louds = np.empty(len(frames)), np.empty(len(frames), np.uint8)
    _look(_for_kernels(heard), frames - heard.first, quarters, ratios, louds)
    return frames, ratios, louds


class _Heard(NamedTuple):
    """A window for kernels: as in `Hearing`, and its first frame."""

    first: int
    begins: NDArray[np.int64]
    quarters: NDArray[np.int64]
    chance: NDArray[np.float64]
    crowd: NDArray[np.float64]
    presence: NDArray[np.uint8]
    classes: NDArray[np.uint8]
    low_bin: int
    usual: NDArray[np.float64]


def _for_kernels(heard: Hearing) -> _Heard:
    return _Heard(
        heard.first, heard.begins, heard.quarters, heard.chance, heard.crowd,
        heard.presence, heard.classes, heard.low_bin, heard.usual,
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _weigh_each(
    places: NDArray[np.int64],
    sharps: NDArray[np.uint16],
    laid: NDArray[np.float64],
    heard: _Heard,
    limits: tuple[Whole, Whole],
    out: NDArray[np.float64],
) -> None:
    """Write score and share of each alignment: its place, first frame, speed and pitch."""
    length = len(heard.begins) - 1
    ratios, louds = np.empty(len(places)), np.empty(len(places), np.uint8)
    blocks, here = np.empty(len(places), np.int64), np.empty(len(places), np.int64)
    for i in range(len(laid)):
        place, at, speed, pitch = laid[i]
        n = 0
        for k in range(len(places)):
            row = np.int64(np.rint((places[k] - place) / speed)) + np.int64(at) - heard.first
            quarter = np.int64(np.rint(sharps[k] * pitch))
            if 0 <= row < length and limits[0] <= quarter < limits[1]:
                ratio, which = _ratio(heard, row, quarter)
                if ratio > 0:  # whoever has the beat has this landmark as well
                    ratio = float(ratio / (1 + heard.usual[which] * ratio))
                ratios[n] = ratio
                louds[n] = _loud(heard, row, quarter)
                blocks[n] = row // BLOCK_FRAMES
                here[n] = quarter
                n += 1
        count = max(1, -(-length // BLOCK_FRAMES))
        out[i] = _best(ratios[:n], louds[:n], blocks[:n], here[:n], count)


@njit(cache=True, nogil=True)
def _look(
    heard: _Heard,
    rows: NDArray[np.int64],
    quarters: NDArray[np.int64],
    ratios: NDArray[np.float64],
    louds: NDArray[np.uint8],
) -> None:
    for k in range(len(rows)):
        ratios[k], _ = _ratio(heard, rows[k], quarters[k])
        louds[k] = _loud(heard, rows[k], quarters[k])


@njit(cache=True, nogil=True)
def _loud(heard: _Heard, row: Whole, quarter: Whole) -> Whole:
    """Among how many moments of its bin a place is the louder."""
    column = ((quarter + 2) >> 2) - heard.low_bin
    return heard.classes[column, heard.presence[row, column]]


@njit(cache=True, nogil=True)
def nats_of(share: float, ratio: float, loud: Whole) -> float:
    """What one landmark says for a recording of which a share comes through, in nats.

    Args:
        share: 0 to 0.9.
        ratio: how much sooner than by chance something stands where it should; 0 if nothing does.
        loud: class of how loud its place is.
    """
    if ratio > 0:
        return float(np.log(1 - share + share * ratio))
    k = min(int(np.searchsorted(SHARES, share, "right")), len(SHARES) - 1)
    part = (share - SHARES[k - 1]) / (SHARES[k] - SHARES[k - 1])
    return float((1 - part) * MISSING[k - 1, loud] + part * MISSING[k, loud])


@njit(cache=True, nogil=True)
def _say(
    ratios: NDArray[np.float64], louds: NDArray[np.uint8], share: float, out: NDArray[np.float64]
) -> None:
    for k in range(len(ratios)):
        out[k] = nats_of(share, ratios[k], louds[k])


@njit(cache=True, nogil=True)
def _ratio(heard: _Heard, row: Whole, quarter: Whole) -> tuple[float, Whole]:
    """How much sooner than by chance a landmark stands where it is expected, and which one does."""
    late, off = len(_LATE) // 2, len(_OFF) // 2
    best, when = 0.0, row
    which: Whole = 0
    for u in range(max(0, row - late), min(len(heard.begins) - 1, row + late + 1)):
        for j in range(heard.begins[u], heard.begins[u + 1]):
            aside = heard.quarters[j] - quarter
            if -off <= aside <= off:
                likely = _KERNEL[u - row + late, aside + off]
                if likely > best:
                    best, when, which = likely, u, j
    return float(best / (heard.chance[(quarter + 2) >> 2] * heard.crowd[when])), which


@njit(cache=True, nogil=True)
def _best(
    ratios: NDArray[np.float64],
    louds: NDArray[np.uint8],
    blocks: NDArray[np.int64],
    quarters: NDArray[np.int64],
    count: int,
) -> tuple[float, float]:
    """Score over so many blocks, and the share of landmarks that came through."""
    octaves = np.searchsorted(OCTAVES, quarters, "right")
    by_share = _by_share(ratios, louds, octaves)
    likeliest, tops = np.zeros(len(by_share), np.int64), np.zeros(len(by_share))
    doubt = 0.0  # which share it would be was not known before
    for octave in range(len(by_share)):
        likeliest[octave] = np.argmax(by_share[octave])
        tops[octave] = by_share[octave, likeliest[octave]]
        doubt += np.log(np.mean(np.exp(by_share[octave] - tops[octave])))
    sums, through = np.zeros(count), 0.0
    bands = np.zeros(quarters.max() // _BAND_QUARTERS + 1 if len(quarters) else 0)
    for k in range(len(ratios)):
        i = likeliest[octaves[k]]
        if ratios[k] > 0:
            nats = np.log(1 - SHARES[i] + SHARES[i] * ratios[k])
        else:
            nats = MISSING[i, louds[k]]
        sums[blocks[k]] += nats
        bands[quarters[k] // _BAND_QUARTERS] += nats
        through += SHARES[i]
    of_a_block = max(_BLOCK_LEAST, _BLOCK_SHARE * tops.sum() / count)
    of_a_band = max(_BAND_LEAST, _BAND_SHARE * tops.sum())
    beyond = np.maximum(bands - of_a_band, 0.0).sum()
    score = np.minimum(sums, of_a_block).sum() + doubt - max(beyond, _alone(tops, octaves))
    return score, through / max(1, len(ratios))


@njit(cache=True, nogil=True)
def _alone(tops: NDArray[np.float64], octaves: NDArray[np.int64]) -> float:
    """What does not count of the octave that says most, because the others say so little, nats."""
    loudest = np.argmax(tops)
    own = np.sum(octaves == loudest)
    times = max(1.0, own / max(1, len(octaves) - own))
    others = tops.sum() - tops[loudest]
    beyond = tops[loudest] - times * (_OCTAVE_SHARE * others + _OCTAVE_LEAST)
    return float((1 - _OCTAVE_BEYOND) * max(0.0, beyond))


@njit(cache=True, nogil=True)
def _by_share(
    ratios: NDArray[np.float64], louds: NDArray[np.uint8], octaves: NDArray[np.int64]
) -> NDArray[np.float64]:
    """How much sooner than by chance an octave is as it is, in nats, if a share comes through."""
    totals = np.zeros((len(OCTAVES) + 1, len(SHARES)))
    missing = np.zeros((len(totals), CLASSES + 1))
    for k in range(len(ratios)):
        if ratios[k] > 0:
            for i in range(len(SHARES)):
                totals[octaves[k], i] += np.log(1 - SHARES[i] + SHARES[i] * ratios[k])
        else:
            missing[octaves[k], louds[k]] += 1
    for octave in range(len(totals)):
        for loud in range(CLASSES + 1):
            if missing[octave, loud]:
                totals[octave] += missing[octave, loud] * MISSING[:, loud]
    return totals
