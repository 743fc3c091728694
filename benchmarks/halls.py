"""Streams of a hall, mixed scene after scene from the laboratory's sounds."""

from dataclasses import dataclass

import numpy as np

from benchmarks.laboratory import (
    RATE_HZ,
    Laboratory,
    Sound,
    bed,
    excerpt,
    in_room,
    level,
    louder,
    talk,
)
from benchmarks.ways import CONDITIONS

_LONGEST = 240  # seconds of one scene
_MUSIC, _VOICES, _APPLAUSE = 0.76, 0.10, 0.04  # shares of scenes; the rest are rooms with people


@dataclass(frozen=True, slots=True)
class Scene:
    """What is heard from one moment of a stream to another.

    Attributes:
        start: seconds from the beginning of the stream.
        end: likewise.
        kind: music, voices, applause or people.
        piece: what is played; empty if nothing is.
        condition: what happened to it on its way.
        speed: seconds of the piece in a second of the stream; negative is backwards.
    """

    start: float
    end: float
    kind: str
    piece: str
    condition: str
    speed: float


def mix(lab: Laboratory, dice: np.random.Generator, seconds: float) -> tuple[Sound, list[Scene]]:
    """A stream of scenes, in which no piece outside `lab.pieces` sounds.

    Args:
        lab: what to mix.
        dice: decides everything; equal dice give equal streams.
        seconds: length of the stream.

    Returns:
        float32 samples at the recipe's rate, and what is heard when.
    """
    stream = np.zeros(round(seconds * RATE_HZ), np.float32)
    scenes, at = [], 0
    while at < len(stream):
        sound, scene = _scene(lab, dice)
        sound = sound[: len(stream) - at]
        stream[at : at + len(sound)] = sound
        end = at + len(sound)
        scenes.append(Scene(at / RATE_HZ, end / RATE_HZ, *scene))
        at = end
    return stream, scenes


def _scene(lab: Laboratory, dice: np.random.Generator) -> tuple[Sound, tuple[str, str, str, float]]:
    seconds = float(dice.uniform(30, _LONGEST))
    lot = dice.random()
    if lot < _MUSIC:
        return _music(lab, dice, seconds)
    if lot < _MUSIC + _VOICES:
        return _mostly(lab, dice, talk(lab.voices, dice, round(seconds * RATE_HZ)), "voices")
    if lot < _MUSIC + _VOICES + _APPLAUSE:
        return _mostly(lab, dice, bed(lab.applause, dice, round(seconds * RATE_HZ)), "applause")
    return _mostly(lab, dice, bed(lab.crowds, dice, round(seconds * RATE_HZ)), "people")


def _mostly(
    lab: Laboratory, dice: np.random.Generator, sound: Sound, kind: str
) -> tuple[Sound, tuple[str, str, str, float]]:
    if dice.random() < 0.5:
        return _loud(sound, dice), (kind, "", "line", 1.0)
    return _loud(in_room(lab, dice, sound), dice), (kind, "", "room", 1.0)


def _music(
    lab: Laboratory, dice: np.random.Generator, seconds: float
) -> tuple[Sound, tuple[str, str, str, float]]:
    name = str(dice.choice(sorted(lab.pieces)))
    speed = _speed(dice)
    sound = excerpt(lab.pieces[name], dice, seconds, speed)
    condition = str(dice.choice(sorted(CONDITIONS)))
    return _loud(CONDITIONS[condition](lab, dice, sound), dice), ("music", name, condition, speed)


def _speed(dice: np.random.Generator) -> float:
    """As recorded, up to 8 % off, much further off, or backwards."""
    lot = dice.random()
    if lot < 0.45:
        return 1.0
    if lot < 0.7:
        return round(float(dice.uniform(0.92, 1.08)), 3)
    if lot < 0.85:
        return round(float(dice.choice((0.8, 0.87, 1.15, 1.3)) * dice.uniform(0.95, 1.05)), 3)
    return -1.0


def _loud(sound: Sound, dice: np.random.Generator) -> Sound:
    return np.clip(louder(level(sound), -dice.uniform(14, 34)), -1, 1).astype(np.float32)
