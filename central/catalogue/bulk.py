"""Catalogues too large for memory: built in parts, by many processes, going on where it ended."""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.durable import sync_folder
from edge.matcher.fingerprint import Fingerprint
from edge.matcher.index import SUFFIX
from edge.matcher.landmarks import BUCKETS
from edge.matcher.layout import GUARD_WORDS, VERSION, Table
from edge.matcher.postings import REGION_BUCKETS, Blocks
from edge.matcher.recipe import RECIPE
from edge.matcher.write import FAN, HASHED_PER_SECOND, Part, directory_of, part_of, postings_of

PER_PART = 1000  # recordings worked on at once by a process: about 300 MB
PER_SEGMENT = 100_000

Load = Callable[[Sequence[str]], Iterable[Fingerprint]]
"""Gives the fingerprints of recordings, in the order of the ids; goes to other processes."""
Map = Callable[..., Iterator[Any]]
Progress = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is done, and how much there is."""
_COLUMNS = ("lengths", "ends", "steps", "point_words", "point_sizes", "point_sums")


@dataclass(frozen=True, slots=True)
class Reference:
    """A recording to be taken in.

    Attributes:
        id: what it is called.
        content: names its sound; when this changes, the recording is worked out anew.
    """

    id: str
    content: str


def build(
    folder: Path,
    references: Sequence[Reference],
    load: Load,
    *,
    progress: Progress,
    workers: int,
    per_segment: int = PER_SEGMENT,
    per_part: int = PER_PART,
) -> list[Path]:
    """Build the segments of a catalogue; stopped anywhere and begun again, it goes on from there.

    Memory: about 300 MB for each process and 300 bytes for each recording, whatever there is.
    The disk holds each segment's parts beside it until it is done, 40 kB for a recording of 240 s.

    Args:
        folder: where the segments shall lie.
        references: rising by the bytes of their ids.
        load: gives their fingerprints.
        progress: is told how far it is.
        workers: processes.
        per_segment: recordings of a segment.
        per_part: recordings a process works on at once.

    Returns:
        The segments, in the order of the ids.

    Raises:
        ValueError: the ids are not rising, or a recipe differs.
        OSError: the disk is full or not writable.
    """
    _check_order(references)
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    with _processes(workers) as every:
        for first in range(0, len(references), per_segment):
            chosen = references[first : first + per_segment]
            made.append(folder / f"{_name(chosen)}{SUFFIX}")
            if not made[-1].exists():
                _build_one(made[-1], chosen, load, _Team(every, progress), per_part)
    return made


@dataclass(frozen=True, slots=True)
class _Team:
    map: Map
    progress: Progress


def _build_one(
    path: Path, references: Sequence[Reference], load: Load, team: _Team, per_part: int
) -> None:
    work = path.with_suffix(".parts")
    work.mkdir(exist_ok=True)
    batches = [references[k : k + per_part] for k in range(0, len(references), per_part)]
    places = [work / _name(batch) for batch in batches]
    tasks = list(zip(places, batches, repeat(load), strict=False))
    for done, _ in enumerate(team.map(_make_part, tasks), 1):
        team.progress("recordings", min(done * per_part, len(references)), len(references))
    blocks = _merge(work / "postings", places, team)
    _assemble(path, references, places, blocks)
    shutil.rmtree(work)


def _make_part(task: tuple[Path, Sequence[Reference], Load]) -> None:
    place, references, load = task
    if place.exists():
        return
    part = part_of(load([one.id for one in references]))
    draft = place.with_suffix(f".{os.getpid()}")
    draft.mkdir(exist_ok=True)
    for name in _COLUMNS:
        with (draft / f"{name}.npy").open("wb") as file:
            np.save(file, getattr(part, name))
            file.flush()
            os.fsync(file.fileno())
    draft.replace(place)
    sync_folder(place.parent)


def _open_part(place: Path) -> Part:
    return Part(*(np.load(place / f"{name}.npy", mmap_mode="r") for name in _COLUMNS))


def _merge(out: Path, places: Sequence[Path], team: _Team) -> Blocks:
    """All postings, the words in a file; each process packs one region of hashes at a time."""
    firsts = range(0, BUCKETS, REGION_BUCKETS)
    columns: list[tuple[NDArray[np.uint32], ...]] = []
    with out.open("wb") as file:
        for done, blocks in enumerate(
            team.map(_pack_region, list(zip(firsts, repeat(places), strict=False))), 1
        ):
            file.write(blocks.words.astype("<u4").tobytes())
            columns.append((blocks.firsts, blocks.sizes, blocks.sums))
            team.progress("postings", done, len(firsts))
    return Blocks(
        np.zeros(0, np.uint32), *(np.concatenate(one) for one in zip(*columns, strict=True))
    )


def _pack_region(task: tuple[int, Sequence[Path]]) -> Blocks:
    first, places = task
    until = min(first + REGION_BUCKETS, BUCKETS)
    return postings_of([_open_part(place) for place in places], first, until)


def _assemble(
    path: Path, references: Sequence[Reference], places: Sequence[Path], blocks: Blocks
) -> None:
    parts = [_open_part(place) for place in places]
    lengths, sizes, sums = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("lengths", "point_sizes", "point_sums")
    )
    names = [one.id.encode() for one in references]
    directory = directory_of(
        names, (), lengths, blocks.firsts, Table(blocks.sizes, blocks.sums), Table(sizes, sums)
    )
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        file.write(directory.to_bytes(RECIPE.id))
        with (places[0].parent / "postings").open("rb") as packed:
            shutil.copyfileobj(packed, file, 1 << 20)
        for part in parts:
            file.write(part.point_words.astype("<u4").tobytes())
        file.write(bytes(4 * GUARD_WORDS))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


@contextmanager
def _processes(workers: int) -> Iterator[Map]:
    if workers == 1:
        yield map
        return
    with get_context("spawn").Pool(workers) as pool:
        yield pool.imap


def _name(references: Sequence[Reference]) -> str:
    """Names what is made of recordings by all that decides on its bytes."""
    digest = hashlib.sha256(repr((VERSION, astuple(RECIPE), HASHED_PER_SECOND, FAN)).encode())
    for one in references:
        digest.update(f"{one.id}\0{one.content}\0".encode())
    return digest.hexdigest()


def _check_order(references: Sequence[Reference]) -> None:
    before = b""
    for one in references:
        if one.id.encode() <= before:
            raise ValueError(f"recording {one.id} does not come after {before.decode()}")
        before = one.id.encode()
