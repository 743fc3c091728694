"""Which boxes have told of a run: one whose key is lost tells it again by another name."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A server does not look once more whether the box is there; see central/ingest/tables.py.
    is_server = op.get_bind().dialect.name == "postgresql"
    tie = sa.ForeignKeyConstraint(["device"], ["boxes.device"], name="fk_tellers_device")
    op.create_table(
        "tellers",
        sa.Column("boot", sa.String(36), nullable=False),
        sa.Column("device", sa.String(19), nullable=False),
        sa.PrimaryKeyConstraint("boot", "device", name="pk_tellers"),
        *(() if is_server else (tie,)),
    )
    op.execute("INSERT INTO tellers (boot, device) SELECT DISTINCT boot, device FROM records")
