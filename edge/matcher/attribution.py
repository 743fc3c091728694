"""What each second of music was: a recording, a work played live, or music nobody knows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from edge.matcher.activity import Moments, Sound
from edge.matcher.detect import Detection, Detector
from edge.matcher.recipe import Frame
from edge.matcher.stream import MEMORY_FRAMES
from edge.matcher.texture import MOMENT_FRAMES
from edge.matcher.works.follow import Follower, Performance
from edge.matcher.works.semitones import BEAT_FRAMES, BEAT_SECONDS

SHORTEST_MOMENTS = 5  # s: shorter stretches of unknown music are not told
LONGEST_MOMENTS = 600  # 10 min: what goes on is told in parts, so that little waits
_KEPT_MOMENTS = 86_400  # a day: nothing sounds longer
_SHORTEST_LIVE = 430  # frames, 10 s: a shorter rest of a work, beside recordings, is not told
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
class Live:
    """A stretch of the stream in which a work was played, and no recording of it.

    Attributes:
        reference_id: the score that was followed.
        start: its first frame.
        end: the frame after its last.
        from_seconds: place in the score at `start`, s.
        to_seconds: place in the score at `end`, s.
        confidence: how sure it is, 0 to 1.
    """

    reference_id: str
    start: Frame
    end: Frame
    from_seconds: float
    to_seconds: float
    confidence: float


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
    nothing in it is unknown. So is a work that is followed; but where a recording sounds, it is
    the recording that is told: nobody played it. Memory is bounded: one byte for each second since
    the oldest recording or work that still sounds, at most a day.
    """

    def __init__(self) -> None:
        self._sounds = np.zeros(0, np.int8)
        self._first = 0  # moment that `_sounds` begins with
        self._next = 0  # every moment before it is told, or is not unknown music
        self._waiting: list[Detection] = []
        self._explained: list[tuple[int, int]] = []  # frames of what was recognised
        self._played: list[Performance] = []  # waits until no recording can explain it any more
        self._performed: list[tuple[int, int]] = []  # frames of what was played live

    def hear(self, moments: Moments) -> None:
        """Take what the next moments were."""
        self._sounds = np.concatenate((self._sounds, moments.sounds))[-_KEPT_MOMENTS:]
        self._first = moments.until // MOMENT_FRAMES - len(self._sounds)

    def take(self, detections: list[Detection]) -> None:
        """Take what was recognised."""
        self._waiting += detections
        self._explained += [(found.start, found.end) for found in detections]

    def take_live(self, performances: list[Performance]) -> None:
        """Take what was played live."""
        self._played += performances

    def tell(
        self, detector: Detector | None, follower: Follower | None = None
    ) -> list[Known | Live | UnknownMusic]:
        """What is now sure, the known first.

        Args:
            detector: says which recordings may still become known.
            follower: says which works may.
        """
        sure = [found for found in self._waiting if found.end <= self._until]
        self._waiting = [found for found in self._waiting if found.end > self._until]
        known = [self._known(found) for found in sure]
        edge = self._recorded_until(detector)
        live = self._live(lambda one: one.end * BEAT_FRAMES <= edge)
        return [*known, *live, *self._unknown(self._settled(edge, follower))]

    def going_on(
        self, detector: Detector | None, follower: Follower | None = None
    ) -> list[Known | Live | UnknownMusic]:
        """What would be true if the stream ended now; nothing of it is told by this."""
        sounding = [*self._waiting, *(detector.sounding() if detector is not None else [])]
        known = [self._known(found) for found in sounding]
        spans = [*self._explained, *((found.start, found.end) for found in sounding)]
        playing = [*self._played, *(follower.sounding() if follower is not None else [])]
        live = [part for one in playing for part in _besides(one, spans)]
        spans += [*self._performed, *(_frames(one) for one in playing)]
        until = self._until // MOMENT_FRAMES
        return [*known, *live, *self._stretches(self._next, until, spans)]

    def settle(self) -> list[Known | Live | UnknownMusic]:
        """Tell all that waits: nothing more will be recognised in what has been heard."""
        known = [self._known(found) for found in self._waiting]
        self._waiting = []
        live = self._live(lambda _: True)
        return [*known, *live, *self._unknown(self._until // MOMENT_FRAMES, ended=True)]

    @property
    def _until(self) -> int:
        """The frame before which every moment has been told."""
        return (self._first + len(self._sounds)) * MOMENT_FRAMES

    def _recorded_until(self, detector: Detector | None) -> int:
        """The frame before which no recording can begin or go on any more."""
        if detector is None:
            return self._until
        starts = [found.start for found in detector.sounding()]
        edge = min([detector.decided - MEMORY_FRAMES, *starts]) - _BESIDE_FRAMES
        return min(self._until, edge)

    def _settled(self, edge: int, follower: Follower | None) -> int:
        """The moment before which no work can begin or go on either."""
        starts = [_frames(one)[0] for one in self._played]
        if follower is not None:
            starts.append(follower.settled * BEAT_FRAMES)
        return min([edge, *(start - _BESIDE_FRAMES for start in starts)]) // MOMENT_FRAMES

    def _live(self, is_sure: Callable[[Performance], bool]) -> list[Live]:
        """Tell what was played live and is sure."""
        sure = [one for one in self._played if is_sure(one)]
        self._played = [one for one in self._played if not is_sure(one)]
        self._performed += [_frames(one) for one in sure]
        return [part for one in sure for part in _besides(one, self._explained)]

    def _known(self, found: Detection) -> Known:
        inside = self._between(found.start // MOMENT_FRAMES, -(-found.end // MOMENT_FRAMES))
        voices = np.isin(inside, (Sound.BACKGROUND, Sound.SPEECH))
        return Known(found, 1 - float(voices.mean()) if len(inside) else None)

    def _unknown(self, until: int, *, ended: bool = False) -> list[UnknownMusic]:
        """Tell the stretches that are over by a moment, and drop what nobody needs any more."""
        until = max(until, self._next)
        if not ended:
            until -= self._running(until) % LONGEST_MOMENTS
        found = self._stretches(self._next, until, [*self._explained, *self._performed])
        self._next = until
        edge = until * MOMENT_FRAMES - _BESIDE_FRAMES
        self._explained = [span for span in self._explained if span[1] > edge]
        self._performed = [span for span in self._performed if span[1] > edge]
        self._drop(min([until, *(one.start // MOMENT_FRAMES for one in self._waiting)]))
        return found

    def _running(self, until: int) -> int:
        """Moments of unknown music right before a moment, not told of yet."""
        music = self._is_unknown(self._next, until, [*self._explained, *self._performed])
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


def _frames(one: Performance) -> tuple[int, int]:
    return one.start * BEAT_FRAMES, one.end * BEAT_FRAMES


def _besides(one: Performance, recorded: Sequence[tuple[int, int]]) -> list[Live]:
    """What of a work was played, and did not come from a recording."""
    start, end = _frames(one)
    here = sorted(span for span in recorded if span[0] < end and span[1] > start)
    if not here:
        return [_part(one, start, end)]
    begins = [start, *accumulate((last for _, last in here), max)]
    parts = zip(begins, [*(first for first, _ in here), end], strict=True)
    return [_part(one, *part) for part in parts if part[1] - part[0] >= _SHORTEST_LIVE]


def _part(one: Performance, first: int, last: int) -> Live:
    start, end = _frames(one)
    pace = (one.to_beat - one.from_beat) / (end - start) * BEAT_SECONDS
    begins = one.from_beat * BEAT_SECONDS
    return Live(
        one.reference_id,
        Frame(first),
        Frame(last),
        begins + (first - start) * pace,
        begins + (last - start) * pace,
        one.confidence,
    )
