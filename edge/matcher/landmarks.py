"""Landmarks: the peaks of a stretch of sound, and the pairs of them that can be looked up."""

from dataclasses import dataclass, field

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.matcher.peaks import ranks_of, strongest
from edge.matcher.presence import UNKNOWN
from edge.matcher.recipe import Frame

BUCKETS = 512 * 49 * 22
NEAREST = 2  # frames from anchor to target
FARTHEST = 43
WIDEST = 48  # bins between anchor and target, exclusive
_EDGE = 0.3  # bins: so near to a quantum's border, the neighbour is asked too
_FADING = 0.06  # by rank, so fast it grows unlikelier that the recording has a landmark too,
_ASIDE = 25  # ranks that a neighbour is worth less than a pair's own hash


@dataclass(frozen=True, slots=True)
class Landmarks:
    """The peaks of a stretch of a stream.

    Attributes:
        frames: int32, position in frames, not falling.
        bins: float32, frequency in bins of the spectrum, to a quarter of a bin.
        heights: float32, nepers of power above the surroundings.
        until: every landmark before this frame has now been given out.
        presence: uint8, shape (frames, bins): how loud each bin was in the last frames before
            `until`, as far as that is known; see `presence.py`.
    """

    frames: NDArray[np.int32]
    bins: NDArray[np.float32]
    heights: NDArray[np.float32]
    until: Frame
    presence: NDArray[np.uint8] = field(default_factory=lambda: np.zeros((0, 0), np.uint8))

    def strongest(self, per_second: int) -> "Landmarks":
        """Only the highest of each second (43 frames) of the stream."""
        return self.where(strongest(self.frames, self.heights, per_second))

    def between(self, first: int, until: int) -> "Landmarks":
        """Only those with first <= frame < until."""
        low, high = np.searchsorted(self.frames, np.array((first, until), np.int32))
        window = slice(low, high)
        end = Frame(min(until, self.until))
        since = self.until - len(self.presence)
        presence = self.presence[max(0, first - since) : max(0, end - since)]
        columns = (self.frames[window], self.bins[window], self.heights[window])
        return Landmarks(*columns, end, presence)

    def played_at(self, speed: float, *, first: int) -> "Landmarks":
        """As the recording has them if it runs `speed` times as fast, counted from `first`."""
        frames = np.rint((self.frames - first) * speed).astype(np.int32)
        bins = (self.bins / speed).astype(np.float32)
        until = Frame(int(np.ceil((self.until - first) * speed)))
        return Landmarks(frames, bins, self.heights, until)

    def where(self, keep: NDArray[np.bool_]) -> "Landmarks":
        """Only those for which `keep`, one bool each, is true."""
        columns = (self.frames[keep], self.bins[keep], self.heights[keep])
        return Landmarks(*columns, self.until, self.presence)

    def explained(self, first: int, until: int) -> "Landmarks":
        """Knowing no more how loud it was while something sounded that has been explained."""
        since = self.until - len(self.presence)
        presence = self.presence.copy()
        presence[max(0, first - since) : max(0, until - since)] = UNKNOWN
        columns = (self.frames, self.bins, self.heights)
        return Landmarks(*columns, self.until, presence)


def join(parts: list[Landmarks]) -> Landmarks:
    """One run of landmarks from consecutive ones.

    Raises:
        ValueError: there are no parts.
    """
    known = [part.presence for part in parts if len(part.presence)]
    return Landmarks(
        np.concatenate([part.frames for part in parts]),
        np.concatenate([part.bins for part in parts]),
        np.concatenate([part.heights for part in parts]),
        parts[-1].until,
        np.concatenate(known) if known else parts[-1].presence,
    )


def reference_hashes(
    landmarks: Landmarks, fan: int
) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    """Pairs of each landmark with its `fan` highest partners.

    Returns:
        Hash (uint32) and anchor frame (int32) of each pair, by rising anchor.
    """
    columns = (landmarks.frames, landmarks.bins, landmarks.heights)
    hashes, anchors, _ = _pair(*columns, np.zeros_like(landmarks.frames), fan, -1.0)
    return hashes, anchors


def query_hashes(
    landmarks: Landmarks, fan: int
) -> tuple[NDArray[np.uint32], NDArray[np.int32], NDArray[np.float32]]:
    """As `reference_hashes`, and the neighbours of those that lie on a border between hashes.

    Returns:
        Hash and anchor as there, and how likely the recording has it too: float32, relative.
    """
    ranks = ranks_of(landmarks.frames, landmarks.heights)
    columns = (landmarks.frames, landmarks.bins, landmarks.heights)
    hashes, anchors, sums = _pair(*columns, ranks, fan, _EDGE)
    return hashes, anchors, np.exp(-_FADING * sums, dtype=np.float32)


@njit(cache=True, nogil=True)
def _partners(
    frames: NDArray[np.int32],
    bins: NDArray[np.float32],
    heights: NDArray[np.float32],
    i: int,
    chosen: NDArray[np.int64],
) -> int:
    """Indices of the highest targets of anchor i, best first; returns how many."""
    count = 0
    for j in range(i + 1, len(frames)):
        gap = frames[j] - frames[i]
        if gap > FARTHEST:
            break
        if gap < NEAREST or abs(bins[j] - bins[i]) >= WIDEST:
            continue
        k = count if count < len(chosen) else len(chosen) - 1
        if count == len(chosen) and heights[j] <= heights[chosen[k]]:
            continue
        while k > 0 and heights[j] > heights[chosen[k - 1]]:
            chosen[k] = chosen[k - 1]
            k -= 1
        chosen[k] = j
        count = min(count + 1, len(chosen))
    return count


@njit(cache=True, nogil=True)
def _neighbour(place: float, edge: float) -> int:
    """The next quantum of two bins where `place` is within `edge` of it, else its own."""
    own = int(np.floor(place / 2))
    inside = place - 2 * own
    if inside <= edge:
        return max(own - 1, 0)
    if 2 - inside <= edge:
        return own + 1
    return own


@njit(cache=True, nogil=True)
def _pair(
    frames: NDArray[np.int32],
    bins: NDArray[np.float32],
    heights: NDArray[np.float32],
    ranks: NDArray[np.int32],
    fan: int,
    edge: float,
) -> tuple[NDArray[np.uint32], NDArray[np.int32], NDArray[np.float32]]:
    room = len(frames) * fan * (4 if edge >= 0 else 1)
    hashes = np.empty(room, np.uint32)
    anchors = np.empty(room, np.int32)
    sums = np.empty(room, np.float32)
    chosen = np.empty(fan, np.int64)
    n = 0
    for i in range(len(frames)):
        low = int(np.floor(bins[i] / 2))
        low_too = _neighbour(bins[i], edge)
        for k in range(_partners(frames, bins, heights, i, chosen)):
            j = chosen[k]
            gap = (frames[j] - frames[i]) >> 1
            high = int(np.floor(bins[j] / 2))
            high_too = _neighbour(bins[j], edge)
            for p in range(1 + (low_too != low)):
                a = low_too if p else low
                for q in range(1 + (high_too != high)):
                    b = high_too if q else high
                    rise = min(max(b - a + 24, 0), 48)
                    hashes[n] = (a * 49 + rise) * 22 + gap
                    anchors[n] = frames[i]
                    sums[n] = ranks[i] + ranks[j] + _ASIDE * (p + q)
                    n += 1
    return hashes[:n], anchors[:n], sums[:n]
