"""What was played, from what was heard: overlapping and interrupted detections become plays.

Two detections of one recording in one hall are the same play when the second is where the first
would have been by then, and no longer silence lies between them than `gap`. Which box or input
heard it, and in which order the news arrived, changes nothing.

Where several recordings sound the same, the one that explains most seconds of what was heard
together is taken, then the one that needs fewest plays for it; the others stay named beside it.
Plays of one work that overlap are one play: two versions of a recording never count twice.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

GAP = timedelta(seconds=15)
# How far two detections may disagree about the place in the recording and still be one play:
# the clocks of two boxes, and a boundary found a few frames early or late.
DISAGREEMENT_SECONDS = 2.0
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Guess:
    """A recording that explains a detection: where in it that begins, s, and played / recorded."""

    recording_id: str
    reference_start_seconds: float
    speed: float


@dataclass(frozen=True, slots=True)
class Heard:
    """One detection in the calendar of its hall.

    Attributes:
        key: "device/boot/seq", its natural key.
        reference_start_seconds: where in the recording it began, s.
        speed: played / recorded.
        confidence: 0..1.
        alternatives: other recordings that explain it as well.
    """

    key: str
    hall_id: int
    recording_id: str
    started_at: datetime
    ended_at: datetime
    reference_start_seconds: float
    speed: float
    confidence: float
    alternatives: tuple[Guess, ...] = ()

    @property
    def guesses(self) -> dict[str, Guess]:
        """All that explain it, by recording, the box's own choice first."""
        own = Guess(self.recording_id, self.reference_start_seconds, self.speed)
        return {guess.recording_id: guess for guess in (*self.alternatives, own)}


@dataclass(frozen=True, slots=True)
class Play:
    """One performance of one recording in one hall.

    Attributes:
        id: stable, derived from its detections.
        recording_id: of what was heard; of a work played live, the score that was followed.
        milliseconds: length of the union of what was heard; gaps bridged are not counted, ms.
        confidence: of its surest detection, 0..1.
        detections: keys "device/boot/seq", sorted.
        alternatives: ids of other recordings that explain all of it as well, sorted.
    """

    id: str
    hall_id: int
    recording_id: str
    started_at: datetime
    ended_at: datetime
    milliseconds: int
    confidence: float
    detections: tuple[str, ...]
    alternatives: tuple[str, ...] = ()

    @property
    def middle(self) -> datetime:
        """The instant halfway between start and end; it decides which event a play belongs to."""
        return self.started_at + (self.ended_at - self.started_at) / 2


def merge(
    detections: Iterable[Heard], *, gap: timedelta = GAP, works: Mapping[str, int] | None = None
) -> list[Play]:
    """The plays behind these detections, by start, hall and recording.

    Args:
        detections: what boxes heard.
        gap: the longest silence within a play.
        works: of registered recordings, the work; plays of one work that overlap become one.
    """
    once = {heard.key: _in_utc(heard) for heard in detections}.values()
    by_recording: dict[tuple[int, str], list[Heard]] = defaultdict(list)
    for family in _families(once, gap=gap):
        for heard in _settled(family, gap=gap):
            by_recording[heard.hall_id, heard.recording_id].append(heard)
    groups = [group for heard in by_recording.values() for group in _same_play(heard, gap=gap)]
    plays = [_play(group) for group in _one_per_work(groups, works or {})]
    return sorted(
        plays, key=lambda play: (play.started_at, play.hall_id, play.recording_id, play.id)
    )


def _in_utc(heard: Heard) -> Heard:
    # Between two instants of one zone Python counts by the clock on the wall, which jumps.
    if heard.started_at.tzinfo is UTC and heard.ended_at.tzinfo is UTC:
        return heard
    began, ended = heard.started_at.astimezone(UTC), heard.ended_at.astimezone(UTC)
    return replace(heard, started_at=began, ended_at=ended)


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


