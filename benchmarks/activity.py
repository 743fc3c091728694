"""Seconds of evenings taken for what they are: music or not, in front of voices or behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from benchmarks import evenings, moments
from benchmarks.journal import CACHE
from benchmarks.sets import Evening, read_evenings

MUSIC_TARGET = 95.0  # per cent of seconds
PLACE_TARGET = 90.0
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class Row:
    """How one evening was taken, per cent of its seconds.

    Attributes:
        evening: its set and its hall.
        alone: rightly taken for music or not, by the sound alone.
        fused: likewise, where what was recognised counts as music too.
        placed: of the music found, rightly taken for in front of voices or behind them.
    """

    evening: str
    alone: float
    fused: float
    placed: float


def rows(asked: Sequence[Evening], catalogue: Path, cache: Path) -> list[Row]:
    """Judge evenings one by one, with what a catalogue recognises in them."""
    answers = evenings.answer(asked, catalogue, cache, name=catalogue.name)
    return [
        _row(evening, moments.measure([evening], [found]))
        for evening, found in zip(asked, answers, strict=True)
    ]


def _row(evening: Evening, seen: dict[str, int]) -> Row:
    return Row(
        evening=f"{evening.sound.parent.name} {evening.sound.stem}",
        alone=100 * seen["right"] / seen["judged"],
        fused=100 * seen["with_detections"] / seen["judged"],
        placed=100 * seen["placed"] / max(1, seen["music"]),
    )


@click.command()
@click.argument("sets", nargs=-1, required=True, type=_FOLDER)
@click.option("--catalogue", required=True, type=_FOLDER, help="Folder of .qseg files.")
@click.option("--cache", default=CACHE, type=click.Path(path_type=Path), show_default=True)
def main(sets: tuple[Path, ...], catalogue: Path, cache: Path) -> None:
    """Judge the evenings of query sets second by second, and print a table."""
    found = rows([one for folder in sets for one in read_evenings(folder)], catalogue, cache)
    print("| evening | music or not | with what was recognised | front or behind |")
    print("|---|---|---|---|")
    for row in found:
        print(f"| {row.evening} | {row.alone:.1f} | {row.fused:.1f} | {row.placed:.1f} |")
    alone, fused, placed = (
        sum(getattr(row, name) for row in found) / len(found)
        for name in ("alone", "fused", "placed")
    )
    print(f"| all | {alone:.1f} | {fused:.1f} | {placed:.1f} |")
    print(f"| target | | {MUSIC_TARGET:.0f} | {PLACE_TARGET:.0f} |")


if __name__ == "__main__":
    main()
