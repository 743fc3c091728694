"""Which recordings could be sounding: each shared hash votes for a place in the catalogue."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.matcher.bits import Whole, peek
from edge.matcher.index import Blocks, Segment, is_whole
from edge.matcher.postings import COUNT_BITS, STEP_BITS, next_list

MOST_VOTES = 3 << 20  # of one search in one segment, as a rule
_PART_VOTES = 1 << 12  # votes are told apart in parts of the timeline with so many on average …
_MOST_PARTS = 512  # … but in no more than this at once
_CELLS = 1 << 15  # of the cache-sized table in which a part's votes are counted roughly
_MOST_COUNTED = 255  # votes in one cell: what has more is as certain
_BAD, _FULL = (
    -1,
    -2,
)  # what is wrong with a block: it is no block; it has more votes than there is room for
_KEPT = 16  # times the candidates wanted: room while the weakest are not known yet


@dataclass(frozen=True, slots=True)
class Candidates:
    """Places on a segment's timeline where the query may begin, best first.

    Attributes:
        diagonals: int64, place of the query's frame 0, to 11 frames after it.
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
    most: int = MOST_VOTES,
) -> Candidates:
    """The places most hashes of a query agree on.

    Args:
        segment: where to look.
        hashes: uint32, of the query.
        anchors: int32, frame of each hash's anchor, counted from the query's frame 0.
        limit: how many candidates are wanted at most.
        most: votes that are counted: 8 bytes each; the commonest hashes are left out.

    Raises:
        BadCatalogue: a block of the segment is damaged.
    """
    if not len(segment.firsts) or not len(hashes) or limit < 1:
        return Candidates(np.zeros(0, np.int64), np.zeros(0, np.int32))
    cast = _cast(segment, hashes, anchors, most)
    room = _KEPT * limit
    state = np.array((0, 1))
    best = _Best(np.empty(room, np.int64), np.empty(room, np.int32), state, limit)
    hidden = segment.hidden if segment.hidden.any() else segment.hidden[:0]
    reach = int(anchors.max()) - (cast.margin << STEP_BITS)  # the last hash's recording is meant
    _count(cast, segment.starts, hidden, reach, best)
    steps, votes = best.steps[: state[0]], best.votes[: state[0]]
    order = np.lexsort((steps, -votes))[:limit]
    return Candidates((steps[order] - cast.margin) << STEP_BITS, votes[order])


class _Asked(NamedTuple):
    """A query's hashes, each once.

    Attributes:
        keys: uint32, the hashes, rising.
        firsts: int64, one more than keys: where the anchors of each begin.
        shifts: int64, what turns a step into a vote, for each anchor.
    """

    keys: NDArray[np.uint32]
    firsts: NDArray[np.int64]
    shifts: NDArray[np.int64]


class _Cast(NamedTuple):
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


