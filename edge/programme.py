"""What is announced for the evenings to come: works a box believes sooner, in whatever order."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from edge.errors import Misconfigured
from edge.sync.letters import MOST_SEMITONES, MOST_WORKS

LARGEST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Announced:
    """The works of one evening.

    Attributes:
        begins: from when on they may be played.
        ends: until when.
        references: as the catalogue calls their scores, in any order; by how many semitones
            above what is written each is played.
    """

    begins: datetime
    ends: datetime
    references: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Programme:
    """All evenings that are announced."""

    evenings: tuple[Announced, ...] = ()

    def expected(self, at: datetime) -> dict[str, int]:
        """What may be played at an instant, each so many semitones above what is written.

        Where evenings overlap and disagree, the last of them counts.
        """
        expected: dict[str, int] = {}
        for one in self.evenings:
            if one.begins <= at < one.ends:
                expected |= one.references
        return expected


def read_programme(path: Path) -> Programme:
    """Read a file such as this; where there is none, nothing is announced.

        [[evening]]
        begins = 2026-03-05T19:00:00+05:00
        ends = 2026-03-05T22:00:00+05:00
        works = ["score-12", "score-40"]
        semitones = -1                # all of it, as at 415 Hz; need not be there
        transposed = {"score-40" = 2} # and some works otherwise; need not be there

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
    unknown = set(told) - {"begins", "ends", "works", "semitones", "transposed"}
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
    return Announced(begins, ends, _played(told, works))


def _played(told: dict[str, Any], works: list[str]) -> dict[str, int]:
    """By how many semitones above what is written each work is played."""
    transposed: dict[str, int] = told.get("transposed", {})
    played = dict.fromkeys(works, told.get("semitones", 0)) | transposed
    for work, by in played.items():
        if work not in works:
            raise ValueError(f"{work!r} is transposed and not among the works")
        if type(by) is not int or abs(by) > MOST_SEMITONES:
            raise ValueError(
                f"{by!r} semitones; a work is played at most {MOST_SEMITONES} up or down"
            )
    return played
