"""Venues, halls and events as lists."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from central.database import page_of
from central.venues import store


@dataclass(frozen=True, slots=True)
class Venue:
    """A venue as it stands in the books."""

    id: int
    name: str
    city: str
    time_zone: str
    kind: str


@dataclass(frozen=True, slots=True)
class Hall:
    """A hall as it stands in the books."""

    id: int
    venue_id: int
    name: str
    seats: int | None


@dataclass(frozen=True, slots=True)
class Event:
    """An event as it stands in the books; a typed fee in minor units, or the licence it is by."""

    id: int
    hall_id: int
    title: str
    starts_at: datetime
    ends_at: datetime
    licence_fee_minor: int
    currency: str
    use: str
    licence_id: int | None


def venues(connection: Connection, *, after: int = 0) -> list[Venue]:
    """Venues by number."""
    rows = page_of(connection, select(store.venues), by=store.venues.c.id, after=after)
    return [Venue(row.id, row.name, row.city, row.time_zone, row.kind) for row in rows]


def halls(connection: Connection, *, after: int = 0) -> list[Hall]:
    """Halls by number."""
    rows = page_of(connection, select(store.halls), by=store.halls.c.id, after=after)
    return [Hall(row.id, row.venue_id, row.name, row.seats) for row in rows]


def events(connection: Connection, *, after: int = 0) -> list[Event]:
    """Events by number."""
    rows = page_of(connection, select(store.events), by=store.events.c.id, after=after)
    return [
        Event(
            id=row.id,
            hall_id=row.hall_id,
            title=row.title,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            licence_fee_minor=row.licence_fee_minor,
            currency=row.currency,
            use=row.use,
            licence_id=row.licence_id,
        )
        for row in rows
    ]
