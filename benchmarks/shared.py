"""Which pieces the catalogue has not got share stretches with a recording that it has."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.hearing import detections
from benchmarks.replicas import original_of

Pairs = set[tuple[str, str]]  # pieces, each with a recording it has stretches in common with


def shared_pairs(catalogue: Path, pieces: Sequence[Path]) -> Pairs:
    """Pieces that have stretches in common with a recording: undisturbed, they are taken for it."""
    found = detections(catalogue, pieces, doing="foreign pieces undisturbed")
    return {
        (path.stem, one.recording)
        for path, answers in zip(pieces, found, strict=True)
        for one in answers
    }


def is_shared(piece: str, recording: str, pairs: Pairs) -> bool:
    """Whether a piece has stretches in common with a recording or with what it is a replica of.

    Played faster or slower than undisturbed it comes to lie on another replica of the same.
    """
    original = original_of(recording)
    return any(piece == one and original == original_of(other) for one, other in pairs)
