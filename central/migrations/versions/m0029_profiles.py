"""Which part of the catalogue each kind of house gets, and by what it was chosen."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0031"  # which was in use first
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalogue_profiles",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("taken", sa.JSON(), nullable=False),
        sa.Column("left", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version"], ["catalogues.version"], name="fk_catalogue_profiles_version"
        ),
        sa.ForeignKeyConstraint(
            ["sha256"], ["catalogue_manifests.sha256"], name="fk_catalogue_profiles_sha256"
        ),
        sa.PrimaryKeyConstraint("version", "name", name="pk_catalogue_profiles"),
    )
