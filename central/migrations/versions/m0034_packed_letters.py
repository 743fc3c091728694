"""Letters lie packed in the books: a twentieth of what they take unpacked.

A year of many boxes is millions of letters, so they are packed a part at a time, each in a
transaction of its own, before the step itself. Cut off, it goes on where it was; until the step is
done the books are of the form before it, with a column more that nobody reads.
"""

import sqlalchemy as sa
from alembic import op
from backports import zstd

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_AT_ONCE = 200  # letters, about 20 MB

_LETTERS = sa.table(
    "batches", sa.column("id"), sa.column("payload"), sa.column("packed", sa.LargeBinary)
)
_PAGE = sa.select(_LETTERS.c.id, _LETTERS.c.payload).order_by(_LETTERS.c.id).limit(_AT_ONCE)
# By what is not packed yet: no packed letter is empty.
_UNPACKED = sa.func.length(_LETTERS.c.packed) == 0
_PACK = (
    _LETTERS.update()
    .where(_LETTERS.c.id == sa.bindparam("number"))
    .values(packed=sa.bindparam("letter"))
)


def part(books: sa.Connection, after: int) -> int | None:
    """Pack some letters that follow the one of this number; the number of the last, None: all done.

    Which are packed already is seen by themselves: the first part may begin at 0 every time.
    """
    if "packed" not in {column["name"] for column in sa.inspect(books).get_columns("batches")}:
        _add_column(books)
    rows = books.execute(_PAGE.where(_LETTERS.c.id > after).where(_UNPACKED)).all()
    if not rows:
        return None
    packed = [{"number": row.id, "letter": zstd.compress(row.payload.encode())} for row in rows]
    books.execute(_PACK, packed)
    return int(rows[-1].id)


def _add_column(books: sa.Connection) -> None:
    is_server = books.dialect.name == "postgresql"
    kind = "BYTEA" if is_server else "BLOB"
    books.execute(sa.text(f"ALTER TABLE batches ADD COLUMN packed {kind} DEFAULT '' NOT NULL"))
    if is_server:
        # What is packed gets no smaller; the server need not try.
        books.execute(sa.text("ALTER TABLE batches ALTER COLUMN packed SET STORAGE EXTERNAL"))


def upgrade() -> None:
    books, after = op.get_bind(), 0
    while (last := part(books, after)) is not None:  # what came since
        after = last
    if books.dialect.name == "postgresql":
        op.execute("ALTER TABLE batches ALTER COLUMN packed DROP DEFAULT")
    op.execute("ALTER TABLE batches DROP COLUMN payload")
    op.execute("ALTER TABLE batches RENAME COLUMN packed TO payload")
