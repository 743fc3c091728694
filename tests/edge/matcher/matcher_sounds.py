"""Sound for the ear's tests: made from numbers, the same on every machine."""

import itertools

import numpy as np
from numpy.typing import NDArray

from edge.matcher.fingerprint import Fingerprinter
from edge.matcher.landmarks import Landmarks, join

RATE_HZ = 16_000
Sound = NDArray[np.float32]


def play(seed: int, seconds: float, rate_hz: int = RATE_HZ) -> Sound:
    """Three voices of struck notes, each with six partials."""
    dice = np.random.default_rng(seed)
    total = np.zeros(round(seconds * rate_hz) + 2 * rate_hz)
    for voice in range(3):
        at = 0.0
        while at < seconds:
            length = dice.uniform(0.15, 0.6)
            pitch_hz = 110 * 2 ** (dice.integers(0, 36) / 12)
            _strike(total, dice, at, pitch_hz, rate_hz, 0.1 / (1 + voice))
            at += length
    return total[: round(seconds * rate_hz)].astype(np.float32)


def _strike(total, dice, at, pitch_hz, rate_hz, loud):
    time = np.arange(round(0.8 * rate_hz)) / rate_hz
    for partial in range(1, 7):
        tone = np.sin(2 * np.pi * pitch_hz * partial * time + dice.uniform(0, 6.28))
        fade = np.exp(-time * dice.uniform(2, 6)) * np.minimum(1, time / 0.01)
        first = round(at * rate_hz)
        total[first : first + len(time)] += loud / partial * tone * fade


def hiss(seed: int, seconds: float, loud: float, rate_hz: int = RATE_HZ) -> Sound:
    """White noise of the given root mean square."""
    dice = np.random.default_rng(seed)
    return (loud * dice.standard_normal(round(seconds * rate_hz))).astype(np.float32)


def listen(sound: Sound, cuts: list[int] | None = None, rate_hz: int = RATE_HZ) -> list[Landmarks]:
    """What a fingerprinter gives for each piece of a stream cut at these samples."""
    ear = Fingerprinter(rate_hz)
    edges = [0, *sorted(cuts or []), len(sound)]
    pieces = [sound[a:b] for a, b in itertools.pairwise(edges)]
    return [*(ear.feed(piece) for piece in pieces), ear.close()]


def whole(parts: list[Landmarks]) -> tuple[list[int], list[float], list[float], int]:
    """Landmarks as plain lists, to be compared."""
    one = join(parts)
    return one.frames.tolist(), one.bins.tolist(), one.heights.tolist(), int(one.until)
