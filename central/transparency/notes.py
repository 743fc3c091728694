"""Signed notes: a text with signatures below it, as transparency logs and their tools write them.

Source:
    C2SP signed-note, tlog-checkpoint and tlog-cosignature; keys as golang.org/x/mod/sumdb/note
    prints them.
"""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from central.errors import Unacceptable

SIGNS = 1  # the type byte of a key that signs notes: a log's
COSIGNS = 4  # of a key that cosigns checkpoints with a time: a witness's
LARGEST_CHARACTERS = 100_000  # of a note or an answer full of signatures
_DASH = "— "
_PRIVATE = "PRIVATE+KEY+"


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with its name, as it is handed around.

    Attributes:
        name: of the key; a log's is the origin of its checkpoints.
        kind: `SIGNS` or `COSIGNS`.
        public: 32 bytes, Ed25519.
    """

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes that stand before each of its signatures."""
        return hashlib.sha256(f"{self.name}\n".encode() + self._typed()).digest()[:4]

    def text(self) -> str:
        """The key in one line, for people and programs to trust."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self._typed()).decode()}"

    def _typed(self) -> bytes:
        return bytes([self.kind]) + self.public


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How large the log is and what its root is: all that a signature over it fixes."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def new_key(name: str) -> str:
    """A fresh signing key in one secret line; the name goes with it for good."""
    private = Ed25519PrivateKey.generate()
    key = Verifier(name, SIGNS, private.public_key().public_bytes_raw())
    secret = base64.b64encode(bytes([SIGNS]) + private.private_bytes_raw()).decode()
    return f"{_PRIVATE}{name}+{key.id.hex()}+{secret}"


@dataclass(frozen=True, slots=True)
class Signer:
    """The log's key, able to sign."""

    verifier: Verifier
    private: Ed25519PrivateKey

    def sign(self, text: str) -> str:
        """The note: the text, a blank line, and the signature."""
        signature = self.verifier.id + self.private.sign(text.encode())
        return f"{text}\n{_DASH}{self.verifier.name} {base64.b64encode(signature).decode()}\n"


def signer_of(secret: str) -> Signer:
    """The key in a secret line.

    Raises:
        Unacceptable: it is not such a line.
    """
    parts = secret.strip().removeprefix(_PRIVATE).split("+", 2)
    try:
        name, told, raw = parts[0], parts[1], base64.b64decode(parts[2], validate=True)
        private = Ed25519PrivateKey.from_private_bytes(raw[1:])
    except (IndexError, ValueError) as e:
        raise Unacceptable(f"this is not a log's private key: {e}") from e
    key = Verifier(name, SIGNS, private.public_key().public_bytes_raw())
    if raw[0] != SIGNS or told != key.id.hex():
        raise Unacceptable(f"the private key of {name!r} does not fit its own number {told!r}")
    return Signer(key, private)


def verifier_of(text: str) -> Verifier:
    """The key in a public line.

    Raises:
        Unacceptable: it is not such a line, or of a kind that is not known here.
    """
    try:
        name, told, coded = text.split("+", 2)
        raw = base64.b64decode(coded, validate=True)
    except ValueError as e:
        raise Unacceptable(f"{text[:100]!r} is not a key like NAME+NUMBER+KEY: {e}") from e
    if not name or len(raw) != 33 or raw[0] not in (SIGNS, COSIGNS):
        raise Unacceptable(f"{text[:100]!r} is not an Ed25519 key of a log or a witness")
    key = Verifier(name, raw[0], raw[1:])
    if told != key.id.hex():
        raise Unacceptable(f"the key {text[:100]!r} should have the number {key.id.hex()}")
    return key


def cosignatures(body: str, answer: str, *, witness: Verifier) -> list[str]:
    """The lines of a witness's answer that are its true cosignatures of a checkpoint.

    Args:
        body: the checkpoint's text, as signed by the log.
        answer: what the witness said: lines of signatures, others' ignored.
        witness: whose lines are wanted.
    """
    lines = answer[:LARGEST_CHARACTERS].splitlines(keepends=True)
    return [line for line in lines if _is_cosignature(body, line, witness)]


def _is_cosignature(body: str, line: str, witness: Verifier) -> bool:
    prefix = f"{_DASH}{witness.name} "
    if not line.startswith(prefix) or not line.endswith("\n"):
        return False
    try:
        signature = base64.b64decode(line[len(prefix) : -1], validate=True)
    except binascii.Error:
        return False
    if len(signature) != 76 or signature[:4] != witness.id:
        return False
    time = int.from_bytes(signature[4:12], "big")
    said = f"cosignature/v1\ntime {time}\n{body}".encode()
    try:
        Ed25519PublicKey.from_public_bytes(witness.public).verify(signature[12:], said)
    except InvalidSignature:
        return False
    return True


def with_cosignatures(note: str, lines: Sequence[str]) -> str:
    """The note with these signature lines below its own."""
    return note + "".join(lines)
