"""Making a segment out of fingerprints: the same bytes whatever order they are given in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.durable import write_whole
from edge.matcher import points
from edge.matcher.fingerprint import Fingerprint
from edge.matcher.index import starts_of
from edge.matcher.landmarks import BUCKETS, reference_hashes
from edge.matcher.layout import GUARD_WORDS, Directory, Table
from edge.matcher.postings import STEP_BITS, Blocks, pack
from edge.matcher.recipe import RECIPE

HASHED_PER_SECOND = 14  # landmarks of a recording that are paired
FAN = 4  # partners of each
MOST_FRAMES = 2**32  # of a segment's timeline: three years


@dataclass(frozen=True, slots=True)
class Part:
    """Recordings as they will stand in a segment, on a timeline of their own.

    Attributes:
        lengths: uint32, frames of each.
        ends: uint32, one more than hashes: where each hash's postings begin.
        steps: uint32, places of each hash in steps of 4 frames, rising within it.
        point_words: uint32, the landmarks' blocks.
        point_sizes: uint32, words of each of them.
        point_sums: uint32, CRC-32 of each of them.
    """

    lengths: NDArray[np.uint32]
    ends: NDArray[np.uint32]
    steps: NDArray[np.uint32]
    point_words: NDArray[np.uint32]
    point_sizes: NDArray[np.uint32]
    point_sums: NDArray[np.uint32]

    @property
    def span(self) -> int:
        """Steps of the timeline, the guard after the last recording included."""
        return int(starts_of(np.append(self.lengths, np.uint32(0)))[-1]) >> STEP_BITS


def part_of(prints: Iterable[Fingerprint]) -> Part:
    """Work out what a segment needs of each recording; they come in the order of their ids.

    Raises:
        ValueError: one was made by another recipe.
    """
    lengths, pairs, packed = [], [], []
    at = 0
    for print_ in prints:
        if print_.recipe.id != RECIPE.id:
            raise ValueError(f"a recording fingerprinted by {print_.recipe.id}, not {RECIPE.id}")
        marks = print_.landmarks
        hashes, anchors = reference_hashes(marks.strongest(HASHED_PER_SECOND), FAN)
        lengths.append(int(marks.until))
        pairs.append((hashes, (anchors >> STEP_BITS).astype(np.uint32) + np.uint32(at)))
        packed.append(points.pack(marks.frames, marks.bins, int(marks.until)))
        at += int(starts_of(np.array((marks.until, 0), np.uint32))[1]) >> STEP_BITS
    nothing = np.zeros(0, np.uint32)
    ends, steps = _sorted(
        np.concatenate([nothing, *(hashes for hashes, _ in pairs)]),
        np.concatenate([nothing, *(steps for _, steps in pairs)]),
    )
    words, sizes, sums = (np.concatenate([nothing, *(one[k] for one in packed)]) for k in range(3))
    return Part(np.array(lengths, np.uint32), ends, steps, words, sizes, sums)


def postings_of(parts: Sequence[Part], first: int, until: int) -> Blocks:
    """Blocks of postings of all hashes first <= h < until, of parts that follow each other."""
    counts = np.zeros(until - first, np.int64)
    for part in parts:
        ends = part.ends[first : until + 1].astype(np.int64)
        counts += ends[1:] - ends[:-1]
    cursor = np.cumsum(counts) - counts
    steps = np.empty(int(counts.sum()), np.uint32)
    at = 0
    for part in parts:
        low, high = int(part.ends[first]), int(part.ends[until])
        ends = part.ends[first : until + 1].astype(np.int64) - low
        _spread(part.steps[low:high], ends, np.uint32(at), cursor, steps)
        at += part.span
    return pack(np.repeat(np.arange(first, until, dtype=np.uint32), counts), steps)


def write_segment(
    path: Path, tracks: Sequence[tuple[str, Fingerprint]], *, removed: Sequence[str] = ()
) -> None:
    """Write recordings as one segment file; it appears whole or not at all.

    Args:
        path: where it shall lie; its folder exists.
        tracks: id and fingerprint of each recording.
        removed: ids that shall be gone from older segments.

    Raises:
        ValueError: an id comes twice, a recipe differs, or there is too much for one segment.
        OSError: the disk is full or not writable.
    """
    ordered = sorted(((name.encode(), one) for name, one in tracks), key=lambda track: track[0])
    part = part_of(print_ for _, print_ in ordered)
    blocks = postings_of([part], 0, BUCKETS)
    directory = directory_of(
        [name for name, _ in ordered], removed, part.lengths,
        blocks.firsts, Table(blocks.sizes, blocks.sums), Table(part.point_sizes, part.point_sums),
    )  # fmt: skip
    words = np.concatenate((blocks.words, part.point_words, np.zeros(GUARD_WORDS, np.uint32)))
    write_whole(path, directory.to_bytes(RECIPE.id) + words.astype("<u4").tobytes())


def directory_of(
    names: Sequence[bytes],
    removed: Sequence[str],
    lengths: NDArray[np.uint32],
    firsts: NDArray[np.uint32],
    postings: Table,
    marks: Table,
) -> Directory:
    """A segment's directory.

    Raises:
        ValueError: an id comes twice, or the recordings are too long for one segment.
    """
    gone = sorted({name.encode() for name in removed})
    if len({*names, *gone}) < len(names) + len(gone):
        raise ValueError(f"{len(names)} recordings, and not each has an id of its own")
    frames = int(lengths.sum(dtype=np.int64))
    if frames + len(lengths) * 2048 >= MOST_FRAMES:
        raise ValueError(f"{frames} frames are too long for one segment; split the catalogue")
    return Directory(names, gone, lengths, firsts, postings, marks)


def _sorted(
    hashes: NDArray[np.uint32], steps: NDArray[np.uint32]
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    ends = np.zeros(BUCKETS + 1, np.int64)
    np.cumsum(np.bincount(hashes, minlength=BUCKETS), out=ends[1:])
    kept, out = _place(hashes, steps, ends)
    return kept.astype(np.uint32), out


@njit(cache=True, nogil=True)
def _place(
    hashes: NDArray[np.uint32], steps: NDArray[np.uint32], ends: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Steps by hash, each once; they come in rising order."""
    out = np.empty_like(steps)
    cursor = ends.copy()
    for k in range(len(hashes)):
        h = hashes[k]
        if cursor[h] == ends[h] or out[cursor[h] - 1] != steps[k]:
            out[cursor[h]] = steps[k]
            cursor[h] += 1
    kept = np.zeros_like(ends)
    n = 0
    for h in range(len(ends) - 1):
        for k in range(ends[h], cursor[h]):
            out[n] = out[k]
            n += 1
        kept[h + 1] = n
    return kept, out[:n].copy()


@njit(cache=True, nogil=True)
def _spread(
    steps: NDArray[np.uint32],
    ends: NDArray[np.int64],
    at: np.uint32,
    cursor: NDArray[np.int64],
    out: NDArray[np.uint32],
) -> None:
    for h in range(len(cursor)):
        for k in range(ends[h], ends[h + 1]):
            out[cursor[h]] = steps[k] + at
            cursor[h] += 1
