"""Provisional figures: what open evenings would come to, written anew every night."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provisional_events",
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.String(length=100), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("deducted_minor", sa.BigInteger(), nullable=False),
        sa.Column("waiting_minor", sa.BigInteger(), nullable=False),
        sa.Column("plays", sa.Integer(), nullable=False),
        sa.Column("reckoned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_provisional_events_event_id"),
        sa.PrimaryKeyConstraint("event_id", name="pk_provisional_events"),
    )
    op.create_table(
        "provisional_sums",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["provisional_events.event_id"], name="fk_provisional_sums_event_id"
        ),
        sa.ForeignKeyConstraint(["party_id"], ["parties.id"], name="fk_provisional_sums_party_id"),
        sa.PrimaryKeyConstraint("event_id", "party_id", name="pk_provisional_sums"),
    )
    op.create_index("ix_provisional_sums_party_id", "provisional_sums", ["party_id"])
