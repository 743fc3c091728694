"""Recordings that share sound: which others a stretch of one cannot be told apart from."""

import hashlib
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.durable import write_whole
from edge.errors import BadCatalogue
from edge.matcher.detect import Detection
from edge.matcher.recipe import RECIPE, Frame, Recipe

SUFFIX = ".qsib"
MOST = 16  # alternatives that are named; of a loop used by hundreds, the first by id
UNSHARED_SECONDS = 4.0  # of what was heard: this much that only one of two has tells them apart
_MAGIC = b"QSIB"
_VERSION = 1
_HEAD = struct.Struct("<4sHH24sIIIQ32s")  # see docs/formats/siblings.md
_SEAL = struct.Struct("<16s")  # BLAKE2b-128 of the header before it
_MILLION = 1_000_000
_ROW = np.dtype(
    [(name, "<u4") for name in ("one", "other", "first", "there", "frames", "speed_millionths")]
)


class Common(NamedTuple):
    """A stretch of one recording that sounds the same in another.

    Attributes:
        one: id of the recording.
        other: id of the other.
        first: frame of the one at which it begins.
        there: frame of the other at which it begins.
        frames: its length in the one.
        speed: frames of the other that go by in one frame of the one, 0.5 to 2.
    """

    one: str
    other: str
    first: int
    there: int
    frames: int
    speed: float


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another recording that explains what was heard as well.

    Attributes:
        recording_id: which.
        reference_start_seconds: what place in it would have sounded at the start.
        speed: seconds of it that would go by in one second of the stream.
    """

    recording_id: str
    reference_start_seconds: float
    speed: float


@dataclass(frozen=True, slots=True)
class Siblings:
    """All stretches that recordings of a catalogue share, each told from both sides.

    Attributes:
        recordings: ids of those that share any, rising.
        rows: one a stretch, by the numbers of its recordings and where it begins.
    """

    recordings: tuple[str, ...]
    rows: NDArray[np.void]

    @classmethod
    def none(cls) -> "Siblings":
        """Of a catalogue in which nothing is shared, or that does not say."""
        return cls((), np.zeros(0, _ROW))

    @classmethod
    def open(cls, path: Path, *, recipe: Recipe = RECIPE) -> "Siblings":
        """Read a file that `write_siblings` wrote.

        Raises:
            BadCatalogue: it is missing, torn, altered, or made by another recipe.
        """
        try:
            return _read(path.read_bytes(), recipe)
        except (OSError, ValueError, struct.error) as error:
            raise BadCatalogue(f"{path}: {error}; fetch it again") from error

    def alternatives(self, found: Detection, *, recipe: Recipe = RECIPE) -> tuple[Alternative, ...]:
        """The other recordings that explain a detection as well, those that explain most first.

        One is named if it shares all of what was heard but `UNSHARED_SECONDS`, and at least half.
        """
        first = recipe.frame(found.reference_start_seconds)
        until = first + round((found.end - found.start) * found.speed)
        least = max((until - first) / 2, until - first - recipe.frame(UNSHARED_SECONDS))
        told: dict[str, tuple[int, Alternative]] = {}
        for other, rows in self._sharing(found.recording_id):
            common = _overlap(rows, first, until)
            if common and common >= least:
                told[other] = common, _laid(other, rows, found, first, recipe)
        ranked = sorted(told, key=lambda other: (-told[other][0], other))
        return tuple(told[other][1] for other in ranked[:MOST])

    def _sharing(self, recording_id: str) -> Iterable[tuple[str, NDArray[np.void]]]:
        """Each recording that shares sound with this one, and the rows that say where."""
        number = int(np.searchsorted(np.array(self.recordings, np.str_), recording_id))
        if number == len(self.recordings) or self.recordings[number] != recording_id:
            return
        low, high = np.searchsorted(self.rows["one"], (number, number + 1))
        own = self.rows[low:high]
        for other in np.unique(own["other"]).tolist():
            yield self.recordings[other], own[own["other"] == other]


def write_siblings(path: Path, common: Iterable[Common], *, recipe: Recipe = RECIPE) -> None:
    """Write which recordings share sound; each stretch is given once and told from both sides.

    Raises:
        ValueError: a stretch is none: before the beginning, empty, or at no speed.
        OSError: the disk is full or not writable.
    """
    both = {side for one in common for side in (_checked(one), _turned(one))}
    names = sorted({one.one for one in both})
    number = {name: n for n, name in enumerate(names)}
    rows = np.array(sorted(_row(one, number) for one in both), _ROW)
    raw = [name.encode() for name in names]
    ends = np.cumsum([len(name) for name in raw]).astype("<u4")
    payload = rows.tobytes() + ends.tobytes() + b"".join(raw)
    head = _HEAD.pack(
        _MAGIC, _VERSION, _HEAD.size + _SEAL.size, recipe.id.encode(), len(names), len(rows),
        sum(map(len, raw)), len(payload), hashlib.blake2b(payload, digest_size=32).digest(),
    )  # fmt: skip
    write_whole(path, head + _SEAL.pack(_seal(head)) + payload)


def _checked(one: Common) -> Common:
    if min(one.first, one.there, one.frames - 1) < 0 or not 0.5 <= one.speed <= 2:
        raise ValueError(f"{one} is no stretch of two recordings")
    return one


def _turned(one: Common) -> Common:
    frames = max(1, round(one.frames * one.speed))
    return Common(one.other, one.one, one.there, one.first, frames, 1 / one.speed)


def _row(one: Common, number: dict[str, int]) -> tuple[int, ...]:
    speed = round(one.speed * _MILLION)
    return number[one.one], number[one.other], one.first, one.there, one.frames, speed


def _overlap(rows: NDArray[np.void], first: int, until: int) -> int:
    """Frames of first <= frame < until that any of these stretches covers."""
    total = reached = 0
    for begins, frames in sorted(zip(rows["first"].tolist(), rows["frames"].tolist(), strict=True)):
        low, high = max(begins, first, reached), min(begins + frames, until)
        total += max(0, high - low)
        reached = max(reached, high)
    return total


def _laid(
    other: str, rows: NDArray[np.void], found: Detection, first: int, recipe: Recipe
) -> Alternative:
    """Where another recording would have to lie; of several places, where it explains most."""
    until = first + round((found.end - found.start) * found.speed)
    best = max(range(len(rows)), key=lambda k: (_overlap(rows[k : k + 1], first, until), -k))
    row = rows[best]
    speed = int(row["speed_millionths"]) / _MILLION
    place = int(row["there"]) + (first - int(row["first"])) * speed
    seconds = max(0.0, recipe.seconds(Frame(round(place))))
    return Alternative(other, seconds, found.speed * speed)


def _seal(head: bytes) -> bytes:
    return hashlib.blake2b(head, digest_size=16).digest()


def _read(view: bytes, recipe: Recipe) -> Siblings:
    body = _HEAD.size + _SEAL.size
    if (
        len(view) < body
        or view[:4] != _MAGIC
        or view[_HEAD.size : body] != _seal(view[: _HEAD.size])
    ):
        raise ValueError(f"{len(view)} bytes that are no file of siblings")
    _, version, _, name, count, stretches, letters, size, digest = _HEAD.unpack_from(view)
    if version != _VERSION or name.rstrip(b"\0") != recipe.id.encode():
        raise ValueError(f"version {version} of recipe {name!r}, not {_VERSION} of {recipe.id}")
    whole = len(view) == body + size == body + stretches * _ROW.itemsize + count * 4 + letters
    if not whole or digest != hashlib.blake2b(view[body:], digest_size=32).digest():
        raise ValueError(f"{len(view)} bytes that are not the {body + size} written")
    rows = np.frombuffer(view, _ROW, stretches, body)
    ends = np.frombuffer(view, "<u4", count, body + rows.nbytes)
    if stretches and max(int(rows["one"].max()), int(rows["other"].max())) >= count:
        raise ValueError(f"a stretch of a recording beyond the {count} named")
    return Siblings(_names(view[len(view) - letters :], ends.tolist()), rows)


def _names(raw: bytes, ends: Sequence[int]) -> tuple[str, ...]:
    if any(a > b for a, b in pairwise([0, *ends, len(raw)])):
        raise ValueError(f"ids of {len(raw)} bytes that end out of order")
    return tuple(raw[a:b].decode() for a, b in pairwise([0, *ends]))