def _families(detections: Iterable[Heard], *, gap: timedelta) -> list[list[Heard]]:
    """Detections that follow one another and could be of one recording, together."""
    by_guess: dict[tuple[int, str], list[Heard]] = defaultdict(list)
    for heard in sorted(detections, key=lambda heard: (heard.started_at, heard.key)):
        for recording_id in heard.guesses:
            by_guess[heard.hall_id, recording_id].append(heard)
    family: dict[str, list[Heard]] = {}
    for alike in by_guess.values():
        reached = alike[0].ended_at
        for earlier, heard in pairwise([alike[0], *alike]):
            near = heard.started_at - reached <= gap
            reached = max(reached, heard.ended_at)
            _unite(family, earlier if near else heard, heard)
    return list({id(members): members for members in family.values()}.values())


def _unite(family: dict[str, list[Heard]], one: Heard, other: Heard) -> None:
    """Put two detections, and all that are with them, into one family."""
    mine, theirs = family.setdefault(one.key, [one]), family.setdefault(other.key, [other])
    if mine is not theirs:
        mine += theirs
        family.update((heard.key, mine) for heard in theirs)


def _settled(family: Sequence[Heard], *, gap: timedelta) -> list[Heard]:
    """A family's detections, each as of the recording that explains most of them."""
    left, settled = list(family), []
    while left:
        names = {name for heard in left for name in heard.guesses}
        told = {name: [_as_of(h, name) for h in left if name in h.guesses] for name in names}
        best = min(told, key=lambda name: (*_merit(told[name], left, gap=gap), name))
        settled += told[best]
        left = [heard for heard in left if best not in heard.guesses]
    return settled


def _merit(told: Sequence[Heard], left: Sequence[Heard], *, gap: timedelta) -> tuple[float, ...]:
    """How well a recording explains detections, less is better: time, then plays, then choices."""
    seconds = covered((heard.started_at, heard.ended_at) for heard in told).total_seconds()
    chosen = {(heard.key, heard.recording_id) for heard in left}
    own = sum((heard.key, heard.recording_id) in chosen for heard in told)
    return -seconds, len(_same_play(told, gap=gap)), -own


def _as_of(heard: Heard, recording_id: str) -> Heard:
    """A detection as of one of the recordings that explain it."""
    guess = heard.guesses[recording_id]
    return replace(
        heard,
        recording_id=recording_id,
        reference_start_seconds=guess.reference_start_seconds,
        speed=guess.speed,
        alternatives=tuple(g for g in heard.guesses.values() if g != guess),
    )


def _one_per_work(groups: Sequence[list[Heard]], works: Mapping[str, int]) -> list[list[Heard]]:
    """Plays, those of one work in one hall that overlap in time put together."""
    united: list[list[Heard]] = []
    sounding: dict[tuple[int, int], tuple[list[Heard], datetime]] = {}
    for group in sorted(groups, key=lambda group: min((h.started_at, h.key) for h in group)):
        work = works.get(group[0].recording_id)
        place = None if work is None else (group[0].hall_id, work)
        end = max(heard.ended_at for heard in group)
        if place in sounding and min(h.started_at for h in group) < sounding[place][1]:
            together, until = sounding[place]
            together += group
            sounding[place] = together, max(until, end)
            continue
        united.append(list(group))
        if place is not None:
            sounding[place] = united[-1], end
    return united


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
    recording_id = _longest_heard(group)
    every = [heard.guesses.keys() for heard in group]
    also = set.intersection(*(set(names) for names in every)) - {recording_id}
    name = hashlib.sha256("\n".join(keys).encode()).hexdigest()[:16]
    return Play(
        id=f"play-{name}",
        hall_id=group[0].hall_id,
        recording_id=recording_id,
        started_at=min(heard.started_at for heard in group),
        ended_at=max(heard.ended_at for heard in group),
        milliseconds=covered((heard.started_at, heard.ended_at) for heard in group) // MILLISECOND,
        confidence=max(heard.confidence for heard in group),
        detections=keys,
        alternatives=tuple(sorted(also)),
    )


def _longest_heard(group: Sequence[Heard]) -> str:
    """Of the recordings in a play, versions of one work, the one that was heard longest."""
    spans: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for heard in group:
        spans[heard.recording_id].append((heard.started_at, heard.ended_at))
    return min(spans, key=lambda name: (-covered(spans[name]), name))
