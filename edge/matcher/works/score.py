"""What a score would sound like: semitones from notes alone, without a sound being made."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.matcher.works.semitones import (
    HIGHEST,
    HOP,
    LOWEST,
    RATE_HZ,
    WINDOW,
    Smoother,
    contrast,
)

_PARTIALS = np.array([0, 12, 19, 24, 28, 31], np.int64)  # semitones above the note
_GAINS = np.array([1, 0.5, 0.33, 0.25, 0.2, 0.15])  # of amplitude, as struck and bowed on average
_DECAY_SECONDS = 1.0  # in which a held note loses two thirds of its power
_RELEASE_SECONDS = 0.3  # and one let go, in a hall


@dataclass(frozen=True, slots=True)
class Note:
    """One note of a score.

    Attributes:
        start: seconds from the beginning.
        end: when it is let go, s.
        pitch: MIDI number, 0 to 127.
        loudness: 0 to 1.
    """

    start: float
    end: float
    pitch: int
    loudness: float = 0.6


def beats_of(notes: list[Note]) -> NDArray[np.int8]:
    """The beats of a score, as `Semitones` would give them of its sound: int8 (beats, 48)."""
    if not notes:
        return np.zeros((0, 48), np.int8)
    table = np.array(sorted((n.start, n.end, n.pitch, n.loudness) for n in notes))
    hop = HOP / RATE_HZ
    frames = int(np.ceil((table[:, 1].max() + 1.0) / hop))
    power = np.zeros((frames, HIGHEST - LOWEST + 1), np.float32)
    _sound(table, _PARTIALS, _GAINS**2, power)
    smoother = Smoother()
    return np.concatenate((smoother.feed(contrast(power)), smoother.close()))


@njit(cache=True, nogil=True)
def _sound(
    table: NDArray[np.float64],
    partials: NDArray[np.int64],
    gains: NDArray[np.float64],
    power: NDArray[np.float32],
) -> None:
    hop = HOP / RATE_HZ
    half = WINDOW / 2 / RATE_HZ
    last = int(3 * _RELEASE_SECONDS / hop)
    for n in range(len(table)):
        start, end, pitch, loud = table[n]
        first = max(0, int(np.ceil((start - half) / hop)))
        until = min(len(power), int((end - half) / hop) + last + 1)
        for t in range(first, until):
            now = t * hop + half
            held = np.exp(-max(0.0, min(now, end) - start) / _DECAY_SECONDS)
            gone = np.exp(-max(0.0, now - end) / _RELEASE_SECONDS)
            for k in range(len(partials)):
                band = int(pitch) + partials[k] - LOWEST
                if 0 <= band < power.shape[1]:
                    whole = loud * loud * gains[k] * held * gone
                    leak = _leak(band + LOWEST)
                    power[t, band] += whole
                    if band > 0:
                        power[t, band - 1] += whole * leak
                    if band + 1 < power.shape[1]:
                        power[t, band + 1] += whole * leak


@njit(cache=True, nogil=True)
def _leak(pitch: int) -> float:
    """Share of a tone's power that its window spreads into a neighbouring semitone."""
    hz = 440 * 2 ** ((pitch - 69) / 12)
    bins = hz * (2 ** (1 / 12) - 1) * WINDOW / RATE_HZ * 0.75
    if abs(bins - 1) < 1e-6:
        return 0.25
    if bins >= 2:
        return 0.0
    x = np.pi * bins
    return float((np.sin(x) / x / (1 - bins * bins)) ** 2)
