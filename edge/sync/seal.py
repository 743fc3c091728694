"""Sealing a letter, and opening it only when its signer is the one we trust.

ECDSA P-256 because stock Raspberry Pi firmware and TPMs hold such keys and no Ed25519 ones.
"""

import base64
import hashlib
from collections.abc import Callable
from typing import Protocol, TypeVar

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import BaseModel, ValidationError

from edge.errors import BadSeal
from edge.sync.wire import Sealed

Letter = TypeVar("Letter", bound=BaseModel)
Read = TypeVar("Read")

ALGORITHM = ec.ECDSA(hashes.SHA256())
NO_KEY = (ValueError, TypeError, UnsupportedAlgorithm)  # torn, behind a password, unheard of


class Signer(Protocol):
    """What signs for a box: a P-256 key in memory, or a chip that keeps one to itself.

    It is the part of `cryptography`'s private keys that is used of a box's key: nothing opens
    letters with it, so a chip need not be able to do anything else.
    """

    def public_key(self) -> ec.EllipticCurvePublicKey:
        """The public half."""

    def sign(self, data: bytes, signature_algorithm: ec.ECDSA, /) -> bytes:
        """An ECDSA signature, DER; `signature_algorithm` is always `ALGORITHM`."""


def new_key() -> ec.EllipticCurvePrivateKey:
    """A fresh P-256 key."""
    return ec.generate_private_key(ec.SECP256R1())


def private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """PKCS#8 PEM without a password: file permissions guard it."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def public_pem(key: Signer) -> str:
    """The public half, as it travels: SubjectPublicKeyInfo PEM."""
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode("ascii")
    )


def load_private(pem: bytes) -> ec.EllipticCurvePrivateKey:
    """The key in a PEM file.

    Raises:
        BadSeal: the bytes are not a P-256 private key.
    """
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except NO_KEY as e:
        raise BadSeal(f"not a private key: {e}") from e
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise BadSeal("the private key is not a P-256 key")
    return key


def load_public(pem: str) -> ec.EllipticCurvePublicKey:
    """The key in a PEM text.

    Raises:
        BadSeal: the text is not a P-256 public key.
    """
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except NO_KEY as e:
        raise BadSeal(f"not a public key: {e}") from e
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise BadSeal("the public key is not a P-256 key")
    return key


def device_id(public_key: str) -> str:
    """A box is named by its key: `qb-` and the first 16 hex digits of the key's SHA-256."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(
        load_public(public_key).public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return f"qb-{digest.finalize().hex()[:16]}"


def seal(letter: BaseModel, *, signer: str, key: Signer) -> Sealed:
    """Write the letter once, and sign exactly what was written.

    Raises:
        KeyOutOfReach: a chip keeps the key, and gives no signature.
    """
    payload = letter.model_dump_json()
    signature = base64.b64encode(key.sign(payload.encode(), ALGORITHM)).decode("ascii")
    return Sealed(payload=payload, signer=signer, signature=signature)


def letter_digest(sealed: Sealed) -> str:
    """What a letter is called by: SHA-256 of its payload, hex."""
    return hashlib.sha256(sealed.payload.encode()).hexdigest()


def unseal(sealed: Sealed, letter: type[Letter], *, signer: str, public_key: str) -> Letter:
    """The letter inside, if `signer` signed it with the private half of `public_key`.

    The signature is checked before a byte of the payload is parsed.

    Raises:
        BadSeal: another signer, another key, an altered payload, or not such a letter.
    """
    read = letter.model_validate_json
    return unseal_by(sealed, read, called=letter.__name__, signer=signer, public_key=public_key)


def unseal_by(
    sealed: Sealed, read: Callable[[str], Read], *, called: str, signer: str, public_key: str
) -> Read:
    """The same for a letter that is read in a way of its own.

    Args:
        sealed: the envelope.
        read: reads the payload, and raises pydantic's `ValidationError` if it is no such letter.
        called: what such a letter is called.
        signer: who must have signed it.
        public_key: by the private half of which.

    Raises:
        BadSeal: as `unseal`.
    """
    if sealed.signer != signer:
        raise BadSeal(f"signed by {sealed.signer!r}, expected {signer!r}")
    try:
        signature = _spelled_once(sealed.signature)
        load_public(public_key).verify(signature, sealed.payload.encode(), ALGORITHM)
    except (InvalidSignature, ValueError) as e:
        raise BadSeal(f"the signature of {signer!r} does not fit its letter") from e
    try:
        return read(sealed.payload)
    except ValidationError as e:
        raise BadSeal(f"sealed by {signer!r}, but not a {called}: {e}") from e


def _spelled_once(signature: str) -> bytes:
    """The bytes behind base64, whose last letter has bits that mean nothing: they must be zero."""
    said = base64.b64decode(signature, validate=True)
    if base64.b64encode(said) != signature.encode():
        raise ValueError("another spelling of the same signature")
    return said
