"""What organisers and producers say was played: programmes of evenings, cue sheets of films."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    Row,
    Select,
    String,
    Table,
    insert,
    select,
)

from central.database import METADATA, Instant, put
from central.errors import Unknown
from central.venues.accounts import performances
from central.venues.programme import Piece

declarations = Table(  # never changed: who corrects declares anew, and the latest counts
    "declarations",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("events.id"), index=True),
    Column("production_id", ForeignKey("productions.id"), index=True),
    Column("kind", String(8), nullable=False),  # typed | csv | xlsx | json
    Column("file_name", String(200), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("acknowledgement", LargeBinary, nullable=False),
    Column("refused", Integer, nullable=False),
    Column("told_by", String(100), nullable=False),
    Column("told_at", Instant, nullable=False),
    CheckConstraint("(event_id IS NULL) <> (production_id IS NULL)", name="of_one_thing"),
)

declared_pieces = Table(
    "declared_pieces",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("declaration_id", ForeignKey("declarations.id"), nullable=False, index=True),
    Column("place", Integer, nullable=False),
    Column("title", String(300), nullable=False),
    Column("composers", String(300), nullable=False),
    Column("performer", String(300), nullable=False),
    Column("work_id", ForeignKey("works.id")),
    Column("iswc", String(11)),
    Column("isrc", String(12)),
    Column("from_milliseconds", Integer),  # where in the film it begins
    Column("milliseconds", Integer),
    Column("use", String(16), nullable=False),  # empty: as the evening says
    Column("placing", String(16), nullable=False, server_default="full"),
    Column("encore", Boolean, nullable=False),
    Column("role", String(16), nullable=False, server_default=""),  # of a cue in its film
)

Kind = Literal["typed", "csv", "xlsx", "json"]


@dataclass(frozen=True, slots=True)
class Told:
    """A declaration as it came, and what went back; `refused` counts rows not taken."""

    kind: Kind
    file_name: str
    content: bytes
    acknowledgement: bytes
    refused: int
    told_by: str
    told_at: datetime


@dataclass(frozen=True, slots=True)
class Declared:
    """A piece of a declaration as it stands in the books.

    Attributes:
        production_id: whose cue sheet it stands in; None in the programme of an event.
    """

    id: int
    declaration_id: int
    place: int
    piece: Piece
    production_id: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A declaration without its pieces: who brought it and when, and the SHA-256 of its bytes."""

    id: int
    kind: Kind
    digest: str
    told_by: str
    told_at: datetime


def put_declaration(
    connection: Connection,
    told: Told,
    pieces: Sequence[Piece],
    *,
    event_id: int | None = None,
    production_id: int | None = None,
) -> int:
    """Keep what was declared of an event or of a production; answers its number."""
    row = {name: getattr(told, name) for name in Told.__slots__}
    whose = {"event_id": event_id, "production_id": production_id}
    number = put(connection, declarations, row | whose | {"file_name": told.file_name[:200]})
    rows = [
        {name: getattr(piece, name) for name in Piece.__slots__}
        | {"declaration_id": number, "place": place}
        for place, piece in enumerate(pieces, start=1)
    ]
    if rows:
        connection.execute(insert(declared_pieces), rows)
    return number


def declared_at(connection: Connection, event_id: int) -> list[Declared]:
    """What counts as declared of an event, in order: its own programme, else its cue sheets."""
    own = connection.scalar(_latest().where(declarations.c.event_id == event_id))
    if own is not None:
        return pieces_of(connection, own)
    shown = select(performances.c.production_id).filter_by(event_id=event_id)
    films = connection.scalars(shown.order_by(performances.c.production_id)).all()
    return [piece for production_id in films for piece in cues_of(connection, production_id)]


def cues_of(connection: Connection, production_id: int) -> list[Declared]:
    """The latest cue sheet of a production, in order."""
    own = connection.scalar(_latest().where(declarations.c.production_id == production_id))
    return [] if own is None else pieces_of(connection, own)


def pieces_of(connection: Connection, declaration_id: int) -> list[Declared]:
    """The pieces of one declaration, in order."""
    rows = connection.execute(
        select(declared_pieces, declarations.c.production_id)
        .join_from(declared_pieces, declarations)
        .where(declared_pieces.c.declaration_id == declaration_id)
        .order_by(declared_pieces.c.place)
    )
    return [_declared(row) for row in rows]


def sheets(connection: Connection, numbers: Collection[int]) -> dict[int, Sheet]:
    """Those declarations by number."""
    rows = connection.execute(select(declarations).where(declarations.c.id.in_(numbers)))
    return {
        row.id: Sheet(
            row.id, row.kind, hashlib.sha256(row.content).hexdigest(), row.told_by, row.told_at
        )
        for row in rows
    }


def acknowledgement_of(connection: Connection, number: int) -> tuple[Kind, bytes]:
    """What went back for a declaration, byte for byte, and of which kind it is.

    Raises:
        Unknown: no such declaration.
    """
    kept = select(declarations.c.kind, declarations.c.acknowledgement).filter_by(id=number)
    row = connection.execute(kept).first()
    if row is None:
        raise Unknown(f"declaration {number} is not registered")
    return row.kind, bytes(row.acknowledgement)


def _latest() -> Select[Any]:
    return select(declarations.c.id).order_by(declarations.c.id.desc()).limit(1)


def _declared(row: Row[Any]) -> Declared:
    said = Piece(**{name: getattr(row, name) for name in Piece.__slots__})
    return Declared(row.id, row.declaration_id, row.place, said, row.production_id)
