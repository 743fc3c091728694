"""Whether two kinds of processor hear the same: landmarks, and the bytes of an index."""

import hashlib
import platform
import sys
from pathlib import Path

import click
import numpy as np

from edge.matcher.decode import decode
from edge.matcher.detect import Detector
from edge.matcher.fingerprint import Fingerprint, Fingerprinter, fingerprint
from edge.matcher.index import SUFFIX, Index
from edge.matcher.landmarks import Landmarks, join
from edge.matcher.write import write_segment

ENOUGH = 0.99  # share of landmarks that must be equal in frame and quarter bin
_PATH = click.Path(path_type=Path)


@click.group()
def main() -> None:
    """Write down what this machine makes of sounds, and compare it with another's."""


@main.command()
@click.argument("sounds", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out", type=_PATH)
@click.option("--prints", type=_PATH, help="Fingerprints to build from and hear by: another's.")
def write(sounds: Path, out: Path, prints: Path | None) -> None:
    """Hear every file of the folder SOUNDS; write landmarks and a segment into OUT."""
    out.mkdir(parents=True, exist_ok=True)
    paths = sorted(path for path in sounds.iterdir() if path.is_file())
    for path in paths:
        sound, rate_hz = decode(path)
        ear = Fingerprinter(rate_hz)
        marks = join([ear.feed(sound), ear.close()])
        quarters = np.rint(marks.bins * 4).astype(np.int32)
        np.save(out / f"{path.stem}.npy", np.stack((marks.frames, quarters)))
        (out / f"{path.stem}.qfp").write_bytes(fingerprint(sound, rate_hz).to_bytes())
    given = prints or out
    tracks = [(p.stem, Fingerprint.from_bytes(p.read_bytes())) for p in sorted(given.glob("*.qfp"))]
    write_segment(out / f"same{SUFFIX}", tracks)
    _recognise(given / f"same{SUFFIX}", paths[0])
    print(f"{platform.machine()}: {len(paths)} sounds")


def _recognise(segment: Path, sound: Path) -> None:
    """Hear a recording by a segment, which another machine may have written."""
    samples, rate_hz = decode(sound)
    ear, detector = Fingerprinter(rate_hz), Detector(Index.open([segment]))
    found = detector.feed(_whole(ear, samples)) + detector.close()
    if sound.stem not in {one.recording_id for one in found}:
        raise click.ClickException(f"{sound.name} is not recognised by {segment}")


def _whole(ear: Fingerprinter, samples: np.ndarray[tuple[int], np.dtype[np.float32]]) -> Landmarks:
    return join([ear.feed(samples), ear.close()])


@main.command()
@click.argument("one", type=_PATH)
@click.argument("other", type=_PATH)
def compare(one: Path, other: Path) -> None:
    """Compare what two machines wrote; fail if fewer than 99 % of landmarks or any byte differ."""
    equal = total = 0
    for path in sorted(one.glob("*.npy")):
        mine, theirs = (set(map(tuple, np.load(f / path.name).T.tolist())) for f in (one, other))
        equal += len(mine & theirs)
        total += max(len(mine), len(theirs))
    digests = {
        hashlib.sha256((folder / f"same{SUFFIX}").read_bytes()).hexdigest()
        for folder in (one, other)
    }
    print(f"landmarks equal: {equal} of {total}, {100 * equal / total:.4f} %")
    print(f"segments of the same fingerprints: {'equal' if len(digests) == 1 else 'DIFFERENT'}")
    sys.exit(equal < ENOUGH * total or len(digests) > 1)


if __name__ == "__main__":
    main()
