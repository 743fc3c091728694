"""What recordings of a folder share, and how well copies made here are called what they are."""

import io
import time
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import numpy as np
import soundfile
from numpy.typing import NDArray

from central.catalogue.sharing import SAME_SOUND, Stretch, kind_of, shared
from central.catalogue.suspects import suspects
from edge.matcher.decode import open_sound
from edge.matcher.fingerprint import Fingerprint, fingerprint, fingerprint_blocks
from edge.matcher.index import Index
from edge.matcher.landmarks import Landmarks
from edge.matcher.write import write_segment

COPIED_SECONDS = 200  # of each recording that copies are made of
Sound = NDArray[np.float32]


@click.command(help=__doc__)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--every", default=21, show_default=True, help="Copies of every so-manieth file.")
def main(folder: Path, every: int) -> None:
    """Print what the files of FOLDER share, and how copies of some of them are called."""
    files = sorted(path for path in folder.iterdir() if path.suffix in (".ogg", ".flac", ".wav"))
    prints = {path.stem: _heard(path) for path in files}
    began = time.process_time()
    found = dict(_join(prints))
    seconds = time.process_time() - began
    for (one, other), stretches in found.items():
        longest = max(stretch.frames for stretch in stretches) / 43.07
        alike = max(stretch.alike for stretch in stretches)
        kind = _kind(prints[one].landmarks, prints[other].landmarks, stretches)
        print(f"{kind}: {one} {other}, {len(stretches)}, up to {longest:.1f} s, {alike:.2f} alike")
    print(
        f"{len(prints)} recordings in {seconds:.1f} s of one core; {len(found)} pairs share sound"
    )
    for copy, kinds in _copies(files[::every]).items():
        print(f"{copy}: {dict(kinds)}")


def _heard(path: Path) -> Fingerprint:
    with open_sound(path) as (blocks, rate_hz):
        return fingerprint_blocks(blocks, rate_hz)


def _join(prints: dict[str, Fingerprint]) -> Iterator[tuple[tuple[str, str], list[Stretch]]]:
    """Pairs that share sound, each pair of recordings suspected from either side."""
    with TemporaryDirectory() as folder:
        segment = Path(folder) / "all.qseg"
        write_segment(segment, list(prints.items()))
        index = Index.open([segment])
        suspected = {
            (min(name, other), max(name, other), round(speed if name < other else 1 / speed, 9))
            for name, heard in prints.items()
            for other, speed in suspects(index, name, heard.landmarks)
        }
    for one, other, speed in sorted(suspected):
        stretches = shared(prints[one].landmarks, prints[other].landmarks, speed=speed)
        if stretches:
            yield (one, other), stretches


def _kind(one: Landmarks, other: Landmarks, stretches: list[Stretch]) -> str:
    if not stretches:
        return "nothing"
    kind = kind_of(stretches, one_frames=one.until, other_frames=other.until)
    told = any(stretch.alike >= SAME_SOUND for stretch in stretches)
    return kind if told else f"{kind}, told apart"


def _copies(files: list[Path]) -> dict[str, Counter[str]]:
    """For each way to copy, how often the copy was called what."""
    called: dict[str, Counter[str]] = {}
    sounds = [_mono(path) for path in files]
    for sound, rate_hz in sounds:
        whole = fingerprint(sound, rate_hz).landmarks
        for name, copy, speed in _copied(sound, rate_hz):
            other = fingerprint(copy, rate_hz).landmarks
            kind = _kind(whole, other, shared(whole, other, speed=speed))
            called.setdefault(name, Counter())[kind] += 1
    marks = [fingerprint(sound, rate_hz).landmarks for sound, rate_hz in sounds]
    for one, another in combinations(marks, 2):
        kind = _kind(one, another, shared(one, another))
        called.setdefault("other music", Counter())[kind] += 1
    return called


def _copied(sound: Sound, rate_hz: int) -> Iterator[tuple[str, Sound, float]]:
    """Copies of a sound: name, samples, and frames of the copy that go by in one of its own."""
    coded = io.BytesIO()
    soundfile.write(coded, sound[round(1.234 * rate_hz) :], rate_hz, format="MP3")
    coded.seek(0)
    yield "MP3, 1.2 s trimmed", soundfile.read(coded, dtype="float32")[0], 1.0
    quarter = len(sound) // 4
    yield "a quarter cut out", np.concatenate((sound[:quarter], sound[2 * quarter :])), 1.0
    yield "the first third", sound[: len(sound) // 3], 1.0
    for speed in (25 / 24, 24 / 25):
        at = np.arange(0, len(sound) - 1, speed)
        moved = np.interp(at, np.arange(len(sound)), sound).astype(np.float32)
        yield f"played {speed:.4f} times as fast", moved, 1 / speed


def _mono(path: Path) -> tuple[Sound, int]:
    rate_hz = soundfile.info(path).samplerate
    frames = COPIED_SECONDS * rate_hz
    sound, _ = soundfile.read(path, dtype="float32", always_2d=True, frames=frames)
    return sound.mean(axis=1), rate_hz


if __name__ == "__main__":
    main()
