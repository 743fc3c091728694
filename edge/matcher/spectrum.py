"""The whitened spectrogram: what stands out from its surroundings, whatever room or gain."""

import numpy as np
from numba import njit
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from edge.matcher.recipe import Recipe

_BLOCK = 64  # frames transformed together; fixed, so that a frame never depends on its company
_SCALE = 65536.0  # steps per neper of power: whole numbers make every later sum exact
_FLOOR = 1e-6  # power added to every bin: -114 dB full scale, below a sound card's own noise
_NEAR_FRAMES = 43  # 1 s on each side: the envelope
_NEAR_BINS = 20  # 108 Hz on each side
_FAR_FRAMES = 129  # 3 s on each side: the colour of the room, one bin at a time
_NEAR_SHARE = 0.7
_FAR_SHARE = 0.3


class LogSpectrum:
    """Log power of a stream already at the recipe's rate.

    Keeps at most one block (64 frames, 1.7 s) of samples.
    """

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        phase = 2 * np.pi * np.arange(recipe.window) / recipe.window
        self._window = (0.5 - 0.5 * np.cos(phase)).astype(np.float32)
        self._span = (_BLOCK - 1) * recipe.hop + recipe.window
        self._kept = np.zeros(0, np.float32)

    def feed(self, samples: NDArray[np.float32]) -> NDArray[np.int32]:
        """Take samples; give the frames that are complete.

        Returns:
            int32 log power in 1/65536 neper, shape (frames, bins).
        """
        self._kept = np.concatenate((self._kept, samples))
        blocks = [np.zeros((0, self._recipe.high_bin - self._recipe.low_bin), np.int32)]
        while len(self._kept) >= self._span:
            blocks.append(self._transform(self._kept[: self._span]))
            self._kept = self._kept[_BLOCK * self._recipe.hop :]
        self._kept = self._kept.copy()
        return np.concatenate(blocks)

    def close(self) -> NDArray[np.int32]:
        """Give the last whole frames, as `feed` does; a rest shorter than a window is no frame."""
        frames = max(0, (len(self._kept) - self._recipe.window) // self._recipe.hop + 1)
        padded = np.zeros(self._span, np.float32)
        padded[: len(self._kept)] = self._kept
        return self._transform(padded)[:frames]

    def _transform(self, samples: NDArray[np.float32]) -> NDArray[np.int32]:
        windows = sliding_window_view(samples, self._recipe.window)[:: self._recipe.hop]
        spectrum = np.fft.rfft(windows * self._window, axis=1)
        band = np.ascontiguousarray(spectrum[:, self._recipe.low_bin : self._recipe.high_bin])
        return _levels(band.view(np.float32), np.float32(_FLOOR), _SCALE)


class Whitener:
    """Takes away each bin's surroundings, 1 s and 3 s to each side, as the stream goes by.

    Looks 3 s ahead; keeps 7 s of spectrogram. All sums are sums of whole numbers, so nothing
    drifts over a month of listening.
    """

    def __init__(self, bins: int) -> None:
        self._kept = np.zeros((0, bins), np.int32)
        self._kept_from = 0
        self._done = 0  # frames given out
        self._near = np.zeros(bins, np.int64)
        self._far = np.zeros(bins, np.int64)
        self._edges = np.zeros(4, np.int64)  # first and next frame of the near sum, of the far sum

    def feed(self, levels: NDArray[np.int32]) -> NDArray[np.float32]:
        """Take log power, int32 (frames, bins); give whitened frames, float32 nepers of power."""
        self._kept = np.concatenate((self._kept, levels))
        return self._advance(self._kept_from + len(self._kept) - _FAR_FRAMES)

    def close(self) -> NDArray[np.float32]:
        """Give the last frames, as `feed` does; their surroundings end where the sound ends."""
        return self._advance(self._kept_from + len(self._kept))

    def _advance(self, until: int) -> NDArray[np.float32]:
        out = np.empty((max(0, until - self._done), self._kept.shape[1]), np.float32)
        _whiten(self._kept, self._kept_from, self._done, self._near, self._far, self._edges, out)
        self._done += len(out)
        drop = max(0, self._done - _FAR_FRAMES - 1 - self._kept_from)
        self._kept = self._kept[drop:].copy()
        self._kept_from += drop
        return out


@njit(cache=True, nogil=True)
def _levels(band: NDArray[np.float32], floor: np.float32, scale: float) -> NDArray[np.int32]:
    frames = band.shape[0]
    bins = band.shape[1] // 2
    out = np.empty((frames, bins), np.int32)
    for t in range(frames):
        for b in range(bins):
            re = band[t, 2 * b]
            im = band[t, 2 * b + 1]
            out[t, b] = np.int32(np.rint(np.log(np.float64(re * re + im * im + floor)) * scale))
    return out


@njit(cache=True, nogil=True)
def _slide(
    kept: NDArray[np.int32],
    kept_from: int,
    total: NDArray[np.int64],
    edges: NDArray[np.int64],
    at: int,
    low: int,
    high: int,
) -> int:
    end = kept_from + len(kept)
    while edges[at + 1] < min(high, end):
        row = kept[edges[at + 1] - kept_from]
        for b in range(len(total)):
            total[b] += row[b]
        edges[at + 1] += 1
    while edges[at] < low:
        row = kept[edges[at] - kept_from]
        for b in range(len(total)):
            total[b] -= row[b]
        edges[at] += 1
    return int(edges[at + 1] - edges[at])


@njit(cache=True, nogil=True)
def _whiten(
    kept: NDArray[np.int32],
    kept_from: int,
    done: int,
    near: NDArray[np.int64],
    far: NDArray[np.int64],
    edges: NDArray[np.int64],
    out: NDArray[np.float32],
) -> None:
    bins = out.shape[1]
    for k in range(len(out)):
        t = done + k
        n_near = _slide(kept, kept_from, near, edges, 0, t - _NEAR_FRAMES, t + _NEAR_FRAMES + 1)
        n_far = _slide(kept, kept_from, far, edges, 2, t - _FAR_FRAMES, t + _FAR_FRAMES + 1)
        row = kept[t - kept_from]
        box = np.int64(0)
        for b in range(min(_NEAR_BINS, bins)):
            box += near[b]
        for b in range(bins):
            if b + _NEAR_BINS < bins:
                box += near[b + _NEAR_BINS]
            if b - _NEAR_BINS - 1 >= 0:
                box -= near[b - _NEAR_BINS - 1]
            width = min(b + _NEAR_BINS, bins - 1) - max(b - _NEAR_BINS, 0) + 1
            around = _NEAR_SHARE * box / (width * n_near) + _FAR_SHARE * far[b] / n_far
            out[k, b] = np.float32((row[b] - around) / _SCALE)
