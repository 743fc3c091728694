"""Records a box once told and its card has lost."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "holes",
        sa.Column("device", sa.String(length=19), nullable=False),
        sa.Column("boot", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("input", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clock_synced", sa.Boolean(), nullable=False),
        sa.Column("uncertainty_ms", sa.Integer(), nullable=True),
        sa.Column("lost_boot", sa.String(length=36), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["device", "boot", "seq"],
            ["records.device", "records.boot", "records.seq"],
            name="fk_holes_device_boot_seq",
        ),
        sa.ForeignKeyConstraint(["hall_id"], ["halls.id"], name="fk_holes_hall_id"),
        sa.PrimaryKeyConstraint("device", "boot", "seq", name="pk_holes"),
    )
