"""What people said of a play, as it was frozen: the declared piece, and a person's word on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class PieceUsed:
    """A declared piece and the declaration it stands in.

    Attributes:
        milliseconds: as declared; None when nobody said.
        kind: of the declaration: typed, csv, xlsx or json.
        digest: SHA-256 of the declaration's bytes, hexadecimal.
    """

    id: int
    title: str
    composers: str
    performer: str
    milliseconds: int | None
    declaration_id: int
    kind: str
    digest: str
    told_by: str
    told_at: datetime


@dataclass(frozen=True, slots=True)
class WordUsed:
    """A person's word; `work_id` is the work it named, None where it named none."""

    verdict: str
    work_id: int | None
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Testimony:
    """All that people said of one play."""

    piece: PieceUsed | None
    word: WordUsed | None


def testimony_json(said: Testimony | None) -> dict[str, Any] | None:
    """A testimony as it is kept and shown; None where nobody said anything."""
    if said is None:
        return None
    piece, word = said.piece, said.word
    return {"piece": piece and _json(piece), "word": word and _json(word)}


def _json(one: PieceUsed | WordUsed) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in type(one).__slots__}
    return {n: v.isoformat() if isinstance(v, datetime) else v for n, v in values.items()}


def testimony_of(kept: Mapping[str, Any] | None) -> Testimony | None:
    """The testimony that was kept so."""
    if kept is None:
        return None
    piece, word = kept["piece"], kept["word"]
    return Testimony(
        piece and PieceUsed(**piece | {"told_at": datetime.fromisoformat(piece["told_at"])}),
        word and WordUsed(**word | {"decided_at": datetime.fromisoformat(word["decided_at"])}),
    )
