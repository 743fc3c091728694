"""What goes on in an evening: works in some order, an encore, applause, tuning, pauses."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.laboratory import RATE_HZ, Laboratory, Sound, bed, level, louder
from benchmarks.live import stage
from benchmarks.live.music import Work
from edge.matcher.works.score import Note

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


def play(
    lab: Laboratory, listed: Sequence[Work], dice: np.random.Generator, minutes: float
) -> tuple[list[str], list[Stretch], Sound]:
    """Five to ten works, two of them in another order than declared, one not played, one encore."""
    room = str(dice.choice([name for name in stage.HALLS if name in lab.rooms]))
    hall = dataclasses.replace(lab, rooms={room: lab.rooms[room]})
    longest = min(_LONGEST, minutes * 60 / _FEWEST)
    fit = [work for work in listed if max(note.end for note in work.score) < longest]
    chosen = [fit[number] for number in dice.permutation(len(fit))]
    parts: list[tuple[str, str, Sound]] = [("tuning", "", tuning(lab, dice))]
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
        return [("pause", "", silence(dice.uniform(3, 8)))]
    clapping = level(bed(lab.applause, dice, round(dice.uniform(8, 30) * RATE_HZ)))
    parts = [("applause", "", louder(clapping, -3)), ("pause", "", silence(dice.uniform(5, 20)))]
    return [*parts, ("tuning", "", tuning(lab, dice))] if dice.random() < 0.3 else parts


def silence(seconds: float) -> Sound:
    """Nobody plays."""
    return np.zeros(round(seconds * RATE_HZ), np.float32)


def tuning(lab: Laboratory, dice: np.random.Generator) -> Sound:
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
