"""Which recordings could be sounding: each shared hash votes for a place in the catalogue."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.matcher.index import Segment

MOST_VOTES = 1 << 20  # of one search in one segment: 4 MB; the commonest hashes are left out
_BIN_BITS = 2  # votes are counted in bins of 4 frames, each with its neighbour: 0.19 s


@dataclass(frozen=True, slots=True)
class Candidates:
    """Places on a segment's timeline where the query may begin, best first.

    Attributes:
        diagonals: int64, place of the query's frame 0, to 8 frames.
        votes: int32, hashes that agree on it.
    """

    diagonals: NDArray[np.int64]
    votes: NDArray[np.int32]


def vote(
    segment: Segment,
    hashes: NDArray[np.uint32],
    anchors: NDArray[np.int32],
    *,
    limit: int,
) -> Candidates:
    """The places most hashes of a query agree on.

    Args:
        segment: where to look.
        hashes: uint32, of the query.
        anchors: int32, frame of each hash's anchor, counted from the query's frame 0.
        limit: how many candidates are wanted at most.
    """
    if not len(segment.keys):
        return Candidates(np.zeros(0, np.int64), np.zeros(0, np.int32))
    slots = np.minimum(np.searchsorted(segment.keys, hashes), len(segment.keys) - 1)
    known = segment.keys[slots] == hashes
    slots, anchors = slots[known], anchors[known]
    sizes = segment.firsts[slots + 1].astype(np.int64) - segment.firsts[slots]
    rarest = np.argsort(sizes, kind="stable")
    rarest = rarest[np.cumsum(sizes[rarest]) <= MOST_VOTES]
    cast = np.empty(int(sizes[rarest].sum()), np.int32)
    _gather(segment.postings, segment.firsts, slots[rarest], anchors[rarest], cast)
    cast.sort()
    bins, votes = _count(cast)
    as_good = np.cumsum(np.bincount(votes)[::-1])[::-1]  # how many have at least so many votes
    least = int(np.count_nonzero(as_good >= limit)) - 1
    bins, votes = bins[votes >= least], votes[votes >= least]
    best = np.argsort(-votes, kind="stable")[:limit]
    return Candidates(bins[best] << _BIN_BITS, votes[best])


@njit(cache=True, nogil=True)
def _gather(
    postings: NDArray[np.uint32],
    firsts: NDArray[np.uint32],
    slots: NDArray[np.int64],
    anchors: NDArray[np.int32],
    out: NDArray[np.int32],
) -> None:
    n = 0
    for k in range(len(slots)):
        for p in range(firsts[slots[k]], firsts[slots[k] + 1]):
            out[n] = (np.int64(postings[p]) - anchors[k]) >> _BIN_BITS
            n += 1


@njit(cache=True, nogil=True)
def _count(bins: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Votes of each occupied bin with its next neighbour; `bins` is rising."""
    places = np.empty(len(bins), np.int64)
    own = np.empty(len(bins), np.int32)
    n = 0
    for k in range(len(bins)):
        if n and places[n - 1] == bins[k]:
            own[n - 1] += 1
        else:
            places[n] = bins[k]
            own[n] = 1
            n += 1
    votes = own[:n].copy()
    for k in range(n - 1):
        if places[k + 1] == places[k] + 1:
            votes[k] += own[k + 1]
    return places[:n], votes
