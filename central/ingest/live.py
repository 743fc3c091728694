"""What was played live: works that boxes followed by their scores, where no recording sounded."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from central.ingest.plays import MILLISECOND, Play, covered


@dataclass(frozen=True, slots=True)
class HeardLive:
    """A stretch of a work played live, in the calendar of its hall.

    Attributes:
        key: "device/boot/seq", its natural key.
        score_id: the score that was followed.
        confidence: 0..1.
    """

    key: str
    hall_id: int
    score_id: str
    started_at: datetime
    ended_at: datetime
    confidence: float


def plays_live(
    heard: Iterable[HeardLive],
    recorded: Sequence[tuple[datetime, datetime]],
    *,
    works: Mapping[str, int],
) -> list[Play]:
    """The plays behind what was heard live in one hall, by start.

    Stretches of one work that overlap, told by two boxes or by the scores of two movements, are
    one play. What a recording explains for most of its length came out of a loudspeaker: it is
    that recording's play and nobody's performance.

    Args:
        heard: what boxes heard live; told twice it counts once.
        recorded: when a recording was recognised in the hall.
        works: of registered scores.
    """
    once = {one.key: one for one in heard if not _is_playback(one, recorded)}.values()
    groups: dict[tuple[int, int | str], list[list[HeardLive]]] = {}
    for one in sorted(once, key=lambda one: (one.started_at, one.key)):
        own = groups.setdefault((one.hall_id, works.get(one.score_id, one.score_id)), [])
        if own and one.started_at < max(other.ended_at for other in own[-1]):
            own[-1].append(one)
        else:
            own.append([one])
    plays = [_play(group) for several in groups.values() for group in several]
    return sorted(plays, key=lambda play: (play.started_at, play.hall_id, play.id))


def _is_playback(one: HeardLive, recorded: Sequence[tuple[datetime, datetime]]) -> bool:
    inside = [
        (max(began, one.started_at), min(ended, one.ended_at))
        for began, ended in recorded
        if began < one.ended_at and ended > one.started_at
    ]
    return bool(inside) and 2 * covered(inside) > one.ended_at - one.started_at


def _play(group: Sequence[HeardLive]) -> Play:
    keys = tuple(sorted(one.key for one in group))
    name = hashlib.sha256("\n".join(keys).encode()).hexdigest()[:16]
    spans = [(one.started_at, one.ended_at) for one in group]
    longest = max(group, key=lambda one: (one.ended_at - one.started_at, one.score_id))
    return Play(
        id=f"live-{name}",
        hall_id=group[0].hall_id,
        recording_id=longest.score_id,
        started_at=min(spans)[0],
        ended_at=max(end for _, end in spans),
        milliseconds=covered(spans) // MILLISECOND,
        confidence=max(one.confidence for one in group),
        detections=keys,
    )
