"""What is announced for the evenings of a hall, as boxes can use it: scores, from when to when."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import log2

from sqlalchemy import JSON, Column, Connection, ForeignKey, String, Table, insert, select

from central.database import METADATA, Instant
from central.venues.declarations import Declared, declared_at
from central.venues.meaning import scores_meant
from central.venues.store import events
from edge.sync.letters import MOST_EVENINGS, MOST_WORKS, AnnouncedEvening

AHEAD = timedelta(days=14)  # a box that is not heard from for so long still knows the evening
EARLY, LATE = timedelta(minutes=15), timedelta(hours=1)  # around what was announced
CONCERT_PITCH_HZ = 440
PITCHES_HZ = (385, 498)  # two semitones around it: as far as boxes follow
LASTS = timedelta(days=1)  # then it is looked up anew, for there may be more works and scores

# Titles are dear to look up, and boxes ask every few minutes: what was found is kept a while.
announced_scores = Table(
    "announced_scores",
    METADATA,
    Column("event_id", ForeignKey("events.id"), primary_key=True, autoincrement=False),
    Column("declared", String(64), nullable=False),  # names what was declared then
    Column("scores", JSON, nullable=False),
    Column("looked_up_at", Instant, nullable=False),
)


def announced_in(
    connection: Connection, hall_id: int, *, now: datetime
) -> list[AnnouncedEvening] | None:
    """What boxes of a hall should expect; None where something must be looked up first."""
    evenings = []
    for event_id, begins, ends, pitch_hz in _events_ahead(connection, hall_id, now=now):
        pieces = declared_at(connection, event_id)
        if not pieces:
            continue
        found = _kept(connection, event_id, pieces, now=now)
        if found is None:
            return None
        if found:
            by = semitones(pitch_hz)
            evening = AnnouncedEvening(begins=begins, ends=ends, works=found, semitones=by)
            evenings.append(evening)
    return evenings


def semitones(pitch_hz: int | None) -> int:
    """By how many semitones music sounds above what is written, at a pitch of its A."""
    return 0 if pitch_hz is None else round(12 * log2(pitch_hz / CONCERT_PITCH_HZ))


def look_up(connection: Connection, hall_id: int, *, now: datetime) -> None:
    """Find the scores of what is announced in a hall, where that is not known or long ago."""
    for event_id, *_ in _events_ahead(connection, hall_id, now=now):
        pieces = declared_at(connection, event_id)
        if not pieces or _kept(connection, event_id, pieces, now=now) is not None:
            continue
        connection.execute(announced_scores.delete().filter_by(event_id=event_id))
        row = {
            "event_id": event_id,
            "declared": _name(pieces),
            "scores": scores_meant(connection, pieces)[:MOST_WORKS],
            "looked_up_at": now,
        }
        connection.execute(insert(announced_scores).values(row))


def _events_ahead(
    connection: Connection, hall_id: int, *, now: datetime
) -> list[tuple[int, datetime, datetime, int | None]]:
    wanted = (
        select(events.c.id, events.c.starts_at, events.c.ends_at, events.c.pitch_hz)
        .where(events.c.hall_id == hall_id)
        .where(events.c.ends_at > now - LATE)
        .where(events.c.starts_at < now + AHEAD)
        .order_by(events.c.starts_at, events.c.id)
        .limit(MOST_EVENINGS)
    )
    rows = connection.execute(wanted)
    return [(row.id, row.starts_at - EARLY, row.ends_at + LATE, row.pitch_hz) for row in rows]


def _kept(
    connection: Connection, event_id: int, pieces: Sequence[Declared], *, now: datetime
) -> list[str] | None:
    row = connection.execute(select(announced_scores).filter_by(event_id=event_id)).first()
    if row is None or row.declared != _name(pieces) or now - row.looked_up_at > LASTS:
        return None
    return list(row.scores)


def _name(pieces: Sequence[Declared]) -> str:
    """Names what was declared: declarations are never changed."""
    numbers = sorted({one.declaration_id for one in pieces})
    return hashlib.sha256(",".join(map(str, numbers)).encode()).hexdigest()
