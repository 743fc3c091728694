"""What the ear has to reach, and what other systems reach on sound made the same way."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Bar = tuple[float, float]  # floor and goal, per cent


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions that are judged together.

    Attributes:
        name: for the table.
        conditions: as the query sets call them.
        development: floor and goal by seconds, in the catalogue of the laboratory's references.
        national: likewise, in a catalogue of 100,000 recordings.
        peers: what each system finds at ten seconds, per cent, the mean over the conditions.
    """

    name: str
    conditions: tuple[str, ...]
    development: dict[int, Bar]
    national: dict[int, Bar]
    peers: tuple[float, ...]

    def bars(self, catalogue: str) -> dict[int, Bar]:
        """Floor and goal by seconds: "development" or "national"."""
        return self.development if catalogue == "development" else self.national


@dataclass(frozen=True, slots=True)
class Targets:
    """All of `targets.toml`.

    Attributes:
        peers: names of the other systems.
        groups: rows of the table.
        found: what each system finds at ten seconds, by condition, per cent.
        evenings: what each system reaches on evenings; an empty string was not measured.
    """

    peers: tuple[str, ...]
    groups: tuple[Group, ...]
    found: dict[str, list[float]]
    evenings: dict[str, list[float | str]]


def read_targets() -> Targets:
    """Read the targets that lie beside this file."""
    table = tomllib.loads(Path(__file__).with_name("targets.toml").read_text(encoding="utf-8"))
    found = table["peers_found"]
    groups = tuple(_group(row, found) for row in table["group"])
    return Targets(tuple(table["peers"]), groups, found, table["peers_evenings"])


def _group(row: dict[str, Any], found: dict[str, list[float]]) -> Group:
    names = tuple(row["conditions"])
    columns = zip(*(found[name] for name in names), strict=True)
    means = tuple(round(sum(column) / len(names), 1) for column in columns)
    return Group(row["name"], names, _bars(row, "development"), _bars(row, "national"), means)


def _bars(row: dict[str, Any], catalogue: str) -> dict[int, Bar]:
    return {int(seconds): tuple(bar) for seconds, bar in row.get(catalogue, {}).items()}
