"""A performance as it sounds in a hall: instruments, the room, and an audience."""

import dataclasses
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
from numpy.typing import NDArray

from benchmarks.laboratory import RATE_HZ, Laboratory, Sound, bed, in_room, level, louder
from benchmarks.live.music import Work
from central.repertoire.midi import notes_of
from edge.matcher.decode import decode
from edge.matcher.resample import Resampler
from edge.matcher.works.score import Note

FONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
PIANO = ((0,),)  # programs of General MIDI, from the highest voice to the lowest
OTHERS = ((48,), (19,), (6,), (24,), (40, 42), (68, 70), (73, 60), (56, 57))
ENSEMBLES = ((40, 40, 41, 42), (68, 71, 60, 70), (52,), (48,), (19,))
HALLS = (
    "PoriPromenadikeskusConcertHall_s3r4", "Voxengo_musikvereinsaal", "Voxengo_masonic_lodge",
    "StAndrewsChurch", "SpokaneWomansClub", "ChromeRoom_omni_35_10",
)  # fmt: skip
_MIDDLE_C = 60
_TIDY = 0.015  # s by which people who play together are not together


@dataclass(frozen=True, slots=True)
class Played:
    """Who plays what, and when.

    Attributes:
        notes: by start.
        voices: of each note, the instrument's number.
        programs: of each instrument, in General MIDI.
        cents: above 440 Hz.
    """

    notes: tuple[Note, ...]
    voices: tuple[int, ...]
    programs: tuple[int, ...]
    cents: float = 0.0

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return max(note.end for note in self.notes)

    def part(self, start: float, seconds: float) -> "Played":
        """What begins within some seconds of it."""
        chosen = [
            (dataclasses.replace(n, start=n.start - start, end=n.end - start), voice)
            for n, voice in zip(self.notes, self.voices, strict=True)
            if start <= n.start < start + seconds
        ]
        notes, voices = zip(*chosen, strict=True)
        return dataclasses.replace(self, notes=notes, voices=voices)


def play(
    work: Work, dice: np.random.Generator, choice: Sequence[tuple[int, ...]] | None = None
) -> Played:
    """One performance of a work, by a person where there is one, else by dice.

    Args:
        work: what is played.
        dice: which performance, which instruments, which tempo and tuning.
        choice: sets of instruments to choose from; None: a piano for pianists, else ensembles.
    """
    own = PIANO if work.performances else ENSEMBLES
    sets = choice or own
    programs = sets[int(dice.integers(len(sets)))]
    if work.performances:
        path = work.performances[int(dice.integers(len(work.performances)))]
        notes = tuple(notes_of(path.read_bytes(), name=path.name))
        voices = tuple(_hand(note, len(programs)) for note in notes)
        return Played(notes, voices, programs)
    voices = tuple(voice % len(programs) for voice in work.voices)
    return Played(_breathe(work.score, dice), voices, programs, float(dice.choice((0.0, 7.85))))


def _hand(note: Note, instruments: int) -> int:
    return int(note.pitch < _MIDDLE_C) % instruments


def _breathe(score: Sequence[Note], dice: np.random.Generator) -> tuple[Note, ...]:
    """At 0.85 to 1.15 of the written tempo, changing every ten seconds, nobody quite together."""
    last = max(note.end for note in score)
    knots = np.arange(0, last + 20, 10.0)
    pace = dice.uniform(0.9, 1.1) * dice.uniform(0.95, 1.05, len(knots))
    fine = np.arange(0, last + 1, 0.1)
    clock = np.concatenate(([0], np.cumsum(0.1 / np.interp(fine, knots, pace))))[:-1]
    late = dice.normal(0, _TIDY, len(score))
    starts = np.maximum(0, np.interp([n.start for n in score], fine, clock) + late)
    ends = np.maximum(starts + 0.05, np.interp([n.end for n in score], fine, clock))
    return tuple(
        Note(float(a), float(b), note.pitch, float(dice.uniform(0.4, 0.8)))
        for note, a, b in zip(score, starts, ends, strict=True)
    )


def sound(played: Played, seconds: float) -> Sound:
    """What the instruments give, dry, float32 at the recipe's rate, exactly so long."""
    with tempfile.TemporaryDirectory() as folder:
        score, wave = Path(folder) / "played.mid", Path(folder) / "played.wav"
        _midi(played).save(score)
        words = ["fluidsynth", "-q", "-ni", "-g", "0.5", "-r", "22050", "-R", "0", "-C", "0"]
        subprocess.run(
            [*words, "-F", wave, FONT, score], check=True, capture_output=True, timeout=600
        )
        samples, rate_hz = decode(wave)
    bring = Resampler(rate_hz, to_hz=RATE_HZ)
    heard = np.concatenate((bring.feed(samples), bring.close()))
    whole = np.zeros(round(seconds * RATE_HZ), np.float32)
    whole[: len(heard)] = heard[: len(whole)]
    return whole


def _midi(played: Played) -> mido.MidiFile:
    file, track = mido.MidiFile(ticks_per_beat=500), mido.MidiTrack()
    file.tracks.append(track)
    for voice, program in enumerate(played.programs):
        track.append(mido.Message("program_change", channel=voice, program=program))
        bend = round(played.cents / 200 * 8192)
        track.append(mido.Message("pitchwheel", channel=voice, pitch=bend))
    edges = []
    for note, voice in zip(played.notes, played.voices, strict=True):
        first, last = round(note.start * 1000), round(max(note.end, note.start + 0.03) * 1000)
        edges.append((first, 1, note.pitch, voice, max(1, round(127 * note.loudness))))
        edges.append((last, 0, note.pitch, voice, 0))
    now = 0
    for at, on, pitch, voice, velocity in sorted(edges):
        word = "note_on" if on else "note_off"
        new = mido.Message(word, note=pitch, velocity=velocity, channel=voice, time=at - now)
        track.append(new)
        now = at
    return file


def in_hall(lab: Laboratory, dice: np.random.Generator, dry: Sound, *, above: float) -> Sound:
    """The sound in a hall, so many decibels above its audience."""
    halls = {name: room for name, room in lab.rooms.items() if name in HALLS}
    room = dataclasses.replace(lab, rooms=halls or lab.rooms)
    wet = level(in_room(room, dice, dry), 0.1)
    return wet + louder(bed(lab.crowds, dice, len(wet)), -20 - above)


def as_recorded(sound: Sound) -> NDArray[np.int16]:
    """What a sound card of 16 bits keeps of a sound."""
    return np.rint(np.clip(sound, -1, 1) * 32767).astype(np.int16)


def as_heard(kept: NDArray[np.int16]) -> Sound:
    """The sound that was kept."""
    return np.asarray(kept / np.float32(32767), np.float32)
