"""The ear as the bench uses it: landmarks in, detections in seconds out, on all cores."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from benchmarks.cores import spread
from edge.matcher.detect import Detection, Detector
from edge.matcher.index import SUFFIX, Index
from edge.matcher.landmarks import Landmarks
from edge.matcher.recipe import RECIPE, Frame

_FED_FRAMES = 2584  # a minute


@dataclass(frozen=True, slots=True)
class Found:
    """What the ear says of a stretch of sound.

    Attributes:
        recording: which one sounds.
        start: seconds from the beginning of the sound.
        end: likewise.
        place: seconds from the beginning of the recording, of what sounds at `start`.
        speed: seconds of the recording in one second of sound.
        confidence: 0 to 1.
    """

    recording: str
    start: float
    end: float
    place: float
    speed: float
    confidence: float


def detections(
    catalogue: Path, sounds: Sequence[Landmarks], *, doing: str
) -> Iterator[list[Found]]:
    """What the ear finds in each sound, the surest first."""
    return spread(partial(detect, catalogue), sounds, doing=doing)


def detect(catalogue: Path, landmarks: Landmarks) -> list[Found]:
    """What the ear finds in one sound, the surest first."""
    detector = Detector(open_catalogue(catalogue))
    found: list[Detection] = []
    for first in range(0, int(landmarks.until), _FED_FRAMES):
        found += detector.feed(_next(landmarks, first))
    found += detector.close()
    return [told(one) for one in sorted(found, key=lambda one: (-one.confidence, one.start))]


@lru_cache(maxsize=1)
def open_catalogue(folder: Path) -> Index:
    """The index over all segments of a folder; one is kept open.

    Raises:
        BadCatalogue: a file is torn, altered, or made by another recipe.
    """
    return Index.open(sorted(folder.glob(f"*{SUFFIX}")))


def _next(landmarks: Landmarks, first: int) -> Landmarks:
    return landmarks.between(first, first + _FED_FRAMES)


def told(found: Detection) -> Found:
    """A detection in seconds."""
    return Found(
        found.recording_id,
        RECIPE.seconds(Frame(found.start)),
        RECIPE.seconds(Frame(found.end)),
        found.reference_start_seconds,
        found.speed,
        found.confidence,
    )
