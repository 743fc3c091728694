"""The chains of boxes, in the books: each piece as it was told, and whether it fits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, Row, TextClause, select, text

from central.database import put_rows
from central.forms import LARGEST
from central.ingest.chains import begins_inside, is_altered, is_fork, loose_ends
from central.ingest.judgement import AnyRecord, Key, Told, key_of
from central.ingest.reading import Letter
from central.ingest.tables import batches, holes, records
from central.ingest.tables import chain_links as table
from edge.sync.chain import content_of, content_of_words
from edge.sync.wire import DetectionBatch, Link

LONGEST = 500  # records in a link: no letter has more

_COLUMNS = ("device", "boot", "first", "last", "before", "head", "broken", "received_at")


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


@dataclass(frozen=True, slots=True)
class _Piece:
    """A link in the books, and what is wrong with it; None: nothing."""

    link: Link
    broken: str | None


def put_links(connection: Connection, letters: Sequence[Letter], *, now: datetime) -> None:
    """Keep the pieces of chains that came with letters; the same again changes nothing.

    Args:
        connection: a writing transaction; what is new in the letters is written.
        letters: no two of one box.
        now: the office's clock.
    """
    asked = [(one.device, link) for one in letters for link in one.chain if _can_be_kept(link)]
    beside = _beside(connection, asked) if asked else {}
    rows: list[Sequence[object]] = []
    for letter in letters:
        known = beside.get(letter.device, [])
        contents: dict[Key, bytes] = {}
        for link in letter.chain:
            if not _can_be_kept(link) or any(_same(one.link, link) for one in known):
                continue
            contents = contents or _sealed_in(letter.told)
            rivals = [one.link for one in known if one.broken is None]
            broken = _broken(connection, letter.device, link, rivals, contents)
            known.append(_Piece(link, broken))
            place = (letter.device, str(link.boot), link.first, link.last)
            rows.append((*place, link.before, link.head, broken, now))
    if rows:
        put_rows(connection, table, _COLUMNS, rows)


def _can_be_kept(link: Link) -> bool:
    return max(link.first, link.last) <= LARGEST


def _same(known: Link, link: Link) -> bool:
    return (known.boot, known.first, known.last, known.head) == (
        link.boot,
        link.first,
        link.last,
        link.head,
    )


def _broken(
    connection: Connection,
    device: str,
    link: Link,
    rivals: Sequence[Link],
    contents: Mapping[Key, bytes],
) -> str | None:
    """What is wrong with a link; None: nothing."""
    if is_altered(link, contents):
        return "altered"
    before = _told_before(connection, device, link, rivals)
    return "fork" if is_fork(link, rivals, {**before, **contents}) else None


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


def _beside(connection: Connection, asked: Sequence[tuple[str, Link]]) -> dict[str, list[_Piece]]:
    """By device the pieces that share a record with one of these links, or follow the same hash."""
    said = {
        f"{name}{n}": value
        for n, (device, link) in enumerate(asked)
        for name, value in {
            "device": device,
            "boot": str(link.boot),
            "least": link.first - LONGEST,
            "first": link.first,
            "last": link.last,
            "before": link.before,
        }.items()
    }
    beside: dict[str, list[_Piece]] = {device: [] for device, _ in asked}
    for row in connection.execute(_beside_of(len(asked)), said):
        beside[row.device].append(_Piece(_link(row), row.broken))
    return beside


@lru_cache(maxsize=64)
def _beside_of(count: int) -> TextClause:
    """Asks for what stands beside so many links at once."""
    asked = ", ".join(
        f"(:device{n}, :boot{n}, CAST(:least{n} AS INTEGER), CAST(:first{n} AS INTEGER),"
        f" CAST(:last{n} AS INTEGER), :before{n})"
        for n in range(count)
    )
    columns = ", ".join(f"chain_links.{name}" for name in ("id", *_COLUMNS[:-1]))
    link = f"SELECT {columns} FROM asked JOIN chain_links ON chain_links.device = asked.device"  # noqa: S608  # our own words
    return text(
        f"WITH asked (device, boot, least, first, last, before) AS (VALUES {asked})"
        f" {link} AND chain_links.boot = asked.boot AND chain_links.last >= asked.first"
        " AND chain_links.first BETWEEN asked.least AND asked.last"
        f" UNION {link} AND chain_links.before = asked.before ORDER BY 1"
    )


def _told_before(
    connection: Connection, device: str, link: Link, rivals: Iterable[Link]
) -> dict[Key, bytes]:
    """What the chain seals of records before this link, out of the letters that told them.

    Only for a link that begins inside another one: a box whose receipt was lost on the way cuts its
    letters in another way. Of a letter that a disk has spoiled nothing is known: the audit names
    it.
    """
    first = min((one.first for one in rivals if begins_inside(link, one)), default=link.first)
    if first == link.first:
        return {}
    told = records.c.seq.between(first, link.first - 1) & (records.c.boot == str(link.boot))
    letters = select(records.c.batch_id).filter_by(device=device).where(told)
    payloads = connection.scalars(select(batches.c.payload).where(batches.c.id.in_(letters)))
    return {key_of(one): content_of(one) for payload in payloads for one in _records_in(payload)}


def _records_in(payload: str) -> Sequence[AnyRecord]:
    try:
        return DetectionBatch.model_validate_json(payload).records
    except ValidationError:
        return []


def _link(row: Row[Any]) -> Link:
    return Link.model_validate(
        {name: getattr(row, name) for name in ("boot", "first", "last", "before", "head")}
    )
