"""The books of the repertoire, table by table: parties, works, shares, recordings, codes."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from central.database import METADATA, Instant

parties = Table(
    "parties",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False),  # in its own script
    Column("latin_name", String(200), nullable=False, default=""),
    Column("ipi", String(11), unique=True),
    Column("folded", Text, nullable=False),
    Column("registered_at", Instant, nullable=False),
    Column("ipi_base", String(13)),
    Column("isni", String(16)),
    Index("uq_parties_ipi_base", "ipi_base", unique=True),
    Index("uq_parties_isni", "isni", unique=True),
)

party_names = Table(  # pseudonyms and spellings; each may have a name number of its own
    "party_names",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("party_id", ForeignKey("parties.id"), nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("language", String(2), nullable=False),
    Column("ipi", String(11), unique=True),
)

party_numbers = Table(  # what senders of files call a party
    "party_numbers",
    METADATA,
    Column("source", String(100), primary_key=True),
    Column("number", String(200), primary_key=True),
    Column("party_id", ForeignKey("parties.id"), nullable=False, index=True),
)

societies = Table(
    "societies",
    METADATA,
    Column("code", String(10), primary_key=True),  # CISAC's number of the society
    Column("name", String(200), nullable=False),
    Column("territory", String(5), nullable=False),  # where it sits
)

affiliations = Table(
    "affiliations",
    METADATA,
    Column("party_id", ForeignKey("parties.id"), primary_key=True),
    Column("right_name", String(16), primary_key=True),
    Column("society_code", ForeignKey("societies.code"), nullable=False),
)

works = Table(
    "works",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("title", String(300), nullable=False),
    Column("iswc", String(11), unique=True),
    Column("folded", Text, nullable=False),
    Column("registered_at", Instant, nullable=False),
    Column("language", String(2), nullable=False, server_default=""),
    Column("genre", String(16), nullable=False, server_default=""),
    Column("instrumentation", String(200), nullable=False, server_default=""),
    Column("milliseconds", Integer),  # its usual length
    Column("free_points", Integer, nullable=False, server_default="0"),  # in the public domain
    Column("held_because", Text, nullable=False, server_default=""),  # empty: it may be paid
)

arrangements = Table(
    "arrangements",
    METADATA,
    Column("work_id", ForeignKey("works.id"), primary_key=True),
    Column("original_id", ForeignKey("works.id"), nullable=False, index=True),
)

work_titles = Table(
    "work_titles",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("work_id", ForeignKey("works.id"), nullable=False, index=True),
    Column("title", String(640), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("language", String(2), nullable=False),
)

work_numbers = Table(  # what senders of files call a work
    "work_numbers",
    METADATA,
    Column("source", String(100), primary_key=True),
    Column("number", String(200), primary_key=True),
    Column("work_id", ForeignKey("works.id"), nullable=False, index=True),
)

shares = Table(
    "shares",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("work_id", ForeignKey("works.id"), nullable=False, index=True),
    Column("party_id", ForeignKey("parties.id"), nullable=False, index=True),
    Column("role", String(2), nullable=False),
    Column("basis_points", Integer, nullable=False),  # 10000 is the whole
    Column("right_name", String(16), nullable=False, server_default="performing"),
    UniqueConstraint("work_id", "party_id", "role", "right_name"),
    CheckConstraint("basis_points BETWEEN 0 AND 10000", name="part_of_whole"),
)

recordings = Table(
    "recordings",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("work_id", ForeignKey("works.id"), nullable=False, index=True),
    Column("title", String(300), nullable=False),
    Column("performer", String(300), nullable=False, default=""),
    Column("isrc", String(12), unique=True),
    Column("milliseconds", Integer, nullable=False),  # its length
    Column("recipe", String(64), nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("fingerprint_sha256", String(64), nullable=False, unique=True),
    Column("folded", Text, nullable=False),
    Column("registered_at", Instant, nullable=False),
)

scores = Table(  # what works would sound like; the notes themselves are not kept
    "scores",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("work_id", ForeignKey("works.id"), nullable=False, index=True),
    Column("title", String(300), nullable=False),  # of the movement; empty: of the whole work
    Column("milliseconds", Integer, nullable=False),  # at the written tempo
    Column("version", Integer, nullable=False),  # of the features
    Column("beats", LargeBinary, nullable=False),
    Column("registered_at", Instant, nullable=False),
)

recording_parts = Table(  # of a medley: which work sounds where; no rows: its one work throughout
    "recording_parts",
    METADATA,
    Column("recording_id", ForeignKey("recordings.id"), primary_key=True),
    Column("from_milliseconds", Integer, primary_key=True, autoincrement=False),
    Column("to_milliseconds", Integer, nullable=False),
    Column("work_id", ForeignKey("works.id"), nullable=False, index=True),
    CheckConstraint("from_milliseconds < to_milliseconds", name="not_empty"),
)

neighbouring_shares = Table(  # of those who made a recording, apart from who wrote the work
    "neighbouring_shares",
    METADATA,
    Column("recording_id", ForeignKey("recordings.id"), primary_key=True),
    Column("party_id", ForeignKey("parties.id"), primary_key=True),
    Column("right_name", String(16), primary_key=True),  # performers | producers
    Column("role", String(32), primary_key=True),
    Column("basis_points", Integer, nullable=False),  # 10000 is the whole of that right
    CheckConstraint("basis_points BETWEEN 0 AND 10000", name="part_of_whole"),
)

registry_checks = Table(  # a right check digit is not a right code: what a registry said of it
    "registry_checks",
    METADATA,
    Column("kind", String(16), primary_key=True),
    Column("code", String(40), primary_key=True),
    Column("state", String(16), nullable=False),  # verified | not-found
    Column("registry", String(100), nullable=False),
    Column("checked_at", Instant, nullable=False),
)
