"""What is announced for the evenings to come: works a box believes sooner, in whatever order."""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from edge.errors import Misconfigured
from edge.sync.letters import MOST_WORKS

LARGEST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Announced:
    """The works of one evening.

    Attributes:
        begins: from when on they may be played.
        ends: until when.
        references: as the catalogue calls their scores, in any order.
    """

    begins: datetime
    ends: datetime
    references: frozenset[str]


@dataclass(frozen=True, slots=True)
class Programme:
    """All evenings that are announced."""

    evenings: tuple[Announced, ...] = ()

    def expected(self, at: datetime) -> frozenset[str]:
        """What may be played at an instant."""
        now = [one.references for one in self.evenings if one.begins <= at < one.ends]
        return frozenset().union(*now)


def read_programme(path: Path) -> Programme:
    """Read a file such as this; where there is none, nothing is announced.

        [[evening]]
        begins = 2026-03-05T19:00:00+05:00
        ends = 2026-03-05T22:00:00+05:00
        works = ["score-12", "score-40"]

    Raises:
        Misconfigured: it is no such file, or too large to be one.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except FileNotFoundError:
        return Programme()
    if len(content) > LARGEST_BYTES:
        raise Misconfigured(f"{path} has more than {LARGEST_BYTES} bytes; a programme never has")
    try:
        told = tomllib.loads(content.decode("utf-8"))
        unknown = set(told) - {"evening"}
        if unknown:
            raise Misconfigured(f"{path}: no {sorted(unknown)[0]!r} is known there, only evenings")
        return Programme(tuple(_evening(one) for one in told.get("evening", [])))
    except (ValueError, TypeError, KeyError, AttributeError) as e:
        raise Misconfigured(f"{path} is no programme: {e}; write it anew") from e


def _evening(told: dict[str, Any]) -> Announced:
    unknown = set(told) - {"begins", "ends", "works"}
    if unknown:
        raise ValueError(f"an evening has no {sorted(unknown)[0]!r}")
    begins, ends, works = told["begins"], told["ends"], told["works"]
    if not (isinstance(begins, datetime) and isinstance(ends, datetime)):
        raise TypeError(f"begins and ends are instants, not {begins!r} and {ends!r}")
    if begins.tzinfo is None or ends.tzinfo is None:
        raise ValueError(f"{begins} to {ends} has no zone, such as +05:00")
    if begins >= ends:
        raise ValueError(f"{ends} is not after {begins}")
    if len(works) > MOST_WORKS or not all(isinstance(one, str) for one in works):
        raise ValueError(f"an evening has at most {MOST_WORKS} works, each a text, not {works!r}")
    return Announced(begins, ends, frozenset(works))
