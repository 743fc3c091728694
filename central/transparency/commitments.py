"""What hangs in the log: not the thing itself, but a salted promise of it that can be opened.

An entry is the SHA-256 of four lines: what kind of line this is, the name of the thing, the
SHA-256 of its words, and a salt that nobody can guess. Whoever is given name, words and salt can
see that exactly these were logged; whoever sees only the entry learns nothing.
"""

import hashlib
import hmac
from dataclasses import dataclass

SEED_BYTES = 32
_SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Leaf:
    """One thing to be logged: its name, and the SHA-256 of its words, hex."""

    name: str
    content: str


def content_of(words: str) -> str:
    """The SHA-256 of some words, hex."""
    return hashlib.sha256(words.encode()).hexdigest()


def salt(seed: bytes, index: int) -> str:
    """The salt of one leaf, hex; it betrays neither the seed nor any other salt."""
    return hmac.digest(seed, str(index).encode(), "sha256")[:_SALT_BYTES].hex()


def entry(leaf: Leaf, salt: str) -> bytes:
    """What hangs in the log for a leaf: 32 bytes."""
    opened = f"qulaq/leaf/v1\n{leaf.name}\n{leaf.content}\n{salt}\n"
    return hashlib.sha256(opened.encode()).digest()
