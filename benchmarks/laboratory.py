"""The laboratory's pieces, rooms, noises and voices in memory, and how to lay one over another.

All at the recipe's own rate, to which the box brings every sound anyway: a fifth of the work.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import oaconvolve

from benchmarks.cores import spread
from edge.matcher.decode import decode
from edge.matcher.recipe import RECIPE
from edge.matcher.resample import Resampler

Sound = NDArray[np.float32]
Store = dict[str, NDArray[np.int16]]
RATE_HZ = RECIPE.rate_hz


@dataclass(frozen=True, slots=True)
class Laboratory:
    """Sounds to mix halls from, int16 at the recipe's rate, by name."""

    pieces: Store
    rooms: Store
    crowds: Store
    applause: Store
    voices: Store

    @classmethod
    def open(cls, lab: Path, pieces: Sequence[Path]) -> "Laboratory":
        """Read a laboratory folder's rooms, noises and voices, and some pieces of music."""
        noises = _listed(lab, "noise")
        return cls(
            _read({path.stem: path for path in pieces}),
            _read({row["id"]: lab / row["path"] for row in _listed(lab, "rir")}),
            _read({r["id"]: lab / r["path"] for r in noises if r["cls"] != "applause"}),
            _read({r["id"]: lab / r["path"] for r in noises if r["cls"] == "applause"}),
            _read({row["id"]: lab / row["path"] for row in _listed(lab, "speech")}),
        )


def louder(sound: Sound, decibels: float) -> Sound:
    """The sound that many decibels louder."""
    return (sound * np.float32(np.power(10, decibels / 20))).astype(np.float32)


def excerpt(
    piece: NDArray[np.int16], dice: np.random.Generator, seconds: float, speed: float
) -> Sound:
    """Some seconds of a piece from anywhere in it, at a speed, at a level of 1."""
    want = min(len(piece), round(seconds * abs(speed) * RATE_HZ))
    first = int(dice.integers(len(piece) - want + 1))
    sound = piece[first : first + want].astype(np.float32)
    if speed < 0:
        sound = np.ascontiguousarray(sound[::-1])
    if abs(speed) != 1.0:
        bend = Resampler(round(RATE_HZ * abs(speed)), to_hz=RATE_HZ)
        sound = np.concatenate((bend.feed(sound), bend.close()))
    return level(sound)


def level(sound: Sound, to: float = 1.0) -> Sound:
    """The sound with this root of the mean square of what is not silence in it."""
    audible = sound[np.abs(sound) > 1e-3 * np.abs(sound).max(initial=0.0)]
    power = float(np.sqrt(np.mean(np.square(audible)))) if len(audible) else 1.0
    return (sound * np.float32(to / power)).astype(np.float32)


def bed(noises: Store, dice: np.random.Generator, size: int) -> Sound:
    """Three noises over each other, each begun anywhere and repeated, at a level of 1."""
    names = sorted(noises)
    total = np.zeros(size, np.float32)
    for name in dice.choice(names, 3):
        noise = level(noises[name].astype(np.float32))
        rolled = np.roll(noise, int(dice.integers(len(noise))))
        total += louder(np.resize(rolled, size), -dice.uniform(0, 8))
    return level(total)


def talk(voices: Store, dice: np.random.Generator, size: int) -> Sound:
    """Actors one after the other, with pauses, at a level of 1."""
    names = sorted(voices)
    total, at = np.zeros(size, np.float32), 0
    while at < size:
        voice = level(voices[str(dice.choice(names))].astype(np.float32))[: size - at]
        total[at : at + len(voice)] = voice
        at += len(voice) + int(dice.uniform(0.2, 1.5) * RATE_HZ)
    return total


def in_room(lab: Laboratory, dice: np.random.Generator, sound: Sound) -> Sound:
    """The sound as one of the rooms gives it back."""
    room = lab.rooms[str(dice.choice(sorted(lab.rooms)))].astype(np.float32)
    room /= np.float32(np.sqrt(np.sum(np.square(room, dtype=np.float64))))
    return np.asarray(oaconvolve(sound, room)[: len(sound)], np.float32)


def _listed(lab: Path, kind: str) -> list[dict[str, str]]:
    with (lab / kind / "manifest.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _read(paths: dict[str, Path]) -> Store:
    sounds = spread(_small, list(paths.values()), doing="reading sounds")
    return dict(zip(paths, sounds, strict=True))


def _small(path: Path) -> NDArray[np.int16]:
    sound, rate_hz = decode(path)
    bring = Resampler(rate_hz, to_hz=RATE_HZ)
    sound = np.concatenate((bring.feed(sound), bring.close()))
    loudest = float(np.abs(sound).max(initial=1e-9))
    return np.asarray(sound * (32767 / loudest), np.int16)
