"""Every version of the catalogue there ever was, in the books; none is ever changed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Integer, String, Table, Text, insert, select

from central.database import METADATA, Instant
from central.errors import Unknown
from edge.sync.wire import Sealed

catalogues = Table(
    "catalogues",
    METADATA,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("made_at", Instant, nullable=False),
    Column(
        "content", String(64), nullable=False
    ),  # SHA-256 over recipe, recordings and their sounds
    Column("recordings", Integer, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("manifest", Text, nullable=False),  # the payload exactly as it was signed
    Column("signature", String(256), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One version: what it holds, how large it is, and the sealed manifest that proclaims it."""

    version: int
    made_at: datetime
    content: str
    recordings: int
    size_bytes: int
    manifest: Sealed


def put_catalogue(connection: Connection, catalogue: Catalogue) -> None:
    """Add a version."""
    connection.execute(
        insert(catalogues).values(
            version=catalogue.version,
            made_at=catalogue.made_at,
            content=catalogue.content,
            recordings=catalogue.recordings,
            size_bytes=catalogue.size_bytes,
            manifest=catalogue.manifest.payload,
            signature=catalogue.manifest.signature,
        )
    )


def newest(connection: Connection) -> Catalogue:
    """The version in force.

    Raises:
        Unknown: none was ever built.
    """
    found = newest_or_none(connection)
    if found is None:
        raise Unknown("no catalogue has been built yet; register recordings, then build one")
    return found


def newest_or_none(connection: Connection) -> Catalogue | None:
    """The version in force, or None if none was ever built."""
    row = connection.execute(select(catalogues).order_by(catalogues.c.version.desc())).first()
    if row is None:
        return None
    return Catalogue(
        version=row.version,
        made_at=row.made_at,
        content=row.content,
        recordings=row.recordings,
        size_bytes=row.size_bytes,
        manifest=Sealed(payload=row.manifest, signer="central", signature=row.signature),
    )
