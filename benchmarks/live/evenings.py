"""Evenings with a programme: works and movements, applause and tuning, and what is told of them."""

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.cores import spread
from benchmarks.laboratory import RATE_HZ, Laboratory, Sound, bed, level, louder
from benchmarks.live import stage
from benchmarks.live.music import Work
from benchmarks.live.pieces import beats_of_sound, code, dice_of, laboratory, references_of
from edge.matcher.works.follow import Follower
from edge.matcher.works.references import References
from edge.matcher.works.score import Note
from edge.matcher.works.semitones import BEAT_SECONDS

_LONGEST = 900.0  # s of one work
_FEWEST, _MOST = 5, 10  # works of an evening, the encore among them
_ABOVE = 10.0  # dB by which the music is above the audience


@dataclass(frozen=True, slots=True)
class Stretch:
    """What went on from one moment to another.

    Attributes:
        kind: work, encore, applause, tuning or pause.
        work: its name; empty if there is none.
        start: s from the beginning of the evening.
        end: likewise.
    """

    kind: str
    work: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Evening:
    """An evening, the truth about it, and what was told.

    Attributes:
        declared: works in the order of the programme.
        truth: what went on.
        told: works that were told, from when to when.
    """

    declared: list[str]
    truth: list[Stretch]
    told: list[Stretch]


def measure(
    lab: Path, works: Sequence[Work], cache: Path, *, count: int, minutes: float
) -> list[dict[str, object]]:
    """Play evenings and hear what is told of them."""
    listed = [one for one in works if one.listed]
    cache.mkdir(parents=True, exist_ok=True)
    known = references_of(works, cache)
    numbers = list(range(count))
    laboratory(lab)  # here: processes that play may have none of their own
    played = spread(
        partial(_evening, lab, listed, cache, minutes), numbers, doing="playing evenings"
    )
    heard = [_heard(known, *one) for one in played]
    return [json.loads(json.dumps(asdict(one))) for one in heard]


def _heard(
    known: References, declared: list[str], truth: list[Stretch], beats: NDArray[np.int8]
) -> Evening:
    follower = Follower(known)
    follower.expect(dict.fromkeys(declared, 0))
    told = [*follower.feed(beats), *follower.close()]
    spans = [
        Stretch("work", one.reference_id, one.start * BEAT_SECONDS, one.end * BEAT_SECONDS)
        for one in told
    ]
    return Evening(declared, truth, sorted(spans, key=lambda one: one.start))


def _evening(
    lab: Path, listed: Sequence[Work], cache: Path, minutes: float, number: int
) -> tuple[list[str], list[Stretch], NDArray[np.int8]]:
    name = hashlib.sha256(
        f"{code()} {Path(__file__).read_text()} {minutes} {number}".encode()
    ).hexdigest()
    kept = cache / f"{name}.npz"
    if not kept.exists():
        dice = dice_of(f"evening {number}")
        declared, truth, sound = _play(laboratory(lab), listed, dice, minutes)
        rows = json.dumps([declared, [asdict(one) for one in truth]])
        np.savez(kept, rows=rows, beats=beats_of_sound(sound))
    read = np.load(kept)
    declared, stretches = json.loads(str(read["rows"]))
    return declared, [Stretch(**one) for one in stretches], read["beats"]


def _play(
    lab: Laboratory, listed: Sequence[Work], dice: np.random.Generator, minutes: float
) -> tuple[list[str], list[Stretch], Sound]:
    """Five to ten works, two of them in another order than declared, one not played, one encore."""
    room = str(dice.choice([name for name in stage.HALLS if name in lab.rooms]))
    hall = dataclasses.replace(lab, rooms={room: lab.rooms[room]})
    longest = min(_LONGEST, minutes * 60 / _FEWEST)
    fit = [work for work in listed if max(note.end for note in work.score) < longest]
    chosen = [fit[number] for number in dice.permutation(len(fit))]
    parts: list[tuple[str, str, Sound]] = [("tuning", "", _tuning(lab, dice))]
    played: list[str] = []
    for work in chosen[:_MOST]:
        performance = stage.play(work, dice)
        played.append(work.name)
        # a performer's recording begins before the first note
        first = round(min(note.start for note in performance.notes) * RATE_HZ)
        sound = stage.sound(performance, performance.seconds)[first:]
        parts += [("work", work.name, level(sound)), *_after(lab, dice)]
        full = sum(len(sound) for _, _, sound in parts) > 0.9 * minutes * 60 * RATE_HZ
        if full and len(played) >= _FEWEST:
            break
    encore = played.pop()
    missing = chosen[-1].name
    at = int(dice.integers(len(played) - 1))
    declared = [*played[:at], played[at + 1], played[at], *played[at + 2 :], missing]
    return declared, *_laid(hall, dice, parts, encore)


def _after(lab: Laboratory, dice: np.random.Generator) -> list[tuple[str, str, Sound]]:
    """Applause after two works of three, a pause as between movements after the third."""
    if dice.random() < 0.33:
        return [("pause", "", _silence(dice.uniform(3, 8)))]
    clapping = level(bed(lab.applause, dice, round(dice.uniform(8, 30) * RATE_HZ)))
    parts = [("applause", "", louder(clapping, -3)), ("pause", "", _silence(dice.uniform(5, 20)))]
    return [*parts, ("tuning", "", _tuning(lab, dice))] if dice.random() < 0.3 else parts


def _silence(seconds: float) -> Sound:
    return np.zeros(round(seconds * RATE_HZ), np.float32)


def _tuning(lab: Laboratory, dice: np.random.Generator) -> Sound:
    """Strings and an oboe looking for their A, fifths above and below it."""
    seconds = float(dice.uniform(8, 20))
    starts = np.sort(dice.uniform(0, seconds - 3, 30))
    notes = tuple(
        Note(float(at), float(at + dice.uniform(0.5, 3)), int(dice.choice((69, 62, 76, 57, 69))))
        for at in starts
    )
    voices = tuple(int(dice.integers(3)) for _ in notes)
    played = stage.Played(notes, voices, (40, 42, 68))
    return louder(level(stage.sound(played, seconds)), -6)


def _laid(
    hall: Laboratory,
    dice: np.random.Generator,
    parts: Sequence[tuple[str, str, Sound]],
    encore: str,
) -> tuple[list[Stretch], Sound]:
    edges = np.cumsum([0, *(len(sound) for _, _, sound in parts)]) / RATE_HZ
    truth = [
        Stretch("encore" if work == encore else kind, work, float(a), float(b))
        for (kind, work, _), a, b in zip(parts, edges, edges[1:], strict=False)
    ]
    dry = np.concatenate([sound for _, _, sound in parts])
    return truth, stage.in_hall(hall, dice, dry, above=_ABOVE)
