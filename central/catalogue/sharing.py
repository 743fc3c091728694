"""Which stretches of two recordings are the same sound, and what that makes the two."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from edge.matcher.landmarks import Landmarks, reference_hashes

HASHED_PER_SECOND = 20
FAN = 5
BLOCK_FRAMES = 430  # 10 s: within each, places that agree are counted
LEAST_AGREED = 12  # hashes of a block that name one place: chance gives a handful
SHORTEST_FRAMES = 172  # 4 s: what is shorter says little
LEAST_ALIKE = 0.25  # share of landmarks in common: what is less only shares a key and a beat
SAME_SOUND = 0.5  # share from which on two copies cannot be told apart: chance, other parts below
WHOLE = 0.9  # of a recording: endings fade, beginnings are trimmed
CONSIDERABLE = 0.25  # of the shorter recording: less is a sample
ONE_LINE_FRAMES = 43  # 1 s: by which offsets differ where a tape ran unevenly
_KEPT = 0.35  # landmarks of one sound that another copy of it keeps, at least
_DROP = 120.0  # nats against it, about 5 s of other music: the stretch is over
_LEAST_NATS = 120.0
_REFINED = 3  # frames around a place that are tried
_QUARTERS = 4096  # quarter bins, more than there are: a landmark is one number
_COMMON = 64  # times a hash occurs in a recording: what is commoner tells no place
_BIN_BITS = 2  # places are counted in bins of 4 frames, each with its neighbour
_BIAS = 1 << 30  # keeps places before the other's beginning positive
_BROAD = 37  # quarter bins over which chance is averaged
_SAME_PLACE = 6  # frames by which two places may differ and be one
_MOST_PLACES = 200  # of a pair, the most agreed on first: loops against loops have thousands
_LEAST_CHANCE, _MOST_CHANCE = 0.005, 0.3

Kind = Literal["same", "edit", "part", "sample"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of one recording that is also in another.

    Attributes:
        first: frame of the one at which it begins.
        other: frame of the other at which it begins.
        frames: its length in the one.
        speed: frames of the other that go by in one frame of the one.
        alike: share of the landmarks of both that the other has too, 0 to 1.
    """

    first: int
    other: int
    frames: int
    speed: float
    alike: float

    @property
    def until(self) -> int:
        """The frame of the one after its last."""
        return self.first + self.frames

    @property
    def other_until(self) -> int:
        """The frame of the other after its last."""
        return self.other + round(self.frames * self.speed)

    def turned(self) -> "Stretch":
        """The same, seen from the other recording."""
        frames = self.other_until - self.other
        return Stretch(self.other, self.first, frames, 1 / self.speed, self.alike)


