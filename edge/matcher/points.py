"""Landmarks of recordings as they are stored to prove a candidate: in small packed blocks."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.matcher.bits import WORD_BITS, Whole, checksum, peek, put, trailing_zeros, zeros

BLOCK_FRAMES = 1024  # 24 s: what one candidate needs is one small read, seldom two
_COUNT_BITS = 16
_HALF_BITS = 11  # of the frequency in half bins
LOWEST_BITS = _HALF_BITS + 1  # that one landmark takes, at least


def blocks_of(frames: NDArray[np.uint32]) -> NDArray[np.int64]:
    """How many blocks recordings of so many frames take."""
    return (frames.astype(np.int64) + (BLOCK_FRAMES - 1)) // BLOCK_FRAMES


@njit(cache=True, nogil=True)
def pack(
    frames: NDArray[np.int32], bins: NDArray[np.float32], length: Whole
) -> tuple[NDArray[np.uint32], NDArray[np.uint32], NDArray[np.uint32]]:
    """Pack one recording's landmarks.

    Args:
        frames: int32, not falling, below `length`.
        bins: float32, below 1024; kept to half a bin, rounded down so that the bin stays the same.
        length: frames of the recording.

    Returns:
        The words (uint32) of all its blocks; words (uint32) and CRC-32 (uint32) of each block.
    """
    blocks = (length + BLOCK_FRAMES - 1) // BLOCK_FRAMES
    words = np.zeros(2 * blocks + 2 + ((LOWEST_BITS * len(frames) + length) >> 5), np.uint32)
    sizes = np.empty(blocks, np.uint32)
    sums = np.empty(blocks, np.uint32)
    first = 0
    k = 0
    for b in range(blocks):
        at = (first << 5) + _COUNT_BITS
        before = np.int64(b * BLOCK_FRAMES)
        count = 0
        while k < len(frames) and frames[k] < (b + 1) * BLOCK_FRAMES:
            at = put(words, at + frames[k] - before, 1, 1)
            at = put(words, at, np.int64(np.floor(2 * bins[k])), _HALF_BITS)
            before = np.int64(frames[k])
            count += 1
            k += 1
        put(words, first << 5, count, _COUNT_BITS)
        until = (at + 31) >> 5
        sizes[b] = until - first
        sums[b] = checksum(words, first, until)
        first = until
    return words[:first], sizes, sums


@njit(cache=True, nogil=True)
def unpack(
    words: NDArray[np.uint32],
    first: Whole,
    until: Whole,
    frame: Whole,
    frames: NDArray[np.int64],
    quarters: NDArray[np.uint16],
) -> Whole:
    """Read a block; safe on any words, as long as four more follow it.

    Args:
        words: the file.
        first: the block's first word.
        until: the word after its last.
        frame: what the block's own frame 0 is called.
        frames: int64, room for the landmarks' frames.
        quarters: uint16, room for their frequencies in quarters of a bin.

    Returns:
        How many landmarks there are; -1 if this is no block, or one larger than the room.
    """
    at, end = first << 5, until << 5
    count = peek(words, at) & ((1 << _COUNT_BITS) - 1)
    at += _COUNT_BITS
    if count > len(frames) or at + count * LOWEST_BITS > end:
        return -1
    for k in range(count):
        window = peek(words, at)
        gap = trailing_zeros(window)
        if gap + LOWEST_BITS > WORD_BITS:  # a long gap: the frequency is beyond the window
            gap = zeros(words, at, end)
            window = peek(words, at + gap)
            at += gap
            frame += gap
            gap = np.int64(0)
        frame += gap
        frames[k] = frame
        quarters[k] = 2 * ((window >> (gap + 1)) & ((1 << _HALF_BITS) - 1))
        at += gap + 1 + _HALF_BITS
        if at > end:
            return -1
    return count
