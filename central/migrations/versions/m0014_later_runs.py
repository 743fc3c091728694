"""What came after closings: runs that take amounts back and book them anew, and claims."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEPT = (
    "later_runs",
    "later_plays",
    "later_pools",
    "later_lines",
    "claims",
    "claim_steps",
    "later_proposals",
    "later_approvals",
)


def upgrade() -> None:
    _runs()
    _lines()
    _claims()
    _proposals()
    for table in KEPT:
        for act in ("UPDATE", "DELETE"):
            _refuse(act, table, because=f"{table} is never changed; book the opposite")


def _runs() -> None:
    op.create_table(
        "later_runs",
        sa.Column(
            "distribution_id", sa.Integer(), sa.ForeignKey("distributions.id"), primary_key=True
        ),
        sa.Column("closing_id", sa.Integer(), sa.ForeignKey("distributions.id"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("because", sa.String(300), nullable=False),
        sa.Column("made_by", sa.String(100), nullable=False),
    )
    op.create_index("ix_later_runs_closing_id", "later_runs", ["closing_id"])
    op.create_table(
        "later_plays",
        *_key(),
        sa.Column("play_id", sa.String(64), primary_key=True),
        sa.Column("recording_id", sa.String(64), nullable=False),
        sa.Column("recording_title", sa.String(300), nullable=False),
        sa.Column("performer", sa.String(300), nullable=False),
        sa.Column("work_id", sa.Integer(), sa.ForeignKey("works.id")),
        sa.Column("work_title", sa.String(300), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("confidence_per_mille", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
    )
    op.create_table(
        "later_pools",
        *_key(),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("counted", sa.JSON()),
    )


def _key() -> tuple[sa.Column[int], sa.Column[int]]:
    return (
        sa.Column(
            "distribution_id",
            sa.Integer(),
            sa.ForeignKey("later_runs.distribution_id"),
            primary_key=True,
        ),
        sa.Column(
            "event_id",
            sa.Integer(),
            sa.ForeignKey("distributed_events.event_id"),
            primary_key=True,
        ),
    )


def _lines() -> None:
    op.create_table(
        "later_lines",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "distribution_id",
            sa.Integer(),
            sa.ForeignKey("later_runs.distribution_id"),
            nullable=False,
        ),
        sa.Column(
            "event_id", sa.Integer(), sa.ForeignKey("distributed_events.event_id"), nullable=False
        ),
        sa.Column("takes_allocation", sa.Integer(), sa.ForeignKey("allocations.id")),
        sa.Column("takes_line", sa.Integer(), sa.ForeignKey("later_lines.id")),
        sa.Column("instead_of", sa.Integer(), sa.ForeignKey("later_lines.id")),
        sa.Column("play_id", sa.String(64)),
        sa.Column("party_id", sa.Integer(), sa.ForeignKey("parties.id")),
        sa.Column("role", sa.String(2), nullable=False),
        sa.Column("basis_points", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("pool_of", sa.Integer(), sa.ForeignKey("distributions.id"), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["distribution_id", "event_id", "play_id"],
            ["later_plays.distribution_id", "later_plays.event_id", "later_plays.play_id"],
        ),
        sa.CheckConstraint(
            "(party_id IS NULL) <> (reason = '')", name="ck_later_lines_paid_or_waiting"
        ),
        sa.CheckConstraint(
            "takes_allocation IS NULL OR takes_line IS NULL", name="ck_later_lines_takes_one"
        ),
        sa.UniqueConstraint("takes_allocation", name="uq_later_lines_takes_allocation"),
        sa.UniqueConstraint("takes_line", name="uq_later_lines_takes_line"),
    )
    for column in ("distribution_id", "event_id", "party_id"):
        op.create_index(f"ix_later_lines_{column}", "later_lines", [column])


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("allocation_id", sa.Integer(), sa.ForeignKey("allocations.id")),
        sa.Column("line_id", sa.Integer(), sa.ForeignKey("later_lines.id")),
        sa.Column("claimant", sa.String(200), nullable=False),
        sa.Column("contact", sa.String(200), nullable=False),
        sa.Column("party_id", sa.Integer(), sa.ForeignKey("parties.id")),
        sa.Column("work_id", sa.Integer(), sa.ForeignKey("works.id")),
        sa.Column("evidence", sa.String(2000), nullable=False),
        sa.Column("filed_by", sa.String(100), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_on", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "(allocation_id IS NULL) <> (line_id IS NULL)", name="ck_claims_claims_one_amount"
        ),
    )
    for column in ("allocation_id", "line_id"):
        op.create_index(f"ix_claims_{column}", "claims", [column])
    op.create_table(
        "claim_steps",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("claim_id", sa.Integer(), sa.ForeignKey("claims.id"), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("why", sa.String(300), nullable=False),
        sa.Column("work_id", sa.Integer(), sa.ForeignKey("works.id")),
        sa.Column("distribution_id", sa.Integer(), sa.ForeignKey("distributions.id")),
        sa.Column("decided_by", sa.String(100), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("distribution_id", name="uq_claim_steps_distribution_id"),
    )
    op.create_index("ix_claim_steps_claim_id", "claim_steps", ["claim_id"])


def _proposals() -> None:
    op.create_table(
        "later_proposals",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("closing_id", sa.Integer(), sa.ForeignKey("distributions.id"), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("figures", sa.String(64), nullable=False),
        sa.Column("prepared_by", sa.String(100), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "later_approvals",
        sa.Column(
            "proposal_id", sa.Integer(), sa.ForeignKey("later_proposals.id"), primary_key=True
        ),
        sa.Column(
            "distribution_id",
            sa.Integer(),
            sa.ForeignKey("distributions.id"),
            nullable=False,
        ),
        sa.Column("approved_by", sa.String(100), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("distribution_id", name="uq_later_approvals_distribution_id"),
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
