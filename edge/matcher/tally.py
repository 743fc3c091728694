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


class Exact(NamedTuple):
    """A table of steps and their votes, as many places each, a power of two; 0 votes: free.

    Attributes:
        steps: int32.
        counts: int32.
    """

    steps: NDArray[np.int32]
    counts: NDArray[np.int32]


@njit(cache=True, nogil=True)
def count_votes(
    cast: Cast, starts: NDArray[np.int64], hidden: NDArray[np.bool_], reach: Whole, best: Best
) -> None:
    """Find the steps whose own votes and their next neighbour's are most; none of them is missed.

    A part is first counted in cells that many steps share: what is too little even there is
    dropped. The rest, which is little, is counted exactly.
    """
    cells = np.zeros(_CELLS, np.uint8)
    most = np.diff(cast.parts).max()
    tall = np.empty(most, np.int32)
    steps, counts = np.empty(_room(most), np.int32), np.zeros(_room(most), np.int32)
    first, last = np.int64(0), np.int64(0)  # step of a part; votes of the last one before it
    for p in range(len(cast.parts) - 1):
        votes = cast.votes[cast.parts[p] : cast.parts[p + 1]]
        count = _sift(votes, cast.part_bits, min(best.state[1], _MOST_COUNTED), cells, tall)
        room = _room(count)
        exact = Exact(steps[:room], counts[:room])
        _count(tall[:count], exact)
        _offer(best, first - 1, last, last + _votes(exact, first), starts, hidden, reach)
        first += 1 << cast.part_bits
        last = _votes(exact, first - 1)
        kept = np.sort(tall[: _keep(tall[:count], exact, best.state[1])])
        for k in range(len(kept)):
            step = np.int64(kept[k])
            if step < first - 1 and (k == 0 or step != kept[k - 1]):
                own = _votes(exact, step)
                _offer(best, step, own, own + _votes(exact, step + 1), starts, hidden, reach)
        exact.counts[:] = 0
    _offer(best, first - 1, last, last, starts, hidden, reach)


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
def _room(count: Whole) -> Whole:
    """A power of two, four to eight times the count: so few places are asked for in vain."""
    room = 4
    while room < 4 * count:
        room *= 2
    return room


@njit(cache=True, nogil=True)
def _slot(exact: Exact, step: Whole) -> Whole:
    """Where a step is counted, or would be: Knuth's multiplicative hash, then the next free."""
    mask = len(exact.counts) - 1
    slot = ((step * 2654435769) >> 15) & mask
    while exact.counts[slot] and exact.steps[slot] != step:
        slot = (slot + 1) & mask
    return slot


@njit(cache=True, nogil=True)
def _count(votes: NDArray[np.int32], exact: Exact) -> None:
    for k in range(len(votes)):
        slot = _slot(exact, np.int64(votes[k]))
        exact.steps[slot] = votes[k]
        exact.counts[slot] += 1


@njit(cache=True, nogil=True)
def _votes(exact: Exact, step: Whole) -> Whole:
    """Votes of a step."""
    return np.int64(exact.counts[_slot(exact, step)])


@njit(cache=True, nogil=True)
def _keep(votes: NDArray[np.int32], exact: Exact, least: Whole) -> Whole:
    """Move the votes for steps that have enough to the front; how many they are."""
    n = 0
    for k in range(len(votes)):
        step = np.int64(votes[k])
        votes[n] = votes[k]  # overwritten by the next one unless it is kept
        n += _votes(exact, step) + _votes(exact, step + 1) >= least
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
