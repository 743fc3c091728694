"""Closings by rule packs: which pack it was, word for word, and how each fee was reckoned."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "distribution_packs",
        sa.Column("distribution_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pack_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("assumed", sa.JSON(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["distribution_id"], ["distributions.id"], name="fk_distribution_packs_distribution_id"
        ),
        sa.PrimaryKeyConstraint("distribution_id", name="pk_distribution_packs"),
    )
    op.create_table(
        "reckonings",
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("distributable_minor", sa.BigInteger(), nullable=False),
        sa.Column("pool", sa.String(length=80), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("deducted", sa.JSON(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["distributed_events.event_id"], name="fk_reckonings_event_id"
        ),
        sa.PrimaryKeyConstraint("event_id", name="pk_reckonings"),
    )
    for table in ("distribution_packs", "reckonings"):
        for act in ("UPDATE", "DELETE"):
            _refuse(act, table, because=f"{table} is never changed; book the opposite")


def _refuse(act: str, table: str, *, because: str) -> None:
    """Let the database itself refuse an act, in the words of the database at hand."""
    name = f"{table}_refuses_{act.lower()}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{because}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{because}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
