"""Every version of the catalogue there ever was, in the books; none is ever changed."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    func,
    insert,
    select,
)

from central.database import METADATA, Instant
from central.errors import Unknown
from edge.sync.wire import Manifest

WHOLE = "all.json"  # the manifest of everything that can be recognised

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
)

manifests = Table(
    "catalogue_manifests",
    METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("version", ForeignKey("catalogues.version"), nullable=False, index=True),
    Column("name", String(64), nullable=False),
    Column("content", Text, nullable=False),  # exactly what is vouched for
)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One version: what it holds, how large it is, and the manifest that names its files."""

    content: str
    recordings: int
    size_bytes: int
    manifest: Manifest

    @property
    def version(self) -> int:
        """Its number."""
        return self.manifest.version

    @property
    def made_at(self) -> datetime:
        """When it was made."""
        return self.manifest.made_at


def put_catalogue(connection: Connection, catalogue: Catalogue) -> None:
    """Add a version."""
    connection.execute(
        insert(catalogues).values(
            version=catalogue.version,
            made_at=catalogue.made_at,
            content=catalogue.content,
            recordings=catalogue.recordings,
            size_bytes=catalogue.size_bytes,
        )
    )
    content = catalogue.manifest.to_bytes()
    connection.execute(
        insert(manifests).values(
            sha256=hashlib.sha256(content).hexdigest(),
            version=catalogue.version,
            name=WHOLE,
            content=content.decode(),
        )
    )


def manifest_named(connection: Connection, sha256: str) -> str:
    """A manifest by the digest of its bytes.

    Raises:
        Unknown: none has that digest.
    """
    found: str | None = connection.scalar(select(manifests.c.content).filter_by(sha256=sha256))
    if found is None:
        raise Unknown(f"no manifest has the digest {sha256}; ask for the newest")
    return found


def next_number(connection: Connection) -> int:
    """The number of the version that comes next."""
    return (connection.scalar(select(func.max(catalogues.c.version))) or 0) + 1


def newest_or_none(connection: Connection) -> Catalogue | None:
    """The version in force, or None if none was ever built."""
    both = select(catalogues, manifests.c.content.label("manifest")).join(manifests)
    whole = both.where(manifests.c.name == WHOLE)
    row = connection.execute(whole.order_by(catalogues.c.version.desc())).first()
    if row is None:
        return None
    return Catalogue(
        content=row.content,
        recordings=row.recordings,
        size_bytes=row.size_bytes,
        manifest=Manifest.model_validate_json(row.manifest),
    )
