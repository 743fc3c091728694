"""The catalogue as the box opens it: immutable files, looked up where they lie and never loaded."""

import hashlib
import mmap
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.durable import write_whole
from edge.errors import BadCatalogue
from edge.matcher.fingerprint import Fingerprint
from edge.matcher.landmarks import BUCKETS, reference_hashes
from edge.matcher.recipe import RECIPE, Recipe

SUFFIX = ".qseg"
HASHED_PER_SECOND = 20  # landmarks of a recording that are paired
FAN = 5  # partners of each
GUARD_FRAMES = 1024  # silence between recordings on the segment's timeline: no window spans two
_MAGIC = b"QSEG"
_VERSION = 1
_HEAD = struct.Struct("<4sHH24s5IQ32s")  # see docs/formats/segment.md
_SEAL = struct.Struct("<16s")  # BLAKE2b-128 of the header before it
_ALIGN = 8
_COLUMNS = ("keys", "firsts", "postings", "places", "quarters", "starts", "lengths", "name_ends")


@dataclass(frozen=True, slots=True)
class Segment:
    """One open file: recordings laid end to end on one timeline of frames.

    Attributes:
        recordings: their ids, in the order of the timeline.
        starts: uint32, where each recording begins on the timeline.
        lengths: uint32, frames of each recording.
        keys: uint32, the hashes that occur, rising.
        firsts: uint32, one more than keys: where each hash's postings begin.
        postings: uint32, places on the timeline, rising for each hash.
        places: uint32, place of each landmark on the timeline, not falling.
        quarters: uint16, frequency of each landmark in quarters of a bin.
    """

    recordings: tuple[str, ...]
    starts: NDArray[np.uint32]
    lengths: NDArray[np.uint32]
    keys: NDArray[np.uint32]
    firsts: NDArray[np.uint32]
    postings: NDArray[np.uint32]
    places: NDArray[np.uint32]
    quarters: NDArray[np.uint16]

    def recording_at(self, place: int) -> int:
        """Number of the recording on whose stretch of the timeline a place lies."""
        return max(0, int(np.searchsorted(self.starts, np.uint32(max(place, 0)), "right")) - 1)

    def landmarks_between(
        self, first: int, until: int
    ) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
        """Place (uint32) and quarter bin (uint16) of landmarks with first <= place < until."""
        bounds = np.array((max(first, 0), max(until, 0)), np.uint32)  # else numpy copies the column
        low, high = np.searchsorted(self.places, bounds)
        return self.places[low:high], self.quarters[low:high]


@dataclass(frozen=True, slots=True)
class Index:
    """All that a box can recognise: any number of open segments."""

    segments: tuple[Segment, ...]
    recipe: Recipe = RECIPE

    @classmethod
    def open(cls, paths: Sequence[Path], *, recipe: Recipe = RECIPE) -> "Index":
        """Open segment files by memory map; each is read through once for its checksum.

        Raises:
            BadCatalogue: a file is missing, torn, altered, or made by another recipe.
        """
        return cls(tuple(_open(path, recipe) for path in paths), recipe)

    @property
    def recordings(self) -> tuple[str, ...]:
        """Ids of all recordings, segment by segment."""
        return tuple(name for segment in self.segments for name in segment.recordings)


def write_segment(path: Path, tracks: Sequence[tuple[str, Fingerprint]]) -> None:
    """Write recordings as one segment file; it appears whole or not at all.

    Args:
        path: where it shall lie; its folder exists.
        tracks: id and fingerprint of each recording.

    Raises:
        ValueError: an id comes twice, a recipe differs, or there is too much for one segment.
        OSError: the disk is full or not writable.
    """
    recipes = {print_.recipe.id for _, print_ in tracks} or {RECIPE.id}
    names = [name.encode() for name, _ in tracks]
    if len(recipes) > 1 or len(set(names)) < len(names):
        raise ValueError(
            f"{len(names)} recordings, not all of one recipe and with ids of their own"
        )
    columns = _columns([print_ for _, print_ in tracks], names)
    payload = b"".join(_padded(columns[name].tobytes()) for name in _COLUMNS) + b"".join(names)
    sizes = [len(names), *(len(columns[c]) for c in ("keys", "postings", "places"))]
    head = _HEAD.pack(
        _MAGIC, _VERSION, _HEAD.size + _SEAL.size, recipes.pop().encode(), *sizes,
        sum(map(len, names)), len(payload), hashlib.blake2b(payload, digest_size=32).digest(),
    )  # fmt: skip
    write_whole(path, head + _SEAL.pack(_seal(head)) + payload)


