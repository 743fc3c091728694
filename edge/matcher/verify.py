"""Where around a candidate a recording lies best: a quick look at which landmarks are there."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.matcher.bits import Whole
from edge.matcher.index import Marks, Segment, read_landmarks, room_of
from edge.matcher.landmarks import Landmarks
from edge.matcher.presence import CLASSES
from edge.matcher.recipe import Recipe
from edge.matcher.score import nats_of

SLACK_FRAMES = (-2, 10)  # where the best place may lie around a candidate's bin
_SMOOTH = 4  # bins on each side over which chance is averaged
_LEAST, _MOST = 0.005, 0.9  # bounds of the chance that a point is occupied
_SHARE = 0.22  # of the landmarks that are supposed to come through
_STEPS = 64.0  # in a nat


class Scene(NamedTuple):
    """What a window of the stream shows, in the recording's own time and pitch.

    Attributes:
        worth: int16, shape (bins, frames): what a landmark expected here would say for the
            recording, in 1/64 nat.
        average: float32, shape (bins,): of that, in nats.
        variance: float32, shape (bins,): likewise, in squared nats.
    """

    worth: NDArray[np.int16]
    average: NDArray[np.float32]
    variance: NDArray[np.float32]

    @property
    def frames(self) -> int:
        """Its length."""
        return int(self.worth.shape[1])


def scene(landmarks: Landmarks, classes: NDArray[np.uint8], recipe: Recipe) -> Scene:
    """What a window shows.

    Args:
        landmarks: of the window, their frames counted from its beginning.
        classes: uint8, shape (bins, 256): among how many moments of its bin a level is louder.
        recipe: the numbers that make the fingerprint.
    """
    shape = (recipe.high_bin - recipe.low_bin, int(landmarks.until))
    marked = np.zeros(shape, np.bool_)
    columns = np.rint(landmarks.bins).astype(np.int64) - recipe.low_bin
    _mark(marked, landmarks.frames.astype(np.int64), columns)
    around = np.ones(2 * _SMOOTH + 1) / (2 * _SMOOTH + 1)
    chance = np.clip(np.convolve(marked.mean(1), around, "same"), _LEAST, _MOST)
    there = np.log(1 - _SHARE + _SHARE / chance)
    missing = np.array([nats_of(_SHARE, 0.0, loud) for loud in range(CLASSES + 1)])
    found, unseen = (np.rint(_STEPS * nats).astype(np.int16) for nats in (there, missing))
    if len(landmarks.presence) == landmarks.until:
        worth = np.empty(shape, np.int16)
        _value(marked, landmarks.presence, classes, found, unseen, worth)
    else:
        worth = np.where(marked, found[:, None], unseen[CLASSES])
    average, square = np.empty(len(worth)), np.empty(len(worth))
    _moments(worth, average, square)
    average, square = (np.convolve(one, around, "same") for one in (average, square))
    variance = np.maximum(square - average**2, 0.0)
    return Scene(
        worth, (average / _STEPS).astype(np.float32), (variance / _STEPS**2).astype(np.float32)
    )


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
    bad = _lay(segment.marks, view, diagonals, recipe.low_bin, places, scores)
    if bad >= 0:
        raise segment.damage("landmarks", segment.points, bad)
    return places, scores


@njit(cache=True, nogil=True)
def _lay(
    marks: Marks,
    view: Scene,
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
        until = first + len(curve) + view.worth.shape[1]
        # Who ends a window is meant, the last begun: the guard between recordings is nearly as
        # long as the longest window, so of anybody else there could be a few seconds at most.
        number = max(0, int(np.searchsorted(marks.starts, until - 1, side="right")) - 1)
        room = room_of(marks, number, first, until)
        if room > len(here):
            here, quarters = np.empty(2 * room, np.int64), np.empty(2 * room, np.uint16)
        count = read_landmarks(marks, number, first, until, here, quarters)
        if count < 0:
            return -1 - count
        _slide(view, here[:count] - first, quarters[:count], low_bin, curve)
        at = np.argmax(curve)
        places[k], scores[k] = first + at, curve[at]
    return np.int64(-1)


@njit(cache=True, nogil=True)
def _mark(marked: NDArray[np.bool_], rows: NDArray[np.int64], columns: NDArray[np.int64]) -> None:
    """Mark where a landmark is here or next to here."""
    for k in range(len(rows)):
        for b in range(max(0, columns[k] - 1), min(marked.shape[0], columns[k] + 2)):
            for u in range(max(0, rows[k] - 1), min(marked.shape[1], rows[k] + 2)):
                marked[b, u] = True


@njit(cache=True, nogil=True)
def _value(
    marked: NDArray[np.bool_],
    levels: NDArray[np.uint8],
    classes: NDArray[np.uint8],
    there: NDArray[np.int16],
    missing: NDArray[np.int16],
    worth: NDArray[np.int16],
) -> None:
    bins, frames = marked.shape
    for t in range(frames):
        for b in range(bins):
            loud = classes[b, levels[t, b]]
            worth[b, t] = there[b] if marked[b, t] else missing[loud]


@njit(cache=True, nogil=True)
def _moments(
    worth: NDArray[np.int16], average: NDArray[np.float64], square: NDArray[np.float64]
) -> None:
    for b in range(len(worth)):
        total, squares = np.int64(0), np.int64(0)
        for value in worth[b]:
            total += value
            squares += np.int64(value) * value
        average[b] = total / worth.shape[1]
        square[b] = squares / worth.shape[1]


@njit(cache=True, nogil=True)
def _slide(
    view: Scene,
    rows: NDArray[np.int64],
    quarters: NDArray[np.uint16],
    low_bin: Whole,
    out: NDArray[np.float32],
) -> None:
    """Score the landmarks that should be seen, begun at each of the rows 0, 1, … of them."""
    said = np.zeros(len(out), np.int32)  # the last row first: so they lie in the scene, too
    due, spread = np.zeros(len(out)), np.ones(len(out))
    always, always_spread = 0.0, 0.0  # of landmarks in the window wherever it begins
    bins, frames = view.worth.shape
    for k in range(len(rows)):
        column = min(((np.int64(quarters[k]) + 2) >> 2) - low_bin, bins - 1)
        average, variance = view.average[column], view.variance[column]
        first = rows[k] - len(out) + 1  # frame of the window that begins at the last row
        if first >= 0 and rows[k] < frames:
            always += average
            always_spread += variance
            said += view.worth[column, first : first + len(out)]
            continue
        for i in range(max(0, -first), min(len(out), frames - first)):
            said[i] += view.worth[column, first + i]
            due[i] += average
            spread[i] += variance
    for i in range(len(out)):
        surplus = said[i] / _STEPS - due[i] - always
        out[len(out) - 1 - i] = surplus / np.sqrt(spread[i] + always_spread)
