"""Counting votes: the places of a timeline that most bands vote for, with no counter for each."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.matcher.bits import Whole
from edge.matcher.postings import STEP_BITS

PART_BITS = 17  # votes are counted in parts of the timeline of so many steps: three hours
VOTES_BITS = 14  # of a worth: how many voted (16,384 are worth a band); above them, how many bands
_BAND_BITS = 9  # below a worth, while it is counted: the band that voted last, 1 to 270
# All of it unsigned: an index that might be negative is looked at twice.
_PART, _LOCAL_BITS = np.uint32(PART_BITS), np.uint32(PART_BITS + 1)
_STEPS = 1 << PART_BITS
_WITHIN = np.uint32(_STEPS - 1)  # of a step: where it is within its part,
_LOCAL = np.uint32(2 * _STEPS - 1)  # of a vote: likewise, or its part's end; above them its band
_VOTE, _BAND = np.uint32(1 << _BAND_BITS), np.uint32(1 << (_BAND_BITS + VOTES_BITS))
_LAST = np.uint32((1 << _BAND_BITS) - 1)
_NOBODY, _ITSELF, _BEFORE = np.uint8(0), np.uint8(1), np.uint8(2)  # by whom a step is asked for


class Cast(NamedTuple):
    """The votes of a query.

    Attributes:
        votes: uint32, those for one part together, by rising band: one more than the band, and the
            step within the part. A part has the votes for its next one's first step, too.
        parts: int64, one more than parts: where the votes of each begin.
        margin: steps by which every vote is too late, so that none is negative.
    """

    votes: NDArray[np.uint32]
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
def each_part(votes: NDArray[np.int32], parts: NDArray[np.int64]) -> None:
    """Write where the votes for each part begin, as `Cast` has it.

    Args:
        votes: steps of the timeline, none negative.
        parts: int64, one more than parts, all 0.
    """
    for vote in votes:
        step = np.uint32(vote)
        part = np.uint64(step >> _PART)
        parts[part + np.uint64(1)] += 1
        if (step & _WITHIN) == 0 and part:
            parts[part] += 1  # neighbour of the last step before it
    for p in range(1, len(parts)):
        parts[p] += parts[p - 1]


@njit(cache=True, nogil=True)
def by_part(
    votes: NDArray[np.int32],
    begins: NDArray[np.int64],
    ends: NDArray[np.int64],
    bands: NDArray[np.int64],
    parts: NDArray[np.int64],
    out: NDArray[np.uint32],
) -> None:
    """Write votes as `Cast` has them.

    Args:
        votes: steps of the timeline, none negative.
        begins: where those of each band begin; a band may have several stretches.
        ends: where they end.
        bands: which band, not falling.
        parts: where the votes for each part begin.
        out: uint32, as many as `parts` ends with.
    """
    cursor = parts.astype(np.uint32)
    for i in range(len(bands)):
        band = np.uint32(bands[i] + 1) << _LOCAL_BITS
        for k in range(begins[i], ends[i]):
            step = np.uint32(votes[k])
            part, local = np.uint64(step >> _PART), step & _WITHIN
            out[np.uint64(cursor[part])] = band | local
            cursor[part] += np.uint32(1)
            if local == 0 and part:
                before = part - np.uint64(1)
                out[np.uint64(cursor[before])] = band | np.uint32(_STEPS)
                cursor[before] += np.uint32(1)


@njit(cache=True, nogil=True)
def count_votes(
    cast: Cast, starts: NDArray[np.int64], hidden: NDArray[np.bool_], reach: Whole, best: Best
) -> None:
    """Find the steps that, with their next neighbours, are worth most; none of them is missed.

    A held note or a steady beat in common brings a hundred votes from one band. What is there is
    heard in several, so their number comes first, and the votes decide between equals.

    Together a step and its neighbour are worth no more than the sum of both: only where that is
    enough is it counted which bands vote for both.
    """
    steps, pairs = np.zeros(_STEPS + 1, np.uint32), np.zeros(_STEPS + 1, np.uint32)
    asked = np.zeros(_STEPS + 1, np.uint8)
    tall = np.empty(np.diff(cast.parts).max(), np.uint32)
    for p in range(len(cast.parts) - 1):
        votes = cast.votes[cast.parts[p] : cast.parts[p + 1]]
        _count(votes, steps)
        kept = np.sort(_ask(tall[: _keep(votes, steps, best.state[1], tall)], asked))
        _settle(votes, steps, asked, pairs)
        for step in kept:
            worth = np.int64(pairs[step]) >> _BAND_BITS
            _offer(best, (p << PART_BITS) + np.int64(step), worth, starts, hidden, reach)
            pairs[step] = 0
            asked[step : step + 2] = _NOBODY


@njit(cache=True, nogil=True)
def _ask(tall: NDArray[np.uint32], asked: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Mark who is to vote for each of the steps and its neighbour; the steps, each once."""
    n = 0
    for step in tall:
        if not asked[step] & _ITSELF:
            asked[step] |= _ITSELF
            asked[step + 1] |= _BEFORE
            tall[n] = step
            n += 1
    return tall[:n]


@njit(cache=True, nogil=True)
def _counted(count: Whole, band: Whole) -> Whole:
    """What stood in a counter, and one more vote of a band."""
    new = np.uint32((count & _LAST) != band)
    return ((count & ~_LAST) | band) + _VOTE + new * _BAND


@njit(cache=True, nogil=True)
def _count(votes: NDArray[np.uint32], steps: NDArray[np.uint32]) -> None:
    """Count each vote for its step."""
    for vote in votes:
        local = np.uint64(vote & _LOCAL)
        steps[local] = _counted(steps[local], vote >> _LOCAL_BITS)


@njit(cache=True, nogil=True)
def _keep(
    votes: NDArray[np.uint32], steps: NDArray[np.uint32], least: Whole, tall: NDArray[np.uint32]
) -> Whole:
    """Write the steps that are voted for and may be worth enough; how many they are."""
    bits, enough = np.uint32(_BAND_BITS), np.uint32(least)
    n = np.uint64(0)
    for vote in votes:
        local = np.uint64(vote & _LOCAL)
        tall[n] = local  # overwritten by the next one unless it is kept
        after = min(local + np.uint64(1), np.uint64(_STEPS))
        worth = (steps[local] >> bits) + (steps[after] >> bits)
        n += np.uint64((worth >= enough) & (local < np.uint64(_STEPS)))
    return np.int64(n)


@njit(cache=True, nogil=True)
def _settle(
    votes: NDArray[np.uint32],
    steps: NDArray[np.uint32],
    asked: NDArray[np.uint8],
    pairs: NDArray[np.uint32],
) -> None:
    """Count the votes for the pairs that are asked for; clear the counters of all steps."""
    for vote in votes:
        local = np.uint64(vote & _LOCAL)
        steps[local] = 0
        if asked[local]:
            band = vote >> _LOCAL_BITS
            if asked[local] & _ITSELF:
                pairs[local] = _counted(pairs[local], band)
            if asked[local] & _BEFORE:
                before = local - np.uint64(1)
                pairs[before] = _counted(pairs[before], band)


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
        at = len(best.worths) - best.limit
        least = np.partition(best.worths, at)[at]
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
