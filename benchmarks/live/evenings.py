"""Evenings with a programme: works and movements, applause and tuning, and what is told of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.cores import spread
from benchmarks.live import programme, stage
from benchmarks.live.music import Work
from benchmarks.live.pieces import (
    beats_of_sound,
    code,
    dice_of,
    digest,
    laboratory,
    lasts,
    references_of,
)
from benchmarks.live.programme import Stretch
from edge.matcher.works.follow import Follower
from edge.matcher.works.references import References
from edge.matcher.works.semitones import BEAT_SECONDS


@dataclass(frozen=True, slots=True)
class Evening:
    """An evening, the truth about it, and what was told.

    Attributes:
        declared: works in the order of the programme.
        truth: what went on.
        told: works that were told, from when to when.
        tempi: of each work that was played, in the tempo of its score.
    """

    declared: list[str]
    truth: list[Stretch]
    told: list[Stretch]
    tempi: dict[str, float]


def measure(
    lab: Path, works: Sequence[Work], cache: Path, *, numbers: Sequence[int], minutes: float
) -> list[dict[str, object]]:
    """Play evenings and hear what is told of them; each number is another evening."""
    listed = [one for one in works if one.listed]
    cache.mkdir(parents=True, exist_ok=True)
    known = references_of(works, cache)
    laboratory(lab)  # here: processes that play may have none of their own
    played = spread(
        partial(_evening, lab, listed, cache, minutes), numbers, doing="playing evenings"
    )
    scores = {one.name: lasts(one.score) for one in listed}
    heard = [_heard(known, scores, *one) for one in played]
    return [json.loads(json.dumps(asdict(one))) for one in heard]


def _heard(
    known: References,
    scores: Mapping[str, float],
    declared: list[str],
    truth: list[Stretch],
    beats: NDArray[np.int8],
) -> Evening:
    follower = Follower(known)
    follower.expect(dict.fromkeys(declared, 0))
    told = [*follower.feed(beats), *follower.close()]
    spans = [
        Stretch("work", one.reference_id, one.start * BEAT_SECONDS, one.end * BEAT_SECONDS)
        for one in told
    ]
    works = [one for one in truth if one.work]
    tempi = {one.work: round(scores[one.work] / (one.end - one.start), 2) for one in works}
    return Evening(declared, truth, sorted(spans, key=lambda one: one.start), tempi)


def _evening(
    lab: Path, listed: Sequence[Work], cache: Path, minutes: float, number: int
) -> tuple[list[str], list[Stretch], NDArray[np.int8]]:
    names = repr([work.name for work in listed])
    kept = cache / f"{digest(code(stage, programme), f'{minutes} {number}', names)}.npz"
    if not kept.exists():
        dice = dice_of(f"evening {number}")
        declared, truth, sound = programme.play(laboratory(lab), listed, dice, minutes)
        rows = json.dumps([declared, [asdict(one) for one in truth]])
        np.savez(kept, rows=rows, sound=stage.as_recorded(sound))
    read = np.load(kept)
    declared, stretches = json.loads(str(read["rows"]))
    beats = beats_of_sound(stage.as_heard(read["sound"]))
    return declared, [Stretch(**one) for one in stretches], beats
