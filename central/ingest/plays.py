"""What was played, from what was heard: overlapping and interrupted detections become plays.

Two detections of one recording in one hall are the same play when the second is where the first
would have been by then, and no longer silence lies between them than `gap`. Which box or input
heard it, and in which order the news arrived, changes nothing.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

GAP = timedelta(seconds=15)
# How far two detections may disagree about the place in the recording and still be one play:
# the clocks of two boxes, and a boundary found a few frames early or late.
DISAGREEMENT_SECONDS = 2.0
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Heard:
    """One detection in the calendar of its hall.

    Attributes:
        key: "device/boot/seq", its natural key.
        reference_start_seconds: where in the recording it began, s.
        speed: played / recorded.
        confidence: 0..1.
    """

    key: str
    hall_id: int
    recording_id: str
    started_at: datetime
    ended_at: datetime
    reference_start_seconds: float
    speed: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Play:
    """One performance of one recording in one hall.

    Attributes:
        id: stable, derived from its detections.
        milliseconds: length of the union of what was heard; gaps bridged are not counted, ms.
        confidence: of its surest detection, 0..1.
        detections: keys "device/boot/seq", sorted.
    """

    id: str
    hall_id: int
    recording_id: str
    started_at: datetime
    ended_at: datetime
    milliseconds: int
    confidence: float
    detections: tuple[str, ...]

    @property
    def middle(self) -> datetime:
        """The instant halfway between start and end; it decides which event a play belongs to."""
        return self.started_at + (self.ended_at - self.started_at) / 2


def merge(detections: Iterable[Heard], *, gap: timedelta = GAP) -> list[Play]:
    """The plays behind these detections, by start, hall and recording."""
    by_recording: dict[tuple[int, str], list[Heard]] = defaultdict(list)
    for heard in {heard.key: heard for heard in detections}.values():
        by_recording[heard.hall_id, heard.recording_id].append(heard)
    plays = [
        _play(group) for heard in by_recording.values() for group in _same_play(heard, gap=gap)
    ]
    return sorted(
        plays, key=lambda play: (play.started_at, play.hall_id, play.recording_id, play.id)
    )


def covered(intervals: Iterable[tuple[datetime, datetime]]) -> timedelta:
    """Length of the union of intervals, each (start, end)."""
    total, reached = timedelta(0), None
    for start, end in sorted(intervals):
        if reached is None or start > reached:
            total += end - start
            reached = end
        elif end > reached:
            total += end - reached
            reached = end
    return total


def _same_play(detections: Sequence[Heard], *, gap: timedelta) -> list[list[Heard]]:
    """Detections of one recording in one hall, parted into plays: the connected ones together."""
    ended: list[list[Heard]] = []
    going: list[list[Heard]] = []
    for heard in sorted(detections, key=lambda heard: (heard.started_at, heard.key)):
        others, joined = [], [heard]
        for play in going:
            if any(_continues(earlier, heard, gap=gap) for earlier in play):
                joined += play
            elif max(earlier.ended_at for earlier in play) + gap < heard.started_at:
                ended.append(play)  # nothing that starts later can join it
            else:
                others.append(play)
        going = [*others, joined]
    return ended + going


def _continues(earlier: Heard, later: Heard, *, gap: timedelta) -> bool:
    """Whether `later` (which starts no sooner) is where `earlier` would have been by then."""
    if later.started_at - earlier.ended_at > gap:
        return False
    elapsed = (later.started_at - earlier.started_at).total_seconds()
    # The mean of both speeds, so that it does not matter which of the two is asked.
    expected = earlier.reference_start_seconds + elapsed * (earlier.speed + later.speed) / 2
    return abs(later.reference_start_seconds - expected) <= DISAGREEMENT_SECONDS


def _play(group: Sequence[Heard]) -> Play:
    keys = tuple(sorted(heard.key for heard in group))
    name = hashlib.sha256("\n".join(keys).encode()).hexdigest()[:16]
    return Play(
        id=f"play-{name}",
        hall_id=group[0].hall_id,
        recording_id=group[0].recording_id,
        started_at=min(heard.started_at for heard in group),
        ended_at=max(heard.ended_at for heard in group),
        milliseconds=covered((heard.started_at, heard.ended_at) for heard in group) // MILLISECOND,
        confidence=max(heard.confidence for heard in group),
        detections=keys,
    )
