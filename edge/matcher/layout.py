"""How a segment's file is laid out: header, directory, blocks; see docs/formats/segment.md."""

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np
from numpy.typing import NDArray

from edge.matcher.points import blocks_of

MAGIC = b"QSEG"
VERSION = 2
HEAD = struct.Struct("<4sHH24s4I3Q32s")
SEAL = struct.Struct("<16s")  # BLAKE2b-128 of the header before it
HEAD_BYTES = HEAD.size + SEAL.size
GUARD_WORDS = 4  # zeros at the file's end: a reader of the last block may look a little beyond it
_DIGEST_BYTES = 32
_ALIGN = 8
_PIECE_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Table:
    """Blocks that lie one after another.

    Attributes:
        sizes: uint32, words of each.
        sums: uint32, CRC-32 of each.
    """

    sizes: NDArray[np.uint32]
    sums: NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Directory:
    """All of a segment but its blocks.

    Attributes:
        names: ids of the recordings as UTF-8, rising.
        removed: ids this segment takes out of older ones, as UTF-8, rising.
        lengths: uint32, frames of each recording.
        firsts: uint32, lowest hash of each block of postings.
        postings: the blocks of postings.
        points: the blocks of landmarks, recording by recording.
    """

    names: Sequence[bytes]
    removed: Sequence[bytes]
    lengths: NDArray[np.uint32]
    firsts: NDArray[np.uint32]
    postings: Table
    points: Table

    def to_bytes(self, recipe: str) -> bytes:
        """Header and directory as they begin a file; the blocks follow."""
        ids = [*self.names, *self.removed]
        ends = np.cumsum([len(name) for name in ids], dtype=np.int64)
        columns = (
            self.firsts, self.postings.sizes, self.postings.sums, self.points.sizes,
            self.points.sums, self.lengths, ends,
        )  # fmt: skip
        body = b"".join(_padded(column.astype("<u4").tobytes()) for column in columns)
        body += _padded(b"".join(ids))
        words = int(self.postings.sizes.sum(dtype=np.int64) + self.points.sizes.sum(dtype=np.int64))
        head = HEAD.pack(
            MAGIC, VERSION, HEAD_BYTES, recipe.encode(), len(self.names), len(self.removed),
            len(self.firsts), len(self.points.sizes), int(ends[-1]) if ids else 0, len(body),
            HEAD_BYTES + len(body) + 4 * (words + GUARD_WORDS),
            hashlib.blake2b(body, digest_size=_DIGEST_BYTES).digest(),
        )  # fmt: skip
        return head + SEAL.pack(_seal(head)) + body


class Names(Sequence[str]):
    """Ids of recordings, each read where it lies when it is asked for."""

    __slots__ = ("_begins", "_ends", "_raw")

    def __init__(self, raw: memoryview, begins: NDArray[np.int64], ends: NDArray[np.int64]) -> None:
        self._raw, self._begins, self._ends = raw, begins, ends

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, number: int) -> str: ...
    @overload
    def __getitem__(self, number: slice) -> list[str]: ...
    def __getitem__(self, number: int | slice) -> str | list[str]:
        if isinstance(number, slice):
            return [self[k] for k in range(*number.indices(len(self)))]
        return self.raw(number).decode()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def raw(self, number: int) -> bytes:
        """An id as UTF-8."""
        return bytes(self._raw[self._begins[number] : self._ends[number]])


@dataclass(frozen=True, slots=True)
class Opened:
    """What the header and the directory of a file say.

    Attributes:
        names: ids of the recordings.
        removed: ids this segment takes out of older ones.
        lengths: uint32, frames of each recording.
        firsts: uint32, lowest hash of each block of postings.
        posting_ends: int64, one more than blocks: word of the file where each block begins.
        posting_sums: uint32, CRC-32 of each block.
        point_ends: as `posting_ends`, of the blocks of landmarks.
        point_sums: as `posting_sums`, of the blocks of landmarks.
    """

    names: Names
    removed: Names
    lengths: NDArray[np.uint32]
    firsts: NDArray[np.uint32]
    posting_ends: NDArray[np.int64]
    posting_sums: NDArray[np.uint32]
    point_ends: NDArray[np.int64]
    point_sums: NDArray[np.uint32]


