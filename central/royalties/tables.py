"""The books of money: what was closed, on which plays, who received what; written once, for good.

Nothing in these tables is ever changed or deleted, and the database itself refuses to; the two of
provisional figures are no books of money, and are written anew every night. Entries are
written before the transaction they belong to; the transaction's row is the seal on them: it is
refused unless they sum to zero in every currency, and after it no entry can join them.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from central.database import METADATA, Instant

distributions = Table(
    "distributions",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("venue_id", ForeignKey("venues.id"), nullable=False, index=True),
    Column("first_day", Date, nullable=False),  # of the venue's own calendar, included
    Column("last_day", Date, nullable=False),  # included
    Column("time_zone", String(64), nullable=False),
    Column("rule", String(64), nullable=False),
    Column("closed_at", Instant, nullable=False),
    Column("event_id", ForeignKey("events.id")),  # the only one closed, where it was closed alone
)

# The event's number alone is the key: no event can be closed twice.
distributed_events = Table(
    "distributed_events",
    METADATA,
    Column("event_id", ForeignKey("events.id"), primary_key=True, autoincrement=False),
    Column("distribution_id", ForeignKey("distributions.id"), nullable=False, index=True),
    Column("title", String(300), nullable=False),
    Column("hall", String(200), nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("fee_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
)

# The pack a period was closed by, word for word; a period closed without one has none.
distribution_packs = Table(
    "distribution_packs",
    METADATA,
    Column(
        "distribution_id", ForeignKey("distributions.id"), primary_key=True, autoincrement=False
    ),
    Column("pack_id", String(64), nullable=False),
    Column("version", String(32), nullable=False),
    Column("title", String(300), nullable=False),
    Column("digest", String(64), nullable=False),  # SHA-256 of its words
    Column("assumed", JSON, nullable=False),
    Column("words", Text, nullable=False),
)

# How a pack led from an event's fee to its allocations.
reckonings = Table(
    "reckonings",
    METADATA,
    Column(
        "event_id",
        ForeignKey("distributed_events.event_id"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("distributable_minor", BigInteger, nullable=False),
    Column("pool", String(80), nullable=False),
    Column("steps", JSON, nullable=False),
    Column("inputs", JSON),  # None: the fee alone
    Column("fee_used", JSON),  # the licence and tariff it came by; None: it was typed
    Column("deducted", JSON, nullable=False),
    Column("lines", JSON, nullable=False),
)

# What one person prepared to be closed, and the word of another that closed it.
proposals = Table(
    "proposals",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("venue_id", ForeignKey("venues.id"), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("event_id", ForeignKey("events.id")),  # the only one to close
    Column("pack_id", String(64), nullable=False),  # empty: the simple rule
    Column("figures", String(64), nullable=False),  # SHA-256 of all that would be closed
    Column("prepared_by", String(100), nullable=False),
    Column("prepared_at", Instant, nullable=False),
)

approvals = Table(
    "approvals",
    METADATA,
    Column("proposal_id", ForeignKey("proposals.id"), primary_key=True, autoincrement=False),
    Column("distribution_id", ForeignKey("distributions.id"), nullable=False, unique=True),
    Column("approved_by", String(100), nullable=False),
    Column("approved_at", Instant, nullable=False),
)


def as_divided() -> list[Column[Any]]:
    """What is frozen of a play when money is divided over it, at a closing or in a run after it."""
    return [
        Column("recording_id", String(64), nullable=False),
        Column("recording_title", String(300), nullable=False),
        Column("performer", String(300), nullable=False),
        Column("work_id", ForeignKey("works.id")),
        Column("work_title", String(300), nullable=False),
        Column("started_at", Instant, nullable=False),
        Column("ended_at", Instant, nullable=False),
        Column("milliseconds", Integer, nullable=False),
        Column("confidence_per_mille", Integer, nullable=False),
        Column("evidence", JSON, nullable=False),
        Column("free_points", Integer, nullable=False, server_default="0"),
        Column("basis", String(16), nullable=False, server_default="heard"),
        Column("length_by", String(16), nullable=False, server_default="heard"),
        Column("use", String(16), nullable=False, server_default="concert"),
        Column("placing", String(16), nullable=False, server_default="full"),
        Column("waits", String(32), nullable=False, server_default=""),
        Column("testimony", JSON),
    ]


used_plays = Table(
    "used_plays",
    METADATA,
    Column("event_id", ForeignKey("distributed_events.event_id"), primary_key=True),
    Column("play_id", String(64), primary_key=True),
    *as_divided(),
    CheckConstraint("milliseconds >= 0", name="time_not_negative"),
)

# Heard or declared, and no part of the fee: said not to have been played, or a grand right.
set_aside = Table(
    "set_aside",
    METADATA,
    Column("event_id", ForeignKey("distributed_events.event_id"), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("title", String(300), nullable=False),
    Column("why", String(16), nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("detections", JSON, nullable=False),
    Column("testimony", JSON),
)

# A production's grand right, closed beside its event: what its makers are owed of the box office.
staged_productions = Table(
    "staged_productions",
    METADATA,
    Column("event_id", ForeignKey("distributed_events.event_id"), primary_key=True),
    Column("production_id", ForeignKey("productions.id"), primary_key=True),
    Column("title", String(400), nullable=False),
    Column("work_title", String(300), nullable=False),
    Column("fee_minor", BigInteger, nullable=False),
    Column("distributable_minor", BigInteger, nullable=False),
    Column("pool", String(80), nullable=False),
    Column("inputs", JSON, nullable=False),
    Column("steps", JSON, nullable=False),
    Column("deducted", JSON, nullable=False),
    Column("fee_used", JSON, nullable=False),
    Column("parts", JSON, nullable=False),
)

allocations = Table(
    "allocations",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("event_id", ForeignKey("distributed_events.event_id"), nullable=False, index=True),
    Column("play_id", String(64)),
    Column("party_id", ForeignKey("parties.id"), index=True),
    Column("role", String(2), nullable=False),
    Column("basis_points", Integer, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("reason", String(32), nullable=False),
    ForeignKeyConstraint(["event_id", "play_id"], ["used_plays.event_id", "used_plays.play_id"]),
    CheckConstraint("(party_id IS NULL) <> (reason = '')", name="paid_or_waiting"),
)

statements = Table(
    "statements",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("distribution_id", ForeignKey("distributions.id"), nullable=False),
    Column("party_id", ForeignKey("parties.id"), nullable=False),
    Column("party_name", String(200), nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    UniqueConstraint("distribution_id", "party_id", "currency"),
)

# How a statement ended: the balance before it, what is paid out, and what is carried over.
payouts = Table(
    "payouts",
    METADATA,
    Column("statement_id", ForeignKey("statements.id"), primary_key=True, autoincrement=False),
    Column("brought_minor", BigInteger, nullable=False),
    Column("paid_minor", BigInteger, nullable=False),
    Column("carried_minor", BigInteger, nullable=False),
    CheckConstraint("paid_minor >= 0", name="nobody_pays_back"),
)

ledger_transactions = Table(
    "ledger_transactions",
    METADATA,
    Column("id", String(100), primary_key=True),
    Column("distribution_id", ForeignKey("distributions.id"), nullable=False, index=True),
    Column("reverses", ForeignKey("ledger_transactions.id"), unique=True),
    Column("posted_at", Instant, nullable=False),
)

ledger_entries = Table(
    "ledger_entries",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column(
        "transaction_id",
        ForeignKey("ledger_transactions.id", deferrable=True, initially="DEFERRED"),
        nullable=False,
        index=True,
    ),
    Column("account_kind", String(16), nullable=False),
    Column("account_key", String(64), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Index("ix_ledger_entries_account", "account_kind", "account_key"),
)

# What open evenings would come to, as reckoned last night; nothing rests on these rows.
provisional_events = Table(
    "provisional_events",
    METADATA,
    Column("event_id", ForeignKey("events.id"), primary_key=True, autoincrement=False),
    Column("rule", String(100), nullable=False),
    Column("fee_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("deducted_minor", BigInteger, nullable=False),
    Column("waiting_minor", BigInteger, nullable=False),
    Column("plays", Integer, nullable=False),
    Column("reckoned_at", Instant, nullable=False),
)

provisional_sums = Table(
    "provisional_sums",
    METADATA,
    Column("event_id", ForeignKey("provisional_events.event_id"), primary_key=True),
    Column("party_id", ForeignKey("parties.id"), primary_key=True, index=True),
    Column("amount_minor", BigInteger, nullable=False),
)
