"""Whether each second of an evening is taken for what it is: music or not, in front or behind."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.cores import spread
from benchmarks.hearing import Found
from benchmarks.sets import Evening, Stretch
from edge.matcher.activity import Activity, Sound
from edge.matcher.decode import open_sound
from edge.matcher.fingerprint import Fingerprinter
from edge.matcher.recipe import RECIPE, Frame
from edge.matcher.texture import MOMENT_FRAMES

_MUSIC = (Sound.MUSIC, Sound.BACKGROUND)


@dataclass(slots=True)
class Seconds:
    """Seconds of evenings and how many of them were taken for what they are.

    Attributes:
        judged: all of them.
        right: of those, taken rightly for music or not, by the sound alone.
        with_detections: likewise, where what was recognised counts as music too.
        music: seconds of music that were taken for music.
        placed: of those, taken rightly for in front of voices or behind them.
    """

    judged: int = 0
    right: int = 0
    with_detections: int = 0
    music: int = 0
    placed: int = 0


def measure(evenings: Sequence[Evening], answers: Sequence[list[Found]]) -> dict[str, int]:
    """Compare every second with the truth."""
    seconds = Seconds()
    sounds = spread(_judge, [evening.sound for evening in evenings], doing="judging evenings")
    for evening, found, verdicts in zip(evenings, answers, sounds, strict=True):
        for number, verdict in enumerate(verdicts):
            at = RECIPE.seconds(Frame(number * MOMENT_FRAMES + MOMENT_FRAMES // 2))
            sounding = _during(evening.stretches, at)
            _count(seconds, sounding, Sound(verdict), known=_known(found, at))
    return asdict(seconds)


def _judge(sound: Path) -> list[int]:
    """What the ear takes each moment of a file for."""
    with open_sound(sound) as (blocks, rate_hz):
        ear, activity = Fingerprinter(rate_hz), Activity()
        verdicts: list[int] = []
        for block in blocks:
            ear.feed(block)
            verdicts += activity.feed(ear.levels).sounds.tolist()
    ear.close()
    verdicts += activity.feed(ear.levels).sounds.tolist()
    verdicts += activity.close().sounds.tolist()
    return verdicts


def _during(stretches: Sequence[Stretch], at: float) -> list[Stretch]:
    return [one for one in stretches if one.start <= at < one.end and one.source]


def _known(found: Sequence[Found], at: float) -> bool:
    return any(one.start <= at < one.end for one in found)


def _count(seconds: Seconds, sounding: list[Stretch], verdict: Sound, *, known: bool) -> None:
    taken = verdict in _MUSIC
    seconds.judged += 1
    seconds.right += taken == bool(sounding)
    seconds.with_detections += (taken or known) == bool(sounding)
    if sounding and taken:
        seconds.music += 1
        foreground = any(one.foreground for one in sounding)
        seconds.placed += (verdict == Sound.MUSIC) == foreground