def read(view: memoryview, recipe: str) -> Opened:
    """Check a file's header and directory, and find its blocks; those are not looked at.

    Raises:
        ValueError: this is no segment, or not one of this version and recipe, or it is damaged.
    """
    counts, name_bytes, body_bytes = _head(view, recipe)
    recordings, removed, blocks, points = counts
    body = view[HEAD_BYTES : HEAD_BYTES + body_bytes]
    lengths = (blocks, blocks, blocks, points, points, recordings, recordings + removed)
    firsts, sizes, sums, point_sizes, point_sums, frames, ends = _columns(body, lengths)
    _check(frames, ends, point_sizes, firsts, name_bytes)
    start = (HEAD_BYTES + body_bytes) // 4
    posting_ends = _ends(sizes, start)
    point_ends = _ends(point_sizes, int(posting_ends[-1]))
    if 4 * (int(point_ends[-1]) + GUARD_WORDS) != len(view):
        raise ValueError("the directory's blocks are not the file's")
    text = body[len(body) - name_bytes - (-name_bytes) % _ALIGN :]
    stops = ends.astype(np.int64)
    begins = np.concatenate((np.zeros(1, np.int64), stops))[: len(stops)]
    return Opened(
        Names(text, begins[:recordings], stops[:recordings]),
        Names(text, begins[recordings:], stops[recordings:]),
        frames, firsts, posting_ends, sums, point_ends, point_sums,
    )  # fmt: skip


def _head(view: memoryview, recipe: str) -> tuple[tuple[int, ...], int, int]:
    if len(view) < HEAD_BYTES or view[:4] != MAGIC:
        raise ValueError(f"{len(view)} bytes that are no segment")
    if view[HEAD.size : HEAD_BYTES] != _seal(view[: HEAD.size]):
        raise ValueError("the header is altered")
    _, version, _, name, *counts, name_bytes, body, size, digest = HEAD.unpack_from(view)
    if version != VERSION or name.rstrip(b"\0") != recipe.encode():
        raise ValueError(f"version {version} of recipe {name!r}, not {VERSION} of {recipe}")
    if len(view) != size:
        raise ValueError(f"{len(view)} bytes, not the {size} written")
    if digest != _digest(view[HEAD_BYTES : HEAD_BYTES + body]):
        raise ValueError("the directory is altered")
    return tuple(counts), name_bytes, body


def _columns(body: memoryview, lengths: Sequence[int]) -> list[NDArray[np.uint32]]:
    found, at = [], 0
    for length in lengths:
        found.append(np.frombuffer(body, "<u4", length, at))
        at += 4 * length + (-4 * length) % _ALIGN
    return found


def _check(
    frames: NDArray[np.uint32],
    ends: NDArray[np.uint32],
    point_sizes: NDArray[np.uint32],
    firsts: NDArray[np.uint32],
    name_bytes: int,
) -> None:
    """What look-ups rely on; the digest has shown that the directory is as it was written."""
    if blocks_of(frames).sum() != len(point_sizes):
        raise ValueError("the recordings' landmarks are not as many blocks as there are")
    if len(ends) and (ends[-1] != name_bytes or (np.diff(ends.astype(np.int64)) < 0).any()):
        raise ValueError(f"ids of {name_bytes} bytes end at {ends[-1]}")
    if len(firsts) and (np.diff(firsts.astype(np.int64)) <= 0).any():
        raise ValueError("the blocks of postings are out of order")


def _ends(sizes: NDArray[np.uint32], start: int) -> NDArray[np.int64]:
    ends = np.empty(len(sizes) + 1, np.int64)
    ends[0] = start
    np.cumsum(sizes, out=ends[1:], dtype=np.int64)
    ends[1:] += start
    return ends


def _digest(body: memoryview) -> bytes:
    digest = hashlib.blake2b(digest_size=_DIGEST_BYTES)
    for at in range(0, len(body), _PIECE_BYTES):
        digest.update(body[at : at + _PIECE_BYTES])
    return digest.digest()


def _seal(head: bytes | memoryview) -> bytes:
    return hashlib.blake2b(head, digest_size=16).digest()


def _padded(column: bytes) -> bytes:
    return column + bytes(-len(column) % _ALIGN)
