"""What is known of an evening beside its sound: parts, productions given, box office."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    insert,
    select,
)

from central.database import METADATA, Instant, page_of, put
from central.errors import Unacceptable, Unknown
from central.venues.store import events, require_event
from central.venues.uses import SELF_RUNNING, ProductionKind, Use

productions = Table(
    "productions",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("title", String(300), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("acts", Integer, nullable=False),
    Column("code", String(200), nullable=False),  # EIDR, ISAN or empty
)

performances = Table(  # a concert may give one act of a ballet, a cinema a trailer and a film
    "performances",
    METADATA,
    Column("event_id", ForeignKey("events.id"), primary_key=True),
    Column("production_id", ForeignKey("productions.id"), primary_key=True),
    Column("acts", Integer, nullable=False),  # given, of all it has
)

event_parts = Table(
    "event_parts",
    METADATA,
    Column("event_id", ForeignKey("events.id"), primary_key=True),
    Column("starts_at", Instant, primary_key=True),
    Column("ends_at", Instant, nullable=False),
    Column("use", String(16), nullable=False),
)

receipts = Table(  # never changed: who corrects says it anew
    "receipts",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("events.id"), nullable=False, index=True),
    Column("gross_minor", BigInteger, nullable=False),  # in the event's currency
    Column("tickets", Integer, nullable=False),
    Column("told_by", String(100), nullable=False),
    Column("told_at", Instant, nullable=False),
    CheckConstraint("gross_minor >= 0", name="gross_not_negative"),
)


@dataclass(frozen=True, slots=True)
class Production:
    """A staging or a film as it stands in the books."""

    id: int
    title: str
    kind: str
    acts: int
    code: str


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of an evening in which music has a use of its own."""

    starts_at: datetime
    ends_at: datetime
    use: Use


@dataclass(frozen=True, slots=True)
class Performance:
    """A production given at an event, and how many of its acts."""

    production: Production
    acts: int


@dataclass(frozen=True, slots=True)
class Receipts:
    """What the box office said of an event: gross in minor units of the event's currency."""

    gross_minor: int
    tickets: int
    told_by: str
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """An event beside its sound; of the receipts the last ones count."""

    id: int
    hall_id: int
    title: str
    starts_at: datetime
    ends_at: datetime
    licence_fee_minor: int
    currency: str
    use: Use
    parts: tuple[Part, ...]
    performances: tuple[Performance, ...]
    receipts: tuple[Receipts, ...]
    licence_id: int | None = None

    def use_at(self, instant: datetime) -> Use:
        """The use of music at an instant: that of the part it lies in, else the evening's."""
        part = self.part_at(instant)
        return self.use if part is None else part.use

    def part_at(self, instant: datetime) -> Part | None:
        """The part of the evening that an instant lies in, if it lies in any."""
        within = (part for part in self.parts if part.starts_at <= instant < part.ends_at)
        return next(within, None)


def put_production(
    connection: Connection, *, title: str, kind: ProductionKind, acts: int, code: str
) -> int:
    """Register a production; answers its number."""
    return put(connection, productions, {"title": title, "kind": kind, "acts": acts, "code": code})


def require_production(connection: Connection, production_id: int) -> Production:
    """A production that must be there.

    Raises:
        Unknown: no such production.
    """
    row = connection.execute(select(productions).filter_by(id=production_id)).first()
    if row is None:
        raise Unknown(f"production {production_id} is not registered")
    return _production(row)


def put_performance(
    connection: Connection, event_id: int, production_id: int, *, acts: int | None
) -> None:
    """Say that an event gives a production, whole or some of its acts.

    Raises:
        Unknown: no such production.
        Unacceptable: more acts than it has, or it was named before.
    """
    production = require_production(connection, production_id)
    given = production.acts if acts is None else acts
    if given > production.acts:
        raise Unacceptable(f"production {production_id} has {production.acts} acts, not {given}")
    row = {"event_id": event_id, "production_id": production_id}
    if connection.execute(select(performances).filter_by(**row)).first() is not None:
        raise Unacceptable(f"production {production_id} is named twice; give its acts together")
    connection.execute(insert(performances).values(**row, acts=given))


def put_parts(connection: Connection, event_id: int, parts: Sequence[Part]) -> None:
    """Part an evening by the use of its music."""
    rows = [
        {"event_id": event_id, "starts_at": one.starts_at, "ends_at": one.ends_at, "use": one.use}
        for one in parts
    ]
    if rows:
        connection.execute(insert(event_parts), rows)


def put_receipts(connection: Connection, event_id: int, told: Receipts) -> int:
    """Keep what the box office says; answers its number.

    Raises:
        Unknown: no such event.
    """
    require_event(connection, event_id)
    row = {name: getattr(told, name) for name in Receipts.__slots__}
    return put(connection, receipts, row | {"event_id": event_id})


def productions_after(connection: Connection, after: int) -> list[Production]:
    """Productions by number."""
    rows = page_of(connection, select(productions), by=productions.c.id, after=after)
    return [_production(row) for row in rows]


def films_after(connection: Connection, after: int) -> list[Production]:
    """Films and trailers by number: what takes the same time whenever it is given."""
    wanted = select(productions).where(productions.c.kind.in_(SELF_RUNNING))
    rows = page_of(connection, wanted, by=productions.c.id, after=after)
    return [_production(row) for row in rows]


def account_of(connection: Connection, event_id: int) -> Account:
    """All that is known of an event beside its sound.

    Raises:
        Unknown: no such event.
    """
    require_event(connection, event_id)
    row = connection.execute(select(events).filter_by(id=event_id)).one()
    parts = select(event_parts).filter_by(event_id=event_id).order_by(event_parts.c.starts_at)
    told = select(receipts).filter_by(event_id=event_id).order_by(receipts.c.id)
    given = (
        select(productions, performances.c.acts.label("given"))
        .join_from(performances, productions)
        .where(performances.c.event_id == event_id)
        .order_by(productions.c.id)
    )
    return Account(
        id=row.id,
        hall_id=row.hall_id,
        title=row.title,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        licence_fee_minor=row.licence_fee_minor,
        currency=row.currency,
        use=row.use,
        parts=tuple(Part(p.starts_at, p.ends_at, p.use) for p in connection.execute(parts)),
        performances=tuple(
            Performance(_production(one), one.given) for one in connection.execute(given)
        ),
        receipts=tuple(
            Receipts(one.gross_minor, one.tickets, one.told_by, one.told_at)
            for one in connection.execute(told)
        ),
        licence_id=row.licence_id,
    )


def _production(row: Row[Any]) -> Production:
    return Production(row.id, row.title, row.kind, row.acts, row.code)
