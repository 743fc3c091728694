"""Where a name is looked up: every title and name by its runs of three letters.

The runs are rows of an ordinary table, so that any database finds near names without extensions.
"""

from collections.abc import Iterable

from sqlalchemy import (
    Column,
    Connection,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
)

from central.database import METADATA, put
from central.repertoire.search import Found, fold, grams, rank

search_names = Table(
    "search_names",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),  # work | party | recording
    Column("owner", String(64), nullable=False),
    Column("folded", Text, nullable=False),
    Index("ix_search_names_kind_owner", "kind", "owner"),
)

search_grams = Table(
    "search_grams",
    METADATA,
    Column("kind", String(16), nullable=False),
    Column("gram", String(3), nullable=False),
    Column("name_id", Integer, nullable=False),
    Column("runs", Integer, nullable=False),  # of the whole name
    ForeignKeyConstraint(["name_id"], ["search_names.id"], name="fk_search_grams_name_id_to_names"),
    PrimaryKeyConstraint("kind", "gram", "name_id", name="pk_search_grams_by_kind"),
    Index("ix_search_grams_name_id", "name_id"),
    sqlite_with_rowid=False,  # the key has all that a search reads
)

CANDIDATES = 300  # names that share the most runs with the query are compared in full
SHOWN = 50


def put_names(connection: Connection, kind: str, owner: str, names: Iterable[str]) -> None:
    """Let something be found under these names, and under no earlier ones."""
    _forget(connection, kind, owner)
    for folded in sorted({fold(name) for name in names} - {""}):
        name_id = put(connection, search_names, {"kind": kind, "owner": owner, "folded": folded})
        runs = sorted(grams(folded))
        row = {"kind": kind, "name_id": name_id, "runs": len(runs)}
        if runs:
            connection.execute(insert(search_grams), [row | {"gram": gram} for gram in runs])


def find(connection: Connection, kind: str, query: str, *, at_most: int = SHOWN) -> list[Found]:
    """What is called something like `query`, the likest first."""
    folded = fold(query)
    runs = grams(folded)
    if not runs:
        return []
    return rank(folded, _candidates(connection, kind, runs), at_most=at_most)


def _candidates(connection: Connection, kind: str, runs: set[str]) -> list[tuple[str, str]]:
    # Two steps: joining the names to every run that fits would cost ten times as much.
    closest = connection.scalars(
        select(search_grams.c.name_id)
        .where(search_grams.c.kind == kind, search_grams.c.gram.in_(sorted(runs)))
        .group_by(search_grams.c.name_id)
        .order_by(func.count().desc(), func.min(search_grams.c.runs), search_grams.c.name_id)
        .limit(CANDIDATES)
    ).all()
    names = select(search_names.c.owner, search_names.c.folded)
    rows = connection.execute(names.where(search_names.c.id.in_(closest)))
    return [(row.owner, row.folded) for row in rows]


def _forget(connection: Connection, kind: str, owner: str) -> None:
    ours = select(search_names.c.id).filter_by(kind=kind, owner=owner)
    old = connection.scalars(ours).all()
    if old:
        connection.execute(delete(search_grams).where(search_grams.c.name_id.in_(old)))
        connection.execute(delete(search_names).where(search_names.c.id.in_(old)))
