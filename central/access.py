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

_bearer = HTTPBearer(auto_error=False, description="The token that `qulaq-central token` printed")


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
    shown = digest(token)
    kept = connection.scalars(select(staff_tokens.c.token_sha256).filter_by(revoked_at=None)).all()
    return any([hmac.compare_digest(shown, one) for one in kept])


def admit(office: Office, headers: Headers) -> None:
    """Let staff through, by `Authorization: Bearer TOKEN`.

    Raises:
        NotStaff: no token, or not one of ours.
    """
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotStaff("staff only: send the header 'Authorization: Bearer TOKEN'")
    with reading(office.books) as connection:
        if not is_staff(connection, token.strip()):
            raise NotStaff("this staff token is not known here, or was revoked")


def _staff(request: Request, desk: Desk, _: Annotated[object, Depends(_bearer)]) -> None:
    admit(desk, request.headers)


Staff = Depends(_staff)
"""A route with this dependency is for staff."""
