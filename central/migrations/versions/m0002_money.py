"""The books of money: closings, the plays they used, allocations, statements and the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEPT = (
    "distributions",
    "distributed_events",
    "used_plays",
    "allocations",
    "statements",
    "ledger_transactions",
    "ledger_entries",
)
UNBALANCED = """
    NOT EXISTS (SELECT 1 FROM ledger_entries WHERE transaction_id = NEW.id)
    OR EXISTS (
        SELECT 1 FROM ledger_entries WHERE transaction_id = NEW.id
        GROUP BY currency HAVING SUM(amount_minor) <> 0
    )
"""
SEALED = "EXISTS (SELECT 1 FROM ledger_transactions WHERE id = NEW.transaction_id)"


def upgrade() -> None:
    _closings()
    _payments()
    _ledger()
    for table in KEPT:
        for act in ("UPDATE", "DELETE"):
            _refuse(act, table, when="true", because=f"{table} is never changed; book the opposite")
    _refuse("INSERT", "ledger_transactions", when=UNBALANCED, because="entries do not sum to zero")
    _refuse("INSERT", "ledger_entries", when=SEALED, because="this transaction is sealed")


def _closings() -> None:
    op.create_table(
        "distributions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name="fk_distributions_venue_id"),
        sa.PrimaryKeyConstraint("id", name="pk_distributions"),
    )
    op.create_index("ix_distributions_venue_id", "distributions", ["venue_id"], unique=False)
    op.create_table(
        "distributed_events",
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("distribution_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("hall", sa.String(length=200), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.ForeignKeyConstraint(
            ["distribution_id"], ["distributions.id"], name="fk_distributed_events_distribution_id"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_distributed_events_event_id"),
        sa.PrimaryKeyConstraint("event_id", name="pk_distributed_events"),
    )
    op.create_index(
        "ix_distributed_events_distribution_id",
        "distributed_events",
        ["distribution_id"],
        unique=False,
    )
    op.create_table(
        "used_plays",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("play_id", sa.String(length=64), nullable=False),
        sa.Column("recording_id", sa.String(length=64), nullable=False),
        sa.Column("recording_title", sa.String(length=300), nullable=False),
        sa.Column("performer", sa.String(length=300), nullable=False),
        sa.Column("work_id", sa.Integer(), nullable=True),
        sa.Column("work_title", sa.String(length=300), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("confidence_per_mille", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.CheckConstraint("milliseconds >= 0", name="ck_used_plays_time_not_negative"),
        sa.ForeignKeyConstraint(
            ["event_id"], ["distributed_events.event_id"], name="fk_used_plays_event_id"
        ),
        sa.ForeignKeyConstraint(["work_id"], ["works.id"], name="fk_used_plays_work_id"),
        sa.PrimaryKeyConstraint("event_id", "play_id", name="pk_used_plays"),
    )


def _payments() -> None:
    op.create_table(
        "allocations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("play_id", sa.String(length=64), nullable=True),
        sa.Column("party_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=2), nullable=False),
        sa.Column("basis_points", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "(party_id IS NULL) <> (reason = '')", name="ck_allocations_paid_or_waiting"
        ),
        sa.ForeignKeyConstraint(
            ["event_id", "play_id"],
            ["used_plays.event_id", "used_plays.play_id"],
            name="fk_allocations_event_id_play_id",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["distributed_events.event_id"], name="fk_allocations_event_id"
        ),
        sa.ForeignKeyConstraint(["party_id"], ["parties.id"], name="fk_allocations_party_id"),
        sa.PrimaryKeyConstraint("id", name="pk_allocations"),
    )
    op.create_index("ix_allocations_event_id", "allocations", ["event_id"], unique=False)
    op.create_index("ix_allocations_party_id", "allocations", ["party_id"], unique=False)
    op.create_table(
        "statements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("distribution_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("party_name", sa.String(length=200), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.ForeignKeyConstraint(
            ["distribution_id"], ["distributions.id"], name="fk_statements_distribution_id"
        ),
        sa.ForeignKeyConstraint(["party_id"], ["parties.id"], name="fk_statements_party_id"),
        sa.PrimaryKeyConstraint("id", name="pk_statements"),
        sa.UniqueConstraint(
            "distribution_id",
            "party_id",
            "currency",
            name="uq_statements_distribution_id_party_id_currency",
        ),
    )


def _ledger() -> None:
    op.create_table(
        "ledger_transactions",
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("distribution_id", sa.Integer(), nullable=False),
        sa.Column("reverses", sa.String(length=100), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["distribution_id"], ["distributions.id"], name="fk_ledger_transactions_distribution_id"
        ),
        sa.ForeignKeyConstraint(
            ["reverses"], ["ledger_transactions.id"], name="fk_ledger_transactions_reverses"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_transactions"),
        sa.UniqueConstraint("reverses", name="uq_ledger_transactions_reverses"),
    )
    op.create_index(
        "ix_ledger_transactions_distribution_id",
        "ledger_transactions",
        ["distribution_id"],
        unique=False,
    )
    op.create_table(
        "ledger_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transaction_id", sa.String(length=100), nullable=False),
        sa.Column("account_kind", sa.String(length=16), nullable=False),
        sa.Column("account_key", sa.String(length=64), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["ledger_transactions.id"],
            name="fk_ledger_entries_transaction_id",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_entries"),
    )
    op.create_index(
        "ix_ledger_entries_account", "ledger_entries", ["account_kind", "account_key"], unique=False
    )
    op.create_index(
        "ix_ledger_entries_transaction_id", "ledger_entries", ["transaction_id"], unique=False
    )


def _refuse(act: str, table: str, *, when: str, because: str) -> None:
    """Let the database itself refuse an act, in the words of the database at hand."""
    name = f"{table}_refuses_{act.lower()}"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN {when}"
            f" BEGIN SELECT RAISE(ABORT, '{because}'); END"
        )
        return
    leave = "OLD" if act == "DELETE" else "NEW"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {when} THEN RAISE EXCEPTION '{because}'; END IF; RETURN {leave}; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
