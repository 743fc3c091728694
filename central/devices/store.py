"""Which boxes there are, where they hang and have hung, and the tokens that let new ones in."""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text

from central.database import METADATA, Instant

enrolment_tokens = Table(
    "enrolment_tokens",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("hall_id", ForeignKey("halls.id"), nullable=False),
    Column("inputs", JSON, nullable=False),
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("used_by", String(19)),
)

boxes = Table(
    "boxes",
    METADATA,
    Column("device", String(19), primary_key=True),
    Column("public_key", Text, nullable=False),
    Column("hall_id", ForeignKey("halls.id"), nullable=False, index=True),
    Column("inputs", JSON, nullable=False),
    Column("serial", Integer, nullable=False),  # of its latest bundle
    Column("enrolled_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("revoked_because", String(300)),
    # What its latest heartbeat said; `seen_at` is by the office's own clock.
    Column("seen_at", Instant),
    Column("said_at", Instant),
    Column("software", String(32)),
    Column("catalogue_version", Integer),
    Column("waiting", Integer),
    Column("last_heard_at", Instant),
    Column("source", String(200)),
)

# A box that is moved still owes what it heard where it hung before.
placements = Table(
    "placements",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("device", ForeignKey("boxes.device"), nullable=False),
    Column("hall_id", ForeignKey("halls.id"), nullable=False),
    Column("serial", Integer, nullable=False),
    Column("since", Instant, nullable=False),
    Index("ix_placements_device_since", "device", "since"),
)
