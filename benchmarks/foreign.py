"""Sound that is not in the catalogue, hours of it: whatever the ear finds there is false."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import click
import numpy as np

from benchmarks.cores import spread
from benchmarks.halls import Scene, mix
from benchmarks.hearing import Found, detect, open_catalogue
from benchmarks.laboratory import RATE_HZ, Laboratory
from benchmarks.null import upper_bound
from benchmarks.prints import load, makers_digest, save
from benchmarks.sets import read_pieces
from edge.matcher.fingerprint import Fingerprinter
from edge.matcher.landmarks import join

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
CACHE = ".cache/bench"
HOUR = 3600  # seconds
SEED = 20240601

_LAB: dict[str, Laboratory] = {}  # what every process shares with the one that opened it


@click.command()
@click.option("--lab", required=True, type=FOLDER, help="The laboratory folder.")
@click.option("--music", required=True, type=FOLDER, help="Its recordings.")
@click.option("--catalogue", required=True, type=FOLDER, help="Folder of segments.")
@click.option("--hours", default=200, show_default=True, help="Hours of sound to be heard.")
@click.option("--cache", default=CACHE, type=click.Path(path_type=Path), show_default=True)
@click.option("--journal", type=click.Path(path_type=Path), help="Where the hours heard are kept.")
def main(
    lab: Path, music: Path, catalogue: Path, hours: int, cache: Path, journal: Path | None
) -> None:
    """Let the ear hear hours of music, voices, applause and rooms it has never met."""
    known = set(open_catalogue(catalogue).recordings)
    pieces = [path for path in read_pieces(music) if path.stem not in known]
    hours_folder = folder_of(pieces, cache)
    make_hours(lab, pieces, hours, hours_folder)
    entries = listen(catalogue, hours_folder, hours, journal or cache / "foreign.jsonl")
    print(json.dumps(summary(entries), indent=1, ensure_ascii=False))


def make_hours(lab: Path, pieces: Sequence[Path], hours: int, folder: Path) -> None:
    """Mix and fingerprint the hours that are not there yet; stopped, it goes on where it was."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [hour for hour in range(hours) if not scenes_file(folder, hour).exists()]
    if missing:
        _LAB["lab"] = Laboratory.open(lab, pieces)
        for _ in spread(partial(_make_hour, folder), missing, doing="mixing foreign hours"):
            pass


def folder_of(pieces: Sequence[Path], cache: Path) -> Path:
    """Where the hours made of these pieces lie; other code makes others."""
    names = "".join(sorted(path.name for path in pieces))
    return cache / f"foreign-{sha256((makers_digest() + names).encode()).hexdigest()[:12]}"


def scenes_file(folder: Path, hour: int) -> Path:
    """Where it says what is heard in an hour; it appears when the landmarks are there."""
    return folder / f"{hour:04d}.json"


def _make_hour(folder: Path, hour: int) -> None:
    stream, scenes = mix(_LAB["lab"], np.random.default_rng((SEED, hour)), HOUR)
    ear = Fingerprinter(RATE_HZ)
    minutes = range(0, len(stream), 60 * RATE_HZ)
    parts = [ear.feed(stream[first : first + 60 * RATE_HZ]) for first in minutes]
    save(scenes_file(folder, hour).with_suffix(".npz"), [join([*parts, ear.close()])])
    scenes_file(folder, hour).write_text(json.dumps([asdict(scene) for scene in scenes]))


def read_hour(folder: Path, hour: int) -> list[Scene]:
    """What is heard in an hour, in order."""
    return [Scene(**scene) for scene in json.loads(scenes_file(folder, hour).read_text())]


def listen(catalogue: Path, folder: Path, hours: int, journal: Path) -> list[dict[str, Any]]:
    """What the ear says of every hour; the journal has the hours done before it was stopped."""
    done = [json.loads(line) for line in _lines(journal)]
    heard = {entry["hour"] for entry in done}
    rest = [hour for hour in range(hours) if hour not in heard]
    with journal.open("a", encoding="utf-8") as file:
        for entry in spread(partial(_listen, catalogue, folder), rest, doing="foreign hours heard"):
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            file.flush()
            done.append(entry)
    return [entry for entry in done if entry["hour"] < hours]


def _listen(catalogue: Path, folder: Path, hour: int) -> dict[str, Any]:
    began = time.process_time()
    [landmarks] = load(scenes_file(folder, hour).with_suffix(".npz"))
    found = detect(catalogue, landmarks)
    scenes = read_hour(folder, hour)
    return {
        "hour": hour,
        "processor_seconds": round(time.process_time() - began, 2),
        "detections": [asdict(one) | {"scenes": _during(scenes, one)} for one in found],
    }


def _during(scenes: Sequence[Scene], one: Found) -> list[dict[str, Any]]:
    return [asdict(scene) for scene in scenes if scene.start < one.end and scene.end > one.start]


def _lines(journal: Path) -> list[str]:
    return journal.read_text(encoding="utf-8").splitlines() if journal.exists() else []


def summary(entries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """False detections, and what they were; how long it took."""
    found = [one | {"hour": e["hour"]} for e in entries for one in e["detections"]]
    return {
        "hours": len(entries),
        "detections": len(found),
        "at_most_a_month": round(upper_bound(len(found)) / len(entries) * 24 * 30, 2),
        "processor_ms_a_second": round(
            1000 * sum(e["processor_seconds"] for e in entries) / (HOUR * len(entries)), 2
        ),
        "false": found,
    }


if __name__ == "__main__":
    main()
