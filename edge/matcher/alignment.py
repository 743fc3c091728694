"""A recording laid along the stream: which of its moments sounds when, and how bent."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.matcher.index import Segment
from edge.matcher.landmarks import Landmarks
from edge.matcher.recipe import Recipe
from edge.matcher.warp import AS_RECORDED, Warp

_SAME_PLACE = 6  # frames by which two readings may differ on where a recording lies
_SAME_SPEED = 0.002  # by which they may differ on how fast it runs


@dataclass(frozen=True, slots=True)
class Alignment:
    """A recording laid along the stream.

    Attributes:
        segment: number of its segment in the index.
        recording: its number in the segment.
        first: a frame of the stream.
        place: the place on the segment's timeline that sounds at `first`, in frames.
        warp: how it is bent.
    """

    segment: int
    recording: int
    first: int
    place: float
    warp: Warp = AS_RECORDED

    @property
    def who(self) -> tuple[int, int]:
        """Segment and recording: what sounds, wherever it lies."""
        return self.segment, self.recording

    def place_at(self, frame: float) -> float:
        """Place on the segment's timeline that sounds at a frame of the stream."""
        return self.place + (frame - self.first) * self.warp.speed

    def agrees(self, other: "Alignment") -> bool:
        """Whether another names the same place of the same recording, bent the same way."""
        return (
            self.who == other.who
            and abs(self.warp.speed - other.warp.speed) <= _SAME_SPEED
            and abs(self.warp.pitch - other.warp.pitch) <= _SAME_SPEED
            and abs(self.place_at(other.first) - other.place) <= _SAME_PLACE
        )


def span(segment: Segment, laid: Alignment) -> tuple[int, int]:
    """Stream frames at which the recording's own beginning and end sound."""
    start, end = segment.stretch(laid.recording)
    speed = laid.warp.speed
    first = laid.first + round((start - laid.place) / speed)
    return first, laid.first + round((end - laid.place) / speed)


def expected(
    segment: Segment, laid: Alignment, first: int, until: int, recipe: Recipe
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each landmark of a recording should stand in first <= frame < until of the stream.

    Returns:
        Stream frame and quarter bin, int64, one of each a landmark, by rising frame.
    """
    start, end = segment.stretch(laid.recording)
    low = max(start, int(np.floor(laid.place_at(first))))
    high = min(end, int(np.ceil(laid.place_at(until))))
    places, quarters = segment.landmarks_between(low, max(low, high))
    frames = np.rint((places.astype(np.float64) - laid.place) / laid.warp.speed).astype(np.int64)
    frames += laid.first
    bent = np.rint(quarters * laid.warp.pitch).astype(np.int64)
    inside = (frames >= first) & (frames < until)
    inside &= (bent >= 4 * recipe.low_bin) & (bent < 4 * recipe.high_bin - 4)
    return frames[inside], bent[inside]


def unexplained(
    landmarks: Landmarks, segment: Segment, laid: Alignment, recipe: Recipe
) -> Landmarks:
    """The landmarks that a recording known to sound does not account for."""
    if not len(landmarks.frames):
        return landmarks
    first = int(landmarks.frames[0])
    frames, quarters = expected(segment, laid, first, int(landmarks.until), recipe)
    keep = np.ones(len(landmarks.frames), np.bool_)
    own = np.rint(landmarks.bins).astype(np.int64)
    _strike(landmarks.frames, own, frames, (quarters + 2) >> 2, keep)
    return landmarks.where(keep)


@njit(cache=True, nogil=True)
def _strike(
    frames: NDArray[np.int32],
    bins: NDArray[np.int64],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    keep: NDArray[np.bool_],
) -> None:
    """Strike out what lies where something is expected, or next to it; both by rising frame."""
    first = 0
    for k in range(len(rows)):
        while first < len(frames) and frames[first] < rows[k] - 1:
            first += 1
        j = first
        while j < len(frames) and frames[j] <= rows[k] + 1:
            if abs(bins[j] - columns[k]) <= 1:
                keep[j] = False
            j += 1