def _cast(
    segment: Segment, hashes: NDArray[np.uint32], anchors: NDArray[np.int32], most: int
) -> _Cast:
    """All votes, of the rarest hashes if there are too many."""
    order = np.argsort(hashes, kind="stable")
    keys, firsts = np.unique(hashes[order], return_index=True)
    shifts = (-anchors[order].astype(np.int64)) >> STEP_BITS
    margin = -int(shifts.min())
    asked = _Asked(keys, np.append(firsts, len(hashes)), shifts + margin)
    last = int(segment.starts[-1] + segment.lengths[-1]) >> STEP_BITS
    span = last + margin + 2
    votes = np.empty(most, np.int32)
    count = _gather(segment.postings, segment.firsts, *_by_block(segment, keys), asked, span, votes)
    if count < 0:
        raise segment.damage("postings", segment.postings, -1 - count)
    wanted = min(count // _PART_VOTES + 1, _MOST_PARTS)
    part_bits = (span // wanted).bit_length()
    parts = np.zeros((span >> part_bits) + 2, np.int64)
    return _Cast(_by_part(votes[:count], part_bits, parts), parts, part_bits, margin)


def _by_block(
    segment: Segment, keys: NDArray[np.uint32]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Blocks that may hold some of the keys, the smallest first, each with its run of keys."""
    blocks = np.searchsorted(segment.firsts, keys, "right") - 1
    before = int(np.count_nonzero(blocks < 0))  # lower than any hash there is
    numbers, firsts = np.unique(blocks[before:], return_index=True)
    ends = np.append(firsts + before, len(keys))
    order = np.argsort(np.diff(segment.postings.ends)[numbers], kind="stable")
    return numbers[order], ends[:-1][order], ends[1:][order]


@njit(cache=True, nogil=True)
def _gather(
    blocks: Blocks,
    lowest: NDArray[np.uint32],
    numbers: NDArray[np.int64],
    firsts: NDArray[np.int64],
    ends: NDArray[np.int64],
    asked: _Asked,
    span: Whole,
    votes: NDArray[np.int32],
) -> Whole:
    """Write the votes block by block until there is no more room; -1-b if block b is bad."""
    steps = np.empty(len(votes), np.int32)
    n = 0
    for i in range(len(numbers)):
        number = numbers[i]
        if not is_whole(blocks, number):
            return -1 - number
        bits = (blocks.ends[number] << 5, blocks.ends[number + 1] << 5)
        keys = (firsts[i], ends[i])
        key = np.int64(lowest[number]) - 1
        done = _read_block(blocks.words, bits, key, keys, asked, span, steps, votes[n:])
        if done == _BAD:
            return -1 - number
        if done == _FULL:
            break
        n += done
    return n


@njit(cache=True, nogil=True)
def _read_block(
    words: NDArray[np.uint32],
    bits: tuple[Whole, Whole],
    key: Whole,
    keys: tuple[Whole, Whole],
    asked: _Asked,
    span: Whole,
    steps: NDArray[np.int32],
    votes: NDArray[np.int32],
) -> Whole:
    """Write the votes of those keys whose lists are in a block; how many, or what is wrong."""
    at, until = bits
    lists = peek(words, at) & ((1 << COUNT_BITS) - 1)
    at += COUNT_BITS
    k, n = keys[0], 0
    for _ in range(lists):
        gap, count, at = next_list(words, at, until, steps)
        if count < 0:
            return _BAD
        key += gap
        while k < keys[1] and asked.keys[k] < key:
            k += 1
        if k == keys[1]:
            break
        if asked.keys[k] != key:
            continue
        shifts = asked.shifts[asked.firsts[k] : asked.firsts[k + 1]]
        if n + count * len(shifts) > len(votes):
            return _FULL
        n += _shift(steps, count, shifts, span, votes[n:])
    return n


@njit(cache=True, nogil=True)
def _shift(
    steps: NDArray[np.int32],
    count: Whole,
    shifts: NDArray[np.int64],
    span: Whole,
    votes: NDArray[np.int32],
) -> Whole:
    """Write a list of steps once for each anchor, none beyond the timeline; gives how many."""
    for a in range(len(shifts)):
        at = a * count
        for s in range(count):
            votes[at + s] = min(steps[s] + shifts[a], span)
    return count * len(shifts)


@njit(cache=True, nogil=True)
def _by_part(
    votes: NDArray[np.int32], part_bits: Whole, parts: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Votes by the part of the timeline they lie in; `parts` is told where each begins."""
    for k in range(len(votes)):
        parts[(votes[k] >> part_bits) + 1] += 1
    for p in range(1, len(parts)):
        parts[p] += parts[p - 1]
    cursor = parts.copy()
    out = np.empty_like(votes)
    for k in range(len(votes)):
        p = votes[k] >> part_bits
        out[cursor[p]] = votes[k]
        cursor[p] += 1
    return out


class _Best(NamedTuple):
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
def _count(
    cast: _Cast, starts: NDArray[np.int64], hidden: NDArray[np.bool_], reach: Whole, best: _Best
) -> None:
    """Find the steps whose own votes and their next neighbour's are most; none of them is missed.

    A part is first counted in cells that many steps share: what is too little even there is
    dropped. The rest, which is little, is sorted and counted exactly.
    """
    cells = np.zeros(_CELLS, np.uint8)
    tall = np.empty(len(cast.votes), np.int32)
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
        if own + beside >= least or (votes[k] + 1) & border <= 1:
            tall[n] = votes[k]
            n += 1
    cells[:] = 0
    return n


@njit(cache=True, nogil=True)
def _offer(
    best: _Best,
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
def _take(best: _Best, step: Whole, votes: Whole) -> None:
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
