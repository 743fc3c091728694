"""What works sound like, beat by beat, in one file that boxes open: scores and their sounds."""

import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge.errors import BadCatalogue
from edge.matcher.works.semitones import BANDS

VERSION = 2  # of the features and of the file
MOST_REFERENCES = 100_000
LONGEST_BEATS = 50_000  # of one reference: six and a half hours
_MAGIC = b"QWRK"
_HEAD = struct.Struct("<4sII16s")  # magic, version, references, BLAKE2b-128 of the rest
_ENTRY = np.dtype([("id", "S64"), ("beats", "<u4")])


@dataclass(frozen=True, slots=True)
class References:
    """All works that can be recognised when they are played live.

    Attributes:
        ids: of each reference, in their order.
        firsts: int64, one more than references: where the beats of each begin.
        bands: int8, shape (48, beats): each semitone along all references, as it is compared.
    """

    ids: tuple[str, ...]
    firsts: NDArray[np.int64]
    bands: NDArray[np.int8]

    @classmethod
    def of(cls, beats_by_id: Iterable[tuple[str, NDArray[np.int8]]]) -> "References":
        """Lay references together; whatever order they come in, they stand by id.

        Raises:
            ValueError: two have one id, or one is empty or too long.
        """
        ordered = sorted(beats_by_id, key=lambda one: one[0])
        ids = tuple(one for one, _ in ordered)
        lengths = [len(beats) for _, beats in ordered]
        if len(set(ids)) < len(ids):
            raise ValueError("two references have one id")
        if not all(0 < length <= LONGEST_BEATS for length in lengths):
            raise ValueError(f"a reference has 1 to {LONGEST_BEATS} beats, not {lengths}")
        firsts = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))).astype(np.int64)
        bands = np.empty((BANDS, int(firsts[-1])), np.int8)
        for (_, beats), (first, end) in zip(ordered, pairwise(firsts.tolist()), strict=True):
            bands[:, first:end] = beats.T
        return cls(ids, firsts, bands)

    def to_bytes(self) -> bytes:
        """The file: the same references are the same bytes."""
        table = np.empty(len(self.ids), _ENTRY)
        table["id"] = [one.encode() for one in self.ids]
        table["beats"] = np.diff(self.firsts)
        rest = table.tobytes() + self.bands.T.tobytes()
        return _HEAD.pack(_MAGIC, VERSION, len(self.ids), _digest(rest)) + rest

    @classmethod
    def open(cls, path: Path) -> "References":
        """Read a file of references.

        Raises:
            BadCatalogue: it cannot be read, is torn, altered, or of another version.
        """
        try:
            return cls.from_bytes(path.read_bytes())
        except OSError as e:
            raise BadCatalogue(f"{path} cannot be read: {e.strerror}; fetch it again") from e

    @classmethod
    def from_bytes(cls, stored: bytes) -> "References":
        """Read what `to_bytes` wrote.

        Raises:
            BadCatalogue: the bytes are torn, altered, or of another version.
        """
        if len(stored) < _HEAD.size or stored[:4] != _MAGIC:
            raise BadCatalogue(f"{len(stored)} bytes that are no works; fetch them again")
        _, version, count, digest = _HEAD.unpack_from(stored)
        rest = memoryview(stored)[_HEAD.size :]
        if version != VERSION:
            raise BadCatalogue(f"works of version {version}, this box reads {VERSION}")
        if count > MOST_REFERENCES or digest != _digest(rest):
            raise BadCatalogue(f"works of {count} references are torn; fetch them again")
        return _read(rest, count)


def _read(rest: memoryview, count: int) -> References:
    size = count * _ENTRY.itemsize
    if len(rest) < size:
        raise BadCatalogue(f"works of {count} references are torn; fetch them again")
    table = np.frombuffer(rest[:size], _ENTRY)
    beats = np.frombuffer(rest[size:], np.int8)
    if len(beats) != int(table["beats"].sum()) * BANDS:
        raise BadCatalogue(f"works of {count} references have {len(beats)} bytes of beats")
    try:
        named = [one.decode("ascii") for one in table["id"].tolist()]
        firsts = np.concatenate(([0], np.cumsum(table["beats"], dtype=np.int64)))
        rows = beats.reshape(-1, BANDS)
        parts = [rows[a:b] for a, b in pairwise(firsts.tolist())]
        return References.of(zip(named, parts, strict=True))
    except (ValueError, UnicodeDecodeError) as e:
        raise BadCatalogue(f"works of {count} references cannot be told apart: {e}") from e


def _digest(rest: bytes | memoryview) -> bytes:
    return hashlib.blake2b(rest, digest_size=16).digest()
