"""Venues, their halls and the evenings in them, in the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    select,
    update,
)

from central.database import METADATA, Instant, put
from central.errors import Taken, Unknown
from central.venues.uses import Use, VenueKind
from edge.sync.letters import Hours

venues = Table(
    "venues",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("city", String(200), nullable=False, default=""),
    Column("time_zone", String(64), nullable=False),  # IANA
    Column("kind", String(16), nullable=False, server_default=""),
)

halls = Table(
    "halls",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("venue_id", ForeignKey("venues.id"), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("seats", Integer),
    Column("hours", JSON),  # of the week, in which boxes may listen; none: always
)

events = Table(
    "events",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("hall_id", ForeignKey("halls.id"), nullable=False),
    Column("title", String(300), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("licence_fee_minor", BigInteger, nullable=False),  # tiyn, cent, Rappen …
    Column("currency", String(3), nullable=False),  # ISO 4217
    Column("use", String(16), nullable=False, server_default="concert"),  # where no part says other
    Column("licence_id", ForeignKey("licences.id")),  # whose tariff gives the fee; else it is typed
    Column("pitch_hz", Integer),  # of the A that is played; nobody said
    Index("ix_events_hall_starts", "hall_id", "starts_at"),
    CheckConstraint("licence_fee_minor >= 0", name="fee_not_negative"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a hall is: its venue's name and zone (IANA), its own name."""

    hall_id: int
    hall: str
    venue: str
    time_zone: str
    venue_id: int


@dataclass(frozen=True, slots=True)
class Event:
    """One evening in one hall, with the fee its organiser pays in minor units of the currency.

    Attributes:
        licence_id: by whose tariff the fee is reckoned; the typed fee is nought then.
        pitch_hz: of the A that is played; None: as it is today.
    """

    hall_id: int
    title: str
    starts_at: datetime
    ends_at: datetime
    licence_fee_minor: int
    currency: str
    use: Use = "concert"
    licence_id: int | None = None
    pitch_hz: int | None = None


def put_venue(
    connection: Connection, *, name: str, city: str, time_zone: str, kind: VenueKind = ""
) -> int:
    """Register a venue; answers its number."""
    row = {"name": name, "city": city, "time_zone": time_zone, "kind": kind}
    return put(connection, venues, row)


def put_hall(connection: Connection, *, venue_id: int, name: str, seats: int | None = None) -> int:
    """Register a hall; answers its number.

    Raises:
        Unknown: the venue is not registered.
    """
    if connection.scalar(select(venues.c.id).filter_by(id=venue_id)) is None:
        raise Unknown(f"venue {venue_id} is not registered")
    return put(connection, halls, {"venue_id": venue_id, "name": name, "seats": seats})


def hours_of(connection: Connection, hall_id: int) -> list[Hours]:
    """When boxes may listen in a hall; none: always.

    Raises:
        Unknown: no such hall.
    """
    place_of(connection, hall_id)
    said = connection.scalar(select(halls.c.hours).filter_by(id=hall_id))
    return [Hours.model_validate(one) for one in said or ()]


def set_hours(connection: Connection, hall_id: int, hours: Sequence[Hours]) -> None:
    """From the next orders on, boxes listen in a hall only then; none: always.

    Raises:
        Unknown: no such hall.
    """
    place_of(connection, hall_id)
    said = [one.model_dump() for one in hours]
    connection.execute(update(halls).filter_by(id=hall_id).values(hours=said))


def put_event(connection: Connection, event: Event) -> int:
    """Register an event; answers its number.

    Raises:
        Unknown: the hall is not registered.
        Taken: another event is in that hall at that time; what is heard then would be paid twice.
    """
    place_of(connection, event.hall_id)
    other = connection.execute(
        select(events.c.id, events.c.title)
        .where(events.c.hall_id == event.hall_id)
        .where(events.c.starts_at < event.ends_at)
        .where(events.c.ends_at > event.starts_at)
    ).first()
    if other is not None:
        raise Taken(f"hall {event.hall_id} has event {other.id} {other.title!r} at that time")
    row = {name: getattr(event, name) for name in Event.__slots__}
    return put(connection, events, row)


def require_event(connection: Connection, event_id: int) -> None:
    """Refuse an event that is not there.

    Raises:
        Unknown: no such event.
    """
    if connection.scalar(select(events.c.id).filter_by(id=event_id)) is None:
        raise Unknown(f"event {event_id} is not registered")


def kind_of(connection: Connection, hall_id: int) -> str:
    """What kind of house a hall is in; empty where nobody said.

    Raises:
        Unknown: no such hall.
    """
    place_of(connection, hall_id)
    kind = select(venues.c.kind).join_from(halls, venues).where(halls.c.id == hall_id)
    return str(connection.execute(kind).scalar_one())


def place_of(connection: Connection, hall_id: int) -> Place:
    """Where a hall is.

    Raises:
        Unknown: no such hall.
    """
    row = connection.execute(
        select(halls.c.name, halls.c.venue_id, venues.c.name.label("venue"), venues.c.time_zone)
        .join_from(halls, venues)
        .where(halls.c.id == hall_id)
    ).first()
    if row is None:
        raise Unknown(f"hall {hall_id} is not registered")
    return Place(hall_id, row.name, row.venue, row.time_zone, row.venue_id)
