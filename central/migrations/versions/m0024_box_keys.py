"""Every key a box ever had; those there are, are their boxes' first."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "box_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=19), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("signature", sa.String(length=256), nullable=True),
        sa.ForeignKeyConstraint(["device"], ["boxes.device"], name="fk_box_keys_device"),
        sa.PrimaryKeyConstraint("id", name="pk_box_keys"),
    )
    op.create_index("ix_box_keys_device", "box_keys", ["device"])
    op.execute(
        """INSERT INTO box_keys (device, public_key, since, used_at)
           SELECT device, public_key, enrolled_at, enrolled_at FROM boxes"""
    )
