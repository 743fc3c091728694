"""Where around a candidate a recording lies best: a quick look at which landmarks are there."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.matcher.index import Segment
from edge.matcher.landmarks import Landmarks
from edge.matcher.recipe import Recipe

SLACK_FRAMES = (-2, 10)  # where the best place may lie around a candidate's bin
_SMOOTH = 4  # bins on each side over which chance is averaged
_LEAST, _MOST = 0.005, 0.9  # bounds of the chance that a point is occupied


@dataclass(frozen=True, slots=True)
class Scene:
    """What a window of the stream shows, in the recording's own time and pitch.

    Attributes:
        marked: uint8, shape (frames, bins): a landmark is here or next to here.
        chance: float32, shape (bins,): how likely a point of this bin is marked, 0 to 1.
    """

    marked: NDArray[np.uint8]
    chance: NDArray[np.float32]


def scene(landmarks: Landmarks, recipe: Recipe) -> Scene:
    """The scene of a window whose landmarks count their frames from its beginning."""
    rows = landmarks.frames.astype(np.int64)
    columns = np.rint(landmarks.bins).astype(np.int64) - recipe.low_bin
    marked = np.zeros((landmarks.until, recipe.high_bin - recipe.low_bin), np.uint8)
    _mark(marked, rows, columns)
    occupied = marked.mean(axis=0, dtype=np.float64) if len(marked) else np.zeros(marked.shape[1])
    around = np.convolve(occupied, np.ones(2 * _SMOOTH + 1) / (2 * _SMOOTH + 1), "same")
    return Scene(marked, np.clip(around, _LEAST, _MOST).astype(np.float32))


def best_places(
    segment: Segment, view: Scene, diagonals: NDArray[np.int64], recipe: Recipe
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The best place near each candidate.

    Args:
        segment: where the candidates lie.
        view: what the window shows.
        diagonals: int64, places of the window's frame 0, as the votes have them.
        recipe: the numbers that make the fingerprint.

    Returns:
        Place (int64) and score (float32, standard deviations) for each candidate.
    """
    places = np.empty(len(diagonals), np.int64)
    scores = np.empty(len(diagonals), np.float32)
    low, high = SLACK_FRAMES
    for k, diagonal in enumerate(diagonals):
        curve = _scores(segment, view, int(diagonal) + low, high - low, recipe)
        at = int(np.argmax(curve))
        places[k], scores[k] = diagonal + low + at, curve[at]
    return places, scores


def _scores(
    segment: Segment, view: Scene, first: int, count: int, recipe: Recipe
) -> NDArray[np.float32]:
    rows, columns = _expected(segment, first, first + count + len(view.marked), recipe)
    out = np.empty(count, np.float32)
    _slide(view.marked, view.chance, rows - first, columns, out)
    return out


def _expected(
    segment: Segment, first: int, until: int, recipe: Recipe
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    places, quarters = segment.landmarks_between(first, until)
    bins = (quarters.astype(np.int64) + 2) >> 2
    highest = recipe.high_bin - 1
    return places.astype(np.int64), np.minimum(bins, highest) - recipe.low_bin


@njit(cache=True, nogil=True)
def _mark(marked: NDArray[np.uint8], rows: NDArray[np.int64], columns: NDArray[np.int64]) -> None:
    for k in range(len(rows)):
        for u in range(max(0, rows[k] - 1), min(marked.shape[0], rows[k] + 2)):
            for b in range(max(0, columns[k] - 1), min(marked.shape[1], columns[k] + 2)):
                marked[u, b] = 1


@njit(cache=True, nogil=True)
def _slide(
    marked: NDArray[np.uint8],
    chance: NDArray[np.float32],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    out: NDArray[np.float32],
) -> None:
    for o in range(len(out)):
        surplus = 0.0
        spread = 1.0
        for k in range(len(rows)):
            u = rows[k] - o
            if u < 0:
                continue
            if u >= len(marked):
                break
            q = chance[columns[k]]
            surplus += marked[u, columns[k]] - q
            spread += q * (1 - q)
        out[o] = surplus / np.sqrt(spread)
