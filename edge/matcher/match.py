"""Which recordings could be sounding: each shared hash votes for a place in the catalogue."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.matcher.bits import peek
from edge.matcher.index import Segment, is_whole
from edge.matcher.postings import COUNT_BITS, STEP_BITS, next_list

MOST_VOTES = 3 << 20  # of one search in one segment: 25 MB; the commonest hashes are left out
_LEAST_PART_BITS = 16  # votes are counted in parts of the timeline that fit the cache …
_PARTS_BITS = 9  # … but in no more than 512 at once
_KEPT = 64  # times the candidates wanted: room while the weakest are not known yet


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
) -> Candidates:
    """The places most hashes of a query agree on.

    Args:
        segment: where to look.
        hashes: uint32, of the query.
        anchors: int32, frame of each hash's anchor, counted from the query's frame 0.
        limit: how many candidates are wanted at most.

    Raises:
        BadCatalogue: a block of the segment is damaged.
    """
    nothing = Candidates(np.zeros(0, np.int64), np.zeros(0, np.int32))
    if not len(segment.firsts) or not len(hashes) or limit < 1:
        return nothing
    cast, parts, margin, part_bits = _cast(segment, hashes, anchors)
    if not len(cast):
        return nothing
    steps, votes = _count(
        cast, parts, part_bits, limit, _KEPT * limit,
        segment.starts, segment.hidden if segment.hidden.any() else segment.hidden[:0],
        np.int64(int(anchors.max()) - (margin << STEP_BITS)),
    )  # fmt: skip
    best = np.lexsort((steps, -votes))[:limit]
    return Candidates((steps[best] - margin) << STEP_BITS, votes[best])


def _cast(
    segment: Segment, hashes: NDArray[np.uint32], anchors: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int64], int, int]:
    """All votes, by parts of the timeline, and where each part begins; the rarest hashes first."""
    order = np.argsort(hashes, kind="stable")
    keys, starts = np.unique(hashes[order], return_index=True)
    blocks = np.searchsorted(segment.firsts, keys, "right") - 1
    asked, firsts = np.unique(blocks[blocks >= 0], return_index=True)
    firsts = np.append(firsts + np.count_nonzero(blocks < 0), len(keys))
    sizes = np.diff(segment.postings.ends)[asked]
    shifts = (-anchors[order].astype(np.int64)) >> STEP_BITS
    margin = -int(shifts.min())
    span = (int(segment.starts[-1] + segment.lengths[-1]) >> STEP_BITS) + margin + 2
    part_bits = max(_LEAST_PART_BITS, span.bit_length() - _PARTS_BITS)
    votes = np.empty(MOST_VOTES, np.int32)
    blocks_of = segment.postings
    count = _gather(
        segment.words, blocks_of.ends, blocks_of.sums, blocks_of.seen, segment.firsts,
        asked, np.argsort(sizes, kind="stable"), firsts, keys,
        np.append(starts, len(hashes)), shifts + margin, span, votes,
    )  # fmt: skip
    if count < 0:
        raise segment.damage(blocks_of, -1 - count)
    parts = np.zeros(
        (span >> part_bits) + 3, np.int64
    )  # the last is empty: its turn ends the count
    return _sort(votes[:count], part_bits, parts), parts, margin, part_bits


@njit(cache=True, nogil=True)
def _gather(
    words: NDArray[np.uint32],
    ends: NDArray[np.int64],
    sums: NDArray[np.uint32],
    seen: NDArray[np.uint8],
    lowest: NDArray[np.uint32],
    asked: NDArray[np.int64],
    order: NDArray[np.int64],
    firsts: NDArray[np.int64],
    keys: NDArray[np.uint32],
    starts: NDArray[np.int64],
    shifts: NDArray[np.int64],
    span: int,
    votes: NDArray[np.int32],
) -> int:
    """Write the votes of all hashes, from small blocks to large, until there is no more room."""
    steps = np.empty(len(votes), np.int32)
    n = 0
    for i in order:
        block = asked[i]
        if not is_whole(words, ends, sums, seen, block):
            return -1 - block
        at, until = ends[block] << 5, ends[block + 1] << 5
        lists = peek(words, at) & ((1 << COUNT_BITS) - 1)
        at += COUNT_BITS
        key = np.int64(lowest[block]) - 1
        k = firsts[i]
        while lists > 0 and k < firsts[i + 1]:
            lists -= 1
            gap, count, at = next_list(words, at, until, steps)
            if count < 0:
                return -1 - block
            key += gap
            while k < firsts[i + 1] and keys[k] < key:
                k += 1
            if k == firsts[i + 1] or keys[k] != key:
                continue
            if n + count * (starts[k + 1] - starts[k]) > len(votes):
                return n
            for a in range(starts[k], starts[k + 1]):
                for s in range(count):
                    votes[n] = min(steps[s] + shifts[a], span)
                    n += 1
    return n


@njit(cache=True, nogil=True)
def _sort(votes: NDArray[np.int32], part_bits: int, parts: NDArray[np.int64]) -> NDArray[np.int32]:
    """Votes by the part of the timeline they lie in; `parts` tells where each begins."""
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


@njit(cache=True, nogil=True)
def _is_hidden(starts: NDArray[np.int64], hidden: NDArray[np.bool_], place: int) -> bool:
    return len(hidden) > 0 and hidden[max(0, np.searchsorted(starts, place, side="right") - 1)]


@njit(cache=True, nogil=True)
def _count(
    votes: NDArray[np.int32],
    parts: NDArray[np.int64],
    part_bits: int,
    limit: int,
    room: int,
    starts: NDArray[np.int64],
    hidden: NDArray[np.bool_],
    reach: int,
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Steps whose own votes and their next neighbour's are most; no `limit` best is missing."""
    counts = np.zeros((1 << part_bits) + 2, np.uint8)  # slot 0 is the part before's last
    steps = np.empty(room, np.int64)
    totals = np.empty(room, np.int32)
    n, least, last = 0, 1, np.uint8(0)
    for p in range(len(parts) - 1):
        base = np.int64(p) << part_bits
        high = np.empty(parts[p + 1] - parts[p] + 1, np.int32)
        tall = 0
        counts[0] = last
        half = (least + 1) >> 1
        if last >= half:
            high[tall] = 0
            tall += 1
        for k in range(parts[p], parts[p + 1]):
            slot = votes[k] - base + 1
            if counts[slot] < 255:
                counts[slot] += 1
                if counts[slot] == half:
                    high[tall] = slot
                    tall += 1
        last = counts[1 << part_bits]
        for h in range(tall):
            for slot in range(np.int64(high[h]) - 1, np.int64(high[h]) + 1):
                if slot < 0 or slot == 1 << part_bits or counts[slot] == 0:
                    continue  # the last is weighed with its neighbour in the next part
                if slot != high[h] and counts[slot] >= half:
                    continue  # has its own turn
                total = np.int32(counts[slot]) + np.int32(counts[slot + 1])
                step = base + slot - 1
                if total < least or _is_hidden(starts, hidden, (step << STEP_BITS) + reach):
                    continue
                if n == room:
                    n, least = _thin(steps, totals, n, limit)
                if n < room and total >= least:
                    steps[n], totals[n] = step, total
                    n += 1
        counts[0] = 0
        for k in range(parts[p], parts[p + 1]):
            counts[votes[k] - base + 1] = 0
    return steps[:n], totals[:n]


@njit(cache=True, nogil=True)
def _thin(
    steps: NDArray[np.int64], totals: NDArray[np.int32], n: int, limit: int
) -> tuple[int, int]:
    """Keep what is as good as the `limit`-th best; gives how many, and what a newcomer needs."""
    least = np.sort(totals[:n])[n - limit]
    kept = 0
    for k in range(n):
        if totals[k] > least or (totals[k] == least and kept < n // 2):
            steps[kept], totals[kept] = steps[k], totals[k]
            kept += 1
    return kept, least + 1
