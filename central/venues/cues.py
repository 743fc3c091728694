"""By what the cues of films are found again: numbers, codes and titles of their works."""

from collections.abc import Collection, Iterable

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    String,
    Table,
    delete,
    func,
    insert,
    select,
)

from central.database import METADATA
from central.repertoire.finding import search_names
from central.repertoire.search import fold
from central.repertoire.store import recordings, works
from central.venues.accounts import Production
from central.venues.declarations import Declared
from central.venues.programme import Piece, is_placed
from central.venues.uses import SELF_RUNNING

LONGEST_KEY = 320  # letters; a folded title can be longer than the title

# Only of the latest sheet of each film, and only of cues whose place in it is known.
cue_keys = Table(
    "cue_keys",
    METADATA,
    Column("piece_id", ForeignKey("declared_pieces.id"), primary_key=True, autoincrement=False),
    Column("key", String(LONGEST_KEY), primary_key=True),
    Column("production_id", ForeignKey("productions.id"), nullable=False, index=True),
    Index("ix_cue_keys_key", "key"),
)


def keep_keys(connection: Connection, production: Production, cues: Iterable[Declared]) -> None:
    """Let the cues of a film be found by its new sheet, and by no earlier one."""
    connection.execute(delete(cue_keys).where(cue_keys.c.production_id == production.id))
    if production.kind not in SELF_RUNNING:
        return
    rows = [
        {"piece_id": cue.id, "key": key, "production_id": production.id}
        for cue in cues
        if is_placed(cue.piece)
        for key in sorted(_keys_of(cue.piece))
    ]
    if rows:
        connection.execute(insert(cue_keys), rows)


def cues_with(connection: Connection, work_ids: Collection[int]) -> dict[int, list[int]]:
    """The cues that seem to be of these works, by number, for each film."""
    found: dict[int, set[int]] = {}
    keys = _keys_of_works(connection, work_ids)
    rows = connection.execute(
        select(cue_keys.c.production_id, cue_keys.c.piece_id).where(cue_keys.c.key.in_(keys))
    )
    for row in rows:
        found.setdefault(row.production_id, set()).add(row.piece_id)
    return {film: sorted(cues) for film, cues in sorted(found.items())}


def placed_cues(connection: Connection, films: Collection[int]) -> dict[int, int]:
    """How many cues of each of these films have their place, where any has."""
    number = func.count(cue_keys.c.piece_id.distinct())
    rows = connection.execute(
        select(cue_keys.c.production_id, number)
        .where(cue_keys.c.production_id.in_(films))
        .group_by(cue_keys.c.production_id)
    )
    return {film: count for film, count in rows}


def _keys_of(piece: Piece) -> set[str]:
    told = {
        "work": piece.work_id,
        "iswc": piece.iswc,
        "isrc": piece.isrc,
        "title": fold(piece.title),
    }
    return {_key(kind, value) for kind, value in told.items() if value}


def _keys_of_works(connection: Connection, work_ids: Collection[int]) -> list[str]:
    """All keys under which cues of these works may have been kept."""
    iswcs = select(works.c.iswc).where(works.c.id.in_(work_ids), works.c.iswc.is_not(None))
    isrcs = select(recordings.c.isrc).where(
        recordings.c.work_id.in_(work_ids), recordings.c.isrc.is_not(None)
    )
    owners = [str(number) for number in work_ids]
    titles = select(search_names.c.folded).where(
        search_names.c.kind == "work", search_names.c.owner.in_(owners)
    )
    told = {"work": owners, "iswc": connection.scalars(iswcs).all()}
    told |= {"isrc": connection.scalars(isrcs).all(), "title": connection.scalars(titles).all()}
    return sorted({_key(kind, value) for kind, values in told.items() for value in values})


def _key(kind: str, value: str | int) -> str:
    return f"{kind}:{value}"[:LONGEST_KEY]