def shared(one: Landmarks, other: Landmarks, *, speed: float = 1.0) -> list[Stretch]:
    """The stretches of two recordings that are the same sound, by where they begin.

    Args:
        one: landmarks of a whole recording.
        other: landmarks of another.
        speed: frames of the other that go by in one frame of the one.
    """
    moved = one.played_at(speed, first=0)
    mine, theirs = _Marks.of(moved), _Marks.of(other)
    found: list[_Run] = []
    for block, place in _places(moved, other):
        if not _is_explained(found, block * BLOCK_FRAMES + BLOCK_FRAMES // 2, place):
            found += _along(mine, theirs, place + _shift(mine, theirs, place, block=block))
    kept = (_stretch(run, speed) for run in _without_doubles(found))
    return sorted(kept, key=lambda s: (s.first, s.other))


def kind_of(stretches: Sequence[Stretch], *, one_frames: int, other_frames: int) -> Kind:
    """What two recordings are to each other.

    Args:
        stretches: what they share, at least one.
        one_frames: length of the one.
        other_frames: length of the other.

    Returns:
        "same": nearly all of both at one offset, one master registered twice; "edit": nearly all
        of the shorter is in the longer, cut or in another order; "part": a considerable part, as
        in a remix or of common loops; "sample": little.
    """
    parts = (
        _covered((s.first, s.until) for s in stretches) / max(1, one_frames),
        _covered((s.other, s.other_until) for s in stretches) / max(1, other_frames),
    )
    offsets = [s.other - s.first * s.speed for s in stretches]
    if min(parts) >= WHOLE and max(offsets) - min(offsets) <= ONE_LINE_FRAMES:
        return "same"
    if max(parts) >= WHOLE:
        return "edit"
    return "part" if max(parts) >= CONSIDERABLE else "sample"


@dataclass(frozen=True, slots=True)
class _Run:
    """A stretch in the time of the other recording's speed."""

    first: int
    until: int
    place: int
    nats: float
    alike: float

    def says(self, frame: int, place: int) -> bool:
        """Whether a frame of the one lies at that place of the other, according to this."""
        return self.first <= frame < self.until and abs(place - self.place) <= _SAME_PLACE


@dataclass(frozen=True, slots=True)
class _Marks:
    """A recording's landmarks, each as one number by which it is looked up.

    Attributes:
        keys: int64, frame and quarter bin of each, rising.
        chance: float64, by quarter bin: how likely a landmark stands there or next to there.
        frames: length of the recording.
    """

    keys: NDArray[np.int64]
    chance: NDArray[np.float64]
    frames: int

    @classmethod
    def of(cls, landmarks: Landmarks) -> "_Marks":
        quarters = np.clip(np.rint(landmarks.bins * 4), 0, _QUARTERS - 1).astype(np.int64)
        keys = np.sort(landmarks.frames.astype(np.int64) * _QUARTERS + quarters)
        frames = max(1, int(landmarks.until))
        # 3 frames and 9 quarters may hold a match: that many times what 1 frame and 1 quarter hold.
        near = np.convolve(np.bincount(quarters, minlength=_QUARTERS), np.ones(_BROAD), "same")
        chance = np.clip(near * (3 * 9 / _BROAD / frames), _LEAST_CHANCE, _MOST_CHANCE)
        return cls(keys, chance, frames)

    def between(self, first: int, until: int) -> NDArray[np.int64]:
        low, high = np.searchsorted(self.keys, (first * _QUARTERS, until * _QUARTERS))
        return self.keys[low:high]

    def found(self, keys: NDArray[np.int64], *, place: int, reach: int = 1) -> NDArray[np.bool_]:
        """Which of another's landmarks stand here, moved by `place` frames, within a bin."""
        hit = np.zeros(len(keys), np.bool_)
        for frame in range(place - reach, place + reach + 1):
            moved = keys + frame * _QUARTERS
            low = np.searchsorted(self.keys, moved - 4)
            hit |= np.searchsorted(self.keys, moved + 4, "right") > low
        return hit


def _places(one: Landmarks, other: Landmarks) -> list[tuple[int, int]]:
    """Blocks of the one and places of the other that hashes agree on, the most agreed first."""
    mine, at = reference_hashes(one.strongest(HASHED_PER_SECOND), FAN)
    theirs, there = reference_hashes(other.strongest(HASHED_PER_SECOND), FAN)
    order = np.argsort(theirs, kind="stable")
    theirs, there = theirs[order], there[order].astype(np.int64)
    low = np.searchsorted(theirs, mine)
    counts = np.searchsorted(theirs, mine, "right") - low
    counts[counts > _COMMON] = 0
    source = np.repeat(np.arange(len(mine)), counts)
    step = np.arange(len(source)) - np.repeat(np.cumsum(counts) - counts, counts)
    anchors = at[source].astype(np.int64)
    bins = (there[low[source] + step] - anchors) >> _BIN_BITS
    votes = np.sort((anchors // BLOCK_FRAMES << 32) + bins + _BIAS)
    agreed, own = np.unique(votes, return_counts=True)
    both = own.copy()
    both[:-1] += np.where(np.diff(agreed) == 1, own[1:], 0)
    best = np.lexsort((agreed, -both))
    best = best[both[best] >= LEAST_AGREED][:_MOST_PLACES]
    blocks, places = agreed[best] >> 32, ((agreed[best] & 0xFFFFFFFF) - _BIAS) << _BIN_BITS
    return list(zip(blocks.tolist(), places.tolist(), strict=True))


def _shift(one: _Marks, other: _Marks, place: int, *, block: int) -> int:
    """By how many frames to move a place so that most landmarks of a block coincide."""
    keys = one.between(block * BLOCK_FRAMES, (block + 1) * BLOCK_FRAMES)
    shifts = range(-_REFINED, (2 << _BIN_BITS) + _REFINED)
    return max(
        shifts,
        key=lambda by: (int(other.found(keys, place=place + by, reach=0).sum()), -abs(by)),
    )


def _along(one: _Marks, other: _Marks, place: int) -> list[_Run]:
    """The runs of frames over which two recordings agree when laid at a place."""
    frames, hit, gain = _evidence(one, other, place)
    there, hit_too, gain_too = _evidence(other, one, -place)
    frames, hit = np.concatenate((frames, there - place)), np.concatenate((hit, hit_too))
    gain = np.concatenate((gain, gain_too))
    runs = []
    for first, until, nats in _rises(np.bincount(frames, gain, one.frames).astype(np.float64)):
        inside = hit[(frames >= first) & (frames < until)]
        runs.append(_Run(first, until, place, nats, float(inside.mean())))
    return runs


def _evidence(
    one: _Marks, other: _Marks, place: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.float64]]:
    """Frame of each landmark of the one, whether the other has it, and nats for one sound."""
    frames = one.keys // _QUARTERS
    # Where the other recording does not reach, nothing can be asked of it.
    inside = (frames + place >= 0) & (frames + place < other.frames)
    keys = one.keys[inside]
    hit = other.found(keys, place=place)
    chance = other.chance[keys % _QUARTERS]
    kept = np.maximum(_KEPT, 2 * chance)
    nats = np.where(hit, np.log(kept / chance), np.log((1 - kept) / (1 - chance)))
    return frames[inside], hit, nats


def _rises(nats: NDArray[np.float64]) -> Iterator[tuple[int, int, float]]:
    """Runs of frames that add up to much evidence without much against them within."""
    total = best = 0.0
    first = until = 0
    for frame, value in enumerate([*nats.tolist(), -np.inf]):
        total += value
        if total > best:
            best, until = total, frame + 1
        elif total <= 0 or total < best - _DROP:
            if best >= _LEAST_NATS:
                yield first, until, best
            total, best, first = 0.0, 0.0, frame + 1


def _is_explained(found: Sequence[_Run], frame: int, place: int) -> bool:
    """Whether a frame of the one, and the frame of the other it would lie at, are accounted for.

    Music repeats itself: where both recordings run along together, that one chorus of the one is
    also like another chorus of the other tells nothing new.
    """
    sure = [run for run in found if run.alike >= SAME_SOUND]
    here = any(run.first <= frame < run.until for run in sure)
    there = any(run.first + run.place <= frame + place < run.until + run.place for run in sure)
    return (here and there) or any(run.says(frame, place) for run in found)


def _without_doubles(runs: Sequence[_Run]) -> list[_Run]:
    """The runs that are long and alike enough, of several that say the same the strongest."""
    kept: list[_Run] = []
    for run in sorted(runs, key=lambda run: (-run.nats, run.first, run.place)):
        enough = run.until - run.first >= SHORTEST_FRAMES and run.alike >= LEAST_ALIKE
        if enough and not _is_explained(kept, (run.first + run.until) // 2, run.place):
            kept.append(run)
    return kept


def _stretch(run: _Run, speed: float) -> Stretch:
    first, until = round(run.first / speed), round(run.until / speed)
    return Stretch(first, run.first + run.place, until - first, speed, run.alike)


def _covered(intervals: Iterable[tuple[int, int]]) -> int:
    total = reached = 0
    for first, until in sorted(intervals):
        total += max(0, until - max(first, reached))
        reached = max(reached, until)
    return total
