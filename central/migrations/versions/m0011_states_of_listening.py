"""Why a second was not heard, how loud it was, and how surely each record's time is known."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("detections", "unknown_music", "coverage"):
        op.add_column(table, sa.Column("uncertainty_ms", sa.Integer(), nullable=True))
    op.add_column("coverage", sa.Column("fault", sa.String(length=16), nullable=True))
    for figure in ("peak_dbfs", "rms_dbfs", "floor_dbfs", "loudness_lufs"):
        op.add_column("coverage", sa.Column(figure, sa.Float(), nullable=True))
