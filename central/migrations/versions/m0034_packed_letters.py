"""Letters lie packed in the books: a twentieth of what they take unpacked."""

import sqlalchemy as sa
from alembic import op
from backports import zstd

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_AT_ONCE = 200  # letters, about 20 MB


def upgrade() -> None:
    op.add_column(
        "batches",
        sa.Column("packed", sa.LargeBinary(), nullable=False, server_default=sa.text("''")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE batches ALTER COLUMN packed DROP DEFAULT")
        # What is packed gets no smaller; the server need not try.
        op.execute("ALTER TABLE batches ALTER COLUMN packed SET STORAGE EXTERNAL")
    _pack_all()
    op.execute("ALTER TABLE batches DROP COLUMN payload")
    op.execute("ALTER TABLE batches RENAME COLUMN packed TO payload")


def _pack_all() -> None:
    books = op.get_bind()
    letters = sa.table(
        "batches", sa.column("id"), sa.column("payload"), sa.column("packed", sa.LargeBinary)
    )
    pack = letters.update().where(letters.c.id == sa.bindparam("number"))
    pack = pack.values(packed=sa.bindparam("letter"))
    page = sa.select(letters.c.id, letters.c.payload).order_by(letters.c.id).limit(_AT_ONCE)
    after = 0
    while rows := books.execute(page.where(letters.c.id > after)).all():
        packed = [{"number": row.id, "letter": zstd.compress(row.payload.encode())} for row in rows]
        books.execute(pack, packed)
        after = rows[-1].id
