"""What the repertoire knows of recordings, works and payees that have to be named in a report."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from sqlalchemy import Connection, select

from central.repertoire.tables import parties, recordings, shares, works

Key = TypeVar("Key", int, str)

_AT_ONCE = 500  # keys in one question; databases bound them
_WROTE_MUSIC = ("C", "CA", "AR")


@dataclass(frozen=True, slots=True)
class Payee:
    """By which numbers the world knows a rightholder; empty where none is registered."""

    ipi: str
    isni: str


def isrcs(connection: Connection, recording_ids: Iterable[str]) -> Mapping[str, str]:
    """The ISRC of those recordings that have one."""
    found: dict[str, str] = {}
    for some in _batches(set(recording_ids)):
        rows = connection.execute(
            select(recordings.c.id, recordings.c.isrc).where(recordings.c.id.in_(some))
        )
        found |= {row.id: row.isrc for row in rows if row.isrc}
    return found


def iswcs(connection: Connection, work_ids: Iterable[int]) -> Mapping[int, str]:
    """The ISWC of those works that have one."""
    found: dict[int, str] = {}
    for some in _batches(set(work_ids)):
        rows = connection.execute(select(works.c.id, works.c.iswc).where(works.c.id.in_(some)))
        found |= {row.id: row.iswc for row in rows if row.iswc}
    return found


def composers(connection: Connection, work_ids: Iterable[int]) -> Mapping[int, str]:
    """Who wrote or arranged the music of those works, as registered today."""
    names: dict[int, dict[str, None]] = {}
    for some in _batches(set(work_ids)):
        rows = connection.execute(
            select(shares.c.work_id, parties.c.name)
            .join_from(shares, parties)
            .where(shares.c.work_id.in_(some), shares.c.role.in_(_WROTE_MUSIC))
            .order_by(shares.c.work_id, shares.c.id)
        )
        for row in rows:
            names.setdefault(row.work_id, {})[row.name] = None
    return {work_id: ", ".join(said) for work_id, said in names.items()}


def payees(connection: Connection, party_ids: Iterable[int]) -> Mapping[int, Payee]:
    """The numbers of those rightholders."""
    found: dict[int, Payee] = {}
    for some in _batches(set(party_ids)):
        rows = connection.execute(
            select(parties.c.id, parties.c.ipi, parties.c.isni).where(parties.c.id.in_(some))
        )
        found |= {row.id: Payee(row.ipi or "", row.isni or "") for row in rows}
    return found


def _batches(keys: Iterable[Key]) -> Iterator[Sequence[Key]]:
    waiting = iter(keys)
    while some := list(islice(waiting, _AT_ONCE)):
        yield some
