"""All that is measured of the ear, from the laboratory's folder to the page with the tables."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from benchmarks import catalogues, clips, evenings, foreign, moments, page, plots
from benchmarks.cores import spread
from benchmarks.hearing import Found
from benchmarks.journal import CACHE
from benchmarks.lab import fetch_music, make_sets
from benchmarks.null import Tail
from benchmarks.odds import best_in
from benchmarks.results import RESULTS, Results
from benchmarks.sets import Clip, Evening, read_clips, read_evenings, read_pieces, read_references
from benchmarks.targets import read_targets

STAGES = ("clips", "evenings", "cost", "foreign", "page")
LONG = "million"  # a stage that is run only if it is asked for: it takes 27 GB of disk
PAGE = Path(__file__).with_name("README.md")
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_PATH = click.Path(path_type=Path)
_BENT = ("speed", "tempo", "pitch")  # conditions whose windows cannot be weighed as recorded


@dataclass(frozen=True, slots=True)
class Bench:
    """What there is to measure with.

    Attributes:
        lab: the laboratory folder.
        music: its recordings.
        clips: of all query sets.
        evenings: likewise.
        references: those of them that a catalogue is made of.
        catalogues: folders by name: the laboratory's references, and these among a nation's.
        cache: what is kept from run to run.
    """

    lab: Path
    music: Path
    clips: Sequence[Clip]
    evenings: Sequence[Evening]
    references: Sequence[Path]
    catalogues: dict[str, Path]
    cache: Path


@click.command()
@click.option("--lab", required=True, type=_FOLDER, help="The laboratory folder.")
@click.option("--music", type=_FOLDER, help="Its recordings, if they were fetched already.")
@click.option("--sets", multiple=True, type=_FOLDER, help="Query sets, if they were made already.")
@click.option("--national", type=_FOLDER, help="The nation's catalogue, if it was built already.")
@click.option("--cache", default=CACHE, type=_PATH, show_default=True)
@click.option("--quick", is_flag=True, help="A small part of everything, printed only.")
@click.option(
    "--only",
    multiple=True,
    type=click.Choice([*STAGES, LONG]),
    help="Not all of the stages; a million recordings take 27 GB of disk.",
)
@click.option("--results", type=_PATH, help="Where the figures are kept.")
def main(
    lab: Path,
    music: Path | None,
    sets: tuple[Path, ...],
    national: Path | None,
    cache: Path,
    quick: bool,
    only: tuple[str, ...],
    results: Path | None,
) -> None:
    """Measure how well and how fast the ear recognises, beside its targets and other systems.

    Stopped, it goes on where it was, unless the ear or the catalogue is another: what it heard in
    each sound is kept.
    """
    cache.mkdir(parents=True, exist_ok=True)
    pieces = music or fetch_music(lab, cache / "music")
    folders = sets or make_sets(lab, pieces, cache / "sets", tenth=quick)
    bench = _bench(lab, pieces, folders, national, cache, quick=quick)
    kept = Results(results or (cache / "quick.json" if quick else RESULTS))
    for stage in only or STAGES:
        _STAGES[stage](bench, kept, quick)
    for name, text in page.sections(kept.figures).items():
        print(f"\n{name}\n\n{text}")


def _bench(
    lab: Path,
    music: Path,
    folders: Sequence[Path],
    national: Path | None,
    cache: Path,
    *,
    quick: bool,
) -> Bench:
    asked = [c for f in folders if (f / "clips.csv").exists() for c in read_clips(f)]
    nights = [e for f in folders if (f / "venues.csv").exists() for e in read_evenings(f)]
    names, references = _names(asked, nights), read_references(folders[0])
    if quick:  # what is not asked for would be learnt in vain
        references = [path for path in references if path.stem in names]
    known = {
        "development": catalogues.development(references, cache),
        "national": national or catalogues.national(references, 5_000 if quick else 100_000, cache),
    }
    return Bench(lab, music, asked, nights, references, known, cache)


def _clips(bench: Bench, kept: Results, quick: bool) -> None:
    groups = read_targets().groups
    for name, folder in bench.catalogues.items():
        aimed = {seconds for group in groups for seconds in group.bars(name)}
        asked = [clip for clip in bench.clips if clip.seconds in aimed]
        answers = clips.answer(asked, folder, bench.cache, name=name)
        both = zip(asked, answers, strict=True)
        accepted = {clip.source for clip, found in both if found and not clip.recording}
        alike = foreign.shared_pairs(folder, _pieces(bench, accepted), bench.cache)
        kept.put(f"clips_{name}", clips.as_rows(clips.measure(asked, answers, alike)))


def _pieces(bench: Bench, names: set[str]) -> list[Path]:
    return [path for path in read_pieces(bench.music) if path.stem in names]


def _evenings(bench: Bench, kept: Results, quick: bool) -> None:
    for name, folder in bench.catalogues.items():
        answers: list[list[Found]] = evenings.answer(bench.evenings, folder, bench.cache, name=name)
        taken = evenings.instead(bench.evenings, answers)
        alike = foreign.shared_pairs(folder, _pieces(bench, taken), bench.cache)
        seen = evenings.measure(bench.evenings, answers, alike)
        kept.put(f"evenings_{name}", evenings.as_row(seen))
        if name == "development":
            kept.put("moments", moments.measure(bench.evenings, answers))


def _cost(bench: Bench, kept: Results, quick: bool) -> None:
    sizes = (500,) if quick else (1_000, 10_000)
    smaller = [catalogues.national(bench.references, size, bench.cache) for size in sizes]
    for folder in (*smaller, bench.catalogues["national"]):
        _cost_in(folder, bench, kept, "--minutes", "1" if quick else "10")


def _million(bench: Bench, kept: Results, quick: bool) -> None:
    folder = catalogues.national(bench.references, 1_000_000, bench.cache)
    _cost_in(folder, bench, kept, "--minutes", "10", "--cold")  # memory could not hold it


def _cost_in(catalogue: Path, bench: Bench, kept: Results, *options: str) -> None:
    """Measure the ear's cost in a catalogue; of other sizes what was measured before stays."""
    names = _names(bench.clips, bench.evenings)
    pieces = read_pieces(bench.music)
    known = [path for path in pieces if path.stem in names][::40]
    unknown = [path for path in pieces if path.stem not in names][::10]
    words = [sys.executable, "-m", "benchmarks.ear", "--catalogue", str(catalogue), *options]
    for option, some in (("--known", known), ("--unknown", unknown)):
        words += [word for path in some for word in (option, str(path))]
    answer = json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout)
    costs = {cost["recordings"]: cost for cost in [*kept.figures.get("cost", []), answer]}
    kept.put("cost", [costs[size] for size in sorted(costs)])


