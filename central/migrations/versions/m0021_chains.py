"""Pieces of the chain through all that a box tells."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chain_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=19), nullable=False),
        sa.Column("boot", sa.String(length=36), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("before", sa.String(length=64), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("broken", sa.String(length=16), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["boxes.device"], name="fk_chain_links_device"),
        sa.PrimaryKeyConstraint("id", name="pk_chain_links"),
        sa.UniqueConstraint(
            "device",
            "boot",
            "first",
            "last",
            "head",
            name="uq_chain_links_device_boot_first_last_head",
        ),
    )
    op.create_index("ix_chain_links_device_before", "chain_links", ["device", "before"])
