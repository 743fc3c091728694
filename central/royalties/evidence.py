"""What other rooms know that a closing needs: events, what boxes reported of them, and names."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, and_, func, select

from central.errors import Unknown
from central.ingest.plays import Play
from central.ingest.store import unknown_music_of
from central.ingest.tables import detections, works_heard
from central.ingest.unknown import length_of
from central.repertoire.store import parties
from central.royalties.calendar import Period
from central.royalties.distribution import Evidence
from central.royalties.fees import Licensed
from central.royalties.money import Money
from central.venues.accounts import receipts
from central.venues.calendar import LONGEST_EVENT
from central.venues.declarations import declarations
from central.venues.licences import licence_of
from central.venues.store import events, halls, venues

# Where what boxes recognised is kept, and what each record was taken for.
_HEARD = (
    (detections, detections.c.recording_id),
    (works_heard, works_heard.c.score_id),
)


@dataclass(frozen=True, slots=True)
class OpenEvent:
    """An event whose fee is to be distributed.

    Attributes:
        fee: as typed; nought where a licence gives it.
        licensed: by which licence; None where the fee was typed.
    """

    id: int
    hall_id: int
    title: str
    hall: str
    starts_at: datetime
    ends_at: datetime
    fee: Money
    licensed: Licensed | None = None


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
    return [_open_event(connection, row) for row in rows.all()]


def all_events_of(connection: Connection, venue_id: int) -> list[OpenEvent]:
    """Every event of a venue, by start."""
    rows = connection.execute(_events().where(halls.c.venue_id == venue_id))
    return [_open_event(connection, row) for row in rows.all()]


def event_of(connection: Connection, event_id: int) -> OpenEvent:
    """One event.

    Raises:
        Unknown: no such event.
    """
    row = connection.execute(_events().where(events.c.id == event_id)).first()
    if row is None:
        raise Unknown(f"event {event_id} is not registered")
    return _open_event(connection, row)


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
    ordered = select(events, hall, halls.c.seats).order_by(events.c.starts_at, events.c.id)
    return ordered.join_from(events, halls)


def _licensed(connection: Connection, row: Row[Any]) -> Licensed | None:
    """The licence of an event, with the last word of its box office and what its hall is."""
    if row.licence_id is None:
        return None
    licence = licence_of(connection, row.licence_id)
    told = {"seats": row.seats, "screens": licence.screens}
    latest = select(receipts).filter_by(event_id=row.id).order_by(receipts.c.id.desc()).limit(1)
    taken = connection.execute(latest).first()
    if taken is not None:
        told |= {"receipts": taken.gross_minor, "attendance": taken.tickets}
    declared = select(declarations.c.id).filter_by(event_id=row.id).limit(1)
    return Licensed(
        licence_id=licence.id,
        reference=licence.reference,
        family=licence.family,
        tariff=licence.tariff,
        basis=licence.basis,
        told={name: quantity for name, quantity in told.items() if quantity is not None},
        reported=connection.scalar(declared) is not None,
    )


def _open_event(connection: Connection, row: Row[Any]) -> OpenEvent:
    return OpenEvent(
        id=row.id,
        hall_id=row.hall_id,
        title=row.title,
        hall=row.hall,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        fee=Money(row.licence_fee_minor, row.currency),
        licensed=_licensed(connection, row),
    )


def heard_by(connection: Connection, keys: Iterable[str]) -> dict[str, Evidence]:
    """What boxes heard behind plays, by its `device/boot/seq`."""
    numbers: dict[tuple[str, str], list[int]] = defaultdict(list)
    for key in keys:
        device, boot, seq = key.split("/")
        numbers[device, boot].append(int(seq))
    found = {}
    for (device, boot), seqs in numbers.items():
        for table, named in _HEARD:
            rows = connection.execute(
                select(table, named.label("taken_for"))
                .filter_by(device=device, boot=boot)
                .where(table.c.seq.between(min(seqs), max(seqs)))
            )
            for row in rows:
                key, sure = f"{device}/{boot}/{row.seq}", per_mille(row)
                span = row.started_at, row.ended_at
                found[key] = Evidence(key, *span, sure, recording_id=row.taken_for)
    return found


def per_mille(heard: Play | Row[Any]) -> int:
    """The confidence of something heard as 0 to 1000.

    What is almost certain is not rounded up to certain.
    """
    rounded = round(heard.confidence * 1000)
    return rounded if heard.confidence >= 1 else min(rounded, 999)


def detections_heard(connection: Connection, venue_id: int, period: Period) -> set[str]:
    """Keys of all that a venue's boxes have by now recognised of the period.

    What is heard during an event is of the day the event began on, even past midnight.
    """
    return {key for table, _ in _HEARD for key in _keys_of(connection, table, venue_id, period)}


def _keys_of(connection: Connection, table: Table, venue_id: int, period: Period) -> Iterable[str]:
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
    return (f"{device}/{boot}/{seq}" for device, boot, seq in rows)


def names_of(connection: Connection, party_ids: Iterable[int]) -> dict[int, str]:
    """What the parties are called today."""
    rows = connection.execute(
        select(parties.c.id, parties.c.name).where(parties.c.id.in_(list(party_ids)))
    )
    return {row.id: row.name for row in rows}
