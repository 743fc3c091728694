"""What the ear costs: time to fingerprint and to detect, size of the index, memory."""

import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from edge.matcher.decode import open_sound
from edge.matcher.detect import Detector
from edge.matcher.fingerprint import Fingerprint, Fingerprinter, fingerprint_blocks
from edge.matcher.index import SUFFIX, Index
from edge.matcher.write import write_segment

Sound = Iterator[NDArray[np.float32]]
SUFFIXES = {".ogg", ".flac", ".wav", ".mp3", ".opus"}


@dataclass(slots=True)
class Clock:
    """Processor seconds spent in parts of the work, and the seconds of sound worked on."""

    decoding: float = 0.0
    fingerprinting: float = 0.0
    detecting: float = 0.0
    sound: float = 0.0
    slowest_second: float = field(default=0.0)  # processor seconds the costliest block took


@click.command()
@click.option(
    "--music",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of recordings; every other one becomes the catalogue, all are then heard.",
)
@click.option("--minutes", default=60, show_default=True, help="Minutes of sound to be heard.")
def main(music: Path, minutes: int) -> None:
    """Measure the ear on real recordings, in processor time of one core."""
    files = sorted(path for path in music.iterdir() if path.suffix in SUFFIXES)
    if not files:
        raise click.UsageError(f"{music} holds no sound ({', '.join(sorted(SUFFIXES))})")
    _warm(files[0])
    with tempfile.TemporaryDirectory() as folder:
        _measure(files, minutes * 60, Path(folder) / f"bench{SUFFIX}")


def _measure(files: list[Path], seconds: float, segment: Path) -> None:
    learning, hearing = Clock(), Clock()
    tracks = [(path.stem, _learn(path, learning, len(files))) for path in files[::2]]
    began = time.process_time()
    write_segment(segment, tracks)
    building = time.process_time() - began
    loaded = _peak_mib()
    found = sum(_hear(Index.open([segment]), path, hearing, seconds) for path in files)
    size = segment.stat().st_size
    hours = learning.sound / 3600
    print(f"catalogue: {len(tracks)} recordings, {hours:.2f} h, built in {building:.1f} s")
    print(f"fingerprinting: {learning.sound / learning.fingerprinting:.0f} x real time")
    print(f"decoding (libsndfile): {learning.sound / learning.decoding:.0f} x real time")
    print(f"index: {size / hours / 1000:.0f} kB per hour of recordings")
    print(f"heard: {hearing.sound / 60:.1f} min, {found} detections")
    print(f"detecting: {1000 * hearing.detecting / hearing.sound:.2f} ms per second of sound")
    print(f"listening, all told: {1000 * _all(hearing) / hearing.sound:.2f} ms per second of sound")
    print(f"slowest second: {1000 * hearing.slowest_second:.0f} ms")
    print(
        f"peak memory: {loaded:.0f} MiB with the catalogue built, {_peak_mib():.0f} MiB at the end"
    )


def _all(clock: Clock) -> float:
    return clock.fingerprinting + clock.detecting


def _warm(path: Path) -> None:
    """Let everything compile before the clock runs."""
    with open_sound(path) as (blocks, rate_hz), tempfile.TemporaryDirectory() as folder:
        print_ = fingerprint_blocks([next(blocks)], rate_hz)
        write_segment(Path(folder) / f"warm{SUFFIX}", [("warm", print_)])
        detector = Detector(Index.open([Path(folder) / f"warm{SUFFIX}"]))
        detector.feed(print_.landmarks)
        detector.close()


def _learn(path: Path, clock: Clock, count: int) -> Fingerprint:
    print(f"learning {path.name} (one of {count})", file=sys.stderr)
    with open_sound(path) as (blocks, rate_hz):
        whole = time.process_time()
        decoded = clock.decoding
        print_ = fingerprint_blocks(_timed(blocks, rate_hz, clock), rate_hz)
        spent = time.process_time() - whole
    clock.fingerprinting += spent - (clock.decoding - decoded)
    return print_


def _timed(blocks: Sound, rate_hz: int, clock: Clock) -> Sound:
    while True:
        began = time.process_time()
        block = next(blocks, None)
        clock.decoding += time.process_time() - began
        if block is None:
            return
        clock.sound += len(block) / rate_hz
        yield block


def _hear(index: Index, path: Path, clock: Clock, enough: float) -> int:
    """Detections in a file, heard second by second, until enough seconds were heard in all."""
    with open_sound(path) as (blocks, rate_hz):
        ear, detector, found = Fingerprinter(rate_hz), Detector(index), 0
        for block in blocks:
            for first in range(0, len(block), rate_hz):
                if clock.sound >= enough:
                    return found
                second = block[first : first + rate_hz]
                found += _step(ear, detector, second, clock)
                clock.sound += len(second) / rate_hz
    return found + len(detector.feed(ear.close())) + len(detector.close())


def _step(ear: Fingerprinter, detector: Detector, second: NDArray[np.float32], clock: Clock) -> int:
    began = time.process_time()
    landmarks = ear.feed(second)
    between = time.process_time()
    found = len(detector.feed(landmarks))
    after = time.process_time()
    clock.fingerprinting += between - began
    clock.detecting += after - between
    clock.slowest_second = max(clock.slowest_second, after - began)
    return found


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
