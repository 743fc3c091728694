"""Landmarks of many sounds, kept under a name that says what made them: a second run is cheap."""

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from benchmarks.cores import spread
from edge.matcher.decode import open_sound
from edge.matcher.fingerprint import Fingerprint, Fingerprinter, fingerprint_blocks
from edge.matcher.landmarks import Landmarks, join
from edge.matcher.recipe import Frame


def learnt(sounds: Sequence[Path], cache: Path) -> list[Fingerprint]:
    """What central keeps of each sound file."""
    parts = _kept(cache / f"learnt-{_name(sounds)}.npz", sounds, learn)
    return [Fingerprint(part) for part in parts]


def learn(sound: Path) -> Landmarks:
    """The landmarks of one file as central would keep them."""
    with open_sound(sound) as (blocks, rate_hz):
        return fingerprint_blocks(blocks, rate_hz).landmarks


def save(store: Path, parts: Sequence[Landmarks]) -> None:
    """Write landmarks of several sounds as one file, which appears whole or not at all."""
    store.parent.mkdir(parents=True, exist_ok=True)
    growing = store.with_suffix(".part.npz")
    np.savez(
        growing,
        frames=np.concatenate([part.frames for part in parts]),
        bins=np.concatenate([part.bins for part in parts]),
        heights=np.concatenate([part.heights for part in parts]),
        ends=np.cumsum([len(part.frames) for part in parts]),
        untils=np.array([part.until for part in parts], np.int64),
    )
    growing.replace(store)


def load(store: Path) -> list[Landmarks]:
    """Read what `save` wrote."""
    with np.load(store) as kept:
        columns = [
            np.split(kept[name], kept["ends"][:-1]) for name in ("frames", "bins", "heights")
        ]
        untils = [Frame(int(until)) for until in kept["untils"]]
    return [Landmarks(*parts) for parts in zip(*columns, untils, strict=True)]


@lru_cache(maxsize=1)
def makers_digest() -> str:
    """Names what the code in hand makes of sound: other landmarks, another name."""
    dice = np.random.default_rng(1)
    ear = Fingerprinter(16000)
    parts = [ear.feed(dice.standard_normal(16000 * 20, np.float32) * np.float32(0.1)), ear.close()]
    columns = (join(parts).frames, join(parts).bins, join(parts).heights)
    return hashlib.sha256(b"".join(column.tobytes() for column in columns)).hexdigest()[:12]


def _kept(
    store: Path, sounds: Sequence[Path], make: Callable[[Path], Landmarks]
) -> list[Landmarks]:
    if not sounds:
        return []
    if not store.exists():
        save(store, list(spread(make, sounds, doing=f"fingerprinting into {store.name}")))
    return load(store)


def _name(sounds: Sequence[Path]) -> str:
    states = [(str(sound), sound.stat().st_size, sound.stat().st_mtime_ns) for sound in sounds]
    return hashlib.sha256(f"{makers_digest()}{states}".encode()).hexdigest()[:16]
