"""How each statement ended: brought forward, paid out, carried over; earlier ones paid whole."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payouts",
        sa.Column("statement_id", sa.Integer(), sa.ForeignKey("statements.id"), primary_key=True),
        sa.Column("brought_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("carried_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("paid_minor >= 0", name="ck_payouts_nobody_pays_back"),
    )
    _pay_earlier()
    for act in ("UPDATE", "DELETE"):
        _refuse(act, "payouts", because="payouts is never changed; book the opposite")


def _pay_earlier() -> None:
    """Until now each payment file paid its statements whole; the ledger says so from here on."""
    op.execute(
        "INSERT INTO payouts (statement_id, brought_minor, paid_minor, carried_minor)"
        " SELECT id, 0, total_minor, 0 FROM statements WHERE total_minor >= 0"
    )
    op.execute(
        "INSERT INTO ledger_entries"
        " (transaction_id, account_kind, account_key, amount_minor, currency)"
        " SELECT 'distribution/' || CAST(distribution_id AS VARCHAR(16)) || '/payout',"
        " 'rightholder', CAST(party_id AS VARCHAR(16)), -total_minor, currency"
        " FROM statements WHERE total_minor > 0"
    )
    op.execute(
        "INSERT INTO ledger_entries"
        " (transaction_id, account_kind, account_key, amount_minor, currency)"
        " SELECT 'distribution/' || CAST(distribution_id AS VARCHAR(16)) || '/payout',"
        " 'payable', CAST(party_id AS VARCHAR(16)), total_minor, currency"
        " FROM statements WHERE total_minor > 0"
    )
    op.execute(
        "INSERT INTO ledger_transactions (id, distribution_id, posted_at)"
        " SELECT 'distribution/' || CAST(id AS VARCHAR(16)) || '/payout', id, closed_at"
        " FROM distributions WHERE id IN"
        " (SELECT distribution_id FROM statements WHERE total_minor > 0)"
    )


def _refuse(act: str, table: str, *, because: str) -> None:
    """Let the database itself refuse an act, in the words of the database at hand."""
    name = f"{table}_refuses_{act.lower()}"
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
