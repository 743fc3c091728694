"""The log in the books: it is read tile by tile, and only ever appended to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from central.errors import Unknown
from central.transparency.commitments import Leaf, entry, salt
from central.transparency.tables import (
    ENTRIES,
    log_checkpoints,
    log_cosignatures,
    log_documents,
    log_runs,
    log_tiles,
)
from central.transparency.tree import HASH_BYTES, TILE, Edge, Tile, grow, leaf_hash, open_tails

ENTRY_BYTES = 2 + HASH_BYTES  # as served: its length, then itself


@dataclass(frozen=True, slots=True)
class Run:
    """Leaves that enter the log together, and what they came from.

    Attributes:
        kind: letter or distribution.
        source: the number of that letter or distribution.
        seed: their salts follow from it; 32 bytes nobody can guess.
        leaves: in the order in which they hang.
    """

    kind: str
    source: int
    seed: bytes
    leaves: Sequence[Leaf]


@dataclass(frozen=True, slots=True)
class Hung:
    """Where a run hangs; `seed` is empty when it was forgotten."""

    first_leaf: int
    leaves: int
    seed: bytes

    def salt(self, index: int) -> str:
        """The salt of one of its leaves.

        Raises:
            Unknown: it was forgotten.
        """
        if not self.seed:
            raise Unknown(f"what leaf {index} of the log promises was forgotten for good")
        return salt(self.seed, index)


def size(connection: Connection) -> int:
    """How many leaves the log has."""
    latest = select(func.max(log_runs.c.first_leaf + log_runs.c.leaves))
    return connection.scalar(latest) or 0


def tile(connection: Connection, level: int, number: int) -> bytes:
    """The hashes of a tile by now, one after another; empty when there are none.

    Args:
        connection: to the books.
        level: 0 for leaf hashes; `ENTRIES` for the entries themselves, each behind its length.
        number: of the tile in its level.
    """
    wanted = select(log_tiles.c.hashes).filter_by(level=level, number=number)
    return connection.scalar(wanted) or b""


def edge(connection: Connection) -> Edge:
    """The right edge of the log as it is now."""
    leaves = size(connection)
    tails = [tile(connection, level, number) for level, number in open_tails(leaves)]
    return Edge(leaves, tuple(tails))


def append(connection: Connection, runs: Sequence[Run]) -> Edge:
    """Hang runs into the log, in order; answers its new edge.

    Args:
        connection: a writing transaction; all of it is kept when that commits.
        runs: each with at least one leaf.
    """
    before = edge(connection)
    entries: list[bytes] = []
    rows = []
    for run in runs:
        first = before.size + len(entries)
        entries += [
            entry(leaf, salt(run.seed, first + place)) for place, leaf in enumerate(run.leaves)
        ]
        row = {"first_leaf": first, "leaves": len(run.leaves), "seed": run.seed}
        rows.append(row | {"kind": run.kind, "source": run.source})
    if not entries:
        return before
    connection.execute(insert(log_runs), rows)
    after, tiles = grow(before, [leaf_hash(one) for one in entries])
    _keep(connection, [*tiles, *_entry_tiles(connection, before.size, entries)], size=before.size)
    return after


def _entry_tiles(connection: Connection, first: int, entries: Sequence[bytes]) -> list[Tile]:
    number, place = divmod(first, TILE)
    begun = tile(connection, ENTRIES, number) if place else b""
    row = begun + b"".join(len(one).to_bytes(2, "big") + one for one in entries)
    whole = TILE * ENTRY_BYTES
    cut = [row[at : at + whole] for at in range(0, len(row), whole)]
    return [Tile(ENTRIES, number + n, tile) for n, tile in enumerate(cut)]


def _keep(connection: Connection, tiles: Sequence[Tile], *, size: int) -> None:
    """Write tiles; those that were begun when the log had `size` leaves grow in place."""
    begun = {key for key in open_tails(size) if _width(size, *key)}
    if size % TILE:
        begun.add((ENTRIES, size // TILE))
    fresh = []
    for one in tiles:
        if (one.level, one.number) in begun:
            row = update(log_tiles).filter_by(level=one.level, number=one.number)
            connection.execute(row.values(hashes=one.hashes))
        else:
            fresh.append({"level": one.level, "number": one.number, "hashes": one.hashes})
    if fresh:
        connection.execute(insert(log_tiles), fresh)


def _width(size: int, level: int, number: int) -> int:
    return (size >> 8 * level) - number * TILE


def put_documents(connection: Connection, first: int, words: Sequence[tuple[str, str]]) -> None:
    """Keep what the leaves from `first` on promise: name and words of each."""
    rows = [
        {"leaf": first + place, "name": name, "words": said}
        for place, (name, said) in enumerate(words)
    ]
    connection.execute(insert(log_documents), rows)


def documents(connection: Connection, names: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Those of the named documents that are logged: leaf and words of each."""
    rows = connection.execute(select(log_documents).where(log_documents.c.name.in_(names)))
    return {row.name: (row.leaf, row.words) for row in rows}


def runs(connection: Connection, kind: str, sources: Sequence[int]) -> Mapping[int, Hung]:
    """Where the runs of these sources hang, by source; those not logged yet are left out."""
    rows = connection.execute(
        select(log_runs).filter_by(kind=kind).where(log_runs.c.source.in_(sources))
    )
    return {row.source: _hung(row) for row in rows}


def _hung(row: Row[Any]) -> Hung:
    return Hung(row.first_leaf, row.leaves, row.seed or b"")


def forget(connection: Connection, kind: str, source: int) -> None:
    """Throw a run's seed away: what it promises can never be opened again; proofs still hold."""
    connection.execute(update(log_runs).filter_by(kind=kind, source=source).values(seed=None))


def put_checkpoint(connection: Connection, *, size: int, note: str, at: datetime) -> None:
    """Publish: from the commit of this transaction on, this is what the log says it is."""
    connection.execute(insert(log_checkpoints).values(size=size, note=note, made_at=at))


def checkpoint(connection: Connection) -> tuple[int, str]:
    """Size and note of the latest checkpoint, cosignatures not included.

    Raises:
        Unknown: nothing has been published yet.
    """
    latest = select(log_checkpoints).order_by(log_checkpoints.c.size.desc()).limit(1)
    row = connection.execute(latest).first()
    if row is None:
        raise Unknown("the log has no checkpoint yet; it begins with the first letter of a box")
    return row.size, row.note


def cosignature_lines(connection: Connection, size: int) -> dict[str, str]:
    """The cosignatures of a checkpoint: the witness's key and its lines, by key."""
    rows = connection.execute(
        select(log_cosignatures).filter_by(size=size).order_by(log_cosignatures.c.witness)
    )
    return {row.witness: row.line for row in rows}


def put_cosignature(connection: Connection, size: int, witness: str, line: str) -> None:
    """Keep what a witness said of a checkpoint; its first word stands."""
    if witness not in cosignature_lines(connection, size):
        row = {"size": size, "witness": witness, "line": line}
        connection.execute(insert(log_cosignatures).values(**row))


def last_cosigned(connection: Connection, witness: str) -> int:
    """The size of the latest checkpoint this witness cosigned here; 0 when there is none."""
    latest = select(func.max(log_cosignatures.c.size)).filter_by(witness=witness)
    return connection.scalar(latest) or 0
