"""Music that no recording explains, and how much of what is explained stood in the foreground."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.matcher.activity import Moments, Sound
from edge.matcher.detect import MEMORY_FRAMES, Detection, Detector
from edge.matcher.recipe import Frame
from edge.matcher.texture import MOMENT_FRAMES

SHORTEST_MOMENTS = 5  # s: shorter stretches of unknown music are not told
LONGEST_MOMENTS = 600  # 10 min: what goes on is told in parts, so that little waits
_KEPT_MOMENTS = 86_400  # a day: nothing sounds longer
_BESIDE_FRAMES = 86  # 2 s: so near to a known recording music is its own fading


@dataclass(frozen=True, slots=True)
class Known:
    """A detection, and how it stood in the hall.

    Attributes:
        detection: what was recognised.
        foreground: share of it that nobody spoke over, 0 to 1; None when that is not known.
    """

    detection: Detection
    foreground: float | None


@dataclass(frozen=True, slots=True)
class UnknownMusic:
    """A stretch of the stream in which music sounded that no recording explains.

    Attributes:
        start: its first frame.
        end: the frame after its last.
        foreground: share of it that nobody spoke over, 0 to 1.
    """

    start: Frame
    end: Frame
    foreground: float


class Attribution:
    """Lays what each second was beside what was recognised.

    A detection waits until its seconds are told; music waits until no recording can begin or go
    on there any more. A recording that is followed is itself proof of music for all its span, so
    nothing in it is unknown. Memory is bounded: one byte for each second since the oldest
    recording that still sounds, at most a day.
    """

    def __init__(self) -> None:
        self._sounds = np.zeros(0, np.int8)
        self._first = 0  # moment that `_sounds` begins with
        self._next = 0  # every moment before it is told, or is not unknown music
        self._waiting: list[Detection] = []
        self._explained: list[tuple[int, int]] = []  # frames of what was recognised

    def hear(self, moments: Moments) -> None:
        """Take what the next moments were."""
        self._sounds = np.concatenate((self._sounds, moments.sounds))[-_KEPT_MOMENTS:]
        self._first = moments.until // MOMENT_FRAMES - len(self._sounds)

    def take(self, detections: list[Detection]) -> None:
        """Take what was recognised."""
        self._waiting += detections
        self._explained += [(found.start, found.end) for found in detections]

    def tell(self, detector: Detector | None) -> list[Known | UnknownMusic]:
        """What is now sure, the known first; `detector` says what may still become known."""
        sure = [found for found in self._waiting if found.end <= self._until]
        self._waiting = [found for found in self._waiting if found.end > self._until]
        known = [self._known(found) for found in sure]
        return [*known, *self._unknown(self._settled(detector))]

    def going_on(self, detector: Detector | None) -> list[Known | UnknownMusic]:
        """What would be true if the stream ended now; nothing of it is told by this."""
        sounding = [*self._waiting, *(detector.sounding() if detector is not None else [])]
        known = [self._known(found) for found in sounding]
        spans = [*self._explained, *((found.start, found.end) for found in sounding)]
        return [*known, *self._stretches(self._next, self._until // MOMENT_FRAMES, spans)]

    def settle(self) -> list[Known | UnknownMusic]:
        """Tell all that waits: nothing more will be recognised in what has been heard."""
        known = [self._known(found) for found in self._waiting]
        self._waiting = []
        return [*known, *self._unknown(self._until // MOMENT_FRAMES, ended=True)]

    @property
    def _until(self) -> int:
        """The frame before which every moment has been told."""
        return (self._first + len(self._sounds)) * MOMENT_FRAMES

    def _settled(self, detector: Detector | None) -> int:
        """The moment before which no recording can begin or go on any more."""
        if detector is None:
            return self._until // MOMENT_FRAMES
        starts = [found.start for found in detector.sounding()]
        edge = min([detector.decided - MEMORY_FRAMES, *starts]) - _BESIDE_FRAMES
        return min(self._until, edge) // MOMENT_FRAMES

    def _known(self, found: Detection) -> Known:
        inside = self._between(found.start // MOMENT_FRAMES, -(-found.end // MOMENT_FRAMES))
        voices = np.isin(inside, (Sound.BACKGROUND, Sound.SPEECH))
        return Known(found, 1 - float(voices.mean()) if len(inside) else None)

    def _unknown(self, until: int, *, ended: bool = False) -> list[UnknownMusic]:
        """Tell the stretches that are over by a moment, and drop what nobody needs any more."""
        until = max(until, self._next)
        if not ended:
            until -= self._running(until) % LONGEST_MOMENTS
        found = self._stretches(self._next, until, self._explained)
        self._next = until
        edge = until * MOMENT_FRAMES - _BESIDE_FRAMES
        self._explained = [span for span in self._explained if span[1] > edge]
        self._drop(min([until, *(one.start // MOMENT_FRAMES for one in self._waiting)]))
        return found

    def _running(self, until: int) -> int:
        """Moments of unknown music right before a moment, not told of yet."""
        music = self._is_unknown(self._next, until, self._explained)
        others = np.flatnonzero(~music)
        return len(music) - (int(others[-1]) + 1 if len(others) else 0)

    def _stretches(
        self, first: int, until: int, explained: list[tuple[int, int]]
    ) -> list[UnknownMusic]:
        first = max(first, self._first)
        music = self._is_unknown(first, until, explained)
        edges = np.flatnonzero(np.diff(np.concatenate(([0], music, [0])).astype(np.int8)))
        return [
            self._stretch(part, min(part + LONGEST_MOMENTS, first + int(end)))
            for begin, end in edges.reshape(-1, 2)
            for part in range(first + int(begin), first + int(end), LONGEST_MOMENTS)
            if first + int(end) - part >= SHORTEST_MOMENTS
        ]

    def _stretch(self, begin: int, end: int) -> UnknownMusic:
        beneath = float((self._between(begin, end) == Sound.BACKGROUND).mean())
        return UnknownMusic(Frame(begin * MOMENT_FRAMES), Frame(end * MOMENT_FRAMES), 1 - beneath)

    def _is_unknown(
        self, first: int, until: int, explained: list[tuple[int, int]]
    ) -> NDArray[np.bool_]:
        first = max(first, self._first)
        music = self._between(first, until) >= Sound.MUSIC
        middles = (first + np.arange(len(music)) + 0.5) * MOMENT_FRAMES
        for start, end in explained:
            music &= (middles < start - _BESIDE_FRAMES) | (middles > end + _BESIDE_FRAMES)
        return music

    def _between(self, first: int, until: int) -> NDArray[np.int8]:
        low, high = max(0, first - self._first), max(0, until - self._first)
        return self._sounds[low:high]

    def _drop(self, before: int) -> None:
        self._sounds = self._sounds[max(0, before - self._first) :]
        self._first = max(self._first, before)
