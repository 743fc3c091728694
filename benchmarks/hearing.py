"""The ear as the bench uses it: sound in, detections in seconds out, on all cores."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from hashlib import file_digest
from pathlib import Path
from typing import Any

from benchmarks.journal import kept, state
from edge.matcher.decode import open_sound
from edge.matcher.detect import Detection, Detector, Doubted
from edge.matcher.fingerprint import Fingerprinter
from edge.matcher.index import SUFFIX, Index
from edge.matcher.landmarks import Landmarks, join
from edge.matcher.recipe import RECIPE, Frame

_MINUTE_FRAMES = 2584  # fed at a time


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
    catalogue: Path, sounds: Sequence[Path], cache: Path, *, doing: str
) -> list[list[Found]]:
    """What the ear finds in each sound file, the surest first; of a sound it heard, not again."""
    journal = cache / f"heard-{state(catalogue)}.jsonl"
    keys = [_digest(sound) for sound in sounds]
    told = kept(partial(_detect_file, catalogue), sounds, keys, journal, doing=doing)
    return [[Found(**one) for one in answer] for answer in told]


def _digest(sound: Path) -> str:
    with sound.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _detect_file(catalogue: Path, sound: Path) -> list[dict[str, Any]]:
    return [asdict(one) for one in detect(catalogue, hear(sound))]


def hear(sound: Path) -> Landmarks:
    """What a box hears in a sound file, all of it."""
    with open_sound(sound) as (blocks, rate_hz):
        ear = Fingerprinter(rate_hz)
        parts = [ear.feed(block) for block in blocks]
    return join([*parts, ear.close()])


def detect(catalogue: Path, landmarks: Landmarks) -> list[Found]:
    """What the ear finds in one sound, the surest first."""
    return detect_and_doubt(catalogue, landmarks)[0]


def detect_and_doubt(
    catalogue: Path, landmarks: Landmarks
) -> tuple[list[Found], list[Doubted | None]]:
    """As `detect`, and of each minute the surest of those that were not believed."""
    detector = Detector(open_catalogue(catalogue))
    found: list[Detection] = []
    doubted = []
    for first in range(0, int(landmarks.until), _MINUTE_FRAMES):
        found += detector.feed(_next(landmarks, first))
        doubted.append(detector.closest)
    found += detector.close()
    doubted[-1:] = [detector.closest]  # whom the end of the stream brought near, too
    ranked = sorted(found, key=lambda one: (-one.confidence, one.start))
    return [told(one) for one in ranked], doubted


@lru_cache(maxsize=1)
def open_catalogue(folder: Path) -> Index:
    """The index over all segments of a folder; one is kept open.

    Raises:
        BadCatalogue: a file is torn, altered, or made by another recipe.
    """
    return Index.open(sorted(folder.glob(f"*{SUFFIX}")))


def _next(landmarks: Landmarks, first: int) -> Landmarks:
    return landmarks.between(first, first + _MINUTE_FRAMES)


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
