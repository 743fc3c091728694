"""How high a hall is tuned: where between the semitones the partials lie."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

_LOW_BIN, _HIGH_BIN = 75, 560  # 200 to 1500 Hz: where partials are narrow against a semitone
_FORGET = 0.998  # a hop: half of what is remembered is of the last 32 s
_CAUTION = 40.0  # as much as nothing heard weighs: 440 Hz until more is known


class Tuning:
    """Listens to the partials of a stream of spectra; forgets within a minute."""

    def __init__(self) -> None:
        self._lean = np.array([_CAUTION, 0.0])  # where the partials lie, on a circle

    def feed(self, power: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take spectra, float32 (frames, bins); give each frame's tuning, cents, -50 to 50."""
        cents = np.empty(len(power), np.float32)
        _follow(power, self._lean, cents)
        return cents


@njit(cache=True, nogil=True)
def _follow(
    power: NDArray[np.float32], lean: NDArray[np.float64], cents: NDArray[np.float32]
) -> None:
    for t in range(len(power)):
        row = power[t]
        mean = row[_LOW_BIN:_HIGH_BIN].mean()
        x, y = 0.0, 0.0
        for b in range(_LOW_BIN, _HIGH_BIN):
            if row[b] > 4 * mean and row[b] > row[b - 1] and row[b] >= row[b + 1]:
                before, here, after = np.log(row[b - 1]), np.log(row[b]), np.log(row[b + 1])
                place = b + 0.5 * (before - after) / (before - 2 * here + after)
                pitch = 12 * np.log2(place)
                x += np.cos(2 * np.pi * (pitch - _A4))
                y += np.sin(2 * np.pi * (pitch - _A4))
        lean[0] = lean[0] * _FORGET + x
        lean[1] = lean[1] * _FORGET + y
        cents[t] = 100 * np.arctan2(lean[1], lean[0]) / (2 * np.pi)


_A4 = 12 * np.log2(440 * 4096 / 11025)
