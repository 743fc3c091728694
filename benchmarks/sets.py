"""The query sets: what is played in each clip and each evening, and what must be said of it."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Clip:
    """A few seconds of one piece in one condition.

    Attributes:
        sound: the file.
        condition: what happened to the music on its way.
        seconds: length.
        recording: what the catalogue calls the piece; empty if the catalogue has not got it.
        source: the piece that is played, known or not.
        offset_seconds: place in the piece at which the clip begins.
    """

    sound: Path
    condition: str
    seconds: int
    recording: str
    source: str
    offset_seconds: float


@dataclass(frozen=True, slots=True)
class Stretch:
    """What goes on in a hall from one moment to another.

    Attributes:
        start: seconds from the beginning of the evening.
        end: likewise.
        kind: full, cue, crossfade, under_dialogue, unknown, speech, applause or silence.
        recording: what the catalogue calls the piece; empty if there is none or none it has.
        source: the piece that is played, known or not; empty if there is none.
        foreground: whether the piece, if there is one, is what one listens to.
    """

    start: float
    end: float
    kind: str
    recording: str
    source: str
    foreground: bool


@dataclass(frozen=True, slots=True)
class Evening:
    """An hour in a hall, and the truth about it."""

    sound: Path
    stretches: tuple[Stretch, ...]


def read_clips(folder: Path) -> list[Clip]:
    """The clips of a set that the laboratory's maker wrote into a folder."""
    return [
        Clip(
            folder / row["query_path"],
            row["condition"],
            round(float(row["clip_s"])),
            row["track_id"],
            row["source_track_id"],
            float(row["offset_s"]),
        )
        for row in _rows(folder / "clips.csv")
    ]


def read_evenings(folder: Path) -> list[Evening]:
    """The evenings of a set that the laboratory's maker wrote into a folder."""
    stretches: dict[str, list[Stretch]] = {}
    for row in _rows(folder / "venues.csv"):
        stretches.setdefault(row["recording"], []).append(
            Stretch(
                float(row["start_s"]),
                float(row["end_s"]),
                row["kind"],
                row["track_id"],
                row["source_track_id"],
                row["relation"] == "foreground",
            )
        )
    return [Evening(folder / name, tuple(rows)) for name, rows in stretches.items()]


def read_references(folder: Path) -> list[Path]:
    """The recordings that the catalogue of a set has; the rest of the music is withheld."""
    return [Path(row["path"]) for row in _rows(folder / "refs.csv")]


def read_pieces(music: Path) -> list[Path]:
    """All recordings of the laboratory, those withheld from the catalogue too."""
    return [Path(row["path"]) for row in _rows(music / "manifest.csv")]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)
