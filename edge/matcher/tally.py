"""Counting votes: the places of a timeline that most bands vote for, with no counter for each."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.matcher.bits import Whole
from edge.matcher.postings import STEP_BITS

PART_BITS = 17  # votes are counted in parts of the timeline of so many steps: three hours
VOTES_BITS = 12  # of a worth: how many voted, or as many as fit; above them how many bands did
_BAND_BITS = 10  # below a worth, while it is counted: the band that voted last, 1 to 270
_VOTE, _BAND = 1 << _BAND_BITS, 1 << (_BAND_BITS + VOTES_BITS)
_LOCAL_BITS = PART_BITS + 1  # of a vote within its part; above them its band
_LOCAL = (1 << _LOCAL_BITS) - 1


class Cast(NamedTuple):
    """The votes of a query.

    Attributes:
        votes: int32, those for one part together, by rising band: the band, and the step within the
            part. A part has the votes for its next one's first step, too, as `by_part` writes them.
        parts: int64, one more than parts: where the votes of each begin.
        margin: steps by which every vote is too late, so that none is negative.
    """

    votes: NDArray[np.int32]
    parts: NDArray[np.int64]
    margin: int


class Best(NamedTuple):
    """Room for steps and what they are worth; `state`: how many there are and what is too few.

    Attributes:
        steps: int64, the steps.
        worths: int32, of each with its next neighbour: bands that vote for it, and all votes.
        state: int64, two: how many are filled; the least that a newcomer needs.
        limit: how many are wanted.
    """

    steps: NDArray[np.int64]
    worths: NDArray[np.int32]
    state: NDArray[np.int64]
    limit: int


@njit(cache=True, nogil=True)
def by_part(
    votes: NDArray[np.int32],
    begins: NDArray[np.int64],
    ends: NDArray[np.int64],
    bands: NDArray[np.int64],
    parts: NDArray[np.int64],
) -> NDArray[np.int32]:
    """Votes as `Cast` has them.

    Args:
        votes: steps of the timeline.
        begins: where those of each band begin; a band may have several stretches.
        ends: where they end.
        bands: which band, not falling.
        parts: int64, one more than parts, all 0: is told where each begins.
    """
    for vote in votes:
        part = vote >> PART_BITS
        parts[part + 1] += 1
        if part and vote == part << PART_BITS:
            parts[part] += 1  # neighbour of the last step before it
    for p in range(1, len(parts)):
        parts[p] += parts[p - 1]
    cursor = parts.copy()
    out = np.empty(parts[-1], np.int32)
    for i in range(len(bands)):
        band = bands[i] << _LOCAL_BITS
        for k in range(begins[i], ends[i]):
            part = votes[k] >> PART_BITS
            local = votes[k] - (part << PART_BITS)
            out[cursor[part]] = band | local
            cursor[part] += 1
            if part and local == 0:
                out[cursor[part - 1]] = band | (1 << PART_BITS)
                cursor[part - 1] += 1
    return out


@njit(cache=True, nogil=True)
def count_votes(
    cast: Cast, starts: NDArray[np.int64], hidden: NDArray[np.bool_], reach: Whole, best: Best
) -> None:
    """Find the steps that, with their next neighbours, are worth most; none of them is missed.

    A held note or a steady beat in common brings a hundred votes from one band. What is there is
    heard in several, so their number comes first, and the votes decide between equals.
    """
    counts = np.zeros((1 << PART_BITS) + 2, np.int32)  # of the step before each, and of each
    tall = np.empty(np.diff(cast.parts).max(), np.int32)
    for p in range(len(cast.parts) - 1):
        votes = cast.votes[cast.parts[p] : cast.parts[p + 1]]
        _count(votes, counts)
        kept = np.sort(tall[: _keep(votes, counts, best.state[1], tall)])
        for k in range(len(kept)):
            step = np.int64(kept[k])
            if k == 0 or step != kept[k - 1]:
                worth = np.int64(counts[step + 1]) >> _BAND_BITS
                _offer(best, (p << PART_BITS) + step, worth, starts, hidden, reach)
        _clear(votes, counts)


@njit(cache=True, nogil=True)
def _count(votes: NDArray[np.int32], counts: NDArray[np.int32]) -> None:
    """Count each vote for its step and for the one before it, whose neighbour it is."""
    last, full = _VOTE - 1, _BAND - _VOTE
    for vote in votes:
        band, local = (vote >> _LOCAL_BITS) + 1, vote & _LOCAL
        for at in range(local, local + 2):
            count = counts[at]
            count += _BAND * ((count & last) != band) + _VOTE * ((count & full) != full)
            counts[at] = (count & ~last) | band


@njit(cache=True, nogil=True)
def _keep(
    votes: NDArray[np.int32], counts: NDArray[np.int32], least: Whole, tall: NDArray[np.int32]
) -> Whole:
    """Write the steps of a part that are voted for and worth enough; how many they are."""
    enough = least << _BAND_BITS
    n = 0
    for vote in votes:
        local = vote & _LOCAL
        tall[n] = local  # overwritten by the next one unless it is kept
        n += (counts[local + 1] >= enough) & (local < 1 << PART_BITS)
    return n


@njit(cache=True, nogil=True)
def _clear(votes: NDArray[np.int32], counts: NDArray[np.int32]) -> None:
    for vote in votes:
        local = vote & _LOCAL
        counts[local] = 0
        counts[local + 1] = 0


@njit(cache=True, nogil=True)
def _offer(
    best: Best,
    step: Whole,
    worth: Whole,
    starts: NDArray[np.int64],
    hidden: NDArray[np.bool_],
    reach: Whole,
) -> None:
    """Take a step if it is worth enough and its recording is not hidden."""
    if worth >= best.state[1] and not _is_hidden(starts, hidden, (step << STEP_BITS) + reach):
        _take(best, step, worth)


@njit(cache=True, nogil=True)
def _take(best: Best, step: Whole, worth: Whole) -> None:
    """Put a step among the best; when there is no more room, those as good as wanted stay."""
    if best.state[0] == len(best.steps):
        least = np.sort(best.worths)[len(best.worths) - best.limit]
        kept = 0
        for k in range(len(best.steps)):
            tie = best.worths[k] == least and kept < len(best.steps) // 2
            if best.worths[k] > least or tie:
                best.steps[kept] = best.steps[k]
                best.worths[kept] = best.worths[k]
                kept += 1
        best.state[0] = kept
        best.state[1] = least + 1
    if worth >= best.state[1]:
        best.steps[best.state[0]] = step
        best.worths[best.state[0]] = worth
        best.state[0] += 1


@njit(cache=True, nogil=True)
def _is_hidden(starts: NDArray[np.int64], hidden: NDArray[np.bool_], place: Whole) -> bool:
    """Whether the recording at a place is one that a newer segment replaces or removes."""
    if len(hidden) == 0:
        return False
    return bool(hidden[max(0, int(np.searchsorted(starts, place, side="right")) - 1)])
