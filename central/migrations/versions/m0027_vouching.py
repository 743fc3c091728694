"""Who vouches for the catalogue; manifests are kept as they are vouched for."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalogue_statements",
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("role", "version", name="pk_catalogue_statements"),
    )
    op.create_table(
        "catalogue_manifests",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version"], ["catalogues.version"], name="fk_catalogue_manifests_version"
        ),
        sa.PrimaryKeyConstraint("sha256", name="pk_catalogue_manifests"),
    )
    op.create_index("ix_catalogue_manifests_version", "catalogue_manifests", ["version"])
    # What was sealed before is vouched for by nobody: the next catalogue is made anew.
    op.drop_column("catalogues", "manifest")
    op.drop_column("catalogues", "signature")
