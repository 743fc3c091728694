"""Whether two recordings have sound in common, by their waveforms alone: no ear has a say in it."""

from math import gcd
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, oaconvolve, resample_poly, sosfilt

from edge.matcher.decode import decode

SAME = 0.8  # from which sound is the same; of 80 pairs of other pieces none reached 0.4
_RATE_HZ = 11_025
_BAND_HZ = (2500, 5300)  # where a note in common is not enough
_WINDOW_SECONDS, _EVERY_SECONDS = 2.0, 1.0
_AGREEING = 3  # windows: one may be silence, or a single stroke


def likeness(recording: Path, start: float, end: float, piece: Path) -> float:
    """How like a stretch of a recording some places of a piece are, sample by sample.

    Windows of two seconds are laid at every sample of the piece, in a band in which hardly a key
    or a chord is heard, and correlated.

    Args:
        recording: a sound file.
        start: of the stretch, in seconds.
        end: likewise.
        piece: a sound file.

    Returns:
        0 to 1: normalised correlation, at its best place, of the window that is third best; 0 for
        a stretch of fewer.
    """
    stretch = _high(recording)[round(start * _RATE_HZ) : round(end * _RATE_HZ)]
    sound = _high(piece)
    size = round(_WINDOW_SECONDS * _RATE_HZ)
    firsts = range(0, len(stretch) - size + 1, round(_EVERY_SECONDS * _RATE_HZ))
    if len(firsts) < _AGREEING or len(sound) < size:
        return 0.0
    total = np.concatenate(([0.0], np.cumsum(np.square(sound, dtype=np.float64))))
    loudness = np.sqrt(np.maximum(total[size:] - total[:-size], 1e-9 * total[-1]))
    best = [_best(stretch[first : first + size], sound, loudness) for first in firsts]
    return sorted(best)[-_AGREEING]


def _best(
    window: NDArray[np.float32], sound: NDArray[np.float32], loudness: NDArray[np.float64]
) -> float:
    own = float(np.sqrt(np.square(window, dtype=np.float64).sum()))
    met = oaconvolve(sound, window[::-1], mode="valid")
    return float(np.abs(met / loudness).max() / own) if own else 0.0


def _high(path: Path) -> NDArray[np.float32]:
    """A recording's upper band."""
    sound, rate_hz = decode(path)
    common = gcd(_RATE_HZ, rate_hz)
    slower = resample_poly(sound, _RATE_HZ // common, rate_hz // common)
    band = butter(4, _BAND_HZ, "bandpass", fs=_RATE_HZ, output="sos")
    filtered: NDArray[np.float32] = sosfilt(band, slower).astype(np.float32)
    return filtered
