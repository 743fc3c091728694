"""By what the cues of films are found, and what each is to its film."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "declared_pieces", sa.Column("role", sa.String(16), server_default="", nullable=False)
    )
    op.create_table(
        "cue_keys",
        sa.Column("piece_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(320), nullable=False),
        sa.Column("production_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["piece_id"], ["declared_pieces.id"], name="fk_cue_keys_piece_id"),
        sa.ForeignKeyConstraint(
            ["production_id"], ["productions.id"], name="fk_cue_keys_production_id"
        ),
        sa.PrimaryKeyConstraint("piece_id", "key", name="pk_cue_keys"),
    )
    op.create_index("ix_cue_keys_key", "cue_keys", ["key"])
    op.create_index("ix_cue_keys_production_id", "cue_keys", ["production_id"])
