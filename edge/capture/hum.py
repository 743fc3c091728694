"""Mains hum: the grid's own tone and its overtones, standing still where nothing else does."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from edge.capture.level import Second

GRIDS_HZ = (50.0, 60.0)
_SECONDS = 4  # looked at together: a quarter of a hertz can be told apart
_OVERTONES = (1, 2, 3, 4, 5, 6)
_WANDERS_HZ = 0.25  # how far a grid strays from its number, times the overtone's
_STANDS_DB = 20.0  # above what lies within 6 Hz of it
_AUDIBLE_DB = -60.0  # of full scale; every cable has some
_SHARE = 0.5  # of all the sound


class HumFilter:
    """Listens for hum in the low copy of the last seconds."""

    def __init__(self, low_rate_hz: float) -> None:
        """Look at sound of about 1 kHz."""
        self._rate_hz = low_rate_hz
        self._seconds: deque[NDArray[np.float64]] = deque(maxlen=_SECONDS)

    def feed(self, second: Second) -> bool:
        """Whether the grid is most of what is heard in the seconds up to this one."""
        self._seconds.append(second.low)
        if len(self._seconds) < _SECONDS:
            return False
        sound = np.concatenate(self._seconds)
        window = np.hanning(sound.size)
        # so scaled that the bins of a tone sum to its mean square
        powers = np.abs(np.fft.rfft((sound - sound.mean()) * window)) ** 2
        powers *= 2 / (sound.size * (window**2).sum())
        hum = max(self._power(powers, sound.size, grid) for grid in GRIDS_HZ)
        return hum > 10 ** (_AUDIBLE_DB / 10) and hum > _SHARE * second.square

    def close(self) -> None:
        """Another stretch of sound begins."""
        self._seconds.clear()

    def _power(self, powers: NDArray[np.float64], size: int, grid_hz: float) -> float:
        """Mean square of those overtones of a grid that stand out."""
        step_hz = self._rate_hz / size
        total = 0.0
        for number in _OVERTONES:
            tone = _near(powers, number * grid_hz, reach_hz=_WANDERS_HZ * number, step_hz=step_hz)
            around = _near(powers, number * grid_hz, reach_hz=6.0, step_hz=step_hz)
            if tone.max() > 10 ** (_STANDS_DB / 10) * np.median(around):
                total += float(tone.sum())
        return total


def _near(
    powers: NDArray[np.float64], place_hz: float, *, reach_hz: float, step_hz: float
) -> NDArray[np.float64]:
    first = round((place_hz - reach_hz) / step_hz) - 1
    return powers[first : round((place_hz + reach_hz) / step_hz) + 2]
