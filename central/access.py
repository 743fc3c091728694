"""Who may come in: staff by a token that the office itself keeps only as a hash."""

import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from sqlalchemy import Column, Connection, Integer, String, Table, insert, select
from starlette.datastructures import Headers

from central.database import METADATA, Instant, reading
from central.desk import Desk, Office
from central.errors import NotStaff

staff_tokens = Table(
    "staff_tokens",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("label", String(100), nullable=False),
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("made_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

BEARER = HTTPBearer(auto_error=False, description="The token that `qulaq-central token` printed")


def new_secret() -> str:
    """A token nobody can guess: 256 bits in letters that survive a terminal."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of a token: SHA-256, hex. It has 256 bits of its own and needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def put_staff_token(connection: Connection, token: str, *, label: str, at: datetime) -> None:
    """Let whoever shows this token in from now on."""
    row = {"label": label, "token_sha256": digest(token), "made_at": at}
    connection.execute(insert(staff_tokens).values(**row))


def is_staff(connection: Connection, token: str) -> bool:
    """Whether this is a staff token in force; takes as long for a near miss as for a far one."""
    return bearer_of(connection, token) is not None


def bearer_of(connection: Connection, token: str) -> str | None:
    """Whose staff token this is, by its label; None if it is not in force."""
    shown = digest(token)
    named = select(staff_tokens.c.label, staff_tokens.c.token_sha256)
    kept = connection.execute(named.filter_by(revoked_at=None).order_by(staff_tokens.c.id)).all()
    fitting = [row.label for row in kept if hmac.compare_digest(shown, row.token_sha256)]
    return fitting[0] if fitting else None


def admit(office: Office, headers: Headers) -> str:
    """Let staff through, by `Authorization: Bearer TOKEN`; answers the token's label.

    Raises:
        NotStaff: no token, or not one of ours.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotStaff("staff only: send the header 'Authorization: Bearer TOKEN'")
    with reading(office.books) as connection:
        label = bearer_of(connection, token.strip())
    if label is None:
        raise NotStaff("this staff token is not known here, or was revoked")
    return label


def _staff(request: Request, desk: Desk, _: Annotated[object, Depends(BEARER)]) -> str:
    return admit(desk, request.headers)


Staff = Depends(_staff)
"""A route with this dependency is for staff."""
Teller = Annotated[str, Staff]
"""Who among the staff says so, by the label of the token."""
