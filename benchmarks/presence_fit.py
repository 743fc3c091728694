"""Fit what the level of a place says where no landmark stands: `UNSEEN` of `score.py`.

Counted, not supposed: clips whose place in a recording is known are laid along it; its landmarks
that are not found are counted by the class of how loud it is there, by the share of their octave
that is found. The same recordings laid at other places say what chance does.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from benchmarks.cores import spread
from benchmarks.hearing import hear as listen
from benchmarks.hearing import open_catalogue
from benchmarks.sets import Clip, read_clips
from edge.matcher.alignment import Alignment, expected
from edge.matcher.index import Index
from edge.matcher.presence import CLASSES
from edge.matcher.recipe import RECIPE
from edge.matcher.score import OCTAVES, SHARES, Hearing, hear, likeliness, weigh_each

_SHIFTS = np.arange(-12, 12.5, 0.5)  # frames around the true place that are tried
_ELSEWHERE = 4  # other recordings that each clip is laid along
_FEWEST = 40  # landmarks of an octave: fewer do not show which share is found
_DOUBT = 50.0  # landmarks that count as by chance in each row
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
Counts = tuple[NDArray[np.float64], NDArray[np.float64]]


@click.command()
@click.argument("catalogue", type=_FOLDER)
@click.argument("sets", nargs=-1, required=True, type=_FOLDER)
def main(catalogue: Path, sets: Sequence[Path]) -> None:
    """Learn from folders of clips and their truth, clips.csv, in a CATALOGUE of one segment."""
    clips = [clip for folder in sets for clip in read_clips(folder) if clip.recording]
    counted = list(spread(partial(_count, catalogue), clips, doing="clips counted"))
    true, chance = (np.sum([one[k] for one in counted], axis=0) for k in (0, 1))
    chance /= chance.sum()
    ratios = (true + _DOUBT * chance) / (true.sum(1, keepdims=True) + _DOUBT) / chance
    print(f"# {len(clips)} clips, {round(true.sum())} landmarks not found; by chance {chance}")
    for share, row in zip(SHARES, ratios, strict=True):
        print(f"    ({', '.join(f'{value:.2f}' for value in row)}, 1.0),  # {share}")


def _count(catalogue: Path, clip: Clip) -> Counts:
    """Landmarks not found, by share and class; and the same by chance, by class."""
    index, sound = open_catalogue(catalogue), listen(clip.sound)
    heard = hear(sound, 0, int(sound.until), RECIPE)
    true, chance = np.zeros((len(SHARES), CLASSES)), np.zeros(CLASSES)
    laid = _lay(index, clip, heard)
    ratios, louds, octaves = _found(index, laid, heard)
    for octave in range(len(OCTAVES) + 1):
        own = octaves == octave
        if own.sum() >= _FEWEST:
            missing = own & (ratios == 0)
            true[_share(ratios[own])] += np.bincount(louds[missing], minlength=CLASSES)
    for other in _elsewhere(index, laid, heard, seed=round(1000 * clip.offset_seconds)):
        ratios, louds, _ = _found(index, other, heard)
        chance += np.bincount(louds[ratios == 0], minlength=CLASSES)
    return true, chance


def _lay(index: Index, clip: Clip, heard: Hearing) -> Alignment:
    [segment] = index.segments
    who = segment.recordings.index(clip.recording)
    place = float(segment.starts[who]) + clip.offset_seconds * RECIPE.rate_hz / RECIPE.hop
    tries = [Alignment(0, who, 0, place + shift) for shift in _SHIFTS]
    weights = weigh_each(segment, tries, heard, RECIPE)
    return tries[max(range(len(tries)), key=lambda k: weights[k].score)]


def _elsewhere(index: Index, laid: Alignment, heard: Hearing, *, seed: int) -> list[Alignment]:
    [segment] = index.segments
    dice = np.random.default_rng(seed)
    others = [n for n in range(len(segment.recordings)) if n != laid.recording]
    chosen = dice.choice([n for n in others if segment.lengths[n] > heard.length], _ELSEWHERE)
    first = [segment.starts[n] + dice.integers(segment.lengths[n] - heard.length) for n in chosen]
    return [Alignment(0, int(n), 0, float(place)) for n, place in zip(chosen, first, strict=True)]


def _found(
    index: Index, laid: Alignment, heard: Hearing
) -> tuple[NDArray[np.float64], NDArray[np.uint8], NDArray[np.int64]]:
    segment = index.segments[0]
    _, ratios, louds = likeliness(segment, laid, heard, RECIPE)
    _, quarters = expected(segment, laid, heard.first, heard.first + heard.length, RECIPE)
    return ratios, louds, np.searchsorted(OCTAVES, quarters, "right")


def _share(ratios: NDArray[np.float64]) -> int:
    """Which share is likeliest to be found."""
    return int(np.argmax([np.log(1 - share + share * ratios).sum() for share in SHARES]))


if __name__ == "__main__":
    main()
