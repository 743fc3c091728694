"""The catalogue as the box opens it: immutable files, looked up where they lie and never loaded."""

import mmap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.errors import BadCatalogue
from edge.matcher import layout
from edge.matcher.bits import WORD_BITS, Whole, checksum
from edge.matcher.layout import Names
from edge.matcher.points import BLOCK_FRAMES, LOWEST_BITS, blocks_of, unpack
from edge.matcher.postings import STEP_BITS
from edge.matcher.recipe import RECIPE, Recipe

SUFFIX = ".qseg"
GUARD_FRAMES = 1024  # silence between recordings on the segment's timeline: no 20 s span two


class Blocks(NamedTuple):
    """Blocks of one kind in an open file; each is checked when it is first read.

    Attributes:
        words: uint32, the whole file.
        ends: int64, one more than blocks: the word at which each begins.
        sums: uint32, CRC-32 of each.
        seen: uint8, 1 for each whose checksum has been found right.
    """

    words: NDArray[np.uint32]
    ends: NDArray[np.int64]
    sums: NDArray[np.uint32]
    seen: NDArray[np.uint8]


class Marks(NamedTuple):
    """Where the landmarks of a segment's recordings are, for kernels.

    Attributes:
        blocks: of landmarks, recording by recording.
        starts: int64, where each recording begins on the timeline.
        lengths: uint32, frames of each recording.
        firsts: int64, one more than recordings: where the blocks of each begin.
    """

    blocks: Blocks
    starts: NDArray[np.int64]
    lengths: NDArray[np.uint32]
    firsts: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Segment:
    """One open file: recordings laid end to end on one timeline of frames.

    Attributes:
        path: the file.
        recordings: their ids, in the order of the timeline.
        removed: ids that this segment takes out of older ones.
        starts: int64, where each recording begins on the timeline.
        lengths: uint32, frames of each recording.
        frames: of all of them.
        hidden: bool, for each recording whether a newer segment replaces or removes it.
        firsts: uint32, the lowest hash of each block of postings.
        postings: blocks of postings.
        points: blocks of landmarks, recording by recording.
        first_points: int64, one more than recordings: where the landmark blocks of each begin.
    """

    path: Path
    recordings: Names
    removed: Names
    starts: NDArray[np.int64]
    lengths: NDArray[np.uint32]
    frames: int
    hidden: NDArray[np.bool_]
    firsts: NDArray[np.uint32]
    postings: Blocks
    points: Blocks
    first_points: NDArray[np.int64]

    @property
    def marks(self) -> Marks:
        """Where the landmarks are."""
        return Marks(self.points, self.starts, self.lengths, self.first_points)

    def recording_at(self, place: int) -> int:
        """Number of the recording on whose stretch of the timeline a place lies."""
        return max(0, int(np.searchsorted(self.starts, place, "right")) - 1)

    def stretch(self, number: int) -> tuple[int, int]:
        """Places on the timeline at which a recording begins and ends."""
        start = int(self.starts[number])
        return start, start + int(self.lengths[number])

    def recordings_at(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """As `recording_at`, of many places."""
        return np.maximum(0, np.searchsorted(self.starts, places, "right") - 1)

    def landmarks_between(
        self, first: int, until: int
    ) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
        """Place (int64) and quarter bin (uint16) of landmarks with first <= place < until.

        Raises:
            BadCatalogue: a block that holds them is damaged.
        """
        places, quarters = [np.zeros(0, np.int64)], [np.zeros(0, np.uint16)]
        if len(self.starts):
            low, high = self.recording_at(first), self.recording_at(until - 1)
            for number in range(low, high + 1):
                here, which = self._of_recording(number, first, until)
                places.append(here)
                quarters.append(which)
        return np.concatenate(places), np.concatenate(quarters)

    def _of_recording(
        self, number: int, first: int, until: int
    ) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
        room = room_of(self.marks, number, first, until)
        places, quarters = np.empty(room, np.int64), np.empty(room, np.uint16)
        count = read_landmarks(self.marks, number, first, until, places, quarters)
        if count < 0:
            raise self.damage("landmarks", self.points, -1 - count)
        return places[:count], quarters[:count]

    def damage(self, kind: str, blocks: Blocks, number: int) -> BadCatalogue:
        """What to say of a block whose bytes are not those written."""
        at = 4 * int(blocks.ends[number])
        return BadCatalogue(
            f"{self.path}: block {number} of {kind}, at byte {at}, is damaged; fetch it again"
        )


@dataclass(frozen=True, slots=True)
class Index:
    """All that a box can recognise: any number of open segments."""

    segments: tuple[Segment, ...]
    recipe: Recipe = RECIPE

    @classmethod
    def open(cls, paths: Sequence[Path], *, recipe: Recipe = RECIPE) -> "Index":
        """Open segment files by memory map, the oldest first.

        Of two segments with a recording of one id, the newer one counts; what a segment removes
        is gone from all older ones.

        Raises:
            BadCatalogue: a file is missing, torn, altered, or made by another recipe.
        """
        segments = [_open(path, recipe) for path in paths]
        for newer, segment in enumerate(segments):
            for older in range(newer):
                for ids in (segment.recordings, segment.removed):
                    segments[older] = _without(segments[older], ids)
        return cls(tuple(segments), recipe)

    @property
    def count(self) -> int:
        """How many recordings can be recognised."""
        return sum(int(np.count_nonzero(~segment.hidden)) for segment in self.segments)

    @property
    def recordings(self) -> tuple[str, ...]:
        """Ids of all recordings that can be recognised, segment by segment."""
        return tuple(
            name
            for segment in self.segments
            for name, hidden in zip(segment.recordings, segment.hidden.tolist(), strict=True)
            if not hidden
        )


def _without(segment: Segment, ids: Names) -> Segment:
    """A segment with the recordings of these ids hidden; both are in order."""
    mine = segment.recordings
    if not len(ids) or not len(mine) or mine.raw(-1) < ids.raw(0) or ids.raw(-1) < mine.raw(0):
        return segment
    fewer, more = (ids, mine) if len(ids) < len(mine) else (mine, ids)
    found = ((k, _place(more, fewer.raw(k))) for k in range(len(fewer)))
    both = [pair for pair in found if pair[1] >= 0]
    hidden = segment.hidden.copy()
    hidden[[at if fewer is ids else k for k, at in both]] = True
    return replace(segment, hidden=hidden)


def _place(names: Names, wanted: bytes) -> int:
    """Number of an id among ids in order, -1 if it is not there."""
    low, high = 0, len(names)
    while low < high:
        middle = (low + high) // 2
        if names.raw(middle) < wanted:
            low = middle + 1
        else:
            high = middle
    return low if low < len(names) and names.raw(low) == wanted else -1


def _open(path: Path, recipe: Recipe) -> Segment:
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise BadCatalogue(f"cannot open {path}: {error}; fetch it again") from error
    try:
        view = memoryview(mapped)
        segment = _segment(path, view, layout.read(view, recipe.id))
    except ValueError as error:
        raise BadCatalogue(f"{path}: {error}; fetch it again") from error
    mapped.madvise(mmap.MADV_RANDOM)  # a block here, a block there: what lies around is not read
    return segment


def _segment(path: Path, view: memoryview, opened: layout.Opened) -> Segment:
    words = np.frombuffer(view, "<u4")
    return Segment(
        path=path,
        recordings=opened.names,
        removed=opened.removed,
        starts=starts_of(opened.lengths),
        lengths=opened.lengths,
        frames=int(opened.lengths.sum(dtype=np.int64)),
        hidden=np.zeros(len(opened.lengths), np.bool_),
        firsts=opened.firsts,
        postings=_unseen(words, opened.posting_ends, opened.posting_sums),
        points=_unseen(words, opened.point_ends, opened.point_sums),
        first_points=np.concatenate(([0], np.cumsum(blocks_of(opened.lengths)))),
    )


def starts_of(lengths: NDArray[np.uint32]) -> NDArray[np.int64]:
    """Where recordings of so many frames begin on their segment's timeline: on whole steps."""
    spans = lengths.astype(np.int64) + GUARD_FRAMES
    spans += -spans % (1 << STEP_BITS)
    return np.cumsum(spans) - spans


def _unseen(words: NDArray[np.uint32], ends: NDArray[np.int64], sums: NDArray[np.uint32]) -> Blocks:
    return Blocks(words, ends, sums, np.zeros(len(sums), np.uint8))


@njit(cache=True, nogil=True)
def is_whole(blocks: Blocks, number: int) -> bool:
    """Whether a block is as it was written; looked at once, then remembered."""
    if blocks.seen[number]:
        return True
    first, until = blocks.ends[number], blocks.ends[number + 1]
    if checksum(blocks.words, first, until) != blocks.sums[number]:
        return False
    blocks.seen[number] = 1
    return True


@njit(cache=True, nogil=True)
def _blocks_between(
    marks: Marks, number: Whole, first: Whole, until: Whole
) -> tuple[Whole, Whole, Whole, Whole]:
    """Which blocks hold a recording's landmarks with first <= place < until; its first, too."""
    start = marks.starts[number]
    low = max(np.int64(0), first - start)
    high = min(np.int64(marks.lengths[number]), until - start)
    origin = marks.firsts[number]
    if low >= high:
        return origin, origin, origin, start
    block = origin + low // BLOCK_FRAMES
    return block, origin + (high - 1) // BLOCK_FRAMES + 1, origin, start


@njit(cache=True, nogil=True)
def room_of(marks: Marks, number: Whole, first: Whole, until: Whole) -> Whole:
    """How many landmarks `read_landmarks` can need room for."""
    block, last, _, _ = _blocks_between(marks, number, first, until)
    return WORD_BITS * (marks.blocks.ends[last] - marks.blocks.ends[block]) // LOWEST_BITS


@njit(cache=True, nogil=True)
def read_landmarks(
    marks: Marks,
    number: Whole,
    first: Whole,
    until: Whole,
    places: NDArray[np.int64],
    quarters: NDArray[np.uint16],
) -> Whole:
    """Read a recording's landmarks with first <= place < until.

    Args:
        marks: where they are.
        number: of the recording.
        first: place on the timeline.
        until: likewise.
        places: int64, room as `room_of` says.
        quarters: uint16, likewise, for their quarter bins.

    Returns:
        How many there are; -1-b if block b is damaged.
    """
    block, last, origin, start = _blocks_between(marks, number, first, until)
    until = min(until, start + np.int64(marks.lengths[number]))
    n = 0
    for b in range(block, last):
        if not is_whole(marks.blocks, b):
            return -1 - b
        low, high = marks.blocks.ends[b], marks.blocks.ends[b + 1]
        at = start + (b - origin) * BLOCK_FRAMES
        count = unpack(marks.blocks.words, low, high, at, places[n:], quarters[n:])
        if count < 0:
            return -1 - b
        kept = n
        for k in range(n, n + count):
            if first <= places[k] < until:
                places[kept] = places[k]
                quarters[kept] = quarters[k]
                kept += 1
        n = kept
    return n
