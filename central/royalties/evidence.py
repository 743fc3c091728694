"""What other rooms know that a closing needs: events, their plays, and whose works those were."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select

from central.errors import Unknown
from central.ingest.plays import Play
from central.ingest.store import plays_of, unknown_music_of
from central.ingest.tables import detections
from central.ingest.unknown import length_of
from central.repertoire.lists import shares_of
from central.repertoire.shares import Share
from central.repertoire.store import parties, recordings, works
from central.royalties.calendar import Period
from central.royalties.distribution import Evidence, PlayUsed
from central.royalties.money import Money
from central.venues.calendar import LONGEST_EVENT
from central.venues.store import events, halls, venues


@dataclass(frozen=True, slots=True)
class OpenEvent:
    """An event whose fee is to be distributed."""

    id: int
    hall_id: int
    title: str
    hall: str
    starts_at: datetime
    ends_at: datetime
    fee: Money


@dataclass(frozen=True, slots=True)
class _Known:
    """A registered recording and its work."""

    recording_title: str
    performer: str
    work_id: int
    work_title: str
    free_points: int


def time_zone_of(connection: Connection, venue_id: int) -> str:
    """The IANA name of a venue's time zone.

    Raises:
        Unknown: no such venue.
    """
    zone = connection.scalar(select(venues.c.time_zone).filter_by(id=venue_id))
    if zone is None:
        raise Unknown(f"venue {venue_id} is not registered; see the list of venues")
    return str(zone)


def events_of(connection: Connection, venue_id: int, period: Period) -> list[OpenEvent]:
    """The events of a venue that start within the period, by start."""
    rows = connection.execute(
        _events()
        .where(halls.c.venue_id == venue_id)
        .where(events.c.starts_at >= period.start)
        .where(events.c.starts_at < period.end)
    )
    return [_open_event(row) for row in rows]


def all_events_of(connection: Connection, venue_id: int) -> list[OpenEvent]:
    """Every event of a venue, by start."""
    rows = connection.execute(_events().where(halls.c.venue_id == venue_id))
    return [_open_event(row) for row in rows]


def event_of(connection: Connection, event_id: int) -> OpenEvent:
    """One event.

    Raises:
        Unknown: no such event.
    """
    row = connection.execute(_events().where(events.c.id == event_id)).first()
    if row is None:
        raise Unknown(f"event {event_id} is not registered")
    return _open_event(row)


def unknown_at(connection: Connection, event_id: int) -> int:
    """How long music was heard at an event that no recording explains, ms.

    Raises:
        Unknown: no such event.
    """
    event = event_of(connection, event_id)
    edges = event.starts_at, event.ends_at
    return length_of(unknown_music_of(connection, event.hall_id, *edges))


def _events() -> Select[Any]:
    hall = halls.c.name.label("hall")
    ordered = select(events, hall).order_by(events.c.starts_at, events.c.id)
    return ordered.join_from(events, halls)


def _open_event(row: Row[Any]) -> OpenEvent:
    return OpenEvent(
        id=row.id,
        hall_id=row.hall_id,
        title=row.title,
        hall=row.hall,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        fee=Money(row.licence_fee_minor, row.currency),
    )


def plays_at(connection: Connection, event: OpenEvent) -> list[PlayUsed]:
    """The plays heard at an event, with all that their payment will rest on, by time."""
    return plays_at_each(connection, [event])[event.id]


def plays_at_each(connection: Connection, wanted: Sequence[OpenEvent]) -> dict[int, list[PlayUsed]]:
    """The plays heard at each of these events, by the event's id; a hall is read only once."""
    heard: dict[int, list[Play]] = {event.id: [] for event in wanted}
    for hall_id in sorted({event.hall_id for event in wanted}):
        here = [event for event in wanted if event.hall_id == hall_id]
        start, end = min(e.starts_at for e in here), max(e.ends_at for e in here)
        plays = plays_of(connection, hall_id, start, end)
        for event in here:
            heard[event.id] = [p for p in plays if event.starts_at <= p.middle < event.ends_at]
    used = _used(connection, {play.id: play for plays in heard.values() for play in plays})
    return {event_id: [used[play.id] for play in plays] for event_id, plays in heard.items()}


