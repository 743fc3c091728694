"""Sound that is not in the catalogue, hours of it: whatever the ear finds there is false."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np

from benchmarks.cores import spread
from benchmarks.halls import Scene, mix
from benchmarks.laboratory import RATE_HZ, Laboratory
from benchmarks.prints import makers_digest, save
from edge.matcher.fingerprint import Fingerprinter
from edge.matcher.landmarks import join

HOUR = 3600  # seconds
SEED = 20240601

_LAB: dict[str, Laboratory] = {}  # what every process shares with the one that opened it


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
