"""Recordings that share sound, and what a detection could not be told apart from."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "detections", sa.Column("alternatives", sa.JSON(), server_default="[]", nullable=False)
    )
    op.create_table(
        "sought",
        sa.Column("recording_id", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=80), nullable=False),
        sa.Column("sought_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.id"],
            name="fk_sought_recording_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recording_id", name="pk_sought"),
    )
    op.create_table(
        "shared_sound",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("one", sa.String(length=64), nullable=False),
        sa.Column("other", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("stretches", sa.JSON(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_out", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["one"], ["recordings.id"], name="fk_shared_sound_one", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["other"], ["recordings.id"], name="fk_shared_sound_other", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_shared_sound"),
        sa.UniqueConstraint("one", "other", name="uq_shared_sound_one_other"),
    )
    op.create_index("ix_shared_sound_other", "shared_sound", ["other"], unique=False)
