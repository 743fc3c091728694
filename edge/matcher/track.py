"""Following one recording through the stream: where it begins and where it ends."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edge.matcher.index import Segment
from edge.matcher.landmarks import Landmarks
from edge.matcher.recipe import Recipe
from edge.matcher.verify import Scene

BRIDGE_FRAMES = 646  # 15 s: a gap in the evidence this long ends a detection
RESUMED = 15.0  # nats gathered after a gap: the recording is there again
OUTRO_FRAMES = 258  # 6 s: the longest ending taken on trust
INTRO_FRAMES = 65  # 1.5 s: the longest beginning; few fade in, and many cues start a little late
_DOUBT = 30.0  # nats against it: then it was cut
_MOST_HEARD = 0.35  # share of landmarks supposed to survive: more would end under a loud voice
_LEAST_HEARD = 0.12


@dataclass(frozen=True, slots=True)
class Alignment:
    """A recording laid along the stream.

    Attributes:
        segment: number of its segment in the index.
        recording: its number in the segment.
        first: a frame of the stream.
        place: the place on the segment's timeline that sounds at `first`.
        speed: frames of the recording that go by in one frame of the stream.
    """

    segment: int
    recording: int
    first: int
    place: int
    speed: float

    @property
    def who(self) -> tuple[int, int]:
        """Segment and recording: what sounds, wherever it lies."""
        return self.segment, self.recording

    def place_at(self, frame: float) -> float:
        """Place on the segment's timeline that sounds at a frame of the stream."""
        return self.place + (frame - self.first) * self.speed


@dataclass(slots=True)
class Reach:
    """How far a recording reaches in one direction: the frames whose evidence sums highest.

    Attributes:
        frames: how far it reaches, in frames from where it was begun.
        gained: nats of evidence within that reach.
        fall: nats of evidence seen beyond it, never above 0.
    """

    frames: int = 0
    gained: float = 0.0
    fall: float = 0.0
    _seen: int = field(default=0, repr=False)
    _again: float = field(default=0.0, repr=False)  # evidence since it was lowest beyond the reach

    @property
    def silent(self) -> int:
        """Frames seen since the reach ended."""
        return self._seen - self.frames

    def played_out(self, left: float, *, most: int) -> int:
        """Frames to add if `left` frames of the recording remain and nothing speaks against them.

        Endings fade into the noise of the room; a player that came within `most` frames of the
        recording's end has played it out.
        """
        quiet = 0 < left <= min(most, self.silent) and self.fall > -_DOUBT
        return round(left) if quiet else 0

    def feed(self, evidence: NDArray[np.float64]) -> None:
        """Take the evidence of the next frames, in nats, going outward."""
        for value in evidence.tolist():
            if self.silent >= BRIDGE_FRAMES:
                return
            self._seen += 1
            self.fall += value
            self._again = max(0.0, self._again + value)
            if self.fall > 0 or self._again > RESUMED:
                self.gained += max(self.fall, self._again)
                self.frames, self.fall, self._again = self._seen, 0.0, 0.0


def evidence(
    segment: Segment, laid: Alignment, view: Scene, first: int, *, heard: float, recipe: Recipe
) -> NDArray[np.float64]:
    """Log likelihood ratio, in nats, that the recording sounds, for each frame of a scene.

    Args:
        segment: where the recording is.
        laid: how it lies along the stream.
        view: the scene, in the stream's own time.
        first: the stream frame the scene begins at.
        heard: share of the recording's landmarks that come through where it sounds, 0 to 1.
        recipe: the numbers that make the fingerprint.
    """
    frames, bins = expected(segment, laid, first, first + len(view.marked), recipe)
    found = view.marked[frames - first, bins] > 0
    chance = view.chance[bins].astype(np.float64)
    share = np.clip(heard / 2, _LEAST_HEARD, _MOST_HEARD)
    share = np.maximum(share, np.minimum(chance * 1.5, 0.95))
    nats = np.where(found, np.log(share / chance), np.log((1 - share) / (1 - chance)))
    out = np.zeros(len(view.marked))
    np.add.at(out, frames - first, nats)
    return out


def span(segment: Segment, laid: Alignment) -> tuple[int, int]:
    """Stream frames at which the recording's own beginning and end sound."""
    start = int(segment.starts[laid.recording])
    end = start + int(segment.lengths[laid.recording])
    first = laid.first + round((start - laid.place) / laid.speed)
    return first, laid.first + round((end - laid.place) / laid.speed)


def expected(
    segment: Segment, laid: Alignment, first: int, until: int, recipe: Recipe
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Stream frame and bin (from the lowest), int64, where each landmark should stand."""
    start = int(segment.starts[laid.recording])
    low = max(start, int(np.floor(laid.place_at(first))))
    high = min(start + int(segment.lengths[laid.recording]), int(np.ceil(laid.place_at(until))))
    places, quarters = segment.landmarks_between(low, max(low, high))
    frames = np.rint((places.astype(np.float64) - laid.place) / laid.speed).astype(np.int64)
    frames += laid.first
    bins = np.rint(quarters * (laid.speed / 4)).astype(np.int64) - recipe.low_bin
    inside = (frames >= first) & (frames < until)
    inside &= (bins >= 0) & (bins < recipe.high_bin - recipe.low_bin)
    return frames[inside], bins[inside]


def unexplained(
    landmarks: Landmarks, segment: Segment, laid: Alignment, recipe: Recipe
) -> Landmarks:
    """The landmarks that a recording known to sound does not account for."""
    if not len(landmarks.frames):
        return landmarks
    first = int(landmarks.frames[0])
    frames, bins = expected(segment, laid, first, int(landmarks.until), recipe)
    width = np.int64(recipe.high_bin)
    near = [(frames + u) * width + bins + b for u in (-1, 0, 1) for b in (-1, 0, 1)]
    own = np.rint(landmarks.bins).astype(np.int64) - recipe.low_bin
    cells = landmarks.frames.astype(np.int64) * width + own
    return landmarks.where(~np.isin(cells, np.concatenate(near)))
