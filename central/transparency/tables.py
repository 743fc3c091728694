"""The books of the log: its tiles, who hangs where, and every checkpoint that was published.

Tiles only ever grow, and nothing else here is changed or deleted but a seed, once, when the law
asks to forget: without it the promises above it can never be opened again, and all proofs stand.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from central.database import METADATA, Instant

ENTRIES = -1  # the level under which entries are kept, as they are served: length, then bytes

log_tiles = Table(
    "log_tiles",
    METADATA,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
)

# Leaves enter the log in runs: the records of one letter, the documents of one distribution.
log_runs = Table(
    "log_runs",
    METADATA,
    Column("first_leaf", BigInteger, primary_key=True, autoincrement=False),
    Column("leaves", Integer, nullable=False),
    Column("kind", String(16), nullable=False),  # letter or distribution
    Column("source", Integer, nullable=False),  # the number of the batch or distribution
    Column("seed", LargeBinary(32)),  # of the salts; empty: forgotten
    UniqueConstraint("kind", "source"),
)

# What was promised of a closing, word for word: it must open in ten years as it was.
log_documents = Table(
    "log_documents",
    METADATA,
    Column("leaf", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(64), nullable=False, unique=True),
    Column("words", Text, nullable=False),
)

log_checkpoints = Table(
    "log_checkpoints",
    METADATA,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
)

log_cosignatures = Table(
    "log_cosignatures",
    METADATA,
    Column("size", ForeignKey("log_checkpoints.size"), primary_key=True, autoincrement=False),
    Column("witness", String(300), primary_key=True),  # its public key, as text
    Column("line", Text, nullable=False),
)
