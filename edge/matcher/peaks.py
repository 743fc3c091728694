"""Points of a spectrogram that stand above all their neighbours, the highest of each second."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

REACH_FRAMES = 3
REACH_BINS = 14
BLOCK_FRAMES = 43  # one second, from the start of the stream: the strongest are chosen within it
PER_BLOCK = 90
_LOWEST = 0.5  # nepers of power above the surroundings: rounding noise in silence is no peak

Peaks = tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.float32]]


class PeakPicker:
    """Picks peaks from whitened frames as they come.

    Keeps at most one second of candidates and seven frames more than it is fed.
    """

    def __init__(self, bins: int) -> None:
        self._kept = np.zeros((0, bins), np.float32)
        self._kept_from = 0
        self._done = 0  # frames searched
        self._open: Peaks = _none()  # peaks of the second that is not over

    @property
    def until(self) -> int:
        """Every peak before this frame has been given out."""
        return self._done - self._done % BLOCK_FRAMES

    def feed(self, whitened: NDArray[np.float32]) -> Peaks:
        """Take whitened frames, shape (frames, bins); give the peaks of the seconds now over.

        Returns:
            Frame (int32, by rising frame), bin with its fraction in quarters, height in nepers.
        """
        self._kept = np.concatenate((self._kept, whitened))
        self._search(self._kept_from + len(self._kept) - REACH_FRAMES)
        return self._settle(self.until)

    def close(self) -> tuple[Peaks, int]:
        """Give the last peaks, and how many frames there were in all."""
        self._search(self._kept_from + len(self._kept))
        return self._settle(self._done + 1), self._done

    def _search(self, until: int) -> None:
        if until <= self._done:
            return
        first = self._done - self._kept_from
        found = _maxima(self._kept, first, until - self._kept_from)
        frames = (found[0] + self._kept_from).astype(np.int32)
        self._open = _join([self._open, (frames, found[1], found[2])])
        self._done = until
        drop = max(0, self._done - REACH_FRAMES - self._kept_from)
        self._kept = self._kept[drop:].copy()
        self._kept_from += drop

    def _settle(self, until: int) -> Peaks:
        count = int(np.searchsorted(self._open[0], until))
        frames, bins, heights = self._open
        self._open = (frames[count:], bins[count:], heights[count:])
        keep = strongest(frames[:count], heights[:count], PER_BLOCK)
        return frames[:count][keep], bins[:count][keep], heights[:count][keep]


def strongest(
    frames: NDArray[np.int32], heights: NDArray[np.float32], per_block: int
) -> NDArray[np.bool_]:
    """Which peaks are among the `per_block` highest of their second; the earlier wins a tie.

    Args:
        frames: int32, not falling.
        heights: float32, one for each frame.
        per_block: how many of each second are wanted at most.

    Returns:
        One bool for each peak.
    """
    keep = np.ones(len(frames), np.bool_)
    _thin(frames, heights, per_block, keep)
    return keep


def ranks_of(frames: NDArray[np.int32], heights: NDArray[np.float32]) -> NDArray[np.int32]:
    """How many peaks of its second are higher than each; the earlier wins a tie.

    Args:
        frames: int32, not falling.
        heights: float32, one for each frame.

    Returns:
        int32, 0 for the highest.
    """
    order = np.lexsort((-heights, frames // BLOCK_FRAMES))
    seconds = frames[order] // BLOCK_FRAMES
    ranks = np.empty(len(frames), np.int32)
    ranks[order] = np.arange(len(frames)) - np.searchsorted(seconds, seconds)
    return ranks


def _none() -> Peaks:
    return np.zeros(0, np.int32), np.zeros(0, np.float32), np.zeros(0, np.float32)


def _join(parts: list[Peaks]) -> Peaks:
    frames, bins, heights = (np.concatenate([part[k] for part in parts]) for k in range(3))
    return frames, bins, heights


@njit(cache=True, nogil=True)
def _thin(
    frames: NDArray[np.int32],
    heights: NDArray[np.float32],
    per_block: int,
    keep: NDArray[np.bool_],
) -> None:
    """Strike out of each second what is lower than its `per_block` highest."""
    first = 0
    while first < len(frames):
        until = first
        while (
            until < len(frames) and frames[until] // BLOCK_FRAMES == frames[first] // BLOCK_FRAMES
        ):
            until += 1
        if until - first > per_block:
            ranked = np.sort(heights[first:until])
            least = ranked[len(ranked) - per_block] if per_block else np.float32(np.inf)
            ties = per_block - np.sum(heights[first:until] > least)
            for k in range(first, until):
                keep[k] = heights[k] > least or (heights[k] == least and ties > 0)
                ties -= heights[k] == least
        first = until


@njit(cache=True, nogil=True)
def _tops(s: NDArray[np.float32], t: int, b: int) -> bool:
    """Whether the point is higher than what lies before it and no lower than what follows."""
    value = s[t, b]
    for u in range(max(0, t - REACH_FRAMES), min(len(s), t + REACH_FRAMES + 1)):
        for c in range(max(0, b - REACH_BINS), min(s.shape[1], b + REACH_BINS + 1)):
            if s[u, c] > value or (s[u, c] == value and (u < t or (u == t and c < b))):
                return False
    return True


@njit(cache=True, nogil=True)
def _maxima(
    s: NDArray[np.float32], first: int, until: int
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
    bins = s.shape[1]
    room = (until - first) * (bins // (REACH_BINS + 1) + 1)
    frames = np.empty(room, np.int64)
    places = np.empty(room, np.float32)
    heights = np.empty(room, np.float32)
    n = 0
    for t in range(first, until):
        for b in range(1, bins - 1):
            value = s[t, b]
            left = s[t, b - 1]
            right = s[t, b + 1]
            if value < _LOWEST or value <= left or value < right or not _tops(s, t, b):
                continue
            curve = left - 2 * value + right
            shift = 0.5 * (left - right) / curve if curve < 0 else 0.0
            frames[n] = t
            places[n] = b + np.rint(4 * shift) / 4
            heights[n] = value
            n += 1
    return frames[:n], places[:n], heights[:n]
