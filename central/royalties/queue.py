"""The desk's queue: what waits for a person on all open evenings, the most money first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from central.ingest.reconciliation import reconciliation_of
from central.ingest.settled import Reconciliation, Settled
from central.royalties.tables import distributed_events, provisional_events
from central.venues.store import events

MOST_EVENTS = 200  # looked at for one answer; ask for fewer days to see the rest
MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """An evening with open lines, and the part of its fee that they hold up."""

    event_id: int
    title: str
    starts_at: datetime
    open_lines: int
    open_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class OpenLine:
    """One line that a person has to settle, and the money it holds up."""

    event_id: int
    event: str
    starts_at: datetime
    hall_id: int
    currency: str
    line: Settled


def waiting(connection: Connection, start: datetime, end: datetime) -> list[Waiting]:
    """Open evenings that start in a window and wait for a person, by currency, then by money."""
    found = [
        Waiting(
            event_id=one.account.id,
            title=one.account.title,
            starts_at=one.account.starts_at,
            open_lines=sum(line.is_open for line in one.lines),
            open_minor=one.open_minor,
            currency=one.account.currency,
        )
        for one in _open_evenings(connection, start, end)
    ]
    open_ones = [one for one in found if one.open_lines]
    return sorted(open_ones, key=lambda one: (one.currency, -one.open_minor, one.event_id))


def open_lines(connection: Connection, start: datetime, end: datetime) -> list[OpenLine]:
    """What waits for a person on those evenings, line by line, by currency, then by money."""
    found = list(_lines(_open_evenings(connection, start, end)))
    found.sort(key=lambda one: (one.currency, -one.line.stake_minor, one.event_id, one.line.name))
    return found[:MOST_LINES]


def _lines(evenings: Iterable[Reconciliation]) -> Iterator[OpenLine]:
    for known in evenings:
        account = known.account
        for line in known.lines:
            if line.is_open:
                yield OpenLine(
                    event_id=account.id,
                    event=account.title,
                    starts_at=account.starts_at,
                    hall_id=account.hall_id,
                    currency=account.currency,
                    line=line,
                )


def _open_evenings(
    connection: Connection, start: datetime, end: datetime
) -> Iterator[Reconciliation]:
    """Those that are not closed, dearest first; a licence's fee is the one reckoned last night."""
    joined = events.outerjoin(distributed_events).outerjoin(provisional_events)
    rows = connection.execute(
        select(events.c.id, events.c.licence_fee_minor, provisional_events.c.fee_minor)
        .select_from(joined)
        .where(events.c.starts_at >= start)
        .where(events.c.starts_at < end)
        .where(distributed_events.c.event_id.is_(None))
    )
    fees = {row.id: row.licence_fee_minor or row.fee_minor or 0 for row in rows}
    dearest = sorted(fees, key=lambda number: (-fees[number], number))[:MOST_EVENTS]
    for number in dearest:
        yield reconciliation_of(connection, number, fee_minor=fees[number])
