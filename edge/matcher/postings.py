"""Which places of a timeline each hash occurs at: sorted lists, coded by their gaps, in blocks."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.matcher.bits import (
    WIDEST_BITS,
    WORD_BITS,
    Whole,
    bits_of,
    checksum,
    peek,
    put,
    put_gamma,
    trailing_zeros,
    zeros,
)

STEP_BITS = 2  # places are kept to 4 frames, 93 ms
REGION_BUCKETS = 2048  # no block spans two regions, so regions can be packed side by side
BLOCK_BITS = 8 * 512  # a block ends before it grows beyond this; a longer list is one by itself
COUNT_BITS = 16  # lists of a block
_SHIFT_BITS = 5  # how many low bits of each gap stand as they are


@dataclass(frozen=True, slots=True)
class Blocks:
    """Packed lists.

    Attributes:
        words: uint32, all blocks one after another.
        firsts: uint32, the lowest hash of each block.
        sizes: uint32, words of each block.
        sums: uint32, CRC-32 of each block.
    """

    words: NDArray[np.uint32]
    firsts: NDArray[np.uint32]
    sizes: NDArray[np.uint32]
    sums: NDArray[np.uint32]


def pack(hashes: NDArray[np.uint32], steps: NDArray[np.uint32]) -> Blocks:
    """Pack postings.

    Args:
        hashes: uint32, not falling.
        steps: uint32, place of each in steps of 4 frames, rising within a hash.
    """
    begins = np.flatnonzero(np.diff(hashes, prepend=np.uint32(0xFFFFFFFF)))
    keys, ends = hashes[begins], np.append(begins[1:], len(hashes)).astype(np.int64)
    shifts, sizes = _plan(steps, begins, ends, keys)
    starts = _divide(sizes, keys)
    words, block_sizes, sums = _write(steps, begins, ends, keys, shifts, sizes, starts)
    return Blocks(words, keys[starts[:-1]], block_sizes, sums)


@njit(cache=True, nogil=True)
def _plan(
    steps: NDArray[np.uint32],
    begins: NDArray[np.int64],
    ends: NDArray[np.int64],
    keys: NDArray[np.uint32],
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """For each list the number of low bits that makes it shortest, and the bits it then takes."""
    shifts = np.empty(len(keys), np.uint8)
    sizes = np.empty(len(keys), np.int64)
    for i in range(len(keys)):
        count = ends[i] - begins[i]
        top = min(bits_of(np.int64(steps[ends[i] - 1]) // count), WIDEST_BITS)
        best = np.int64(1) << 62
        for shift in range(max(0, top - 5), top + 1):
            size = count * (shift + 1)
            before = np.int64(-1)
            for k in range(begins[i], ends[i]):
                size += (np.int64(steps[k]) - before - 1) >> shift
                before = np.int64(steps[k])
            if size < best:
                best = size
                shifts[i] = shift
        gap = np.int64(keys[i]) % REGION_BUCKETS + 1  # no larger gap can come before it
        sizes[i] = best + _SHIFT_BITS + 2 * bits_of(count) - 1 + 2 * bits_of(gap) - 1
    return shifts, sizes


@njit(cache=True, nogil=True)
def _divide(sizes: NDArray[np.int64], keys: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Number of the list each block begins with, and how many lists there are."""
    starts = np.empty(len(keys) + 1, np.int64)
    n = 0
    filled = np.int64(0)
    for i in range(len(keys)):
        new_region = i == 0 or keys[i] // REGION_BUCKETS != keys[i - 1] // REGION_BUCKETS
        if new_region or filled + sizes[i] > BLOCK_BITS:
            starts[n] = i
            n += 1
            filled = np.int64(0)
        filled += sizes[i]
    starts[n] = len(keys)
    return starts[: n + 1]


@njit(cache=True, nogil=True)
def _write(
    steps: NDArray[np.uint32],
    begins: NDArray[np.int64],
    ends: NDArray[np.int64],
    keys: NDArray[np.uint32],
    shifts: NDArray[np.uint8],
    sizes: NDArray[np.int64],
    starts: NDArray[np.int64],
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]:
    blocks = len(starts) - 1
    words = np.zeros((sizes.sum() >> 5) + 3 * blocks + 2, np.uint32)
    block_sizes = np.empty(blocks, np.uint32)
    sums = np.empty(blocks, np.uint32)
    first = 0
    for b in range(blocks):
        at = put(words, first << 5, starts[b + 1] - starts[b], COUNT_BITS)
        before = np.int64(keys[starts[b]]) - 1
        for i in range(starts[b], starts[b + 1]):
            at = put_gamma(words, at, np.int64(keys[i]) - before)
            at = put_gamma(words, at, ends[i] - begins[i])
            at = put(words, at, np.int64(shifts[i]), _SHIFT_BITS)
            at = _put_gaps(words, at, steps[begins[i] : ends[i]], np.int64(shifts[i]))
            before = np.int64(keys[i])
        until = (at + 31) >> 5
        block_sizes[b] = until - first
        sums[b] = checksum(words, first, until)
        first = until
    return words[:first], block_sizes, sums


