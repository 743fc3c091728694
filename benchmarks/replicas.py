"""Catalogues of any size with the hash statistics of real music: real fingerprints, made strange.

A replica is a real recording in another key, at another speed and begun elsewhere. Key and speed
change independently and by 3 % at least, so that no query of the original, be it transposed,
stretched or run too fast, can be answered by its replica; chords, rhythms and densities stay those
of music. The same name always gives the same replica.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path

import numpy as np

from edge.matcher.fingerprint import Fingerprint
from edge.matcher.landmarks import Landmarks
from edge.matcher.recipe import RECIPE, Frame

SECONDS = 240
_MARK = "~"  # between the original's name and the replica's number
_PITCH = 0.2  # natural logarithm of the widest change of key: three and a half semitones
_TEMPO = 0.15  # of the widest change of speed
_STRANGE = 0.03  # of the least of either, and of what they amount to as a change of speed alone


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
    pitch, tempo = 0.0, 0.0
    while min(abs(pitch), abs(tempo), abs(pitch - tempo), abs(pitch + tempo)) < _STRANGE:
        pitch, tempo = dice.uniform(-_PITCH, _PITCH), dice.uniform(-_TEMPO, _TEMPO)
    length = int(RECIPE.frame(SECONDS))
    rounds = int(length / exp(tempo)) // int(original.until) + 2
    first = int(dice.integers(int(original.until)))
    shifts = np.repeat(np.arange(rounds) * int(original.until), len(original.frames))
    frames = ((np.tile(original.frames, rounds) + shifts - first) * exp(tempo)).astype(np.int64)
    bins = np.rint(np.tile(original.bins, rounds) * (4 * exp(pitch))) / 4
    keep = (frames >= 0) & (frames < length) & (bins >= RECIPE.low_bin) & (bins < RECIPE.high_bin)
    return Landmarks(
        frames[keep].astype(np.int32),
        bins[keep].astype(np.float32),
        np.tile(original.heights, rounds)[keep],
        Frame(length),
    )
