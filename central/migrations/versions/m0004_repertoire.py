"""The repertoire: rights, titles, mandates, codes, what files said, and names to search by."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _parties()
    _works()
    _shares_by_right()
    _recordings()
    _mandates()
    _search()
    _files()


def _shares_by_right() -> None:
    # Nothing refers to a share by its number, so the table may be made anew where it must.
    part = sa.CheckConstraint("basis_points BETWEEN 0 AND 10000", name="ck_shares_part_of_whole")
    with op.batch_alter_table("shares", table_args=(part,)) as batch:
        batch.add_column(
            sa.Column("right_name", sa.String(16), server_default="performing", nullable=False)
        )
        batch.drop_constraint("uq_shares_work_id_party_id_role", type_="unique")
        batch.create_unique_constraint(
            "uq_shares_work_id_party_id_role_right_name",
            ["work_id", "party_id", "role", "right_name"],
        )


def _parties() -> None:
    op.create_table(
        "societies",
        sa.Column("code", sa.String(10), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("territory", sa.String(5), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_societies"),
    )
    op.create_table(
        "affiliations",
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("right_name", sa.String(16), nullable=False),
        sa.Column("society_code", sa.String(10), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["parties.id"], name="fk_affiliations_party_id"),
        sa.ForeignKeyConstraint(
            ["society_code"], ["societies.code"], name="fk_affiliations_society_code"
        ),
        sa.PrimaryKeyConstraint("party_id", "right_name", name="pk_affiliations"),
    )
    op.create_table(
        "party_names",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("ipi", sa.String(11), nullable=True),
        sa.ForeignKeyConstraint(["party_id"], ["parties.id"], name="fk_party_names_party_id"),
        sa.PrimaryKeyConstraint("id", name="pk_party_names"),
        sa.UniqueConstraint("ipi", name="uq_party_names_ipi"),
    )
    op.create_index("ix_party_names_party_id", "party_names", ["party_id"], unique=False)
    op.create_table(
        "party_numbers",
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("number", sa.String(200), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["parties.id"], name="fk_party_numbers_party_id"),
        sa.PrimaryKeyConstraint("source", "number", name="pk_party_numbers"),
    )
    op.create_index("ix_party_numbers_party_id", "party_numbers", ["party_id"], unique=False)
    op.add_column("parties", sa.Column("ipi_base", sa.String(13), nullable=True))
    op.add_column("parties", sa.Column("isni", sa.String(16), nullable=True))
    op.create_index("uq_parties_ipi_base", "parties", ["ipi_base"], unique=True)
    op.create_index("uq_parties_isni", "parties", ["isni"], unique=True)


def _works() -> None:
    op.create_table(
        "arrangements",
        sa.Column("work_id", sa.Integer(), nullable=False),
        sa.Column("original_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["original_id"], ["works.id"], name="fk_arrangements_original_id"),
        sa.ForeignKeyConstraint(["work_id"], ["works.id"], name="fk_arrangements_work_id"),
        sa.PrimaryKeyConstraint("work_id", name="pk_arrangements"),
    )
    op.create_index("ix_arrangements_original_id", "arrangements", ["original_id"], unique=False)
    op.create_table(
        "work_numbers",
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("number", sa.String(200), nullable=False),
        sa.Column("work_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["work_id"], ["works.id"], name="fk_work_numbers_work_id"),
        sa.PrimaryKeyConstraint("source", "number", name="pk_work_numbers"),
    )
    op.create_index("ix_work_numbers_work_id", "work_numbers", ["work_id"], unique=False)
    op.create_table(
        "work_titles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(640), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.ForeignKeyConstraint(["work_id"], ["works.id"], name="fk_work_titles_work_id"),
        sa.PrimaryKeyConstraint("id", name="pk_work_titles"),
    )
    op.create_index("ix_work_titles_work_id", "work_titles", ["work_id"], unique=False)
    op.add_column("works", sa.Column("language", sa.String(2), server_default="", nullable=False))
    op.add_column("works", sa.Column("genre", sa.String(16), server_default="", nullable=False))
    op.add_column(
        "works", sa.Column("instrumentation", sa.String(200), server_default="", nullable=False)
    )
    op.add_column("works", sa.Column("milliseconds", sa.Integer(), nullable=True))
    op.add_column(
        "works", sa.Column("free_points", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("works", sa.Column("held_because", sa.Text(), server_default="", nullable=False))


def _recordings() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recording_id", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name="fk_invitations_recording_id"
        ),
        sa.ForeignKeyConstraint(["work_id"], ["works.id"], name="fk_invitations_work_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("token_sha256", name="uq_invitations_token_sha256"),
    )
    op.create_table(
        "neighbouring_shares",
        sa.Column("recording_id", sa.String(64), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("right_name", sa.String(16), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("basis_points", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "basis_points BETWEEN 0 AND 10000", name="ck_neighbouring_shares_part_of_whole"
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["parties.id"], name="fk_neighbouring_shares_party_id"
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name="fk_neighbouring_shares_recording_id"
        ),
        sa.PrimaryKeyConstraint(
            "recording_id", "party_id", "right_name", "role", name="pk_neighbouring_shares"
        ),
    )
    op.create_table(
        "recording_parts",
        sa.Column("recording_id", sa.String(64), nullable=False),
        sa.Column("from_milliseconds", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("to_milliseconds", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "from_milliseconds < to_milliseconds", name="ck_recording_parts_not_empty"
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name="fk_recording_parts_recording_id"
        ),
        sa.ForeignKeyConstraint(["work_id"], ["works.id"], name="fk_recording_parts_work_id"),
        sa.PrimaryKeyConstraint("recording_id", "from_milliseconds", name="pk_recording_parts"),
    )
    op.create_index("ix_recording_parts_work_id", "recording_parts", ["work_id"], unique=False)


def _mandates() -> None:
    op.create_table(
        "mandates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("grantor_kind", sa.String(8), nullable=False),
        sa.Column("grantor_key", sa.String(16), nullable=False),
        sa.Column("holder_kind", sa.String(8), nullable=True),
        sa.Column("holder_key", sa.String(16), nullable=True),
        sa.Column("right_name", sa.String(16), nullable=False),
        sa.Column("used_for", sa.String(16), nullable=False),
        sa.Column("territory", sa.String(5), nullable=False),
        sa.Column("except_in", sa.String(200), server_default="", nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("work_id", sa.Integer(), nullable=True),
        sa.Column("licensee", sa.String(200), server_default="", nullable=False),
        sa.Column("document", sa.String(300), server_default="", nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("until IS NULL OR since <= until", name="ck_mandates_in_order"),
        sa.ForeignKeyConstraint(["work_id"], ["works.id"], name="fk_mandates_work_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mandates"),
    )
    op.create_index(
        "ix_mandates_grantor", "mandates", ["grantor_kind", "grantor_key"], unique=False
    )
    op.create_index("ix_mandates_work_id", "mandates", ["work_id"], unique=False)


def _search() -> None:
    op.create_table(
        "search_names",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_search_names"),
    )
    op.create_index("ix_search_names_kind_owner", "search_names", ["kind", "owner"], unique=False)
    op.create_table(
        "search_grams",
        sa.Column("gram", sa.String(3), nullable=False),
        sa.Column("name_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["name_id"], ["search_names.id"], name="fk_search_grams_name_id"),
        sa.PrimaryKeyConstraint("gram", "name_id", name="pk_search_grams"),
    )
    op.create_index("ix_search_grams_name_id", "search_grams", ["name_id"], unique=False)


def _files() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("acknowledgement", sa.LargeBinary(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
        sa.UniqueConstraint("content_sha256", name="uq_imports_content_sha256"),
    )
    op.create_table(
        "registry_checks",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("registry", sa.String(100), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "code", name="pk_registry_checks"),
    )
