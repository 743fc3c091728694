"""How much is heard at a place where no landmark stands: what a crowd drowns seldom is gone."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

UNKNOWN = 255  # nothing is known of this place
CLASSES = 12  # of how loud a place is among all moments of its bin; one more for unknown ones
_AROUND = 50  # bins to each side whose common rise and fall is taken away
_PAST = (3, 10)  # frames before: 70 to 232 ms, what a level is compared with
_STEPS = 8.0  # of a level in one neper of power,
_MIDDLE = 64  # the step of what is as loud as before,
_LEVELS = 128  # and how many there are
_TOGETHER = 32  # bins that are counted at a time
_FINE = 4096.0  # whole numbers make every sum exact, however it is cut
# Shares of the moments of a bin that are quieter: where each class but the first begins.
_BORDERS = np.array((0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98))


class Presence:
    """Turns whitened frames into levels: how much each bin rises, beside those around it.

    A level is the mean of three frames, without what a hundred bins around have in common, above
    what it was a tenth to a quarter of a second before: a note begins, or a partial comes back.
    What only stays, as the chord of another piece in the same key may, is no evidence.

    Lags one frame; keeps twelve.
    """

    def __init__(self, bins: int) -> None:
        self._rows = np.zeros((0, bins), np.int32)  # the last two frames
        self._before = np.zeros((0, bins), np.float32)  # and what stood out in those before

    def feed(self, whitened: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Take whitened frames, nepers, shape (frames, bins); give levels of the frames before."""
        new = np.rint(whitened * np.float32(_FINE)).astype(np.int32)
        if not len(self._rows):
            new = np.concatenate((new[:1], new))  # what was before the first frame is like it
        return self._advance(new)

    def close(self) -> NDArray[np.uint8]:
        """Give the level of the last frame; what would come after it is like it."""
        return self._advance(self._rows[-1:])

    def _advance(self, new: NDArray[np.int32]) -> NDArray[np.uint8]:
        rows = np.concatenate((self._rows, new))
        stood = np.empty((max(0, len(rows) - 2), rows.shape[1]), np.float32)
        _stand(rows, stood)
        self._rows = rows[-2:].copy()
        both = np.concatenate((self._before, stood))
        out = np.empty(stood.shape, np.uint8)
        _rise(both, len(self._before), out)
        self._before = both[-_PAST[1] :].copy()
        return out


def louder_than(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Among how many moments of its bin each level is the louder.

    Args:
        levels: uint8, shape (frames, bins), of a window; `UNKNOWN` is left out.

    Returns:
        uint8, shape (bins, 256): class of each level, 0 the quietest, `CLASSES` if unknown.
    """
    table = np.full((levels.shape[1], 256), CLASSES, np.uint8)
    _rank(levels, table)
    return table


@njit(cache=True, nogil=True)
def _stand(rows: NDArray[np.int32], out: NDArray[np.float32]) -> None:
    """How far each bin stands out of those around it, over three frames, in nepers."""
    bins = rows.shape[1]
    total = np.empty(bins + 1, np.int64)
    total[0] = 0
    for t in range(len(out)):
        for b in range(bins):
            total[b + 1] = total[b] + rows[t, b] + rows[t + 1, b] + rows[t + 2, b]
        for b in range(bins):
            low, high = max(0, b - _AROUND), min(bins, b + _AROUND + 1)
            around = (total[high] - total[low]) / (high - low)
            out[t, b] = (total[b + 1] - total[b] - around) / (3 * _FINE)


@njit(cache=True, nogil=True)
def _rise(stood: NDArray[np.float32], first: int, out: NDArray[np.uint8]) -> None:
    """The level of each frame from the first on: how much further it stands out than before."""
    bins = stood.shape[1]
    before = np.empty(bins, np.float32)
    for t in range(first, len(stood)):
        low, high = max(0, t - _PAST[1]), max(0, t - _PAST[0] + 1)
        before[:] = 0
        for u in range(low, high):
            before += stood[u]
        for b in range(bins):
            above = stood[t, b] - before[b] / max(1, high - low)
            out[t - first, b] = np.uint8(
                min(max(np.rint(above * _STEPS) + _MIDDLE, 0), _LEVELS - 1)
            )


@njit(cache=True, nogil=True)
def _rank(levels: NDArray[np.uint8], table: NDArray[np.uint8]) -> None:
    frames, bins = levels.shape
    counts = np.empty((_TOGETHER, _LEVELS + 1), np.int32)  # small enough for a core's own cache
    for first in range(0, bins, _TOGETHER):
        until = min(bins, first + _TOGETHER)
        counts[:] = 0
        for t in range(frames):
            for b in range(first, until):
                counts[b - first, min(levels[t, b], _LEVELS)] += 1
        for b in range(first, until):
            known = frames - counts[b - first, _LEVELS]
            below, k = 0, 0
            for level in range(_LEVELS):
                middle = below + 0.5 * counts[b - first, level]
                while k < len(_BORDERS) and middle >= _BORDERS[k] * known:
                    k += 1
                table[b, level] = k if known else CLASSES
                below += counts[b - first, level]
