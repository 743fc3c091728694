"""Fit how far each number of a description speaks for music and for voices.

Two logistic regressions with a small penalty, both sides weighed equally; ten numbers and a bias
each, so there is little to remember of any one recording, room or voice.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from edge.matcher.decode import open_sound
from edge.matcher.impressions import Impressions
from edge.matcher.recipe import RECIPE
from edge.matcher.resample import Resampler
from edge.matcher.spectrum import LogSpectrum
from edge.matcher.texture import MOMENT_FRAMES

MUSIC_KINDS = {"full", "cue", "crossfade", "under_dialogue", "unknown"}
VOICE_KINDS = {"speech", "under_dialogue"}
MUSIC_LIKELIER = 1.0  # log odds: a hall that pays for music plays it more often than not
_PENALTY = 0.01
_ROUNDS = 30


@dataclass(frozen=True, slots=True)
class Lesson:
    """An evening described, and the truth about each moment of it.

    Attributes:
        descriptions: shape (moments, features).
        music: whether music sounds, bool.
        voice: whether somebody speaks, bool.
    """

    descriptions: NDArray[np.float64]
    music: NDArray[np.bool_]
    voice: NDArray[np.bool_]


@click.command()
@click.argument(
    "sets", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
def main(sets: tuple[Path, ...]) -> None:
    """Learn from folders that hold evenings and their truth, venues.csv."""
    lessons = [lesson for folder in sets for lesson in _lessons(folder)]
    described = np.concatenate([lesson.descriptions for lesson in lessons])
    music = np.concatenate([lesson.music for lesson in lessons])
    voice = np.concatenate([lesson.voice for lesson in lessons])
    print(f"# {len(described)} moments of {len(lessons)} evenings")
    print(_written("MUSIC", fit(described, music), more=MUSIC_LIKELIER))
    print(_written("VOICE", fit(described, voice), more=0.0))


def fit(
    described: NDArray[np.float64], true: NDArray[np.bool_]
) -> tuple[float, NDArray[np.float64]]:
    """Bias and weights of the log odds, by Newton's method."""
    mean, spread = described.mean(axis=0), described.std(axis=0)
    known = np.column_stack(((described - mean) / spread, np.ones(len(described))))
    counts = np.where(true, 0.5 / true.mean(), 0.5 / (1 - true.mean())) / len(true)
    held = np.append(np.full(described.shape[1], _PENALTY), 1e-6)
    found = np.zeros(known.shape[1])
    for _ in range(_ROUNDS):
        believed = 1 / (1 + np.exp(-known @ found))
        pull = known.T @ (counts * (true - believed)) - held * found
        bend = (known * (counts * believed * (1 - believed))[:, None]).T @ known + np.diag(held)
        found = found + np.linalg.solve(bend, pull)
    weights = found[:-1] / spread
    return float(found[-1] - weights @ mean), weights


def _lessons(folder: Path) -> list[Lesson]:
    with (folder / "venues.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = sorted({row["recording"] for row in rows})
    return [_lesson(folder / n, [row for row in rows if row["recording"] == n]) for n in names]


def _lesson(path: Path, rows: list[dict[str, str]]) -> Lesson:
    described = _described(path)
    middles = (np.arange(len(described)) + 0.5) * MOMENT_FRAMES * RECIPE.hop / RECIPE.rate_hz
    return Lesson(described, _when(MUSIC_KINDS, rows, middles), _when(VOICE_KINDS, rows, middles))


def _described(path: Path) -> NDArray[np.float64]:
    impressions, spectrum = Impressions(), LogSpectrum(RECIPE)
    with open_sound(path) as (blocks, rate_hz):
        resampler = Resampler(rate_hz, to_hz=RECIPE.rate_hz)
        given = [
            one
            for block in blocks
            for one in impressions.feed(spectrum.feed(resampler.feed(block)))
        ]
    given += impressions.feed(spectrum.feed(resampler.close()))
    given += impressions.feed(spectrum.close())
    return np.array([row for row, _ in [*given, *impressions.close()]])


def _when(
    kinds: set[str], rows: list[dict[str, str]], middles: NDArray[np.float64]
) -> NDArray[np.bool_]:
    true = np.zeros(len(middles), np.bool_)
    for row in rows:
        if row["kind"] in kinds:
            true |= (middles >= float(row["start_s"])) & (middles < float(row["end_s"]))
    return true


def _written(name: str, found: tuple[float, NDArray[np.float64]], *, more: float) -> str:
    bias, weights = found
    listed = ", ".join(f"{weight:.4g}" for weight in weights)
    return f"{name} = Leaning({bias + more:.4g}, ({listed}))"


if __name__ == "__main__":
    main()
