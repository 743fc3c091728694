"""How much sooner a window is explained by a recording than by chance, landmark by landmark."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.matcher.alignment import Alignment, expected
from edge.matcher.index import Segment
from edge.matcher.landmarks import Landmarks
from edge.matcher.recipe import Recipe

BLOCK_FRAMES = 21  # half a second
_FLOOR = 0.0008  # landmarks a frame and bin that even a quiet band is supposed to hold
_AROUND = np.ones(17) / 17  # bins over which a band's density is averaged
_NARROW = np.ones(3) / 3  # bins that a held tone fills
_BLOCK_SHARE = 2.0  # no half second may say more than so many times the average one,
_BLOCK_LEAST = 3.0  # nats, or than this: a chord in common is not a recording in common
_SHARES = np.array((0.15, 0.22, 0.32, 0.45, 0.6, 0.75, 0.9))  # less is heard of chords in common
# Where a landmark that survived is found again, -2 to 2 frames and -4 to 4 quarters of a bin
# from where it was: measured through codecs, voices and halls, and much the same in all.
_LATE = np.array((0.04, 0.22, 0.48, 0.22, 0.04))
_OFF = np.array((0.02, 0.03, 0.07, 0.19, 0.38, 0.19, 0.07, 0.03, 0.02))
_KERNEL = np.outer(_LATE, _OFF)


@dataclass(frozen=True, slots=True)
class Hearing:
    """A window of the stream, ready to be compared with recordings.

    Attributes:
        first: stream frame it begins at.
        length: its frames.
        quarters: int64, frequency of each landmark in quarters of a bin, by rising frame.
        begins: int64, one more than `length`: the first landmark of each frame.
        chance: float64, landmarks to be expected in a frame and quarter bin, for each bin from 0.
    """

    first: int
    length: int
    quarters: NDArray[np.int64]
    begins: NDArray[np.int64]
    chance: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weight:
    """How well an alignment explains a window.

    Attributes:
        score: nats by which the recording explains it better than chance, spread over time.
        share: of the recording's landmarks that came through, 0 to 1.
    """

    score: float
    share: float


def hear(landmarks: Landmarks, first: int, until: int, recipe: Recipe) -> Hearing:
    """The stretch first <= frame < until of a stream."""
    part = landmarks.between(first, until)
    length = max(0, until - first)
    quarters = np.rint(part.bins * 4).astype(np.int64)
    begins = np.searchsorted(part.frames, np.arange(first, first + length + 1, dtype=np.int32))
    count = np.bincount((quarters + 2) >> 2, minlength=recipe.high_bin + 1)
    density = count / max(1, length)
    chance = np.maximum(np.convolve(density, _AROUND, "same"), _FLOOR)
    chance = np.maximum(chance, np.convolve(density, _NARROW, "same"))
    return Hearing(first, length, quarters, begins.astype(np.int64), chance / 4)


def weigh(segment: Segment, laid: Alignment, heard: Hearing, recipe: Recipe) -> Weight:
    """Weigh an alignment against a window, by the share of landmarks that suits it best."""
    frames, ratios = _ratios(segment, laid, heard, recipe)
    blocks = (frames - heard.first) // BLOCK_FRAMES
    count = max(1, -(-heard.length // BLOCK_FRAMES))
    return Weight(*_best(ratios, blocks, count, _SHARES))


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
    frames, ratios = _ratios(segment, laid, heard, recipe)
    out = np.zeros(heard.length)
    np.add.at(out, frames - heard.first, np.log(1 - share + share * ratios))
    return out


def _ratios(
    segment: Segment, laid: Alignment, heard: Hearing, recipe: Recipe
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Stream frame of each landmark expected; how much sooner than by chance it stands there."""
    until = heard.first + heard.length
    frames, quarters = expected(segment, laid, heard.first, until, recipe)
    ratios = np.empty(len(frames))
    _look(
        heard.begins, heard.quarters, heard.chance, frames - heard.first, quarters, _KERNEL, ratios
    )
    return frames, ratios


@njit(cache=True, nogil=True)
def _look(
    begins: NDArray[np.int64],
    heard: NDArray[np.int64],
    chance: NDArray[np.float64],
    rows: NDArray[np.int64],
    quarters: NDArray[np.int64],
    kernel: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    late, off = kernel.shape[0] // 2, kernel.shape[1] // 2
    for k in range(len(rows)):
        best = 0.0
        for u in range(max(0, rows[k] - late), min(len(begins) - 1, rows[k] + late + 1)):
            for j in range(begins[u], begins[u + 1]):
                aside = heard[j] - quarters[k]
                if -off <= aside <= off:
                    best = max(best, kernel[u - rows[k] + late, aside + off])
        out[k] = best / chance[(quarters[k] + 2) >> 2]


@njit(cache=True, nogil=True)
def _best(
    ratios: NDArray[np.float64],
    blocks: NDArray[np.int64],
    count: int,
    shares: NDArray[np.float64],
) -> tuple[float, float]:
    top, best = -np.inf, shares[0]
    for share in shares:
        total = 0.0
        for ratio in ratios:
            total += np.log(1 - share + share * ratio)
        if total > top:
            top, best = total, share
    sums = np.zeros(count)
    for k in range(len(ratios)):
        sums[blocks[k]] += np.log(1 - best + best * ratios[k])
    most = max(_BLOCK_LEAST, _BLOCK_SHARE * max(0.0, top) / count)
    score = 0.0
    for value in sums:
        score += min(value, most)
    return score, best
