"""Scores of works, and works that boxes heard played live."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "scores",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("work_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("beats", sa.LargeBinary(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["work_id"], ["works.id"], name="fk_scores_work_id"),
        sa.PrimaryKeyConstraint("id", name="pk_scores"),
    )
    op.create_index("ix_scores_work_id", "scores", ["work_id"], unique=False)
    op.create_table(
        "works_heard",
        sa.Column("device", sa.String(length=19), nullable=False),
        sa.Column("boot", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("input", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clock_synced", sa.Boolean(), nullable=False),
        sa.Column("uncertainty_ms", sa.Integer(), nullable=True),
        sa.Column("score_id", sa.String(length=64), nullable=False),
        sa.Column("from_seconds", sa.Float(), nullable=False),
        sa.Column("to_seconds", sa.Float(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("catalogue_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device", "boot", "seq"],
            ["records.device", "records.boot", "records.seq"],
            name="fk_works_heard_device_boot_seq",
        ),
        sa.ForeignKeyConstraint(["hall_id"], ["halls.id"], name="fk_works_heard_hall_id"),
        sa.PrimaryKeyConstraint("device", "boot", "seq", name="pk_works_heard"),
    )
    op.create_index(
        "ix_works_heard_hall_started", "works_heard", ["hall_id", "started_at"], unique=False
    )
