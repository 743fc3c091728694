"""The chains of boxes, in the books: each piece as it was told, and whether it fits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, insert, or_, select

from central.forms import LARGEST
from central.ingest.chains import begins_inside, is_altered, is_fork, loose_ends
from central.ingest.judgement import Key, Told, key_of
from central.ingest.tables import batches, holes, records
from central.ingest.tables import chain_links as table
from edge.sync.chain import content_of, content_of_words
from edge.sync.wire import DetectionBatch, Link

LONGEST = 500  # records in a link: no letter has more

# Asked for every letter, so put into words once.
_BESIDE = select(table).where(
    table.c.device == bindparam("device"),
    or_(
        and_(
            table.c.boot == bindparam("boot"),
            table.c.first.between(bindparam("least"), bindparam("last")),
            table.c.last >= bindparam("first"),
        ),
        table.c.before == bindparam("before"),
    ),
)


@dataclass(frozen=True, slots=True)
class Memory:
    """How what a box has told hangs together.

    Attributes:
        links: pieces of its chain that came.
        head: the hash after the newest; empty where there is none.
        altered: pieces that do not fit the records they came with.
        forks: pieces that tell on in another way what was told before.
        missing: pieces that follow records which never came.
        lost: holes the box told of itself: its card has lost records.
    """

    links: int
    head: str
    altered: int
    forks: int
    missing: int
    lost: int


def put_links(
    connection: Connection,
    device: str,
    links: Iterable[Link],
    told: Iterable[Told],
    *,
    now: datetime,
) -> None:
    """Keep the pieces of a chain that came with a batch; the same again changes nothing.

    Args:
        connection: a writing transaction.
        device: whose chain.
        links: the pieces.
        told: all records of the letter.
        now: the office's clock.
    """
    contents: dict[Key, bytes] = {}
    for link in links:
        beside = _beside(connection, device, link) if link.last <= LARGEST else []
        if link.last > LARGEST or any(_link(row) == link for row in beside):
            continue
        contents = contents or _sealed_in(told)
        broken: str | None = None
        if is_altered(link, contents):
            broken = "altered"
        else:
            rivals = [_link(row) for row in beside if row.broken is None]
            before = _told_before(connection, device, link, rivals)
            broken = "fork" if is_fork(link, rivals, before | contents) else None
        row = link.model_dump() | {"boot": str(link.boot), "broken": broken}
        connection.execute(insert(table), row | {"device": device, "received_at": now})


def _sealed_in(told: Iterable[Told]) -> dict[Key, bytes]:
    """What the chain seals of these records."""
    return {
        one.key: content_of_words(one.words, in_box_time=one.record.box is not None) for one in told
    }


def memory_of(connection: Connection, device: str) -> Memory:
    """How what a box has told hangs together."""
    rows = connection.execute(select(table).filter_by(device=device).order_by(table.c.id)).all()
    whole = [_link(row) for row in rows if row.broken is None]
    lost = connection.execute(select(holes.c.seq).filter_by(device=device)).all()
    return Memory(
        links=len(rows),
        head=whole[-1].head if whole else "",
        altered=sum(row.broken == "altered" for row in rows),
        forks=sum(row.broken == "fork" for row in rows),
        missing=len(loose_ends(whole)),
        lost=len(lost),
    )


def _beside(connection: Connection, device: str, link: Link) -> Sequence[Row[Any]]:
    """Links that share a record with this one, or begin after the same hash; itself, if known."""
    it = {"device": device, "boot": str(link.boot), "before": link.before}
    numbers = {"least": link.first - LONGEST, "first": link.first, "last": link.last}
    return connection.execute(_BESIDE, it | numbers).all()


def _told_before(
    connection: Connection, device: str, link: Link, rivals: Iterable[Link]
) -> dict[Key, bytes]:
    """What the chain seals of records before this link, out of the letters that told them.

    Only for a link that begins inside another one: a box whose receipt was lost on the way cuts its
    letters in another way.
    """
    first = min((one.first for one in rivals if begins_inside(link, one)), default=link.first)
    if first == link.first:
        return {}
    told = records.c.seq.between(first, link.first - 1) & (records.c.boot == str(link.boot))
    letters = select(records.c.batch_id).filter_by(device=device).where(told)
    payloads = connection.scalars(select(batches.c.payload).where(batches.c.id.in_(letters)))
    every = (DetectionBatch.model_validate_json(payload).records for payload in payloads)
    return {key_of(one): content_of(one) for letter in every for one in letter}


def _link(row: Row[Any]) -> Link:
    return Link.model_validate(
        {name: getattr(row, name) for name in ("boot", "first", "last", "before", "head")}
    )
