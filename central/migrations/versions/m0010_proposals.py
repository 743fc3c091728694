"""Closings that one person prepares and another approves."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("pack_id", sa.String(length=64), nullable=False),
        sa.Column("figures", sa.String(length=64), nullable=False),
        sa.Column("prepared_by", sa.String(length=100), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name="fk_proposals_venue_id"),
        sa.PrimaryKeyConstraint("id", name="pk_proposals"),
    )
    op.create_table(
        "approvals",
        sa.Column("proposal_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("distribution_id", sa.Integer(), nullable=False),
        sa.Column("approved_by", sa.String(length=100), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposals.id"], name="fk_approvals_proposal_id"),
        sa.ForeignKeyConstraint(
            ["distribution_id"], ["distributions.id"], name="fk_approvals_distribution_id"
        ),
        sa.PrimaryKeyConstraint("proposal_id", name="pk_approvals"),
        sa.UniqueConstraint("distribution_id", name="uq_approvals_distribution_id"),
    )
    for table in ("proposals", "approvals"):
        for act in ("UPDATE", "DELETE"):
            _refuse(act, table, because=f"{table} is never changed; prepare another")


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