def _names(asked: Sequence[Clip], nights: Sequence[Evening]) -> set[str]:
    """The recordings of the catalogue that are asked for."""
    return {clip.recording for clip in asked} | {
        stretch.recording for evening in nights for stretch in evening.stretches
    }


def _foreign(bench: Bench, kept: Results, quick: bool) -> None:
    seen = foreign.measure(
        bench.lab, bench.music, bench.catalogues["national"], bench.cache,
        hours=0.5 if quick else 200, every=40 if quick else 1,
        at_once=foreign.HOUR // (4 if quick else 1),  # so that both cores have a half
    )  # fmt: skip
    kept.put("foreign", seen)


def _page(bench: Bench, kept: Results, quick: bool) -> None:
    if quick:
        return
    page.render(PAGE, kept.figures)
    beside = PAGE.parent
    plots.recall(read_targets(), kept.figures["clips_development"], beside / "recall.svg")
    plots.scaling(kept.figures["cost"], beside / "scaling.svg")
    seen = kept.figures["foreign"]
    tails = {
        "all foreign sound": Tail(**seen["tail"]),
        "… of other soundtracks than the answer": Tail(**seen["apart"]["tail"]),
    }
    if known := _odds(bench):  # sets of evenings only have no clips
        plots.operating_point(known, tails, seen["certain"], beside / "operating-point.svg")


def _odds(bench: Bench) -> list[tuple[bool, float]]:
    """Of each known clip of 10 s not bent: whether its best answer is right, and its odds."""
    folder = bench.catalogues["national"]
    chosen = [
        clip for clip in bench.clips
        if clip.seconds == 10 and clip.recording and not clip.condition.startswith(_BENT)
    ]  # fmt: skip
    sounds = [clip.sound for clip in chosen]
    found = spread(partial(best_in, folder), sounds, doing="windows weighed")
    return [
        (best[0] == clip.recording, best[1])
        for clip, best in zip(chosen, found, strict=True) if best
    ]  # fmt: skip


_STAGES = {
    "clips": _clips, "evenings": _evenings, "cost": _cost, "million": _million,
    "foreign": _foreign, "page": _page,
}  # fmt: skip


if __name__ == "__main__":
    main()
