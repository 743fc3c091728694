"""The laboratory folder: its music fetched, its query sets made by its own programs."""

import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from benchmarks.cores import spread

LENGTHS = (5, 10, 20, 30)  # seconds of every clip
SEED = 11
_EVENINGS = (11, 41, 61, 81, 91, 101, 121)  # seeds; three evenings of each
_DROWNED = (
    "room_crowd_snr+5",
    "room_crowd_snr+0",
    "room_crowd_snr-5",
    "speech_msr-6",
    "room_only",
)  # in which some are missed, so that it takes many to say how many
_CLIPS = (125, 15)  # of each of these, and of each other condition; a fifth is unknown music
_FEW_CLIPS = (5, 1)  # likewise; a fifth of one is none
_A_TENTH = 10


def fetch_music(lab: Path, into: Path) -> Path:
    """The folder of the laboratory's recordings, fetched if they are not there."""
    if not (into / "manifest.csv").exists():
        _run([sys.executable, str(lab / "get_music.py"), "--to", str(into)])
    return into


def make_sets(lab: Path, music: Path, into: Path, *, tenth: bool) -> list[Path]:
    """Folders of clips and of evenings, made by the laboratory's maker where they are missing.

    Args:
        lab: the laboratory folder.
        music: its recordings.
        into: where the sets shall lie.
        tenth: make a few clips of a condition, and a tenth of each evening.

    Returns:
        Folders that hold a clips.csv, a venues.csv, or both.
    """
    jobs = _jobs(lab, music, into / "tenth" if tenth else into, tenth=tenth)
    missing = [words for folder, words in jobs if not _is_made(folder)]
    for _ in spread(_run, missing, doing="making query sets"):
        pass
    return [folder for folder, _ in jobs]


def _jobs(lab: Path, music: Path, into: Path, *, tenth: bool) -> list[tuple[Path, list[str]]]:
    """Folder and command of every set; the conditions in halves, one for each core."""
    easy = [one for one in _maker(lab)["CONDS"] if one not in _DROWNED]
    counts = _FEW_CLIPS if tenth else _CLIPS
    make = partial(_job, lab, music, share=_A_TENTH if tenth else 1)
    jobs = [
        make(into / "evenings", seed, ["--what", "venues"])
        for seed in (_EVENINGS[:1] if tenth else _EVENINGS)
    ]
    halves = [
        (kind[half::2], count)
        for kind, count in zip((_DROWNED, easy), counts, strict=True)
        for half in (0, 1)
    ]
    for some, count in halves:
        words = ["--what", "clips", "--only", ",".join(some), "--per-condition", str(count)]
        asked = sha256(" ".join(words).encode()).hexdigest()[:8]  # no other set is taken for it
        jobs.append(make(into / f"clips-{asked}", SEED, words))
    return jobs


def _job(
    lab: Path, music: Path, into: Path, seed: int, words: list[str], *, share: int
) -> tuple[Path, list[str]]:
    command = [sys.executable, "-m", "benchmarks.lab", str(lab), str(share)]
    command += ["--music", str(music), "--out", str(into), "--seed", str(seed), *words]
    return into / f"s{seed}", command


def _is_made(folder: Path) -> bool:
    return (folder / "clips.csv").exists() or (folder / "venues.csv").exists()


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, stdout=sys.stderr)


def _maker(lab: Path) -> dict[str, Any]:
    """The laboratory's `make_queries.py` as it is imported: its constants and functions by name."""
    path = lab / "make_queries.py"
    described = importlib.util.spec_from_file_location("make_queries", path)
    if described is None or described.loader is None or not path.exists():
        raise FileNotFoundError(f"{lab} has no make_queries.py; it is no laboratory folder")
    module = importlib.util.module_from_spec(described)
    described.loader.exec_module(module)
    return vars(module)


def main() -> None:
    """Run the laboratory's maker, with clips of 30 s besides, evenings of a share of an hour."""
    lab, share = Path(sys.argv[1]), int(sys.argv[2])
    maker = _maker(lab)
    maker["LENGTHS"] = LENGTHS
    maker["venue"] = partial(maker["venue"], length=3600 // share)
    sys.argv[1:3] = []
    maker["main"]()


if __name__ == "__main__":
    main()
