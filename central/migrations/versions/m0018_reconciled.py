"""Closings that rest on what was reconciled: who said what of a play, and what takes no part."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "declared_pieces",
        sa.Column("placing", sa.String(16), server_default="full", nullable=False),
    )
    for table in ("used_plays", "later_plays"):
        _add_reconciled(table)
    op.create_table(
        "set_aside",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("detections", sa.JSON(), nullable=False),
        sa.Column("testimony", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["distributed_events.event_id"], name="fk_set_aside_event_id"
        ),
        sa.PrimaryKeyConstraint("event_id", "name", name="pk_set_aside"),
    )
    for act in ("UPDATE", "DELETE"):
        _refuse(act, "set_aside", because="set_aside is never changed; book the opposite")


def _add_reconciled(table: str) -> None:
    for name, length, default in (
        ("basis", 16, "heard"),
        ("length_by", 16, "heard"),
        ("use", 16, "concert"),
        ("placing", 16, "full"),
        ("waits", 32, ""),
    ):
        column = sa.Column(name, sa.String(length), server_default=default, nullable=False)
        op.add_column(table, column)
    free = sa.Column("free_points", sa.Integer(), server_default="0", nullable=False)
    op.add_column(table, free)
    op.add_column(table, sa.Column("testimony", sa.JSON(), nullable=True))


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
