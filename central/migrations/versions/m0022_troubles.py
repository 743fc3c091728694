"""Why a card gave no sound, and what the box had tried."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("coverage", sa.Column("cause", sa.String(16), nullable=True))
    op.add_column("coverage", sa.Column("step", sa.String(8), nullable=True))
    op.add_column("coverage", sa.Column("attempt", sa.Integer(), nullable=True))
