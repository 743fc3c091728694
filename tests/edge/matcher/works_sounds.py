"""Music for the tests of works played live: composed from dice, and played as people play."""

import numpy as np

from edge.matcher.resample import Resampler
from edge.matcher.works.score import Note
from edge.matcher.works.semitones import Semitones

RATE_HZ = 16_000
STRING = (1, 1 / 2, 1 / 3, 1 / 4, 1 / 5)  # how loud its tone is, and its overtones
REED = (0.2, 1, 0.9, 0.8, 0.6)  # an oboe is louder in its overtones
_SCALE = (0, 2, 4, 5, 7, 9, 11)


def compose(seed: int, seconds: float) -> list[Note]:
    """A piece in some key: chords that change every second or so, and a melody over them."""
    dice = np.random.default_rng(seed)
    key = int(dice.integers(0, 12))
    notes, at = [], 0.0
    while at < seconds:
        length = float(dice.choice((0.8, 1.2, 1.6)))
        root = int(dice.integers(0, 7))
        for step in (root, root + 2, root + 4):
            notes.append(Note(at, at + length, 48 + key + _pitch(step), 0.5))
        for beat in range(4):
            step = int(dice.integers(0, 14))
            start = at + beat * length / 4
            notes.append(Note(start, start + length / 4, 60 + key + _pitch(step), 0.8))
        at += length
    return notes


def _pitch(step: int) -> int:
    return 12 * (step // 7) + _SCALE[step % 7]


def melody(notes: list[Note]) -> list[Note]:
    """Its highest voice alone."""
    return [note for note in notes if note.loudness > 0.5]


def perform(notes: list[Note], *, seed: int, tempo: float = 1.0, cents: float = 0.0, timbre=STRING):
    """A human performance: the tempo breathes, nobody is exactly together, no note is alike.

    Returns:
        float32 samples at 16 kHz, in [-1, 1].
    """
    dice = np.random.default_rng(seed)
    last = max(note.end for note in notes)
    breath = dice.uniform(0, 6.28)
    score = np.linspace(0, last, 4000)
    pace = tempo * (1 + 0.08 * np.sin(score / 5 + breath))
    played = np.concatenate(([0], np.cumsum(np.diff(score) / pace[1:])))
    sound = np.zeros(round((played[-1] + 1) * RATE_HZ))
    for note in notes:
        start, end = np.interp((note.start, note.end), score, played)
        _strike(
            sound, dice, max(0, start + dice.normal(0, 0.015)), end - start, note, cents, timbre
        )
    return (0.3 * sound / np.abs(sound).max()).astype(np.float32)


def _strike(sound, dice, start, lasts, note, cents, timbre):
    first = round(start * RATE_HZ)
    time = np.arange(min(round((lasts + 0.25) * RATE_HZ), len(sound) - first)) / RATE_HZ
    pitch_hz = 440 * 2 ** ((note.pitch - 69 + cents / 100) / 12)
    shape = np.minimum(1, time / 0.01) * np.exp(-2 * time - 12 * np.maximum(0, time - lasts))
    for partial, share in enumerate(timbre, 1):
        if partial * pitch_hz < RATE_HZ / 2:
            loud = note.loudness * dice.uniform(0.5, 1) * share
            tone = np.sin(2 * np.pi * partial * pitch_hz * time + dice.uniform(0, 6.28))
            sound[first : first + len(time)] += loud * shape * tone


def hall(seconds: float, *, seed: int, loud: float = 0.003):
    """A hall in which nobody plays: white noise."""
    dice = np.random.default_rng(seed)
    return (loud * dice.standard_normal(round(seconds * RATE_HZ))).astype(np.float32)


def applause(seconds: float, *, seed: int):
    """Many hands, each by itself."""
    dice = np.random.default_rng(seed)
    sound = np.zeros(round(seconds * RATE_HZ))
    clap = dice.standard_normal(400) * np.exp(-np.arange(400) / 80)
    for at in dice.integers(0, len(sound) - 400, round(seconds * 60)):
        sound[at : at + 400] += dice.uniform(0.2, 1) * clap
    return (0.2 * sound / np.abs(sound).max()).astype(np.float32)


def beats(sound):
    """What the box makes of samples at 16 kHz."""
    resampler, semitones = Resampler(RATE_HZ, to_hz=11025), Semitones()
    parts = [semitones.feed(resampler.feed(sound)), semitones.feed(resampler.close())]
    return np.concatenate([*parts, semitones.close()])
