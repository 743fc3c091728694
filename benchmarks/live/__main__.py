"""All that is measured of works played live, from two folders of music to the page."""

import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
import numpy as np

from benchmarks.journal import CACHE
from benchmarks.live import evenings, music, page, pieces, timeline, tunings
from benchmarks.page import fill
from benchmarks.results import Results

STAGES = ("pieces", "evenings", "tunings", "cost", "page")
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_PATH = click.Path(path_type=Path)
_README = Path(__file__).parents[1] / "README.md"
_PICTURE = Path(__file__).parents[2] / "docs" / "live-evening.png"
_RESULTS = Path(__file__).with_name("results.json")


def _nights(_context: click.Context, _option: click.Parameter, words: str) -> range:
    first, _, last = words.rpartition("-")
    try:
        return range(int(first), int(last) + 1) if first else range(int(last))
    except ValueError as e:
        raise click.BadParameter(f"{words!r} is neither a number nor two, as 24-29") from e


@click.command()
@click.option("--lab", required=True, type=_FOLDER, help="The laboratory folder.")
@click.option("--asap", required=True, type=_FOLDER, help="The ASAP data set.")
@click.option("--cache", default=f"{CACHE}/live", type=_PATH, show_default=True)
@click.option("--every", default=1, show_default=True, help="Only every so many pieces.")
@click.option(
    "--nights", default="3", callback=_nights, show_default=True,
    help="How many evenings, or which: 9 are 0-8.",
)  # fmt: skip
@click.option("--minutes", default=90.0, show_default=True, help="Length of an evening.")
@click.option("--only", multiple=True, type=click.Choice(STAGES), help="Not all of the stages.")
@click.option("--results", default=_RESULTS, type=_PATH, help="Where the figures are kept.")
def main(
    lab: Path,
    asap: Path,
    cache: Path,
    every: int,
    nights: range,
    minutes: float,
    only: tuple[str, ...],
    results: Path,
) -> None:
    """Measure how surely works played live are recognised, beside what is to be reached."""
    kept, chosen = Results(results), only or STAGES
    if set(chosen) - {"page"}:
        scores = cache / "scores"
        works = [*music.piano_works(asap, scores), *music.other_works(scores)]
        sounds = cache / "sounds"
        acts: dict[str, Callable[[], object]] = {
            "pieces": partial(pieces.measure, lab, works, sounds, every=every),
            "evenings": partial(
                evenings.measure, lab, works, cache / "evenings", numbers=nights, minutes=minutes
            ),
            "tunings": partial(tunings.measure, lab, works, sounds),
            "cost": partial(_cost, lab, works, cache),
        }
        for name in [one for one in acts if one in chosen]:
            kept.put(name, acts[name]())
    for name, text in page.sections(kept.figures).items():
        print(f"\n{name}\n\n{text}")
    if "page" in chosen:
        fill(_README, page.sections(kept.figures))
        if kept.figures.get("evenings"):
            timeline.draw(kept.figures["evenings"][0], _PICTURE)


def _cost(lab: Path, works: list[music.Work], cache: Path) -> dict[str, float]:
    """In a process of its own, so that nothing else is in its memory."""
    scores, heard = cache / "cost.qwrk", cache / "cost.npy"
    scores.write_bytes(pieces.references_of(works, cache / "sounds").to_bytes())
    np.save(heard, pieces.clip(lab, cache / "sounds", (works[0], "piano")))
    words = ["-m", "benchmarks.live.cost", "--scores", str(scores), "--heard", str(heard)]
    answer = subprocess.run([sys.executable, *words], check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(answer.stdout))


if __name__ == "__main__":
    main()
