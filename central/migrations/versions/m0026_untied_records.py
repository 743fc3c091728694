"""Records in PostgreSQL without foreign keys: what a row points at was looked up before it."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_TELLING = ("detections", "works_heard", "unknown_music", "coverage", "holes")


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for name in ("device", "batch_id"):
        op.drop_constraint(f"fk_records_{name}", "records", type_="foreignkey")
    for table in _TELLING:
        for name in ("device_boot_seq", "hall_id"):
            op.drop_constraint(f"fk_{table}_{name}", table, type_="foreignkey")
