"""The pitch an evening is played at, where somebody says so."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("events", sa.Column("pitch_hz", sa.Integer()))
