"""The repertoire as lists to look something up in, a page at a time."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select

from central.database import page_of
from central.repertoire import store
from central.repertoire.search import fold
from central.repertoire.shares import Share


@dataclass(frozen=True, slots=True)
class Party:
    """A party as it stands in the books."""

    id: int
    name: str
    latin_name: str
    ipi: str | None


@dataclass(frozen=True, slots=True)
class Work:
    """A work as it stands in the books, with its shares by number of party."""

    id: int
    title: str
    iswc: str | None
    shares: list[Share]


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording as it stands in the books; its sound is not there to be asked for."""

    id: str
    work_id: int
    title: str
    performer: str
    isrc: str | None
    duration_seconds: float


def parties(connection: Connection, *, query: str = "", after: int = 0) -> list[Party]:
    """Parties whose name holds every word of `query`, by number."""
    table = store.parties
    wanted = select(table).where(_holds(table.c.folded, query))
    rows = page_of(connection, wanted, by=table.c.id, after=after)
    return [Party(row.id, row.name, row.latin_name, row.ipi) for row in rows]


def works(connection: Connection, *, query: str = "", after: int = 0) -> list[Work]:
    """Works whose title holds every word of `query`, by number."""
    table = store.works
    wanted = select(table).where(_holds(table.c.folded, query))
    rows = page_of(connection, wanted, by=table.c.id, after=after)
    parts = shares_of(connection, [row.id for row in rows])
    return [Work(row.id, row.title, row.iswc, parts[row.id]) for row in rows]


def recordings(connection: Connection, *, query: str = "", after: str = "") -> list[Recording]:
    """Recordings whose title or performer holds every word of `query`, by id."""
    table = store.recordings
    columns = (column for column in table.c if column is not table.c.fingerprint)  # it is large
    wanted = select(*columns).where(_holds(table.c.folded, query))
    rows = page_of(connection, wanted, by=table.c.id, after=after)
    return [
        Recording(row.id, row.work_id, row.title, row.performer, row.isrc, row.milliseconds / 1000)
        for row in rows
    ]


def shares_of(connection: Connection, work_ids: Collection[int]) -> dict[int, list[Share]]:
    """The shares of these works, by number of party; a work without any has none."""
    table = store.shares
    wanted = select(table).where(table.c.work_id.in_(work_ids))
    found: dict[int, list[Share]] = defaultdict(list)
    for row in connection.execute(wanted.order_by(table.c.party_id, table.c.role)):
        found[row.work_id].append(Share(row.party_id, row.role, row.basis_points))
    return found


def _holds(folded: ColumnElement[Any], query: str) -> ColumnElement[bool]:
    words = fold(query).split()
    return and_(True, *(folded.contains(word, autoescape=True) for word in words))
