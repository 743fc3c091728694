"""Catalogues of any size with the hash statistics of real music: real fingerprints, made strange.

A replica is a real recording in another key, at another speed and begun elsewhere. Key and speed
change independently and by 3 % at least, each; and so far that no clip of the original, bent as the
laboratory bends clips and undone by any warp the ear tries, is the replica itself: its pitch or its
speed is 3 % aside. Chords, rhythms and densities stay those of music. The same name always gives
the same replica.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from math import exp, log
from pathlib import Path

import numpy as np

from edge.matcher.fingerprint import Fingerprint
from edge.matcher.landmarks import Landmarks
from edge.matcher.recipe import RECIPE, Frame
from edge.matcher.warp import AS_RECORDED, LADDER, Warp, deck

SECONDS = 240
EDITION = "3"  # of all replicas: made in another way they need another
_MARK = "~"  # between the original's name and the replica's number
_PITCH = 0.25  # natural logarithm of the widest change of key: four semitones
_SPEED = 0.2  # of the widest change of speed
_STRANGE = 0.03  # of the least of either, and by which a clip, bent and undone, misses a replica
_DECKS = (0.92, 23 / 24, 0.98, 0.99, 1.01, 1.02, 25 / 24, 1.08)
_SEMITONE = 2.0 ** (1 / 12)
_BENDS = (
    AS_RECORDED, *map(deck, _DECKS), Warp(0.94, 1.0), Warp(1.06, 1.0),
    Warp(1.0, _SEMITONE), Warp(1.0, 1 / _SEMITONE),
)  # fmt: skip
_REACHED = np.array(
    [
        (log(bend.speed / warp.speed), log(bend.pitch / warp.pitch))
        for bend, warp in product(_BENDS, (AS_RECORDED, *LADDER))
    ]
)  # where clips of the original come to lie when the ear has undone a warp


def replica_name(original: str, number: int) -> str:
    """What a replica is called."""
    return f"{original}{_MARK}{number:05d}"


def names_of(originals: Sequence[str], count: int) -> list[str]:
    """The originals and so many replicas of them, `count` in all, in the order of their bytes."""
    made = max(0, count - len(originals))
    names = [replica_name(originals[k % len(originals)], k // len(originals)) for k in range(made)]
    return sorted([*originals[:count], *names], key=str.encode)


@dataclass(frozen=True, slots=True)
class Replicas:
    """Finds or makes the fingerprint a name stands for.

    Attributes:
        folder: fingerprints of the originals, one NAME.qfp each.
    """

    folder: Path

    def __call__(self, names: Sequence[str]) -> Iterator[Fingerprint]:
        """Fingerprints in the order of the names."""
        for name in names:
            original, _, number = name.partition(_MARK)
            print_ = _original(self.folder, original)
            yield Fingerprint(_strange(print_.landmarks, name)) if number else print_


@cache
def _original(folder: Path, name: str) -> Fingerprint:
    return Fingerprint.from_bytes((folder / f"{name}.qfp").read_bytes())


def _strange(original: Landmarks, name: str) -> Landmarks:
    seed = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest())
    dice = np.random.default_rng(seed)
    speed, pitch = 0.0, 0.0
    while not _is_strange(speed, pitch):
        speed, pitch = dice.uniform(-_SPEED, _SPEED), dice.uniform(-_PITCH, _PITCH)
    length = int(RECIPE.frame(SECONDS))
    rounds = int(length * exp(speed)) // int(original.until) + 2
    first = int(dice.integers(int(original.until)))
    shifts = np.repeat(np.arange(rounds) * int(original.until), len(original.frames))
    frames = ((np.tile(original.frames, rounds) + shifts - first) * exp(-speed)).astype(np.int64)
    bins = np.rint(np.tile(original.bins, rounds) * (4 * exp(pitch))) / 4
    keep = (frames >= 0) & (frames < length) & (bins >= RECIPE.low_bin) & (bins < RECIPE.high_bin)
    return Landmarks(
        frames[keep].astype(np.int32),
        bins[keep].astype(np.float32),
        np.tile(original.heights, rounds)[keep],
        Frame(length),
    )


def _is_strange(speed: float, pitch: float) -> bool:
    """Whether a replica so changed, in logarithms, is no clip of the original, bent and undone."""
    apart = np.abs(_REACHED - (speed, pitch)).max(axis=1).min()
    return bool(min(abs(speed), abs(pitch), abs(pitch - speed), apart) >= _STRANGE)
