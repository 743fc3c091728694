"""What it costs to follow a repertoire of 2,000 works: processor time and memory, as JSON."""

import json
import time
from pathlib import Path

import click
import numpy as np

from edge.matcher.works.alignment import BLOCK
from edge.matcher.works.follow import Follower
from edge.matcher.works.references import References
from edge.matcher.works.semitones import BANDS, BEAT_SECONDS

_BEATS = 517  # of a work on average: 240 s


@click.command()
@click.option("--scores", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--heard", required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--works", default=2000, show_default=True)
@click.option("--blocks", default=16, show_default=True, help="How much of it is heard.")
def main(scores: Path, heard: Path, works: int, blocks: int) -> None:
    """Follow the scores of a file, again and again in other keys until there are enough works."""
    empty = _anonymous_mb()
    many = _repertoire(References.open(scores), works)
    beats = np.load(heard)
    follower = Follower(many)
    follower.feed(beats[:BLOCK])
    spent = []
    for first in range(BLOCK, BLOCK * (blocks + 1), BLOCK):
        began = time.process_time()
        follower.feed(beats[first : first + BLOCK])
        spent.append(time.process_time() - began)
    figures = {
        "works": works,
        "hours": many.bands.shape[1] * BEAT_SECONDS / 3600,
        "ms_a_second": 1000 * float(np.median(spent)) / (BLOCK * BEAT_SECONDS),
        "quietest_ms_a_second": 1000 * min(spent) / (BLOCK * BEAT_SECONDS),
        "mb": _anonymous_mb() - empty,
    }
    print(json.dumps(figures))


def _repertoire(known: References, works: int) -> References:
    """Works of 240 s on average: real beats, moved by some semitones."""
    dice = np.random.default_rng(0)
    size = known.bands.shape[1]
    parts = []
    for number in range(works):
        length = int(dice.uniform(0.25, 1.75) * _BEATS)
        first = int(dice.integers(size - length))
        moved = np.roll(known.bands[:, first : first + length], int(dice.integers(BANDS)), axis=0)
        parts.append((f"work-{number:06}", moved.T))
    return References.of(parts)


def _anonymous_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return sum(int(line.split()[1]) for line in status if line.startswith("RssAnon")) / 1000


if __name__ == "__main__":
    main()
