"""Where around a candidate a recording lies best: a quick look at which landmarks are there."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.matcher.bits import Whole
from edge.matcher.index import Marks, Segment, read_landmarks, room_of
from edge.matcher.landmarks import Landmarks
from edge.matcher.recipe import Recipe

SLACK_FRAMES = (-2, 10)  # where the best place may lie around a candidate's bin
_SMOOTH = 4  # bins on each side over which chance is averaged
_LEAST, _MOST = 0.005, 0.9  # bounds of the chance that a point is occupied


@dataclass(frozen=True, slots=True)
class Scene:
    """What a window of the stream shows, in the recording's own time and pitch.

    Attributes:
        marked: uint8, shape (bins, frames): a landmark is here or next to here.
        chance: float32, shape (bins,): how likely a point of this bin is marked, 0 to 1.
    """

    marked: NDArray[np.uint8]
    chance: NDArray[np.float32]

    @property
    def frames(self) -> int:
        """Its length."""
        return int(self.marked.shape[1])


def scene(landmarks: Landmarks, recipe: Recipe) -> Scene:
    """The scene of a window whose landmarks count their frames from its beginning."""
    rows = landmarks.frames.astype(np.int64)
    columns = np.rint(landmarks.bins).astype(np.int64) - recipe.low_bin
    marked = np.zeros((recipe.high_bin - recipe.low_bin, landmarks.until), np.uint8)
    occupied = np.zeros(len(marked))
    _mark(marked, rows, columns, occupied)
    occupied /= max(1, int(landmarks.until))
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

    Raises:
        BadCatalogue: a block that holds landmarks of a candidate is damaged.
    """
    places = np.empty(len(diagonals), np.int64)
    scores = np.empty(len(diagonals), np.float32)
    bad = _lay(segment.marks, view.marked, view.chance, diagonals, recipe.low_bin, places, scores)
    if bad >= 0:
        raise segment.damage("landmarks", segment.points, bad)
    return places, scores


@njit(cache=True, nogil=True)
def _lay(
    marks: Marks,
    marked: NDArray[np.uint8],
    chance: NDArray[np.float32],
    diagonals: NDArray[np.int64],
    low_bin: Whole,
    places: NDArray[np.int64],
    scores: NDArray[np.float32],
) -> Whole:
    """Write each candidate's best place and its score; gives the number of a bad block, or -1."""
    here, quarters = np.empty(0, np.int64), np.empty(0, np.uint16)
    low, high = SLACK_FRAMES
    curve = np.empty(high - low, np.float32)
    for k in range(len(diagonals)):
        first = diagonals[k] + low
        until = first + len(curve) + marked.shape[1]
        # Who ends a window is meant, the last begun: the guard between recordings is nearly as
        # long as the longest window, so of anybody else there could be a few seconds at most.
        number = max(0, int(np.searchsorted(marks.starts, until - 1, side="right")) - 1)
        room = room_of(marks, number, first, until)
        if room > len(here):
            here, quarters = np.empty(2 * room, np.int64), np.empty(2 * room, np.uint16)
        count = read_landmarks(marks, number, first, until, here, quarters)
        if count < 0:
            return -1 - count
        _slide(marked, chance, here[:count] - first, quarters[:count], low_bin, curve)
        at = np.argmax(curve)
        places[k], scores[k] = first + at, curve[at]
    return np.int64(-1)


@njit(cache=True, nogil=True)
def _mark(
    marked: NDArray[np.uint8],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    occupied: NDArray[np.float64],
) -> None:
    for k in range(len(rows)):
        for b in range(max(0, columns[k] - 1), min(marked.shape[0], columns[k] + 2)):
            for u in range(max(0, rows[k] - 1), min(marked.shape[1], rows[k] + 2)):
                occupied[b] += 1 - marked[b, u]
                marked[b, u] = 1


@njit(cache=True, nogil=True)
def _slide(
    marked: NDArray[np.uint8],
    chance: NDArray[np.float32],
    rows: NDArray[np.int64],
    quarters: NDArray[np.uint16],
    low_bin: Whole,
    out: NDArray[np.float32],
) -> None:
    """Score the landmarks that should be seen, begun at each of the rows 0, 1, … of them."""
    seen = np.zeros(len(out), np.int32)  # the last row first: so they lie in the scene, too
    due, spread = np.zeros(len(out)), np.ones(len(out))
    always, always_spread = 0.0, 0.0  # of landmarks in the window wherever it begins
    bins, frames = marked.shape
    for k in range(len(rows)):
        column = min(((np.int64(quarters[k]) + 2) >> 2) - low_bin, bins - 1)
        q = chance[column]
        first = rows[k] - len(out) + 1  # frame of the window that begins at the last row
        if first >= 0 and rows[k] < frames:
            always += q
            always_spread += q * (1 - q)
            seen += marked[column, first : first + len(out)]
            continue
        for i in range(max(0, -first), min(len(out), frames - first)):
            seen[i] += marked[column, first + i]
            due[i] += q
            spread[i] += q * (1 - q)
    for i in range(len(out)):
        surplus = seen[i] - due[i] - always
        out[len(out) - 1 - i] = surplus / np.sqrt(spread[i] + always_spread)
