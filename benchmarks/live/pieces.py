"""Two minutes of a piece, and all that is known of it: what is answered when, and what is told."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache as cache_in_memory
from functools import partial
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from benchmarks.cores import spread
from benchmarks.laboratory import Laboratory
from benchmarks.live import stage
from benchmarks.live.music import Work
from edge.matcher.works import score, semitones
from edge.matcher.works.follow import Follower
from edge.matcher.works.references import References
from edge.matcher.works.score import Note, beats_of
from edge.matcher.works.semitones import BEAT_SECONDS, Semitones

SECONDS = 120.0
ASKED = (10, 20, 30, 60, 120)  # s after which one is asked what it is
_LAG = 1.0  # s that beats come after their sound
_ABOVE = 10.0  # dB by which the music is above the audience


@dataclass(frozen=True, slots=True)
class Asked:
    """What was answered to one clip.

    Attributes:
        work: what was played.
        group: piano, other instruments, or ensembles.
        listed: whether the repertoire has it.
        half: first or second of all pieces, in an order that chance gave them.
        tempo: of the performance, in the tempo of the score.
        rank: by seconds, how many works more spoke for than for it, and one; 0 for foreign pieces.
        told: by seconds, the works that are told, if the stream ended there.
    """

    work: str
    group: str
    listed: bool
    half: str
    tempo: float
    rank: dict[int, int]
    told: dict[int, list[str]]


def references_of(works: Sequence[Work], cache: Path) -> References:
    """The repertoire of the hall: the scores of what is listed."""
    names = repr([one.name for one in works if one.listed])
    kept = cache / f"{digest(code(score, semitones), names)}.qwrk"
    if not kept.exists():
        known = [(one.name, beats_of(list(one.score))) for one in works if one.listed]
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(References.of(known).to_bytes())
    return References.open(kept)


def measure(
    lab: Path, works: Sequence[Work], cache: Path, *, every: int = 1
) -> list[dict[str, object]]:
    """Play every work once, the listed ones on other instruments too, and ask."""
    plays = [(one, "piano" if one.performances else "ensembles") for one in works]
    plays += [(one, "other instruments") for one in works if one.listed and one.performances]
    cache.mkdir(parents=True, exist_ok=True)
    by_chance = sorted(
        plays, key=lambda play: hashlib.sha256(repr((play[0].name, play[1])).encode()).digest()
    )
    chosen = by_chance[: len(plays) // every]
    if not all(_place(cache, *play).exists() for play in chosen):
        laboratory(lab)  # here: processes that play may have none of their own
    heard = spread(partial(clip, lab, cache), chosen, doing="playing")
    known, halves = references_of(works, cache), ("first", "second")
    answers = [
        ask(known, *one, halves[2 * number >= len(plays)], beats)
        for number, (one, beats) in enumerate(zip(chosen, heard, strict=True))
    ]
    return [json.loads(json.dumps(asdict(one))) for one in answers]


def clip(lab: Path, cache: Path, what: tuple[Work, str]) -> NDArray[np.int8]:
    """The beats of two minutes from anywhere in a work, in a hall with its audience."""
    work, group = what
    kept = _place(cache, work, group)
    if not kept.exists():
        dice, played = _performance(work, group)
        start = float(dice.uniform(0, max(0.0, played.seconds - SECONDS)))
        long = min(SECONDS, played.seconds - start)
        dry = stage.sound(played.part(start, long), long)
        sound = stage.in_hall(laboratory(lab), dice, dry, above=_ABOVE)
        np.save(kept, stage.as_recorded(sound))
    return beats_of_sound(stage.as_heard(np.load(kept)))


def _performance(work: Work, group: str) -> tuple[np.random.Generator, stage.Played]:
    dice = dice_of(f"{work.name} {group}")
    return dice, stage.play(work, dice, stage.OTHERS if group == "other instruments" else None)


def _tempo(work: Work, group: str) -> float:
    _, played = _performance(work, group)
    return round(lasts(work.score) / lasts(played.notes), 2)


def lasts(notes: Sequence[Note]) -> float:
    """Seconds from the first note to the end of the last."""
    return max(note.end for note in notes) - min(note.start for note in notes)


def _place(cache: Path, work: Work, group: str) -> Path:
    performances = repr([path.name for path in work.performances])
    return cache / f"{digest(code(stage), work.name, group, performances)}.npy"


@cache_in_memory
def laboratory(lab: Path) -> Laboratory:
    """Its rooms and noises, once something is to be played in them."""
    return Laboratory.open(lab, [])


def beats_of_sound(heard: NDArray[np.float32]) -> NDArray[np.int8]:
    """All beats of a sound."""
    ear = Semitones()
    return np.concatenate((ear.feed(heard), ear.close()))


def dice_of(name: str) -> np.random.Generator:
    """Dice that fall alike for the same name."""
    return np.random.default_rng(list(hashlib.sha256(name.encode()).digest()[:8]))


def ask(known: References, work: Work, group: str, half: str, beats: NDArray[np.int8]) -> Asked:
    """Hear a clip and ask, second by second, what it is."""
    follower, rank, told, at = Follower(known), {}, {}, 0
    over: list[str] = []
    for seconds in ASKED:
        part = beats[at : max(at, int((seconds - _LAG) / BEAT_SECONDS))]
        at += len(part)
        over += [one.reference_id for one in follower.feed(part)]
        rank[seconds] = _rank(known, follower.lately, work) if work.listed else 0
        told[seconds] = sorted({*over, *(one.reference_id for one in follower.sounding())})
    return Asked(work.name, group, work.listed, half, _tempo(work, group), rank, told)


def _rank(known: References, spoke: NDArray[np.int64], work: Work) -> int:
    own = spoke[known.ids.index(work.name)]
    return int((spoke >= own).sum()) if own > 0 else len(spoke)


def code(*modules: ModuleType) -> str:
    """What is kept depends on: another program, another sound."""
    return hashlib.sha256(
        b"".join(Path(str(one.__file__)).read_bytes() for one in modules)
    ).hexdigest()


def digest(*words: str) -> str:
    """The name under which something is kept."""
    return hashlib.sha256(" ".join(words).encode()).hexdigest()