@njit(cache=True, nogil=True)
def _put_gaps(
    words: NDArray[np.uint32], at: Whole, steps: NDArray[np.uint32], shift: Whole
) -> Whole:
    before = np.int64(-1)
    for k in range(len(steps)):
        gap = np.int64(steps[k]) - before - 1
        high = gap >> shift
        at = put(words, at + high, 1, 1)
        at = put(words, at, gap - (high << shift), shift)
        before = np.int64(steps[k])
    return at


@njit(cache=True, nogil=True)
def _gamma(words: NDArray[np.uint32], at: Whole, until: Whole) -> tuple[Whole, Whole]:
    """A number in gamma code and the bit after it; 0 where there can be none."""
    low = zeros(words, at, until)
    if low > WIDEST_BITS or at + 2 * low + 1 > until:
        return np.int64(0), np.int64(until)
    at += low + 1
    return (np.int64(1) << low) | (peek(words, at) & ((np.int64(1) << low) - 1)), at + low


@njit(cache=True, nogil=True)
def next_list(
    words: NDArray[np.uint32], at: Whole, until: Whole
) -> tuple[Whole, Whole, Whole, Whole]:
    """Read how a list begins; safe on any words, as long as four more follow the block.

    Args:
        words: the file.
        at: bit the list begins at.
        until: bit after the block's last.

    Returns:
        Gap to the hash before; how many steps it has (-1: this is no list); how many low bits of
        each gap stand as they are; the bit its steps begin at.
    """
    gap, at = _gamma(words, at, until)
    count, at = _gamma(words, at, until)
    shift = peek(words, at) & 31
    at += _SHIFT_BITS
    if gap == 0 or count == 0 or shift > WIDEST_BITS or at + count * (shift + 1) > until:
        return gap, np.int64(-1), shift, np.int64(until)
    return gap, count, shift, at


@njit(cache=True, nogil=True)
def steps_of(
    words: NDArray[np.uint32], at: Whole, until: Whole, shift: Whole, out: NDArray[np.int32]
) -> Whole:
    """Read as many steps of a list as `out`, int32, has room for; as safe as `next_list`.

    Returns:
        The bit after the last; -1 if they go beyond the block.
    """
    one, low, end = np.uint64(1), np.uint64(shift), np.uint64(until)
    mask = (one << low) - one
    step = np.uint64(0) - one
    now = np.uint64(at)
    bits, left, word = _hold(words, now)
    for k in range(len(out)):
        high = trailing_zeros(bits)
        if high + one + low > left:  # a long gap: it goes beyond what is held
            high = np.uint64(zeros(words, np.int64(now), until))
            if now + high + one + low > end:
                return np.int64(-1)
            bits, left, word = _hold(words, now + high)
        else:
            bits >>= high
            left -= high
        bits >>= one
        step += one + ((high << low) | (bits & mask))
        now += high + one + low
        if now > end:
            return np.int64(-1)
        out[k] = step & np.uint64(0x7FFFFFFF)
        bits >>= low
        left -= one + low
        if left <= np.uint64(WORD_BITS):
            bits |= np.uint64(words[word]) << left
            left += np.uint64(WORD_BITS)
            word += one
    return np.int64(now)


@njit(cache=True, nogil=True)
def _hold(words: NDArray[np.uint32], at: Whole) -> tuple[Whole, Whole, Whole]:
    """The bits from bit `at` to the end of the next word; how many, and the word after them.

    All unsigned and in a register: a list is read in half the time that a look at the words for
    every gap takes.
    """
    word, gone = at >> np.uint64(5), at & np.uint64(31)
    both = np.uint64(words[word]) | (np.uint64(words[word + np.uint64(1)]) << np.uint64(WORD_BITS))
    return both >> gone, np.uint64(2 * WORD_BITS) - gone, word + np.uint64(2)
