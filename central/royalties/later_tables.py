"""The books of what came after a closing: runs that take amounts back and book them anew.

A run is a distribution of its own, with statements and transactions of its own. Each of its lines
either takes an earlier amount back, the same with the sign turned round, or says where the money
goes now; together they are nothing, event by event. No amount is ever taken back twice.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    String,
    Table,
)

from central.database import METADATA, Instant
from central.royalties.tables import as_divided

later_runs = Table(
    "later_runs",
    METADATA,
    Column(
        "distribution_id", ForeignKey("distributions.id"), primary_key=True, autoincrement=False
    ),
    Column("closing_id", ForeignKey("distributions.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),  # claim, release, redistribution or adjustment
    Column("because", String(300), nullable=False),
    Column("made_by", String(100), nullable=False),
)

later_plays = Table(
    "later_plays",
    METADATA,
    Column("distribution_id", ForeignKey("later_runs.distribution_id"), primary_key=True),
    Column("event_id", ForeignKey("distributed_events.event_id"), primary_key=True),
    Column("play_id", String(64), primary_key=True),
    *as_divided(),
)

# What a run divided, where it is not the pool of the closing itself.
later_pools = Table(
    "later_pools",
    METADATA,
    Column("distribution_id", ForeignKey("later_runs.distribution_id"), primary_key=True),
    Column("event_id", ForeignKey("distributed_events.event_id"), primary_key=True),
    Column("words", JSON, nullable=False),
    Column("counted", JSON(none_as_null=True)),  # of each play, where all of it was divided anew
)

later_lines = Table(
    "later_lines",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("distribution_id", ForeignKey("later_runs.distribution_id"), nullable=False, index=True),
    Column("event_id", ForeignKey("distributed_events.event_id"), nullable=False, index=True),
    Column("takes_allocation", ForeignKey("allocations.id"), unique=True),
    Column("takes_line", ForeignKey("later_lines.id"), unique=True),
    Column("instead_of", ForeignKey("later_lines.id")),  # the line that takes back what this pays
    Column("play_id", String(64)),
    Column("party_id", ForeignKey("parties.id"), index=True),
    Column("role", String(2), nullable=False),
    Column("basis_points", Integer, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("pool_of", ForeignKey("distributions.id"), nullable=False),
    Column("steps", JSON, nullable=False),
    ForeignKeyConstraint(
        ["distribution_id", "event_id", "play_id"],
        ["later_plays.distribution_id", "later_plays.event_id", "later_plays.play_id"],
    ),
    CheckConstraint("(party_id IS NULL) <> (reason = '')", name="paid_or_waiting"),
    CheckConstraint("takes_allocation IS NULL OR takes_line IS NULL", name="takes_one"),
)

claims = Table(
    "claims",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("allocation_id", ForeignKey("allocations.id"), index=True),
    Column("line_id", ForeignKey("later_lines.id"), index=True),
    Column("claimant", String(200), nullable=False),
    Column("contact", String(200), nullable=False),
    Column("party_id", ForeignKey("parties.id")),
    Column("work_id", ForeignKey("works.id")),
    Column("evidence", String(2000), nullable=False),
    Column("filed_by", String(100), nullable=False),  # label of a staff token; empty: from outside
    Column("filed_at", Instant, nullable=False),
    Column("filed_on", Date, nullable=False),  # of the venue's calendar; the window counts in it
    CheckConstraint("(allocation_id IS NULL) <> (line_id IS NULL)", name="claims_one_amount"),
)

# What became of a claim, word by word; the last word counts.
claim_steps = Table(
    "claim_steps",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("claim_id", ForeignKey("claims.id"), nullable=False, index=True),
    Column("verdict", String(16), nullable=False),  # accepted, refused or withdrawn
    Column("reason", String(32), nullable=False),
    Column("why", String(300), nullable=False),
    Column("work_id", ForeignKey("works.id")),
    Column("distribution_id", ForeignKey("distributions.id"), unique=True),
    Column("decided_by", String(100), nullable=False),
    Column("decided_at", Instant, nullable=False),
)

# What one person prepared to be done after a closing, and the word of another that did it.
later_proposals = Table(
    "later_proposals",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("closing_id", ForeignKey("distributions.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("figures", String(64), nullable=False),  # SHA-256 of all that would be moved
    Column("prepared_by", String(100), nullable=False),
    Column("prepared_at", Instant, nullable=False),
)

later_approvals = Table(
    "later_approvals",
    METADATA,
    Column("proposal_id", ForeignKey("later_proposals.id"), primary_key=True, autoincrement=False),
    Column("distribution_id", ForeignKey("distributions.id"), nullable=False, unique=True),
    Column("approved_by", String(100), nullable=False),
    Column("approved_at", Instant, nullable=False),
)

objections = Table(
    "objections",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("distributed_events.event_id"), nullable=False, index=True),
    Column("play_id", String(64), nullable=False),  # empty: something that was not counted
    Column("side", String(8), nullable=False),  # author, venue or office
    Column("objector", String(200), nullable=False),
    Column("contact", String(200), nullable=False),
    Column("words", String(2000), nullable=False),
    Column("filed_by", String(100), nullable=False),
    Column("filed_at", Instant, nullable=False),
)

# What became of an objection, word by word; the last word counts.
objection_steps = Table(
    "objection_steps",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("objection_id", ForeignKey("objections.id"), nullable=False, index=True),
    Column("status", String(16), nullable=False),  # in-review, accepted, refused or withdrawn
    Column("why", String(300), nullable=False),
    Column("decided_by", String(100), nullable=False),
    Column("decided_at", Instant, nullable=False),
)

# What a person found wrong in a closed play; the next adjustment divides by the last word on each.
corrections = Table(
    "corrections",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("distributed_events.event_id"), nullable=False, index=True),
    Column("play_id", String(64), nullable=False),
    Column("verdict", String(16), nullable=False),  # work, not-played or shares
    Column("work_id", ForeignKey("works.id")),
    Column("why", String(300), nullable=False),
    Column("objection_id", ForeignKey("objections.id")),
    Column("made_by", String(100), nullable=False),
    Column("made_at", Instant, nullable=False),
)
