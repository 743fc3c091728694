"""What boxes are told to work by over the network, and what they did with it."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "box_tunings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=19), nullable=False),
        sa.Column("tuning", sa.JSON(), nullable=False),
        sa.Column("told_by", sa.String(length=100), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["boxes.device"], name="fk_box_tunings_device"),
        sa.PrimaryKeyConstraint("id", name="pk_box_tunings"),
    )
    op.create_index("ix_box_tunings_device", "box_tunings", ["device"])
    op.create_table(
        "box_directions",
        sa.Column("device", sa.String(length=19), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed", sa.String(length=100), nullable=False),
        sa.Column("letter", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(length=256), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["boxes.device"], name="fk_box_directions_device"),
        sa.PrimaryKeyConstraint("device", "number", name="pk_box_directions"),
    )
    op.create_table(
        "direction_receipts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=19), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("letter", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(length=256), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["boxes.device"], name="fk_direction_receipts_device"),
        sa.PrimaryKeyConstraint("id", name="pk_direction_receipts"),
    )
    op.create_index("ix_direction_receipts_device", "direction_receipts", ["device"])
    op.create_table(
        "announced_scores",
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("declared", sa.String(length=64), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("looked_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_announced_scores_event_id"),
        sa.PrimaryKeyConstraint("event_id", name="pk_announced_scores"),
    )
