"""Whole numbers packed without gaps into 32-bit words, and the checksum of such words."""

from typing import Any

import numpy as np
from numba import njit
from numba.cpython.unsafe import numbers
from numpy.typing import NDArray

Whole = Any
"""A whole number inside a kernel: Python's and numpy's are the same there, to mypy they are not."""
trailing_zeros: Any = numbers.trailing_zeros
"""How many zero bits come before a whole number's first one; for 0 all that its type has."""
WORD_BITS = 32
WIDEST_BITS = 24  # of a number written in one piece
_WORD = 0xFFFFFFFF
_AT_ONCE = 4  # words of a checksum: one by one, each would wait for the one before


def _crc_tables() -> NDArray[np.uint32]:
    """CRC-32 (IEEE 802.3, reflected) of each byte with 0, 1, … 15 zero bytes after it."""
    tables = np.zeros((4 * _AT_ONCE, 256), np.uint32)
    for byte in range(256):
        left = byte
        for _ in range(8):
            left = (left >> 1) ^ (0xEDB88320 if left & 1 else 0)
        tables[0, byte] = left
    for later in range(1, len(tables)):
        before = tables[later - 1]
        tables[later] = (before >> np.uint32(8)) ^ tables[0][before & np.uint32(255)]
    return tables


_CRC = _crc_tables()


@njit(cache=True, nogil=True)
def checksum(words: NDArray[np.uint32], first: Whole, until: Whole) -> Whole:
    """CRC-32 of words first <= i < until, read as little-endian bytes; what zlib gives."""
    crc, at = np.uint32(_WORD), first
    while at + _AT_ONCE <= until:
        crc = (
            _followed(words[at] ^ crc, 12)
            ^ _followed(words[at + 1], 8)
            ^ _followed(words[at + 2], 4)
            ^ _followed(words[at + 3], 0)
        )
        at += _AT_ONCE
    for i in range(at, until):
        crc = _followed(words[i] ^ crc, 0)
    return np.int64(crc) ^ _WORD


@njit(cache=True, nogil=True)
def _followed(word: Whole, by: Whole) -> Whole:
    """CRC-32 of a word with so many zero bytes after it."""
    byte, last = np.uint32(8), np.uint32(255)
    return (
        _CRC[by + 3, word & last]
        ^ _CRC[by + 2, (word >> byte) & last]
        ^ _CRC[by + 1, (word >> (byte + byte)) & last]
        ^ _CRC[by, word >> (byte + byte + byte)]
    )


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
        here = trailing_zeros(peek(words, at + count))  # 64 if there is no one
        if here < WORD_BITS:
            return count + here
        count += WORD_BITS
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
