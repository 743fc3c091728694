"""The repertoire in the books: parties, works with their shares, recordings as fingerprints."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    Select,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    select,
)

from central.database import METADATA, Instant, put
from central.errors import Taken, Unknown
from central.repertoire.search import fold
from central.repertoire.shares import Share

parties = Table(
    "parties",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("latin_name", String(200), nullable=False, default=""),
    Column("ipi", String(11), unique=True),
    Column("folded", Text, nullable=False),
    Column("registered_at", Instant, nullable=False),
)

works = Table(
    "works",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("title", String(300), nullable=False),
    Column("iswc", String(11), unique=True),
    Column("folded", Text, nullable=False),
    Column("registered_at", Instant, nullable=False),
)

shares = Table(
    "shares",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("work_id", ForeignKey("works.id"), nullable=False, index=True),
    Column("party_id", ForeignKey("parties.id"), nullable=False, index=True),
    Column("role", String(2), nullable=False),
    Column("basis_points", Integer, nullable=False),  # 10000 is the whole
    UniqueConstraint("work_id", "party_id", "role"),
    CheckConstraint("basis_points BETWEEN 0 AND 10000", name="part_of_whole"),
)

recordings = Table(
    "recordings",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("work_id", ForeignKey("works.id"), nullable=False, index=True),
    Column("title", String(300), nullable=False),
    Column("performer", String(300), nullable=False, default=""),
    Column("isrc", String(12), unique=True),
    Column("milliseconds", Integer, nullable=False),  # its length
    Column("recipe", String(64), nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("fingerprint_sha256", String(64), nullable=False, unique=True),
    Column("folded", Text, nullable=False),
    Column("registered_at", Instant, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording as it is registered; `id` names it on every box, `milliseconds` is its length."""

    id: str
    work_id: int
    title: str
    performer: str
    isrc: str | None
    milliseconds: int
    recipe: str
    fingerprint: bytes
    fingerprint_sha256: str


def put_party(
    connection: Connection, *, name: str, latin_name: str, ipi: str | None, at: datetime
) -> int:
    """Register a party; answers its number.

    Raises:
        Taken: the IPI name number is another party's.
    """
    if ipi is not None:
        _refuse_taken(connection, select(parties.c.id, parties.c.name).filter_by(ipi=ipi), ipi)
    row = {"name": name, "latin_name": latin_name, "ipi": ipi, "registered_at": at}
    folded = fold(f"{name} {latin_name}")
    return put(connection, parties, row | {"folded": folded})


def put_work(
    connection: Connection, *, title: str, iswc: str | None, parts: Sequence[Share], at: datetime
) -> int:
    """Register a work and who has which share of it; answers its number.

    Raises:
        Taken: the ISWC is another work's.
        Unknown: a share names a party that is not registered.
    """
    if iswc is not None:
        _refuse_taken(connection, select(works.c.id, works.c.title).filter_by(iswc=iswc), iswc)
    _require_parties(connection, {share.party_id for share in parts})
    row = {"title": title, "iswc": iswc, "folded": fold(title), "registered_at": at}
    work_id = put(connection, works, row)
    connection.execute(
        insert(shares),
        [
            {
                "work_id": work_id,
                "party_id": share.party_id,
                "role": share.role,
                "basis_points": share.basis_points,
            }
            for share in parts
        ],
    )
    return work_id


def put_recording(connection: Connection, recording: Recording, *, at: datetime) -> None:
    """Register a recording.

    Raises:
        Unknown: its work is not registered.
        Taken: the same sound, or the ISRC, is registered already.
    """
    require_work(connection, recording.work_id)
    named = select(recordings.c.id, recordings.c.title)
    sound = recording.fingerprint_sha256
    _refuse_taken(connection, named.filter_by(fingerprint_sha256=sound), "the same sound")
    if recording.isrc is not None:
        _refuse_taken(connection, named.filter_by(isrc=recording.isrc), recording.isrc)
    connection.execute(
        insert(recordings).values(
            id=recording.id,
            work_id=recording.work_id,
            title=recording.title,
            performer=recording.performer,
            isrc=recording.isrc,
            milliseconds=recording.milliseconds,
            recipe=recording.recipe,
            fingerprint=recording.fingerprint,
            fingerprint_sha256=sound,
            folded=fold(f"{recording.title} {recording.performer}"),
            registered_at=at,
        )
    )


def require_work(connection: Connection, work_id: int) -> None:
    """Refuse a work that is not there.

    Raises:
        Unknown: no such work.
    """
    if connection.scalar(select(works.c.id).filter_by(id=work_id)) is None:
        raise Unknown(f"work {work_id} is not registered")


def _require_parties(connection: Connection, wanted: set[int]) -> None:
    known = set(connection.scalars(select(parties.c.id).where(parties.c.id.in_(wanted))))
    if missing := sorted(wanted - known):
        raise Unknown(f"party {missing[0]} is not registered")


def _refuse_taken(connection: Connection, query: Select[int, str], what: str) -> None:
    row = connection.execute(query).first()
    if row is not None:
        raise Taken(f"{what} is registered already: {row[0]} {row[1]!r}")
