"""What can happen to music on its way from the loudspeaker to the box."""

from collections.abc import Callable

import numpy as np
from scipy.signal import butter, sosfilt

from benchmarks.laboratory import RATE_HZ, Laboratory, Sound, bed, in_room, level, louder, talk

Way = Callable[[Laboratory, np.random.Generator, Sound], Sound]


def _crowded(margin_db: float) -> Way:
    """In a room, with people that many decibels below."""

    def way(lab: Laboratory, dice: np.random.Generator, sound: Sound) -> Sound:
        music = level(in_room(lab, dice, sound))
        people = bed(lab.crowds, dice, len(sound))
        return music + louder(people, -margin_db)

    return way


def _spoken_over(margin_db: float) -> Way:
    """Under voices that many decibels above."""

    def way(lab: Laboratory, dice: np.random.Generator, sound: Sound) -> Sound:
        voices = talk(lab.voices, dice, len(sound))
        return sound + louder(voices, margin_db)

    return way


def _in_cinema(lab: Laboratory, dice: np.random.Generator, sound: Sound) -> Sound:
    both = in_room(lab, dice, _spoken_over(6)(lab, dice, sound))
    return level(both) + louder(bed(lab.crowds, dice, len(sound)), -14)


def _narrow(_: Laboratory, dice: np.random.Generator, sound: Sound) -> Sound:
    low, high = dice.uniform(200, 500), dice.uniform(3000, 4000)
    band = butter(4, (low, high), "bp", fs=RATE_HZ, output="sos")
    return np.asarray(sosfilt(band, sound), np.float32)


def _humming(_: Laboratory, dice: np.random.Generator, sound: Sound) -> Sound:
    phase = 2 * np.pi * 50 / RATE_HZ * np.arange(len(sound), dtype=np.float32)
    hum = np.array([np.sin(k * phase) / k for k in (1, 2, 3, 5, 7, 9)]).sum(axis=0)
    return sound + louder(hum, -dice.uniform(12, 26))


def _clipped(_: Laboratory, dice: np.random.Generator, sound: Sound) -> Sound:
    most = dice.uniform(0.5, 1.5)
    return np.clip(sound, -most, most).astype(np.float32)


CONDITIONS: dict[str, Way] = {
    "line": lambda _, __, sound: sound,
    "narrow line": _narrow,
    "humming line": _humming,
    "clipped": _clipped,
    "room": in_room,
    "room, people 10 dB below": _crowded(10),
    "room, people 5 dB below": _crowded(5),
    "room, people as loud": _crowded(0),
    "room, people 5 dB above": _crowded(-5),
    "voices as loud": _spoken_over(0),
    "voices 6 dB above": _spoken_over(6),
    "voices 12 dB above": _spoken_over(12),
    "cinema": _in_cinema,
}
