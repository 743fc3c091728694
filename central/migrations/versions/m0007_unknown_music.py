"""Music heard and not known, and how much of what is known stood in the foreground."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("detections", sa.Column("foreground", sa.Float(), nullable=True))
    op.create_table(
        "unknown_music",
        sa.Column("device", sa.String(length=19), nullable=False),
        sa.Column("boot", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("input", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clock_synced", sa.Boolean(), nullable=False),
        sa.Column("foreground", sa.Float(), nullable=False),
        sa.Column("catalogue_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device", "boot", "seq"],
            ["records.device", "records.boot", "records.seq"],
            name="fk_unknown_music_device_boot_seq",
        ),
        sa.ForeignKeyConstraint(["hall_id"], ["halls.id"], name="fk_unknown_music_hall_id"),
        sa.PrimaryKeyConstraint("device", "boot", "seq", name="pk_unknown_music"),
    )
    op.create_index(
        "ix_unknown_music_hall_started", "unknown_music", ["hall_id", "started_at"], unique=False
    )
