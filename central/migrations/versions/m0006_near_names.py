"""The runs of names by what they name, so that near names are found without looking at the rest."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.rename_table("search_grams", "search_grams_before")
    op.drop_index("ix_search_grams_name_id", "search_grams_before")
    op.create_table(
        "search_grams",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("gram", sa.String(3), nullable=False),
        sa.Column("name_id", sa.Integer(), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["name_id"], ["search_names.id"], name="fk_search_grams_name_id_to_names"
        ),
        sa.PrimaryKeyConstraint("kind", "gram", "name_id", name="pk_search_grams_by_kind"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO search_grams (kind, gram, name_id, runs)"
        " SELECT kind, gram, name_id, (SELECT count(*) FROM search_grams_before AS others"
        " WHERE others.name_id = ours.name_id)"
        " FROM search_grams_before AS ours JOIN search_names ON search_names.id = ours.name_id"
    )
    op.drop_table("search_grams_before")
    op.create_index("ix_search_grams_name_id", "search_grams", ["name_id"], unique=False)
