"""What the ear costs on one core: to learn, to listen while nothing is known, to follow; memory."""

import json
import os
import resource
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import numpy as np

from benchmarks.hearing import open_catalogue
from edge.matcher.activity import Activity
from edge.matcher.decode import decode
from edge.matcher.detect import Detector
from edge.matcher.fingerprint import Fingerprinter, fingerprint
from edge.matcher.index import SUFFIX, Index
from edge.matcher.recipe import RECIPE, Frame
from edge.matcher.search import frames_of

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_WARMING = 30  # seconds of sound heard before the clock runs: everything has compiled by then


@dataclass(slots=True)
class Spent:
    """Processor seconds spent on seconds of sound.

    Attributes:
        sound: seconds heard.
        hearing: from samples to landmarks.
        judging: whether it is music.
        detecting: from landmarks to detections.
        slowest: processor seconds of the costliest second.
        read: bytes that came from the disk for it.
    """

    sound: float = 0.0
    hearing: float = 0.0
    judging: float = 0.0
    detecting: float = 0.0
    slowest: float = 0.0
    read: int = 0


@click.command()
@click.option("--catalogue", required=True, type=_FOLDER, help="Folder of segments.")
@click.option("--known", required=True, multiple=True, type=_FILE, help="Recordings it has.")
@click.option("--unknown", required=True, multiple=True, type=_FILE, help="Music it has not got.")
@click.option("--minutes", default=10.0, show_default=True, help="Minutes to be heard of each.")
@click.option("--cold", is_flag=True, help="At first have nothing of the catalogue in memory.")
def main(
    catalogue: Path, known: tuple[Path, ...], unknown: tuple[Path, ...], minutes: float, cold: bool
) -> None:
    """Measure the ear on real recordings, in processor time of one core; print JSON."""
    if cold:
        _forget(catalogue)
    index = open_catalogue(catalogue)
    _listen(index, unknown[-1:], _WARMING, following=False)  # so that the first is met afresh
    figures = {
        "recordings": index.count,
        "hours": RECIPE.seconds(Frame(frames_of(index))) / 3600,
        "bytes": sum(path.stat().st_size for path in catalogue.glob(f"*{SUFFIX}")),
        "learning": _learn(known[0]),
        "unknown": asdict(_listen(index, unknown, minutes * 60, following=False)),
        "followed": asdict(_listen(index, known, minutes * 60, following=True)),
    }
    print(json.dumps(figures | _memory()))


def _forget(catalogue: Path) -> None:
    """Have the kernel drop what it keeps of a catalogue's files."""
    for path in catalogue.glob(f"*{SUFFIX}"):
        with path.open("rb") as file:
            os.fsync(file.fileno())  # what is not written yet would stay
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _learn(piece: Path) -> float:
    """Seconds of a recording fingerprinted in a second, from decoded sound."""
    sound, rate_hz = decode(piece)
    rates = []
    for _ in range(5):  # who else uses the machine has its say in each
        began = time.process_time()
        fingerprint(sound, rate_hz)
        rates.append(len(sound) / rate_hz / (time.process_time() - began))
    return statistics.median(rates)


def _listen(index: Index, pieces: Sequence[Path], seconds: float, *, following: bool) -> Spent:
    """Hear pieces one after the other, as one stream each; count what is, or is not, followed."""
    spent = Spent()
    while True:
        for piece in pieces:
            sound, rate_hz = decode(piece)
            ear, activity, detector = Fingerprinter(rate_hz), Activity(), Detector(index)
            for first in range(0, len(sound), rate_hz):
                counts = bool(detector.sounding()) == following
                second = sound[first : first + rate_hz]
                _step(ear, activity, detector, second, spent if counts else Spent())
                spent.sound += counts * len(second) / rate_hz
                if spent.sound >= seconds:
                    return spent
        if not spent.sound:  # nor would it be the next time
            raise click.ClickException(f"{pieces} are followed never, or always")


def _step(
    ear: Fingerprinter,
    activity: Activity,
    detector: Detector,
    second: np.ndarray[tuple[int], np.dtype[np.float32]],
    spent: Spent,
) -> None:
    clock, read = [time.process_time()], _read()
    landmarks = ear.feed(second)
    clock.append(time.process_time())
    activity.feed(ear.levels)
    clock.append(time.process_time())
    detector.feed(landmarks)
    clock.append(time.process_time())
    spent.hearing += clock[1] - clock[0]
    spent.judging += clock[2] - clock[1]
    spent.detecting += clock[3] - clock[2]
    spent.slowest = max(spent.slowest, clock[3] - clock[0])
    spent.read += _read() - read


def _read() -> int:
    """Bytes this process has had read from a disk; of what was in memory, none."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_inblock * 512


def _memory() -> dict[str, float]:
    """MB the process holds beside files it has mapped, where the kernel tells; and its peak."""
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    held = [int(line.split()[1]) for line in status if line.startswith("RssAnon")]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"held_mb": sum(held) / 1000, "peak_mb": peak / 1000}


if __name__ == "__main__":
    main()