def _columns(prints: list[Fingerprint], names: list[bytes]) -> dict[str, NDArray[Any]]:
    lengths = np.array([print_.landmarks.until for print_ in prints], np.int64)
    starts = np.concatenate(([0], np.cumsum(lengths + GUARD_FRAMES)))
    if starts[-1] >= 2**32:
        raise ValueError(f"{starts[-1]} frames are too long for one segment; split the catalogue")
    pairs = [_postings(print_, start) for print_, start in zip(prints, starts, strict=False)]
    packed = np.sort(np.concatenate([np.zeros(0, np.uint64), *pairs]))
    keys, firsts = np.unique(packed >> np.uint64(32), return_index=True)
    marks = [print_.landmarks for print_ in prints]
    places = [one.frames + start for one, start in zip(marks, starts, strict=False)]
    return {
        "keys": keys.astype("<u4"),
        "firsts": np.append(firsts, len(packed)).astype("<u4"),
        "postings": (packed & np.uint64(0xFFFFFFFF)).astype("<u4"),
        "places": np.concatenate([np.zeros(0), *places]).astype("<u4"),
        "quarters": np.concatenate([np.zeros(0), *(one.bins * 4 for one in marks)]).astype("<u2"),
        "starts": starts[:-1].astype("<u4"),
        "lengths": lengths.astype("<u4"),
        "name_ends": np.cumsum([len(name) for name in names]).astype("<u4"),
    }


def _postings(print_: Fingerprint, start: int) -> NDArray[np.uint64]:
    hashes, anchors = reference_hashes(print_.landmarks.strongest(HASHED_PER_SECOND), FAN)
    places = anchors.astype(np.uint64) + np.uint64(start)
    return (hashes.astype(np.uint64) << np.uint64(32)) | places


def _padded(column: bytes) -> bytes:
    return column + bytes(-len(column) % _ALIGN)


def _seal(head: bytes) -> bytes:
    return hashlib.blake2b(head, digest_size=16).digest()


def _open(path: Path, recipe: Recipe) -> Segment:
    try:
        with path.open("rb") as file:
            view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise BadCatalogue(f"cannot open {path}: {error}; fetch it again") from error
    try:
        return _read(view, recipe)
    except (ValueError, struct.error) as error:
        raise BadCatalogue(f"{path}: {error}; fetch it again") from error


def _read(view: mmap.mmap, recipe: Recipe) -> Segment:
    body = _HEAD.size + _SEAL.size
    if len(view) < body or view[:4] != _MAGIC:
        raise ValueError(f"{len(view)} bytes that are no segment")
    if view[_HEAD.size : body] != _seal(view[: _HEAD.size]):
        raise ValueError("the header is altered")
    _, version, _, name, *counts, size, digest = _HEAD.unpack_from(view)
    if version != _VERSION or name.rstrip(b"\0") != recipe.id.encode():
        raise ValueError(f"version {version} of recipe {name!r}, not {_VERSION} of {recipe.id}")
    if len(view) != body + size or digest != _digest(view, body):
        raise ValueError(f"{len(view)} bytes that are not the {body + size} written")
    columns = dict(_cut(view, body, counts))
    segment = Segment(_names(view, columns.pop("name_ends"), counts[4]), **columns)
    _check(segment)
    return segment


def _digest(view: mmap.mmap, first: int) -> bytes:
    """Digest of all that follows `first`, a mebibyte at a time so that it never sits in memory."""
    digest = hashlib.blake2b(digest_size=32)
    for at in range(first, len(view), 1 << 20):
        digest.update(view[at : at + (1 << 20)])
    return digest.digest()


def _cut(view: mmap.mmap, at: int, counts: list[int]) -> Iterator[tuple[str, NDArray[Any]]]:
    recordings, keys, postings, places, _ = counts
    lengths = (keys, keys + 1, postings, places, places, recordings, recordings, recordings)
    for name, length in zip(_COLUMNS, lengths, strict=True):
        kind = np.dtype("<u2" if name == "quarters" else "<u4")
        yield name, np.frombuffer(view, kind, length, at)
        at += length * kind.itemsize + (-length * kind.itemsize) % _ALIGN


def _names(view: mmap.mmap, ends: NDArray[np.uint32], size: int) -> tuple[str, ...]:
    if len(ends) and ends[-1] != size:
        raise ValueError(f"names of {size} bytes end at {ends[-1]}")
    raw = view[len(view) - size :]
    firsts = [0, *map(int, ends[:-1])]
    return tuple(raw[a:b].decode() for a, b in zip(firsts, map(int, ends), strict=False))


def _check(segment: Segment) -> None:
    """What look-ups rely on; the checksum has shown that the file is as it was written."""
    if segment.firsts[0] != 0 or segment.firsts[-1] != len(segment.postings):
        raise ValueError("the directory does not cover the postings")
    if len(segment.keys) and segment.keys[-1] >= BUCKETS:
        raise ValueError(f"hash {segment.keys[-1]} is none of the recipe's {BUCKETS}")
