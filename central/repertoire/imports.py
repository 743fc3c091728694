"""Every file of works that came in, as it came, with the acknowledgement that went back."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Integer, LargeBinary, String, Table, select

from central.database import METADATA, Instant, put
from central.errors import Unknown

imports = Table(
    "imports",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("kind", String(8), nullable=False),  # cwr | csv | xlsx
    Column("source", String(100), nullable=False),
    Column("file_name", String(200), nullable=False),
    Column("content_sha256", String(64), nullable=False, unique=True),
    Column("content", LargeBinary, nullable=False),
    Column("acknowledgement", LargeBinary, nullable=False),
    Column("taken", Integer, nullable=False),
    Column("held", Integer, nullable=False),  # of those taken
    Column("refused", Integer, nullable=False),
    Column("received_at", Instant, nullable=False),
)

MEDIA_TYPES = {
    "cwr": "text/plain",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""What an acknowledgement is, by the kind of the file it answers."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the works of a file; those held are among those taken."""

    taken: int
    held: int
    refused: int


@dataclass(frozen=True, slots=True)
class Import:
    """A file that came in, without its content."""

    id: int
    kind: str
    source: str
    file_name: str
    counts: Counts
    received_at: datetime


def put_import(
    connection: Connection,
    *,
    kind: str,
    source: str,
    file_name: str,
    content: bytes,
    acknowledgement: bytes,
    counts: Counts,
    at: datetime,
) -> int:
    """Keep a file and its acknowledgement; answers its number."""
    row = {
        "kind": kind,
        "source": source[:100],
        "file_name": file_name[:200],
        "content_sha256": hashlib.sha256(content).hexdigest(),
        "content": content,
        "acknowledgement": acknowledgement,
        "taken": counts.taken,
        "held": counts.held,
        "refused": counts.refused,
        "received_at": at,
    }
    return put(connection, imports, row)


def earlier(connection: Connection, content: bytes) -> int | None:
    """The number under which the same file came in before, if it did."""
    sum_of_it = hashlib.sha256(content).hexdigest()
    return connection.scalar(select(imports.c.id).filter_by(content_sha256=sum_of_it))


def import_of(connection: Connection, number: int) -> Import:
    """One file that came in.

    Raises:
        Unknown: no such import.
    """
    for one in latest(connection, number=number):
        return one
    raise Unknown(f"import {number} is not registered")


def latest(
    connection: Connection, *, number: int | None = None, at_most: int = 100
) -> list[Import]:
    """Files that came in, the latest first; or the one of that number."""
    large = {"content", "acknowledgement"}
    wanted = select(*(column for column in imports.c if column.name not in large))
    if number is not None:
        wanted = wanted.filter_by(id=number)
    rows = connection.execute(wanted.order_by(imports.c.id.desc()).limit(at_most))
    return [
        Import(
            id=row.id,
            kind=row.kind,
            source=row.source,
            file_name=row.file_name,
            counts=Counts(row.taken, row.held, row.refused),
            received_at=row.received_at,
        )
        for row in rows
    ]


def acknowledgement_of(connection: Connection, number: int) -> bytes:
    """The acknowledgement of a file, byte for byte as it was first given.

    Raises:
        Unknown: no such import.
    """
    kept = connection.scalar(select(imports.c.acknowledgement).filter_by(id=number))
    if kept is None:
        raise Unknown(f"import {number} is not registered")
    return bytes(kept)
