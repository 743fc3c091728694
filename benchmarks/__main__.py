"""All that is measured of the ear, from the laboratory's folder to the page with the tables."""

import json
import sys
from pathlib import Path

import click

from benchmarks import clips, evenings, tables
from benchmarks.lab import fetch_music, make_sets
from benchmarks.prints import learnt
from benchmarks.sets import read_clips, read_evenings, read_references
from benchmarks.targets import read_targets
from edge.matcher.index import SUFFIX
from edge.matcher.write import write_segment

RESULTS = Path(__file__).with_name("results.json")
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option("--lab", required=True, type=_FOLDER, help="The laboratory folder.")
@click.option("--music", type=_FOLDER, help="Its recordings, if they were fetched already.")
@click.option("--sets", multiple=True, type=_FOLDER, help="Query sets, if they were made already.")
@click.option("--cache", default=".cache/bench", type=click.Path(path_type=Path), show_default=True)
@click.option("--quick", is_flag=True, help="A tenth of everything.")
@click.option(
    "--results", default=RESULTS, type=click.Path(path_type=Path), help="Figures go here."
)
def main(
    lab: Path,
    music: Path | None,
    sets: tuple[Path, ...],
    cache: Path,
    *,
    quick: bool,
    results: Path,
) -> None:
    """Measure how well and how fast the ear recognises, beside its targets and other systems."""
    cache.mkdir(parents=True, exist_ok=True)
    pieces = music or fetch_music(lab, cache / "music")
    folders = list(sets) or make_sets(lab, pieces, cache / "sets", tenth=quick)
    catalogue = build_catalogue(read_references(folders[0]), cache)
    known = {"development": catalogue}
    figures = json.loads(results.read_text()) if results.exists() else {}
    for name, folder in known.items():
        figures[f"clips_{name}"] = measure_clips(folders, folder, cache, name=name)
        figures[f"evenings_{name}"] = measure_evenings(folders, folder, cache, name=name)
        results.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
        print(tables.clips_table(read_targets(), figures[f"clips_{name}"], name))
        print(tables.conditions_table(read_targets(), figures[f"clips_{name}"]))
        if figures[f"evenings_{name}"]["hours"]:
            print(tables.evenings_table(read_targets(), figures[f"evenings_{name}"]))


def build_catalogue(references: list[Path], cache: Path) -> Path:
    """A catalogue of these recordings, made if it is not there."""
    tracks = list(zip((path.stem for path in references), learnt(references, cache), strict=True))
    folder = cache / f"catalogue-{len(tracks)}"
    folder.mkdir(exist_ok=True)
    write_segment(folder / f"references{SUFFIX}", tracks)
    return folder


def measure_clips(folders: list[Path], catalogue: Path, cache: Path, *, name: str) -> object:
    """The cells of all clips in some sets."""
    asked = [clip for folder in folders if (folder / "clips.csv").exists()
             for clip in read_clips(folder)]  # fmt: skip
    answers = clips.answer(asked, catalogue, cache, name=name)
    return clips.as_rows(clips.measure(asked, answers))


def measure_evenings(folders: list[Path], catalogue: Path, cache: Path, *, name: str) -> object:
    """What was made of all evenings in some sets."""
    asked = [evening for folder in folders if (folder / "venues.csv").exists()
             for evening in read_evenings(folder)]  # fmt: skip
    answers = evenings.answer(asked, catalogue, cache, name=name)
    return evenings.as_row(evenings.measure(asked, answers))


if __name__ == "__main__":
    sys.exit(main())
