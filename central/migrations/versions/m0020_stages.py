"""Who made a production, and the grand rights that were closed beside its events."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "production_credits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("production_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=True),
        sa.Column("told_by", sa.String(100), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["production_id"], ["productions.id"], name="fk_production_credits_production_id"
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties.id"], name="fk_production_credits_party_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_production_credits"),
    )
    op.create_index(
        "ix_production_credits_production_id", "production_credits", ["production_id"], unique=False
    )
    op.create_table(
        "staged_productions",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("production_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(400), nullable=False),
        sa.Column("work_title", sa.String(300), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("distributable_minor", sa.BigInteger(), nullable=False),
        sa.Column("pool", sa.String(80), nullable=False),
        *(
            sa.Column(name, sa.JSON(), nullable=False)
            for name in ("inputs", "steps", "deducted", "fee_used", "parts")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["distributed_events.event_id"], name="fk_staged_productions_event_id"
        ),
        sa.ForeignKeyConstraint(
            ["production_id"], ["productions.id"], name="fk_staged_productions_production_id"
        ),
        sa.PrimaryKeyConstraint("event_id", "production_id", name="pk_staged_productions"),
    )
    for table, instead in (
        ("production_credits", "say it anew"),
        ("staged_productions", "book the opposite"),
    ):
        for act in ("UPDATE", "DELETE"):
            _refuse(act, table, because=f"{table} is never changed; {instead}")


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
