"""Which recordings share sound, in the books; staff settle what that means."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    ForeignKey,
    Integer,
    Row,
    Select,
    String,
    Table,
    UniqueConstraint,
    delete,
    insert,
    or_,
    select,
    update,
)

from central.catalogue.sharing import Kind, Stretch, kind_of
from central.database import METADATA, Instant, page_of
from central.errors import Unacceptable, Unknown
from central.repertoire.store import recordings
from edge.matcher.fingerprint import Fingerprint
from edge.matcher.recipe import RECIPE

METHOD = 1  # of looking for shared sound; another one looks again for every recording
PAGE = 100  # pairs

sought = Table(
    "sought",
    METADATA,
    Column("recording_id", ForeignKey("recordings.id", ondelete="CASCADE"), primary_key=True),
    Column("content", String(80), nullable=False),  # method and sound it was sought by
    Column("sought_at", Instant, nullable=False),
)

shared_sound = Table(
    "shared_sound",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("one", ForeignKey("recordings.id", ondelete="CASCADE"), nullable=False),
    Column("other", ForeignKey("recordings.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("stretches", JSON, nullable=False),  # first, other, frames, speed, alike of each
    Column("found_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Column("left_out", String(64)),  # one of the two, if it leaves the catalogue
    UniqueConstraint("one", "other"),
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two recordings that share sound, `one` before `other` by id.

    Attributes:
        settled_at: when staff decided; None while the pair waits.
        left_out: the one of the two that staff took out of the catalogue, if any.
    """

    id: int
    one: str
    other: str
    kind: Kind
    stretches: Sequence[Stretch]
    settled_at: datetime | None
    left_out: str | None


def unsought(connection: Connection) -> dict[str, str]:
    """Recordings that were not yet compared with the others, and by what content to note it."""
    rows = connection.execute(
        select(recordings.c.id, recordings.c.fingerprint_sha256, sought.c.content)
        .outerjoin_from(recordings, sought)
        .where(recordings.c.recipe == RECIPE.id)
        .where(recordings.c.id.not_in(left_out()))
        .order_by(recordings.c.id)
    )
    wanted = {row.id: (f"{METHOD}:{row.fingerprint_sha256}", row.content) for row in rows}
    return {name: content for name, (content, known) in wanted.items() if content != known}


def fingerprint_of(connection: Connection, recording_id: str) -> Fingerprint:
    """The fingerprint of a recording that is registered."""
    stored = select(recordings.c.fingerprint).filter_by(id=recording_id)
    return Fingerprint.from_bytes(connection.execute(stored).scalar_one())


def forget(connection: Connection, recording_ids: Iterable[str]) -> None:
    """Drop what was found of recordings and nobody has settled: it is looked for anew."""
    for name in recording_ids:
        own = or_(shared_sound.c.one == name, shared_sound.c.other == name)
        connection.execute(delete(shared_sound).where(own, shared_sound.c.settled_at.is_(None)))
        connection.execute(delete(sought).filter_by(recording_id=name))


def put_found(
    connection: Connection,
    asked: tuple[str, str],
    pairs: Mapping[tuple[str, str], tuple[Kind, Sequence[Stretch]]],
    *,
    at: datetime,
) -> None:
    """Note what a recording shares with others; pairs that are known stay as they are.

    Args:
        connection: a writing transaction.
        asked: the recording, and by what content it was sought.
        pairs: ids in order, what they are to each other, and the stretches they share.
        at: the office's clock.
    """
    name, content = asked
    for (one, other), (kind, stretches) in sorted(pairs.items()):
        known = select(shared_sound.c.id).filter_by(one=one, other=other)
        if connection.scalar(known) is None:
            row = {"one": one, "other": other, "kind": kind, "found_at": at}
            connection.execute(insert(shared_sound).values(row | {"stretches": _told(stretches)}))
    connection.execute(delete(sought).filter_by(recording_id=name))
    row = {"recording_id": name, "content": content, "sought_at": at}
    connection.execute(insert(sought).values(row))


def all_pairs(connection: Connection) -> list[Pair]:
    """Every pair that shares sound, by ids."""
    ordered = select(shared_sound).order_by(shared_sound.c.one, shared_sound.c.other)
    return [_pair(row) for row in connection.execute(ordered)]


def pairs_page(connection: Connection, *, after: int = 0, open_only: bool = True) -> list[Pair]:
    """Pairs by number, those after `after`; only those that wait for staff, or all."""
    wanted = select(shared_sound)
    if open_only:
        wanted = wanted.where(shared_sound.c.settled_at.is_(None))
    rows = page_of(connection, wanted, by=shared_sound.c.id, after=after, at_most=PAGE)
    return [_pair(row) for row in rows]


def settle(connection: Connection, pair_id: int, *, leave_out: str | None, at: datetime) -> Pair:
    """Decide what a pair means: both stay in the catalogue, or one of them leaves it.

    Raises:
        Unknown: no such pair.
        Unacceptable: `leave_out` is none of the two.
    """
    row = connection.execute(select(shared_sound).filter_by(id=pair_id)).first()
    if row is None:
        raise Unknown(f"pair {pair_id} is not in the list of recordings that share sound")
    if leave_out not in (None, row.one, row.other):
        raise Unacceptable(f"{leave_out} is neither {row.one} nor {row.other}")
    decided = {"settled_at": at, "left_out": leave_out}
    changed = update(shared_sound).filter_by(id=pair_id).values(decided)
    return _pair(connection.execute(changed.returning(shared_sound)).one())


def left_out() -> Select[Any]:
    """Ids of the recordings that staff took out of the catalogue; another stands for each."""
    return select(shared_sound.c.left_out).where(shared_sound.c.left_out.is_not(None))


def kind_between(one: Fingerprint, other: Fingerprint, stretches: Sequence[Stretch]) -> Kind:
    """What two recordings are to each other, by all they share."""
    lengths = int(one.landmarks.until), int(other.landmarks.until)
    return kind_of(stretches, one_frames=lengths[0], other_frames=lengths[1])


def _told(stretches: Sequence[Stretch]) -> list[list[float]]:
    return [[s.first, s.other, s.frames, s.speed, round(s.alike, 3)] for s in stretches]


def _pair(row: Row[Any]) -> Pair:
    return Pair(
        id=row.id,
        one=row.one,
        other=row.other,
        kind=cast("Kind", row.kind),
        stretches=[
            Stretch(int(a), int(b), int(n), v, alike) for a, b, n, v, alike in row.stretches
        ],
        settled_at=row.settled_at,
        left_out=row.left_out,
    )
