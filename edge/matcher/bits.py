"""Whole numbers packed without gaps into 32-bit words, and the checksum of such words."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Whole = Any
"""A whole number inside a kernel: Python's and numpy's are the same there, to mypy they are not."""
WORD_BITS = 32
WIDEST_BITS = 24  # of a number written in one piece
_WORD = 0xFFFFFFFF


def _trailing_zeros() -> NDArray[np.uint8]:
    """For each byte, how many zero bits come before its first one; 8 if there is none."""
    return np.array([(byte & -byte).bit_length() - 1 if byte else 8 for byte in range(256)], "u1")


def _crc_tables() -> NDArray[np.uint32]:
    """CRC-32 (IEEE 802.3, reflected) of each byte with 0, 1, 2 and 3 zero bytes after it."""
    tables = np.zeros((4, 256), np.uint32)
    for byte in range(256):
        left = byte
        for _ in range(8):
            left = (left >> 1) ^ (0xEDB88320 if left & 1 else 0)
        tables[0, byte] = left
    for later in range(1, 4):
        before = tables[later - 1]
        tables[later] = (before >> np.uint32(8)) ^ tables[0][before & np.uint32(255)]
    return tables


ZEROS = _trailing_zeros()
_CRC = _crc_tables()


@njit(cache=True, nogil=True)
def checksum(words: NDArray[np.uint32], first: Whole, until: Whole) -> Whole:
    """CRC-32 of words first <= i < until, read as little-endian bytes; what zlib gives."""
    crc = np.int64(_WORD)
    for i in range(first, until):
        crc ^= np.int64(words[i])
        crc = (
            np.int64(_CRC[3, crc & 255])
            ^ np.int64(_CRC[2, (crc >> 8) & 255])
            ^ np.int64(_CRC[1, (crc >> 16) & 255])
            ^ np.int64(_CRC[0, crc >> 24])
        )
    return crc ^ _WORD


@njit(cache=True, nogil=True)
def peek(words: NDArray[np.uint32], at: Whole) -> Whole:
    """The 32 bits that begin at bit `at`; the word after the one it lies in must exist."""
    word = at >> 5
    both = np.int64(words[word]) | (np.int64(words[word + 1]) << 32)
    return (both >> (at & 31)) & _WORD


@njit(cache=True, nogil=True)
def zeros(words: NDArray[np.uint32], at: Whole, until: Whole) -> Whole:
    """How many zero bits there are from bit `at` on; none are looked for at or after `until`."""
    count: Whole = 0
    while at + count < until:
        here = np.int64(ZEROS[peek(words, at + count) & 255])
        count += here
        if here < 8:
            break
    return count


@njit(cache=True, nogil=True)
def put(words: NDArray[np.uint32], at: Whole, number: Whole, width: Whole) -> Whole:
    """Write a number of at most 24 bits into words that are zero there; gives the bit after it."""
    word = at >> 5
    shifted = np.int64(number) << (at & 31)
    words[word] |= np.uint32(shifted & _WORD)
    if (at & 31) + width > WORD_BITS:
        words[word + 1] |= np.uint32(shifted >> 32)
    return at + width


@njit(cache=True, nogil=True)
def put_gamma(words: NDArray[np.uint32], at: Whole, number: Whole) -> Whole:
    """Write a number from 1 on in Elias' gamma code: its length in zeros, a one, its low bits."""
    low = bits_of(number) - 1
    at = put(words, at + low, 1, 1)
    return put(words, at, number - (np.int64(1) << low), low)


@njit(cache=True, nogil=True)
def bits_of(number: Whole) -> Whole:
    """How many bits a number has: 0 for 0, 1 for 1, 2 for 2 and 3."""
    count = 0
    while number >> count:
        count += 1
    return count
