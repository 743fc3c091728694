"""One-time links by which an author sends a recording to be fingerprinted."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Integer, String, Table, select, update

from central.access import digest
from central.database import METADATA, Instant, put
from central.errors import Unwelcome

invitations = Table(
    "invitations",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("work_id", ForeignKey("works.id"), nullable=False),
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("recording_id", ForeignKey("recordings.id")),
)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that still opens, and the work whose recording is asked for."""

    id: int
    work_id: int


def put_invitation(
    connection: Connection, token: str, *, work_id: int, expires_at: datetime
) -> int:
    """Let whoever shows this token send one recording of a work."""
    row = {"work_id": work_id, "token_sha256": digest(token), "expires_at": expires_at}
    return put(connection, invitations, row)


def open_invitation(connection: Connection, token: str, *, now: datetime) -> Invitation:
    """The invitation of a token.

    Raises:
        Unwelcome: there is none, it was used, or it has expired.
    """
    row = connection.execute(select(invitations).filter_by(token_sha256=digest(token))).first()
    if row is None:
        raise Unwelcome("this link is not known here; ask the society for a new one")
    if row.used_at is not None:
        raise Unwelcome("this link has been used; ask the society for a new one")
    if row.expires_at <= now:
        raise Unwelcome(f"this link expired on {row.expires_at:%Y-%m-%d}; ask for a new one")
    return Invitation(row.id, row.work_id)


def use_invitation(
    connection: Connection, number: int, *, recording_id: str, now: datetime
) -> None:
    """Let the link open no more, and remember which recording came by it.

    Raises:
        Unwelcome: somebody used it in the meantime.
    """
    unused = update(invitations).filter_by(id=number, used_at=None)
    if connection.execute(unused.values(used_at=now, recording_id=recording_id)).rowcount != 1:
        raise Unwelcome("this link has been used; ask the society for a new one")
