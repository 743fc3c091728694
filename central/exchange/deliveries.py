"""The book of deliveries: what was told to the national platform, and what it answered."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from central.database import METADATA, Instant

deliveries = Table(  # never changed: each attempt is a row
    "deliveries",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("distribution_id", ForeignKey("distributions.id"), nullable=False, index=True),
    Column("address", String(500), nullable=False),
    Column("document_sha256", String(64), nullable=False),
    Column("status", Integer, nullable=False),  # of HTTP; 0: out of reach
    Column("receipt", Text, nullable=False),
    Column("attempted_at", Instant, nullable=False),
)
