"""The books of what boxes heard: signed batches, the records in them, and forks as evidence."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.schema import SchemaItem

from central.database import METADATA, Instant, Packed

# The letters as they were signed: the proof behind every record, and so behind every tiyn.
batches = Table(
    "batches",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("device", ForeignKey("boxes.device"), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("payload", Packed, nullable=False),
    Column("signature", String(256), nullable=False),
)


def _tied(names: list[str], to: list[str]) -> ForeignKeyConstraint:
    """A row points at one that is there; only SQLite looks once more.

    All that a record points at is looked up in the transaction that writes it. A server would look
    again, row by row, and that is two thirds of what a record costs it.
    """
    return ForeignKeyConstraint(names, to, info={"only": "sqlite"}).ddl_if(dialect="sqlite")


records = Table(
    "records",
    METADATA,
    Column("device", String(19), primary_key=True),
    Column("boot", String(36), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("content", String(64), nullable=False),  # SHA-256 of the record
    Column("batch_id", Integer, nullable=False, index=True),
    _tied(["device"], ["boxes.device"]),
    _tied(["batch_id"], ["batches.id"]),
)

# Which boxes have told of a run. More than one: a box whose key is lost has another name, and
# tells again what it still keeps. Before a record is new, these are asked.
tellers = Table(
    "tellers",
    METADATA,
    Column("boot", String(36), primary_key=True),
    Column("device", String(19), primary_key=True),
    _tied(["device"], ["boxes.device"]),
)


def _record() -> tuple[SchemaItem, ...]:
    """What every record carries, and what ties it to the letter it came in."""
    key = ["device", "boot", "seq"]
    return (
        Column("device", String(19), primary_key=True),
        Column("boot", String(36), primary_key=True),
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("hall_id", Integer, nullable=False),
        Column("input", String(32), nullable=False),
        Column("started_at", Instant, nullable=False),
        Column("ended_at", Instant, nullable=False),
        Column("clock_synced", Boolean, nullable=False),
        Column("uncertainty_ms", Integer, nullable=True),  # None: the box did not tell
        _tied(["hall_id"], ["halls.id"]),
        _tied(key, [f"records.{name}" for name in key]),
    )


detections = Table(
    "detections",
    METADATA,
    *_record(),
    # No foreign key: a box may know a recording that the office has retired or not yet registered.
    Column("recording_id", String(64), nullable=False),
    Column("reference_start_seconds", Float, nullable=False),
    Column("speed", Float, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("catalogue_version", Integer, nullable=False),
    Column("recipe", String(64), nullable=False),
    Column("alternatives", JSON, nullable=False, server_default="[]"),
    Column("foreground", Float, nullable=True),  # None: the box did not tell
    Index("ix_detections_hall_started", "hall_id", "started_at"),
    Index("ix_detections_recording", "recording_id"),
)

works_heard = Table(
    "works_heard",
    METADATA,
    *_record(),
    # No foreign key, as with recordings.
    Column("score_id", String(64), nullable=False),
    Column("from_seconds", Float, nullable=False),
    Column("to_seconds", Float, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("catalogue_version", Integer, nullable=False),
    Index("ix_works_heard_hall_started", "hall_id", "started_at"),
)

# Counted and shown, never paid: nobody knows for whom.
unknown_music = Table(
    "unknown_music",
    METADATA,
    *_record(),
    Column("foreground", Float, nullable=False),
    Column("catalogue_version", Integer, nullable=False),
    Index("ix_unknown_music_hall_started", "hall_id", "started_at"),
)

coverage = Table(
    "coverage",
    METADATA,
    *_record(),
    Column("state", String(16), nullable=False),
    Column("fault", String(16), nullable=True),  # what ails the signal; None: nothing, or not told
    Column("cause", String(16), nullable=True),  # why the card gave nothing, or too little
    Column("step", String(8), nullable=True),  # what the box had tried: rebind, reboot
    Column("attempt", Integer, nullable=True),  # the how many eth such step
    Column("peak_dbfs", Float, nullable=True),  # the four: None where the box did not tell
    Column("rms_dbfs", Float, nullable=True),
    Column("floor_dbfs", Float, nullable=True),
    Column("loudness_lufs", Float, nullable=True),
    Index("ix_coverage_hall_ended", "hall_id", "ended_at"),
)

# What a box once told and its card has lost, in the box's own words.
holes = Table(
    "holes",
    METADATA,
    *_record(),
    Column("lost_boot", String(36), nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=True),  # None: perhaps more after the first
)

# Pieces of the chain through all that a box tells, as told; see docs/formats/journal.md.
chain_links = Table(
    "chain_links",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("device", ForeignKey("boxes.device"), nullable=False),
    Column("boot", String(36), nullable=False),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("before", String(64), nullable=False),  # hex
    Column("head", String(64), nullable=False),  # hex
    Column("broken", String(16), nullable=True),  # altered or fork; None: as it should be
    Column("received_at", Instant, nullable=False),
    UniqueConstraint("device", "boot", "first", "last", "head"),
    Index("ix_chain_links_device_before", "device", "before"),
)

# Same key, other content: a copied key, a restored disk or a lie. Kept for a person to judge.
forks = Table(
    "forks",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("device", ForeignKey("boxes.device"), nullable=False),
    Column("boot", String(36), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("content", String(64), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("payload", Text, nullable=False),  # the whole batch that says otherwise, as signed
    Column("signature", String(256), nullable=False),
    UniqueConstraint("device", "boot", "seq", "content"),
)
