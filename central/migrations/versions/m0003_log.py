"""The books of the log anyone can check: tiles that only grow, runs, documents, checkpoints."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEPT = ("log_documents", "log_checkpoints", "log_cosignatures")
_SHRINKS = (
    "NEW.level <> OLD.level OR NEW.number <> OLD.number"
    " OR substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes"
)
_MOVES = (
    "NEW.first_leaf <> OLD.first_leaf OR NEW.leaves <> OLD.leaves OR NEW.kind <> OLD.kind"
    " OR NEW.source <> OLD.source OR NEW.seed IS NOT NULL"
)


def upgrade() -> None:
    _create()
    for table in KEPT:
        for act in ("UPDATE", "DELETE"):
            _refuse(act, table, when=None, because=f"{table} is never changed")
    for table in ("log_tiles", "log_runs"):
        _refuse("DELETE", table, when=None, because=f"{table} only grows")
    _refuse("UPDATE", "log_tiles", when=_SHRINKS, because="a tile only grows")
    _refuse("UPDATE", "log_runs", when=_MOVES, because="a run only forgets its seed")


def _create() -> None:
    op.create_table(
        "log_tiles",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "number", name="pk_log_tiles"),
    )
    op.create_table(
        "log_runs",
        sa.Column("first_leaf", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("leaves", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("source", sa.Integer(), nullable=False),
        sa.Column("seed", sa.LargeBinary(length=32), nullable=True),
        sa.PrimaryKeyConstraint("first_leaf", name="pk_log_runs"),
        sa.UniqueConstraint("kind", "source", name="uq_log_runs_kind_source"),
    )
    op.create_table(
        "log_documents",
        sa.Column("leaf", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("leaf", name="pk_log_documents"),
        sa.UniqueConstraint("name", name="uq_log_documents_name"),
    )
    op.create_table(
        "log_checkpoints",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_log_checkpoints"),
    )
    op.create_table(
        "log_cosignatures",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("witness", sa.String(length=300), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["size"], ["log_checkpoints.size"], name="fk_log_cosignatures_size"
        ),
        sa.PrimaryKeyConstraint("size", "witness", name="pk_log_cosignatures"),
    )


def _refuse(act: str, table: str, *, when: str | None, because: str) -> None:
    """Let the database itself refuse an act, in the words of the database at hand."""
    name = f"{table}_refuses_{act.lower()}"
    if op.get_bind().dialect.name == "sqlite":
        condition = f"WHEN {when}" if when else ""
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} {condition}"
            f" BEGIN SELECT RAISE(ABORT, '{because}'); END"
        )
        return
    leave = "OLD" if act == "DELETE" else "NEW"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {when or 'true'} THEN RAISE EXCEPTION '{because}'; END IF; RETURN {leave}; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
