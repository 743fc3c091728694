"""Which recordings could be sounding: each shared hash votes for a place in the catalogue."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.matcher.bits import Whole, peek
from edge.matcher.index import Blocks, Segment, is_whole
from edge.matcher.postings import (
    BLOCK_BITS,
    COUNT_BITS,
    REGION_BUCKETS,
    STEP_BITS,
    next_list,
    steps_of,
)
from edge.matcher.tally import PART_BITS, VOTES_BITS, Best, Cast, by_part, count_votes, each_part

MOST_VOTES = 1 << 20  # of one search in one segment, as a rule
_BAD, _FULL = -1, -2  # a block is no block; it has more votes than there is room for
_UNEVEN = 1.25  # times its share of the votes: room for a part of the timeline
_KEPT = 4  # times the candidates wanted: room while the weakest are not known yet


@dataclass(frozen=True, slots=True)
class Candidates:
    """Places on a segment's timeline where the query may begin, best first.

    Attributes:
        diagonals: int64, place of the query's frame 0, to 11 frames after it.
        votes: int32, hashes that agree on it.
        bands: int32, from how many bands of 20 Hz those hashes are, by the lower of two landmarks.
    """

    diagonals: NDArray[np.int64]
    votes: NDArray[np.int32]
    bands: NDArray[np.int32]


def vote(
    segment: Segment,
    hashes: NDArray[np.uint32],
    anchors: NDArray[np.int32],
    chances: NDArray[np.float32] | None = None,
    *,
    limit: int,
    most: int = MOST_VOTES,
    rounds: int = 1,
) -> Candidates:
    """The places on which hashes of most bands agree, and most hashes among equals.

    Args:
        segment: where to look.
        hashes: uint32, of the query.
        anchors: int32, frame of each hash's anchor, counted from the query's frame 0.
        chances: float32, how likely the recording has each hash too, each relative to the others;
            alike if not given.
        limit: how many candidates are wanted at most.
        most: votes that are counted. If there are more, the hashes that are likely and rare are
            counted, and the unlikely and common ones are left out.
        rounds: so many parts of the timeline are counted one after the other: `most` votes take
            8 bytes each, divided by the rounds.

    Raises:
        BadCatalogue: a block of the segment is damaged.
    """
    if not len(segment.firsts) or not len(hashes) or limit < 1:
        nobody = np.zeros(0, np.int32)
        return Candidates(np.zeros(0, np.int64), nobody, nobody)
    chances = np.ones(len(hashes), np.float32) if chances is None else chances
    room = _KEPT * limit
    state = np.array((0, 1))
    best = Best(np.empty(room, np.int64), np.empty(room, np.int32), state, limit)
    hidden = segment.hidden if segment.hidden.any() else segment.hidden[:0]
    asked = _ask(hashes, anchors)
    worth = np.maximum.reduceat(chances[asked.order], asked.firsts[:-1])
    blocks = _by_block(segment, asked.keys, worth)
    reach = int(anchors.max()) - (asked.margin << STEP_BITS)  # the last hash's recording is meant
    for round_ in range(rounds):
        cast = _cast(segment, asked, blocks, most, round_, rounds)
        count_votes(cast, segment.starts, hidden, reach, best)
    steps, worths = best.steps[: state[0]], best.worths[: state[0]]
    order = np.lexsort((steps, -worths))[:limit]
    votes, bands = worths[order] & ((1 << VOTES_BITS) - 1), worths[order] >> VOTES_BITS
    return Candidates((steps[order] - asked.margin) << STEP_BITS, votes, bands)


_Chosen = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]  # see `_by_block`


class _Wanted(NamedTuple):
    """Which votes: steps of the timeline, that part of them, and how many may be read."""

    span: int
    first: int
    until: int
    most: int


class _Asked(NamedTuple):
    """A query's hashes, each once.

    Attributes:
        keys: uint32, the hashes, rising.
        firsts: int64, one more than keys: where the anchors of each begin.
        shifts: int64, what turns a step into a vote, for each anchor.
        order: int64, the hashes as they were asked, sorted.
        margin: steps by which every vote is too late, so that none is negative.
    """

    keys: NDArray[np.uint32]
    firsts: NDArray[np.int64]
    shifts: NDArray[np.int64]
    order: NDArray[np.int64]
    margin: int


def _ask(hashes: NDArray[np.uint32], anchors: NDArray[np.int32]) -> _Asked:
    numbered = (hashes.astype(np.int64) << 32) | np.arange(len(hashes))
    order = np.sort(numbered) & 0xFFFFFFFF  # as a stable argsort, in a seventh of its time
    firsts = _begins(hashes[order])
    shifts = (-anchors[order].astype(np.int64)) >> STEP_BITS
    margin = -int(shifts.min())
    ends = np.append(firsts, len(hashes))
    return _Asked(hashes[order][firsts], ends, shifts + margin, order, margin)


def _cast(
    segment: Segment,
    asked: _Asked,
    blocks: _Chosen,
    most: int,
    round_: int,
    rounds: int,
) -> Cast:
    """The votes for a part of the timeline; of too many, those of the hashes that promise most."""
    last = int(segment.starts[-1] + segment.lengths[-1]) >> STEP_BITS
    span = last + asked.margin + 2
    part = (round_ * span // rounds, (round_ + 1) * span // rounds + (round_ == rounds - 1))
    votes = np.empty(most if rounds == 1 else round(_UNEVEN * most / rounds), np.int32)
    wanted = _Wanted(span, *part, most)
    ends = np.zeros(len(blocks[0]), np.int64)
    read = _gather(segment.postings, segment.firsts, blocks, asked, wanted, votes, ends)
    if read < 0:
        raise segment.damage("postings", segment.postings, -1 - read)
    ends = ends[:read]
    bands = (segment.firsts[blocks[0][:read]] // REGION_BUCKETS).astype(np.int64)
    order = np.argsort(bands, kind="stable")
    parts = np.zeros((span >> PART_BITS) + 2, np.int64)
    each_part(votes[: ends[-1] if read else 0], parts)
    sorted_ = np.empty(parts[-1], np.uint32)
    stretches = (np.append(0, ends[:-1])[order], ends[order], bands[order])
    by_part(votes, *stretches, parts, sorted_)
    return Cast(sorted_, parts, asked.margin)


def _by_block(segment: Segment, keys: NDArray[np.uint32], worth: NDArray[np.float32]) -> _Chosen:
    """Blocks that may hold some of the keys, each with its run of keys.

    The first are those in which most is promised for each word that has to be read.
    """
    blocks = np.searchsorted(segment.firsts, keys, "right") - 1
    firsts = _begins(blocks)
    firsts = firsts[blocks[firsts] >= 0]  # other keys are lower than any hash there is
    numbers, ends = blocks[firsts], np.append(firsts[1:], len(keys))
    promised = np.add.reduceat(worth, firsts) if len(firsts) else worth[:0]
    sizes = segment.postings.ends[numbers + 1] - segment.postings.ends[numbers]
    order = np.argsort(-promised / sizes, kind="stable")
    return numbers[order], firsts[order], ends[order]


def _begins(rising: NDArray[Any]) -> NDArray[np.int64]:
    """Where each run of equal numbers begins."""
    return np.flatnonzero(np.diff(rising, prepend=rising[:1] - 1))


@njit(cache=True, nogil=True)
def _gather(
    blocks: Blocks,
    lowest: NDArray[np.uint32],
    chosen: _Chosen,
    asked: _Asked,
    wanted: _Wanted,
    votes: NDArray[np.int32],
    ends: NDArray[np.int64],
) -> Whole:
    """Write the votes for a part, until so many were read, and where those of each block end.

    Returns:
        How many blocks were read; -1-b if block b is bad.
    """
    others = np.empty(BLOCK_BITS, np.int32)  # any list that shares its block fits
    whole = wanted.until - wanted.first > wanted.span
    numbers, firsts, lasts = chosen
    n, read = 0, 0
    for i in range(len(numbers)):
        number = numbers[i]
        if not is_whole(blocks, number):
            return -1 - number
        bits = (blocks.ends[number] << 5, blocks.ends[number + 1] << 5)
        keys = (firsts[i], lasts[i])
        key = np.int64(lowest[number]) - 1
        done = _read_block(blocks.words, bits, key, keys, asked, wanted.span, others, votes[n:])
        if done == _BAD:
            return -1 - number
        if done == _FULL or read + done > wanted.most:
            return i
        read += done
        n = n + done if whole else n + _within(votes[n : n + done], wanted)
        ends[i] = n
    return len(numbers)


@njit(cache=True, nogil=True)
def _within(votes: NDArray[np.int32], wanted: _Wanted) -> Whole:
    """Keep the votes for a part of the timeline, in front; how many they are."""
    n = 0
    for vote_ in votes:
        votes[n] = vote_  # overwritten by the next one unless it is kept
        n += wanted.first <= vote_ < wanted.until
    return n


@njit(cache=True, nogil=True)
def _read_block(
    words: NDArray[np.uint32],
    bits: tuple[Whole, Whole],
    key: Whole,
    keys: tuple[Whole, Whole],
    asked: _Asked,
    span: Whole,
    others: NDArray[np.int32],
    votes: NDArray[np.int32],
) -> Whole:
    """Write the votes of those keys whose lists are in a block; how many, or what is wrong."""
    at, until = bits
    lists = peek(words, at) & ((1 << COUNT_BITS) - 1)
    at += COUNT_BITS
    k, n = keys[0], 0
    for _ in range(lists):
        gap, count, shift, at = next_list(words, at, until)
        if count < 0:
            return _BAD
        key += gap
        while k < keys[1] and asked.keys[k] < key:
            k += 1
        if k == keys[1]:
            break
        asks = asked.firsts[k + 1] if asked.keys[k] == key else asked.firsts[k]
        shifts = asked.shifts[asked.firsts[k] : asks]
        cast = count * len(shifts)
        if n + cast > len(votes):
            return _FULL
        steps = votes[n:] if cast else others
        if count > len(steps):
            break  # a list by itself, and nobody asks for it
        at = steps_of(words, at, until, shift, steps[:count])
        if at < 0:
            return _BAD
        _shift(votes[n : n + cast], count, shifts, span)
        n += cast
    return n


@njit(cache=True, nogil=True)
def _shift(votes: NDArray[np.int32], count: Whole, shifts: NDArray[np.int64], span: Whole) -> None:
    """Turn the steps that votes begin with into votes for each anchor, none past the timeline."""
    for a in range(len(shifts) - 1, 0, -1):
        _moved(votes[:count], votes[a * count : (a + 1) * count], shifts[a], span)
    for s in range(min(count, len(votes))):  # the first anchor's last: they take the steps' place
        votes[s] = min(np.uint32(votes[s]) + np.uint32(shifts[0]), np.uint32(span))


@njit(cache=True, nogil=True)
def _moved(steps: NDArray[np.int32], out: NDArray[np.int32], by: Whole, last: Whole) -> None:
    """Write steps that are so many later, none after the last."""
    for s in range(len(steps)):
        out[s] = min(np.uint32(steps[s]) + np.uint32(by), np.uint32(last))
