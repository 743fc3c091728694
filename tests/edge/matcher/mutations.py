"""Damage to the bytes of a segment, drawn from a seed; and the answers it must not change."""

import random
from pathlib import Path

import numpy as np

from edge.errors import BadCatalogue
from edge.matcher.index import Index
from edge.matcher.match import vote


def mutated(content: bytes, dice: random.Random) -> bytes:
    """The content with bits turned, a piece cut out, moved, copied or zeroed, or more after it."""
    at, other = dice.randrange(len(content)), dice.randrange(len(content))
    size = min(dice.choice((1, 4, 64, 2048)), len(content))
    piece = content[other : other + size]
    damaged = (
        content[:at] + bytes([content[at] ^ dice.randint(1, 255)]) + content[at + 1 :],
        content[:at],
        content[:at] + content[at + size :],
        content[:at] + piece + content[at:],
        content[:at] + piece + content[at + len(piece) :],
        content[:at] + bytes(len(content[at : at + size])) + content[at + size :],
        content + dice.randbytes(size),
    )
    return dice.choice(damaged)


def answers(path: Path, hashes: np.ndarray, anchors: np.ndarray) -> tuple[bytes, ...]:
    """All that a segment answers: its recordings, a query's candidates, and every landmark."""
    index = Index.open([path])
    (segment,) = index.segments
    found = vote(segment, hashes, anchors, limit=200)
    end = int(segment.starts[-1]) + int(segment.lengths[-1])
    places, quarters = segment.landmarks_between(0, end)
    names = "\n".join(index.recordings).encode()
    arrays = (found.diagonals, found.votes, places, quarters)
    return (names, *(array.tobytes() for array in arrays))


def refused_or_the_same(path: Path, hashes: np.ndarray, anchors: np.ndarray, right: tuple) -> str:
    """Why a file is refused, or "" if its answers are right.

    Raises:
        AssertionError: it answers wrongly, or the refusal does not name the file.
    """
    try:
        found = answers(path, hashes, anchors)
    except BadCatalogue as refusal:
        return _naming(path, str(refusal))
    assert found == right
    return ""


def _naming(path: Path, refusal: str) -> str:
    assert str(path) in refusal
    return refusal
