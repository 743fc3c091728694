"""Every version of the catalogue there ever was, in the books; none is ever changed."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    JSON,
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

from central.catalogue.choosing import Ground
from central.database import METADATA, Instant
from central.errors import Unknown
from edge.sync.wire import Manifest

WHOLE = "all.json"  # the manifest of everything that can be recognised
COMMON = "common"  # what is laid for all profiles; theirs is laid over it

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


profiles = Table(  # where a box can have everything there are none
    "catalogue_profiles",
    METADATA,
    Column("version", ForeignKey("catalogues.version"), primary_key=True, autoincrement=False),
    Column("name", String(32), primary_key=True),
    Column("sha256", ForeignKey("catalogue_manifests.sha256"), nullable=False),
    Column("taken", JSON, nullable=False),  # how many by each ground
    Column("left", JSON, nullable=False),  # how many found no room
)


@dataclass(frozen=True, slots=True)
class Part:
    """What houses of one profile get of a version.

    Attributes:
        taken: how many recordings were chosen by each ground.
        left: how many found no room, by the ground that spoke for them.
        manifest: names the files.
    """

    taken: Mapping[Ground, int]
    left: Mapping[Ground, int]
    manifest: Manifest


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


def put_catalogue(
    connection: Connection, catalogue: Catalogue, parts: Mapping[str, Part] | None = None
) -> None:
    """Add a version, and what each profile gets of it, where a box cannot have everything."""
    connection.execute(
        insert(catalogues).values(
            version=catalogue.version,
            made_at=catalogue.made_at,
            content=catalogue.content,
            recordings=catalogue.recordings,
            size_bytes=catalogue.size_bytes,
        )
    )
    _put_manifest(connection, WHOLE, catalogue.manifest)
    for name, part in (parts or {}).items():
        sha256 = _put_manifest(connection, f"{name}.json", part.manifest)
        row = {"version": catalogue.version, "name": name, "sha256": sha256}
        grounds = {"taken": dict(part.taken), "left": dict(part.left)}
        connection.execute(insert(profiles).values(row | grounds))


def _put_manifest(connection: Connection, name: str, manifest: Manifest) -> str:
    """Keep a manifest; two profiles may have the same. Answers its digest."""
    content = manifest.to_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    if connection.scalar(select(manifests.c.sha256).filter_by(sha256=sha256)) is None:
        row = {"version": manifest.version, "name": name, "content": content.decode()}
        connection.execute(insert(manifests).values(row | {"sha256": sha256}))
    return sha256


def parts_of(connection: Connection, version: int) -> dict[str, Part]:
    """What each profile gets of a version; none, where every box gets everything."""
    wanted = select(profiles, manifests.c.content).join(manifests)
    rows = connection.execute(wanted.where(profiles.c.version == version).order_by(profiles.c.name))
    return {
        row.name: Part(row.taken, row.left, Manifest.model_validate_json(row.content))
        for row in rows
    }


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
