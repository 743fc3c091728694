"""How each input of a box is, as it says; and the hours in which a hall may be listened to."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("boxes", sa.Column("inputs_now", sa.JSON(), nullable=True))
    op.add_column("halls", sa.Column("hours", sa.JSON(), nullable=True))
