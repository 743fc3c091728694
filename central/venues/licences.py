"""What a house is licensed by: the kind of tariff, on which basis, from when until when."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlalchemy import Column, Connection, Date, ForeignKey, Integer, String, Table, select

from central.database import METADATA, Instant, put
from central.errors import Unacceptable, Unknown
from central.venues.store import place_of, venues

LicenceBasis = Literal["", "whole_programme", "pro_rata_protected"]

licences = Table(  # never changed: another contract is another licence
    "licences",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("venue_id", ForeignKey("venues.id"), nullable=False, index=True),
    Column("reference", String(200), nullable=False),  # of the contract
    Column("family", String(64), nullable=False),  # of the rule packs that hold the tariff
    Column("tariff", String(64), nullable=False),
    Column("basis", String(24), nullable=False),
    Column("screens", Integer),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("told_by", String(100), nullable=False),
    Column("told_at", Instant, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence of a house; its tariff is looked up in the pack of the event's day.

    Attributes:
        basis: whether minutes that nobody owns lower the fee; empty where the tariff itself says.
        screens: that are licensed, where the tariff counts them.
        valid_from: first day; so `valid_to`, the last, None while it holds.
    """

    id: int
    venue_id: int
    reference: str
    family: str
    tariff: str
    basis: LicenceBasis
    screens: int | None
    valid_from: date
    valid_to: date | None
    told_by: str
    told_at: datetime


def put_licence(connection: Connection, licence: Licence) -> int:
    """Register a licence; answers the number it was given, whatever number it came with.

    Raises:
        Unknown: no such venue.
        Unacceptable: it ends before it begins.
    """
    if connection.scalar(select(venues.c.id).filter_by(id=licence.venue_id)) is None:
        raise Unknown(f"venue {licence.venue_id} is not registered")
    if licence.valid_to is not None and licence.valid_to < licence.valid_from:
        raise Unacceptable(f"a licence cannot last from {licence.valid_from} to {licence.valid_to}")
    row = {name: getattr(licence, name) for name in Licence.__slots__ if name != "id"}
    return put(connection, licences, row)


def licence_of(connection: Connection, licence_id: int) -> Licence:
    """One licence.

    Raises:
        Unknown: there is none of that number.
    """
    row = connection.execute(select(licences).filter_by(id=licence_id)).first()
    if row is None:
        raise Unknown(f"licence {licence_id} is not registered")
    return Licence(**row._mapping)


def licences_of(connection: Connection, venue_id: int) -> list[Licence]:
    """The licences of a house, the latest first."""
    wanted = select(licences).filter_by(venue_id=venue_id)
    rows = connection.execute(wanted.order_by(licences.c.valid_from.desc(), licences.c.id.desc()))
    return [Licence(**row._mapping) for row in rows]


def require_licensed(connection: Connection, licence_id: int, hall_id: int, day: date) -> None:
    """Refuse a licence that does not cover a hall on a day.

    Raises:
        Unknown: no such licence or hall.
        Unacceptable: it is another house's, or does not hold on that day.
    """
    licence, place = licence_of(connection, licence_id), place_of(connection, hall_id)
    if licence.venue_id != place.venue_id:
        raise Unacceptable(f"licence {licence_id} is of venue {licence.venue_id}, not of this hall")
    until = licence.valid_to or day
    if not licence.valid_from <= day <= until:
        raise Unacceptable(
            f"licence {licence_id} holds from {licence.valid_from} to {licence.valid_to or '…'};"
            f" the event is on {day}"
        )
