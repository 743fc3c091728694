"""Bringing sound of any rate to the recipe's rate, the same however the stream was cut."""

from math import gcd

import numpy as np
from numba import njit
from numpy.typing import NDArray

LOWEST_RATE_HZ = 8_000
HIGHEST_RATE_HZ = 192_000
_ZEROS = 16  # zero crossings on each side: 80 dB down where an alias could reach the top bin
_BETA = 8.0  # Kaiser window, 80 dB
_LANES = 16  # taps are rounded up to whole registers


class Resampler:
    """A rational polyphase resampler for a stream of samples.

    Every output sample is one fixed sum over input samples at absolute positions, so the
    result does not depend on how the stream was cut. Keeps at most one filter length of input.

    Args:
        rate_hz: rate of the input, 8000 to 192000.
        to_hz: rate of the output.

    Raises:
        ValueError: the rate is outside 8000 to 192000 Hz.
    """

    def __init__(self, rate_hz: int, *, to_hz: int) -> None:
        if not LOWEST_RATE_HZ <= rate_hz <= HIGHEST_RATE_HZ:
            raise ValueError(
                f"rate {rate_hz} Hz; sound must come at {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ} Hz"
            )
        common = gcd(rate_hz, to_hz)
        self._up, self._down = to_hz // common, rate_hz // common
        self._filters, reach = _polyphase(rate_hz, to_hz)
        self._before, self._after = reach - 1, self._filters.shape[1] - reach
        self._kept = np.zeros(self._before, np.float32)  # silence before the first sample
        self._kept_from = -self._before  # input position of _kept[0]
        self._heard = 0  # input samples so far
        self._made = 0  # output samples so far

    def feed(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take float32 samples, any number of them; give those output samples that are settled."""
        self._heard += len(samples)
        return self._advance(samples, known=self._heard - self._after)

    def close(self) -> NDArray[np.float32]:
        """Give the last output samples, float32, as if silence followed."""
        return self._advance(np.zeros(self._after, np.float32), known=self._heard)

    def _advance(self, samples: NDArray[np.float32], *, known: int) -> NDArray[np.float32]:
        """Make every output sample whose centre lies before input position `known`."""
        self._kept = np.concatenate((self._kept, samples))
        until = max(self._made, -(-known * self._up // self._down))
        out = np.empty(until - self._made, np.float32)
        origin = self._kept_from + self._before
        _convolve(self._kept, origin, self._filters, self._up, self._down, self._made, out)
        self._made = until
        needed_from = until * self._down // self._up - self._before
        drop = min(max(0, needed_from - self._kept_from), len(self._kept))
        self._kept = self._kept[drop:].copy()
        self._kept_from += drop
        return out


def _polyphase(rate_hz: int, to_hz: int) -> tuple[NDArray[np.float32], int]:
    """One windowed sinc per phase, shape (phases, taps); and how many input samples it reaches."""
    up = to_hz // gcd(rate_hz, to_hz)
    cutoff = 0.5 * min(1.0, to_hz / rate_hz)  # cycles per input sample
    reach = int(np.ceil(_ZEROS / (2 * cutoff)))
    taps = -(-2 * reach // _LANES) * _LANES
    at = np.arange(taps)[None, :] - (reach - 1) - np.arange(up)[:, None] / up
    inside = np.clip(1 - (at / reach) ** 2, 0.0, None)
    window = np.where(np.abs(at) < reach, np.i0(_BETA * np.sqrt(inside)) / np.i0(_BETA), 0.0)
    filters = 2 * cutoff * np.sinc(2 * cutoff * at) * window
    filters /= filters.sum(axis=1, keepdims=True)
    return np.ascontiguousarray(filters, np.float32), reach


@njit(cache=True, nogil=True)
def _convolve(
    kept: NDArray[np.float32],
    origin: int,
    filters: NDArray[np.float32],
    up: int,
    down: int,
    made: int,
    out: NDArray[np.float32],
) -> None:
    taps = filters.shape[1]
    terms = np.empty(taps, np.float32)
    for n in range(len(out)):
        place = (made + n) * down
        row = filters[place % up]
        first = place // up - origin
        sounding = kept[first : first + taps]
        for k in range(taps):
            terms[k] = row[k] * sounding[k]
        width = taps
        while width > 1:  # in pairs: a fixed order of additions that still fills a core's lanes
            half = width // 2
            if width % 2:
                terms[0] += terms[width - 1]
            for k in range(half):
                terms[k] += terms[k + half]
            width = half
        out[n] = terms[0]
