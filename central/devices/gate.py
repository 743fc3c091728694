"""The gate before what only boxes may fetch: who asks has signed the request by a key in force."""

import hashlib
from typing import Annotated

from cryptography.hazmat.primitives import serialization
from fastapi import Depends, HTTPException, Request
from fastapi.security.http import HTTPBase

from central.access import BEARER, admit
from central.database import reading
from central.desk import Desk, Office
from central.devices import nonces, store
from edge.errors import BadSeal
from edge.sync import signing

_signature = HTTPBase(
    scheme="signature",
    scheme_name="HTTPMessageSignature",
    description="RFC 9421, by the box's own key, with a nonce of a 401's WWW-Authenticate",
    auto_error=False,
)


def _box_or_staff(
    request: Request,
    desk: Desk,
    _: Annotated[object, Depends(_signature)],
    __: Annotated[object, Depends(BEARER)],
) -> str:
    if "authorization" in request.headers:
        return admit(desk, request.headers)
    return _box(request, desk)


def _box(request: Request, desk: Desk) -> str:
    device = signing.named(request.headers)
    if not device:
        raise _challenge(desk, "for boxes only: the request is not signed by one")
    with reading(desk.books) as connection:
        keys = store.keys_in_force(connection, device)
    signed = _verified(request, keys)
    secret = _secret(desk)
    if not nonces.is_fresh(secret, signed.nonce, created=signed.created, now=desk.now()):
        raise _challenge(desk, f"signed at {signed.created.isoformat()}; sign with this nonce")
    return device


BoxOrStaff = Depends(_box_or_staff)
"""A route with this dependency answers boxes that signed their request, and staff."""
Asker = Annotated[str, BoxOrStaff]
"""Who asks: a box, by its name, or staff, by the label of the token."""
Box = Annotated[str, Depends(_box)]
"""Which box asks; nobody else may."""


def _verified(request: Request, keys: list[store.Key]) -> signing.Signed:
    met = BadSeal("the box has no key in force")
    for key in keys:
        try:
            return signing.verify(
                request.method,
                request.scope["raw_path"].decode("ascii", "replace"),
                b"",  # what boxes fetch they ask for without a body
                dict(request.headers),
                public_key=key.public_key,
            )
        except BadSeal as fault:
            met = fault
    raise met


def _challenge(desk: Office, why: str) -> HTTPException:
    nonce = nonces.mint(_secret(desk), now=desk.now())
    return HTTPException(401, why, {"WWW-Authenticate": f'Signature nonce="{nonce}"'})


def _secret(desk: Office) -> bytes:
    """The same in every process of one office, and on no other machine."""
    private = desk.key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return hashlib.sha256(b"qulaq nonces" + private).digest()
