"""The repertoire as lists to look something up in, a page at a time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, select

from central.database import page_of
from central.repertoire import tables
from central.repertoire.facts import Title
from central.repertoire.finding import find
from central.repertoire.search import fold
from central.repertoire.shares import RIGHTS, Right, Share


@dataclass(frozen=True, slots=True)
class Party:
    """A party as it stands in the books."""

    id: int
    name: str
    latin_name: str
    ipi: str | None
    ipi_base: str | None
    isni: str | None


@dataclass(frozen=True, slots=True)
class Work:
    """A work as it stands in the books, with its shares by right and number of party.

    `free_points` are nobody's; `held_because` says why its money waits, and is empty if it does
    not.
    """

    id: int
    title: str
    iswc: str | None
    genre: str
    instrumentation: str
    duration_seconds: float | None
    free_points: int
    held_because: str
    titles: list[Title]
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
    table = tables.parties
    wanted = select(table).where(_holds(table.c.folded, query))
    return [_party(row) for row in page_of(connection, wanted, by=table.c.id, after=after)]


def parties_like(connection: Connection, query: str) -> list[Party]:
    """Parties called something like `query`, the likest first."""
    numbers = [int(found.owner) for found in find(connection, "party", query)]
    rows = connection.execute(select(tables.parties).where(tables.parties.c.id.in_(numbers)))
    return sorted((_party(row) for row in rows), key=lambda one: numbers.index(one.id))


def works(
    connection: Connection, *, query: str = "", after: int = 0, held: bool = False
) -> list[Work]:
    """Works whose title holds every word of `query`, by number; only those held, if so wanted."""
    table = tables.works
    wanted = select(table).where(_holds(table.c.folded, query))
    if held:
        wanted = wanted.where(table.c.held_because != "")
    return _works(connection, page_of(connection, wanted, by=table.c.id, after=after))


def works_like(connection: Connection, query: str) -> list[Work]:
    """Works called something like `query`, under any of their titles, the likest first."""
    numbers = [int(found.owner) for found in find(connection, "work", query)]
    rows = connection.execute(select(tables.works).where(tables.works.c.id.in_(numbers))).all()
    return sorted(_works(connection, rows), key=lambda one: numbers.index(one.id))


def work_title(connection: Connection, work_id: int) -> str:
    """The title of a registered work."""
    return str(connection.scalar(select(tables.works.c.title).filter_by(id=work_id)))


def recordings(connection: Connection, *, query: str = "", after: str = "") -> list[Recording]:
    """Recordings whose title or performer holds every word of `query`, by id."""
    wanted = _recordings().where(_holds(tables.recordings.c.folded, query))
    rows = page_of(connection, wanted, by=tables.recordings.c.id, after=after)
    return [_recording(row) for row in rows]


def recordings_like(connection: Connection, query: str) -> list[Recording]:
    """Recordings with a title or performer something like `query`, the likest first."""
    ids = [found.owner for found in find(connection, "recording", query)]
    rows = connection.execute(_recordings().where(tables.recordings.c.id.in_(ids)))
    return sorted((_recording(row) for row in rows), key=lambda one: ids.index(one.id))


def recordings_of(connection: Connection, work_id: int) -> list[Recording]:
    """The recordings of a work, by title."""
    rows = connection.execute(_recordings().filter_by(work_id=work_id).order_by("title", "id"))
    return [_recording(row) for row in rows]


def shares_of(
    connection: Connection, work_ids: Collection[int], *, right: Right = "performing"
) -> dict[int, list[Share]]:
    """The shares of these works in one right, by number of party; a work without any has none."""
    table = tables.shares
    wanted = select(table).where(table.c.work_id.in_(work_ids)).filter_by(right_name=right)
    return _by_work(connection.execute(wanted.order_by(table.c.party_id, table.c.role)))


def _all_shares(connection: Connection, work_ids: Collection[int]) -> dict[int, list[Share]]:
    table = tables.shares
    wanted = select(table).where(table.c.work_id.in_(work_ids))
    found = _by_work(connection.execute(wanted.order_by(table.c.party_id, table.c.role)))
    for parts in found.values():
        parts.sort(key=lambda part: RIGHTS.index(part.right))
    return found


def _by_work(rows: Iterable[Row[Any]]) -> dict[int, list[Share]]:
    found: dict[int, list[Share]] = defaultdict(list)
    for row in rows:
        share = Share(row.party_id, row.role, row.basis_points, row.right_name)
        found[row.work_id].append(share)
    return found


def _works(connection: Connection, rows: Sequence[Row[Any]]) -> list[Work]:
    numbers = [row.id for row in rows]
    parts = _all_shares(connection, numbers)
    titles = _titles(connection, numbers)
    return [
        Work(
            id=row.id,
            title=row.title,
            iswc=row.iswc,
            genre=row.genre,
            instrumentation=row.instrumentation,
            duration_seconds=None if row.milliseconds is None else row.milliseconds / 1000,
            free_points=row.free_points,
            held_because=row.held_because,
            titles=titles[row.id],
            shares=parts[row.id],
        )
        for row in rows
    ]


def _titles(connection: Connection, work_ids: Collection[int]) -> dict[int, list[Title]]:
    table = tables.work_titles
    wanted = select(table).where(table.c.work_id.in_(work_ids)).order_by(table.c.id)
    found: dict[int, list[Title]] = defaultdict(list)
    for row in connection.execute(wanted):
        found[row.work_id].append(Title(row.title, row.kind, row.language))
    return found


def _party(row: Row[Any]) -> Party:
    return Party(row.id, row.name, row.latin_name, row.ipi, row.ipi_base, row.isni)


def _recordings() -> Select[Any]:
    table = tables.recordings
    return select(*(column for column in table.c if column is not table.c.fingerprint))  # large


def _recording(row: Row[Any]) -> Recording:
    seconds = row.milliseconds / 1000
    return Recording(row.id, row.work_id, row.title, row.performer, row.isrc, seconds)


def _holds(folded: ColumnElement[Any], query: str) -> ColumnElement[bool]:
    words = fold(query).split()
    return and_(True, *(folded.contains(word, autoescape=True) for word in words))
