"""Counting votes: which places of a timeline have most, found without a counter for each place."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.matcher.bits import Whole
from edge.matcher.postings import STEP_BITS

_CELLS = 1 << 15  # of the cache-sized table in which a part's votes are counted roughly
_MOST_COUNTED = 255  # votes in one cell: what has more is as certain


class Cast(NamedTuple):
    """The votes of a query.

    Attributes:
        votes: int32, steps of the timeline, those of one part together.
        parts: int64, one more than parts: where the votes of each begin.
        part_bits: a part has two to the power of so many steps.
        margin: steps by which every vote is too late, so that none is negative.
    """

    votes: NDArray[np.int32]
    parts: NDArray[np.int64]
    part_bits: int
    margin: int


class Best(NamedTuple):
    """Room for steps and their votes; `state` holds how many there are and what is too few.

    Attributes:
        steps: int64, the steps.
        votes: int32, votes of each with its next neighbour.
        state: int64, two: how many are filled; the least that a newcomer needs.
        limit: how many are wanted.
    """

    steps: NDArray[np.int64]
    votes: NDArray[np.int32]
    state: NDArray[np.int64]
    limit: int


@njit(cache=True, nogil=True)
def count_votes(
    cast: Cast, starts: NDArray[np.int64], hidden: NDArray[np.bool_], reach: Whole, best: Best
) -> None:
    """Find the steps whose own votes and their next neighbour's are most; none of them is missed.

    A part is first counted in cells that many steps share: what is too little even there is
    dropped. The rest, which is little, is sorted and counted exactly.
    """
    cells = np.zeros(_CELLS, np.uint8)
    tall = np.empty(np.diff(cast.parts).max(), np.int32)
    step, own = np.int64(0), np.int64(0)  # the last step counted, and its votes
    for p in range(len(cast.parts) - 1):
        votes = cast.votes[cast.parts[p] : cast.parts[p + 1]]
        count = _sift(votes, cast.part_bits, min(best.state[1], _MOST_COUNTED), cells, tall)
        kept = np.sort(tall[:count])
        k = 0
        while k < count:
            here, first = np.int64(kept[k]), k
            while k < count and kept[k] == here:
                k += 1
            beside = k - first if here == step + 1 else 0
            _offer(best, step, own, own + beside, starts, hidden, reach)
            step, own = here, np.int64(k - first)
    _offer(best, step, own, own, starts, hidden, reach)


@njit(cache=True, nogil=True)
def _sift(
    votes: NDArray[np.int32],
    part_bits: Whole,
    least: Whole,
    cells: NDArray[np.uint8],
    tall: NDArray[np.int32],
) -> Whole:
    """Write those votes of a part that may belong to a pair of steps with `least` votes."""
    for k in range(len(votes)):
        cell = votes[k] & (_CELLS - 1)
        if cells[cell] < _MOST_COUNTED:
            cells[cell] += 1
    border = (1 << part_bits) - 1  # the neighbours of a part's first and last step are elsewhere
    n = 0
    for k in range(len(votes)):
        cell = votes[k] & (_CELLS - 1)
        own = np.int64(cells[cell])
        beside = max(cells[(cell + 1) & (_CELLS - 1)], cells[(cell - 1) & (_CELLS - 1)])
        tall[n] = votes[k]  # overwritten by the next one unless it is kept
        n += (own + beside >= least) | ((votes[k] + 1) & border <= 1)
    cells[:] = 0
    return n


@njit(cache=True, nogil=True)
def _offer(
    best: Best,
    step: Whole,
    own: Whole,
    total: Whole,
    starts: NDArray[np.int64],
    hidden: NDArray[np.bool_],
    reach: Whole,
) -> None:
    """Take a step that was voted for, if it has enough votes and its recording is not hidden."""
    wanted = own and total >= best.state[1]
    if wanted and not _is_hidden(starts, hidden, (step << STEP_BITS) + reach):
        _take(best, step, total)


@njit(cache=True, nogil=True)
def _take(best: Best, step: Whole, votes: Whole) -> None:
    """Put a step among the best; when there is no more room, those as good as wanted stay."""
    if best.state[0] == len(best.steps):
        least = np.sort(best.votes)[len(best.votes) - best.limit]
        kept = 0
        for k in range(len(best.steps)):
            tie = best.votes[k] == least and kept < len(best.steps) // 2
            if best.votes[k] > least or tie:
                best.steps[kept] = best.steps[k]
                best.votes[kept] = best.votes[k]
                kept += 1
        best.state[0] = kept
        best.state[1] = least + 1
    if votes >= best.state[1]:
        best.steps[best.state[0]] = step
        best.votes[best.state[0]] = votes
        best.state[0] += 1


@njit(cache=True, nogil=True)
def _is_hidden(starts: NDArray[np.int64], hidden: NDArray[np.bool_], place: Whole) -> bool:
    """Whether the recording at a place is one that a newer segment replaces or removes."""
    if len(hidden) == 0:
        return False
    return bool(hidden[max(0, int(np.searchsorted(starts, place, side="right")) - 1)])
