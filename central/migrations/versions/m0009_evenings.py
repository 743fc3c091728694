"""Evenings beside their sound: uses, productions, box office, what was declared and decided."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KEPT = ("receipts", "declarations", "declared_pieces", "decisions")


def upgrade() -> None:
    op.add_column("venues", sa.Column("kind", sa.String(16), server_default="", nullable=False))
    op.add_column("halls", sa.Column("seats", sa.Integer(), nullable=True))
    op.add_column(
        "events", sa.Column("use", sa.String(16), server_default="concert", nullable=False)
    )
    _evenings()
    _declared()
    _decided()
    for table in KEPT:
        for act in ("UPDATE", "DELETE"):
            _refuse(act, table)


def _evenings() -> None:
    op.create_table(
        "productions",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("acts", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(200), nullable=False),
    )
    op.create_table(
        "performances",
        sa.Column("event_id", sa.Integer(), sa.ForeignKey("events.id"), primary_key=True),
        sa.Column("production_id", sa.Integer(), sa.ForeignKey("productions.id"), primary_key=True),
        sa.Column("acts", sa.Integer(), nullable=False),
    )
    op.create_table(
        "event_parts",
        sa.Column("event_id", sa.Integer(), sa.ForeignKey("events.id"), primary_key=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("use", sa.String(16), nullable=False),
    )
    op.create_table(
        "receipts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("event_id", sa.Integer(), sa.ForeignKey("events.id"), nullable=False),
        sa.Column("gross_minor", sa.BigInteger(), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        *_told(),
        sa.CheckConstraint("gross_minor >= 0", name="ck_receipts_gross_not_negative"),
    )
    op.create_index("ix_receipts_event_id", "receipts", ["event_id"])


def _declared() -> None:
    op.create_table(
        "declarations",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("event_id", sa.Integer(), sa.ForeignKey("events.id")),
        sa.Column("production_id", sa.Integer(), sa.ForeignKey("productions.id")),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("acknowledgement", sa.LargeBinary(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        *_told(),
        sa.CheckConstraint(
            "(event_id IS NULL) <> (production_id IS NULL)", name="ck_declarations_of_one_thing"
        ),
    )
    op.create_index("ix_declarations_event_id", "declarations", ["event_id"])
    op.create_index("ix_declarations_production_id", "declarations", ["production_id"])
    op.create_table(
        "declared_pieces",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("declaration_id", sa.Integer(), sa.ForeignKey("declarations.id"), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("composers", sa.String(300), nullable=False),
        sa.Column("performer", sa.String(300), nullable=False),
        sa.Column("work_id", sa.Integer(), sa.ForeignKey("works.id")),
        sa.Column("iswc", sa.String(11)),
        sa.Column("isrc", sa.String(12)),
        sa.Column("from_milliseconds", sa.Integer()),
        sa.Column("milliseconds", sa.Integer()),
        sa.Column("use", sa.String(16), nullable=False),
        sa.Column("encore", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_declared_pieces_declaration_id", "declared_pieces", ["declaration_id"])


def _decided() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("event_id", sa.Integer(), sa.ForeignKey("events.id"), nullable=False),
        sa.Column("line", sa.String(64), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("piece_id", sa.Integer(), sa.ForeignKey("declared_pieces.id")),
        sa.Column("work_id", sa.Integer(), sa.ForeignKey("works.id")),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("decided_by", sa.String(100), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_decisions_event_id", "decisions", ["event_id"])


def _told() -> tuple[sa.Column[str], sa.Column[object]]:
    return (
        sa.Column("told_by", sa.String(100), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
    )


def _refuse(act: str, table: str) -> None:
    """Let the database itself refuse an act, in the words of the database at hand."""
    name, because = f"{table}_refuses_{act.lower()}", f"{table} is never changed"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{because}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" RAISE EXCEPTION '{because}'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
