"""Objections to what was closed, with their history, and the corrections that come of them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "objections",
        sa.Column("id", sa.Integer(), primary_key=True),
        _event(),
        sa.Column("play_id", sa.String(64), nullable=False),
        sa.Column("side", sa.String(8), nullable=False),
        sa.Column("objector", sa.String(200), nullable=False),
        sa.Column("contact", sa.String(200), nullable=False),
        sa.Column("words", sa.String(2000), nullable=False),
        sa.Column("filed_by", sa.String(100), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_objections_event_id", "objections", ["event_id"])
    op.create_table(
        "objection_steps",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("objection_id", sa.Integer(), sa.ForeignKey("objections.id"), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("why", sa.String(300), nullable=False),
        sa.Column("decided_by", sa.String(100), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_objection_steps_objection_id", "objection_steps", ["objection_id"])
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), primary_key=True),
        _event(),
        sa.Column("play_id", sa.String(64), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("work_id", sa.Integer(), sa.ForeignKey("works.id")),
        sa.Column("why", sa.String(300), nullable=False),
        sa.Column("objection_id", sa.Integer(), sa.ForeignKey("objections.id")),
        sa.Column("made_by", sa.String(100), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_corrections_event_id", "corrections", ["event_id"])
    for table in ("objections", "objection_steps", "corrections"):
        for act in ("UPDATE", "DELETE"):
            _refuse(act, table, because=f"{table} is never changed; say something new")


def _event() -> sa.Column[int]:
    key = sa.ForeignKey("distributed_events.event_id")
    return sa.Column("event_id", sa.Integer(), key, nullable=False)


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
