"""The desk's queue: evenings on which something is open, those with the most money first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from central.ingest.reconciliation import reconciliation_of
from central.venues.store import events

MOST_EVENTS = 200  # looked at for one answer; ask for fewer days to see the rest


@dataclass(frozen=True, slots=True)
class Waiting:
    """An evening with open lines, and the part of its fee that they hold up."""

    event_id: int
    title: str
    starts_at: datetime
    open_lines: int
    open_minor: int
    currency: str


def waiting(connection: Connection, start: datetime, end: datetime) -> list[Waiting]:
    """Evenings that start in a window and wait for a person, by currency, then by money."""
    wanted = select(events.c.id).where(events.c.starts_at >= start, events.c.starts_at < end)
    ordered = wanted.order_by(events.c.licence_fee_minor.desc(), events.c.id).limit(MOST_EVENTS)
    known = [reconciliation_of(connection, number) for number in connection.scalars(ordered).all()]
    found = [
        Waiting(
            event_id=one.account.id,
            title=one.account.title,
            starts_at=one.account.starts_at,
            open_lines=sum(line.is_open for line in one.lines),
            open_minor=one.open_minor,
            currency=one.account.currency,
        )
        for one in known
    ]
    open_ones = [one for one in found if one.open_lines]
    return sorted(open_ones, key=lambda one: (one.currency, -one.open_minor, one.event_id))