def _used(connection: Connection, plays: dict[str, Play]) -> dict[str, PlayUsed]:
    known = _known(connection, {play.recording_id for play in plays.values()})
    parts = shares_of(connection, {recording.work_id for recording in known.values()})
    heard = heard_by(connection, [key for play in plays.values() for key in play.detections])
    return {
        play.id: _play_used(play, known.get(play.recording_id), parts=parts, heard=heard)
        for play in plays.values()
    }


def _play_used(
    play: Play,
    known: _Known | None,
    *,
    parts: Mapping[int, Sequence[Share]],
    heard: dict[str, Evidence],
) -> PlayUsed:
    return PlayUsed(
        id=play.id,
        recording_id=play.recording_id,
        recording_title=known.recording_title if known else "",
        performer=known.performer if known else "",
        work_id=known.work_id if known else None,
        work_title=known.work_title if known else "",
        started_at=play.started_at,
        ended_at=play.ended_at,
        milliseconds=play.milliseconds,
        confidence_per_mille=_per_mille(play),
        detections=tuple(heard[key] for key in play.detections),
        shares=tuple(parts[known.work_id]) if known else (),
        free_points=known.free_points if known else 0,
    )


def _known(connection: Connection, recording_ids: Collection[str]) -> dict[str, _Known]:
    rows = connection.execute(
        select(
            recordings.c.id,
            recordings.c.title,
            recordings.c.performer,
            recordings.c.work_id,
            works.c.title.label("work_title"),
            works.c.free_points,
        )
        .join_from(recordings, works)
        .where(recordings.c.id.in_(recording_ids))
    )
    return {
        row.id: _Known(row.title, row.performer, row.work_id, row.work_title, row.free_points)
        for row in rows
    }


def heard_by(connection: Connection, keys: Iterable[str]) -> dict[str, Evidence]:
    """The detections behind plays, by their `device/boot/seq`."""
    numbers: dict[tuple[str, str], list[int]] = defaultdict(list)
    for key in keys:
        device, boot, seq = key.split("/")
        numbers[device, boot].append(int(seq))
    found = {}
    for (device, boot), seqs in numbers.items():
        rows = connection.execute(
            select(detections)
            .filter_by(device=device, boot=boot)
            .where(detections.c.seq.between(min(seqs), max(seqs)))
        )
        for row in rows:
            key, sure = f"{device}/{boot}/{row.seq}", _per_mille(row)
            found[key] = Evidence(key, row.started_at, row.ended_at, sure)
    return found


def _per_mille(heard: Play | Row[Any]) -> int:
    # What is almost certain is not rounded up to certain.
    rounded = round(heard.confidence * 1000)
    return rounded if heard.confidence >= 1 else min(rounded, 999)


def detections_heard(connection: Connection, venue_id: int, period: Period) -> set[str]:
    """Keys of all detections that a venue's boxes have by now reported of the period.

    What is heard during an event is of the day the event began on, even past midnight.
    """
    table = detections
    during = and_(
        events.c.hall_id == table.c.hall_id,
        events.c.starts_at <= table.c.started_at,
        events.c.ends_at > table.c.started_at,
    )
    began_at = func.coalesce(events.c.starts_at, table.c.started_at)
    rows = connection.execute(
        select(table.c.device, table.c.boot, table.c.seq)
        .join_from(table, halls, table.c.hall_id == halls.c.id)
        .outerjoin(events, during)
        .where(halls.c.venue_id == venue_id)
        .where(table.c.started_at.between(period.start, period.end + LONGEST_EVENT))
        .where(began_at >= period.start)
        .where(began_at < period.end)
    )
    return {f"{device}/{boot}/{seq}" for device, boot, seq in rows}


def names_of(connection: Connection, party_ids: Iterable[int]) -> dict[int, str]:
    """What the parties are called today."""
    rows = connection.execute(
        select(parties.c.id, parties.c.name).where(parties.c.id.in_(list(party_ids)))
    )
    return {row.id: row.name for row in rows}
