"""The ear as one system among others: index a list of recordings, answer a list of queries."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from rich.progress import track

from edge.lookup import look_up
from edge.matcher.decode import open_sound
from edge.matcher.fingerprint import Fingerprint, fingerprint_blocks
from edge.matcher.index import SUFFIX
from edge.matcher.write import write_segment


@click.group()
def main() -> None:
    """Stand beside other recognisers, on the same recordings and the same queries."""


@main.command()
@click.argument("recordings", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("catalogue", type=click.Path(file_okay=False, path_type=Path))
def index(recordings: Path, catalogue: Path) -> None:
    """Fingerprint RECORDINGS, a text file of one path a line, into the folder CATALOGUE.

    A recording's id is its file's name without the suffix.
    """
    catalogue.mkdir(parents=True, exist_ok=True)
    tracks = [(path.stem, _fingerprint(path)) for path in _shown(_paths(recordings), "indexing")]
    write_segment(catalogue / f"catalogue{SUFFIX}", tracks)


@main.command()
@click.argument("queries", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("catalogue", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("answers", type=click.Path(dir_okay=False, path_type=Path))
def query(queries: Path, catalogue: Path, answers: Path) -> None:
    """Answer QUERIES, a text file of one path a line, from CATALOGUE into ANSWERS.

    ANSWERS gets one JSON line a query as soon as it is known; `seconds` is the time it took.
    """
    with answers.open("w", encoding="utf-8") as out:
        for answer in look_up(catalogue, _shown(_paths(queries), "answering")):
            out.write(json.dumps(answer) + "\n")
            out.flush()


def _fingerprint(path: Path) -> Fingerprint:
    with open_sound(path) as (blocks, rate_hz):
        return fingerprint_blocks(blocks, rate_hz)


def _paths(listed: Path) -> list[Path]:
    lines = listed.read_text(encoding="utf-8").splitlines()
    return [Path(line.strip()) for line in lines if line.strip()]


def _shown(paths: list[Path], act: str) -> Iterator[Path]:
    """The paths one by one, with a bar on a terminal and a line every hundred elsewhere."""
    if sys.stderr.isatty():
        yield from track(paths, description=act)
        return
    for done, path in enumerate(paths):
        if done % 100 == 0:
            print(f"{act} {done} of {len(paths)}", file=sys.stderr, flush=True)
        yield path


if __name__ == "__main__":
    main()
