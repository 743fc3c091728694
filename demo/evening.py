"""An evening in a hall, made of real recordings, and the truth about when each was heard."""

from dataclasses import dataclass

import numpy as np
import soundfile
from numpy.typing import NDArray

from demo.hall import (
    RATE_HZ,
    Samples,
    applause,
    at_level,
    house_noise,
    impulse_response,
    in_the_hall,
)
from demo.music import Shelf
from demo.programme import Clapping, Condition, Part, Piece, Programme, Quiet, Talk

MUSIC_DB = -25.0  # RMS at the microphone, dB below full scale
SPEECH_DB = -26.0
APPLAUSE_DB = -26.0
HOUSE_DB = -46.0
AUDIBLE_DB = 6.0  # a piece is heard while it is so much louder than the house
WINDOW_SECONDS = 0.4  # over which that loudness is taken


@dataclass(frozen=True, slots=True)
class Played:
    """What really sounded, and when.

    A piece that fades in begins before anybody could notice. Whoever says it began anywhere
    between its first sample and the first moment it was louder than the house is right; and so
    with its end.

    Attributes:
        name: as in the table of recordings.
        condition: how it sounded.
        started: its first sample, s after the beginning of the evening.
        audible_from: when it was first louder than the house, s.
        audible_until: when it was last louder than the house, s.
        ended: its last sample, s.
    """

    name: str
    condition: Condition
    started: float
    audible_from: float
    audible_until: float
    ended: float


@dataclass(frozen=True, slots=True)
class Evening:
    """The sound at the microphone and the truth about it."""

    sound: NDArray[np.int16]  # shape (samples,), at RATE_HZ
    played: tuple[Played, ...]

    @property
    def seconds(self) -> float:
        """How long it lasts, s."""
        return len(self.sound) / RATE_HZ


def make_evening(programme: Programme, *, shelf: Shelf, seed: int) -> Evening:
    """Play a programme into a hall; the same seed gives the same evening, sample for sample."""
    dice = np.random.default_rng(seed)
    voice = _voice(shelf)
    dry: list[Samples] = []
    played: list[Played] = []
    spoken = length = 0
    for part in programme.parts:
        sound = _sound(part, shelf=shelf, dice=dice)
        if isinstance(part, Talk) or (isinstance(part, Piece) and part.condition == "under speech"):
            sound = sound + np.take(voice, np.arange(spoken, spoken + len(sound)), mode="wrap")
            spoken += len(sound)
        if isinstance(part, Piece):
            played.append(_truth(part, _sound(part, shelf=shelf, dice=dice), at=length / RATE_HZ))
        dry.append(sound)
        length += len(sound)
    dry.append(np.zeros(-length % (10 * RATE_HZ), dtype=np.float32))  # to the next ten seconds
    return Evening(_at_the_microphone(np.concatenate(dry), dice=dice), tuple(played))


def _sound(part: Part, *, shelf: Shelf, dice: np.random.Generator) -> Samples:
    """One part as it leaves the loudspeakers; talk is silence here, the voice is laid over it."""
    match part:
        case Quiet(seconds) | Talk(seconds):
            return np.zeros(int(seconds * RATE_HZ), dtype=np.float32)
        case Clapping(seconds):
            return at_level(applause(dice, int(seconds * RATE_HZ)), APPLAUSE_DB)
        case Piece():
            return _excerpt(part, shelf=shelf)


def _excerpt(piece: Piece, *, shelf: Shelf) -> Samples:
    """A piece at the level music has in the hall, faded for 20 ms where it is cut."""
    recording = next(r for r in shelf.music if r.name == piece.name)
    whole, rate_hz = soundfile.read(shelf.path(recording), dtype="float32", always_2d=True)
    start = int(piece.start * rate_hz)
    stop = None if piece.seconds is None else start + int(piece.seconds * rate_hz)
    sound = resampled(whole[start:stop].mean(axis=1), rate_hz)
    fade = np.linspace(0, 1, int(0.02 * RATE_HZ), dtype=np.float32)
    sound[: len(fade)] *= fade
    sound[-len(fade) :] *= fade[::-1]
    return at_level(sound, MUSIC_DB)


def _voice(shelf: Shelf) -> Samples:
    """All the speech there is, one after the other; telephone recordings, raw GSM at 8 kHz."""
    takes = [
        soundfile.read(
            shelf.path(recording),
            samplerate=8000,
            channels=1,
            format="RAW",
            subtype="GSM610",
            dtype="float32",
        )[0]
        for recording in shelf.speech
    ]
    return at_level(resampled(np.concatenate(takes), 8000), SPEECH_DB)


def resampled(sound: Samples, rate_hz: int) -> Samples:
    """The same sound at `RATE_HZ`, by way of its spectrum.

    Args:
        sound: float32, shape (samples,).
        rate_hz: its rate, Hz; must be a whole number of 10 Hz steps, as all usual rates are.

    Returns:
        float32, shape (samples * RATE_HZ / rate_hz,), rounded down.
    """
    tenths = -(-len(sound) * 10 // rate_hz) + 1  # whole tenths of a second, so both lengths are
    before, after = tenths * rate_hz // 10, tenths * RATE_HZ // 10
    spectrum = np.fft.rfft(sound, before)
    turned = np.fft.irfft(spectrum[: after // 2 + 1], after) * (after / before)
    return turned[: len(sound) * RATE_HZ // rate_hz].astype(np.float32)


def _truth(piece: Piece, sound: Samples, *, at: float) -> Played:
    """When the piece sounded, and when it was louder than the house."""
    window = int(WINDOW_SECONDS * RATE_HZ)
    energy = np.concatenate([[0.0], np.cumsum(np.square(sound, dtype=np.float64))])
    power = (energy[window:] - energy[:-window]) / window
    heard = np.flatnonzero(10 * np.log10(power + 1e-12) > HOUSE_DB + AUDIBLE_DB)
    return Played(
        name=piece.name,
        condition=piece.condition,
        started=at,
        audible_from=at + int(heard[0]) / RATE_HZ,
        audible_until=at + (int(heard[-1]) + window) / RATE_HZ,
        ended=at + len(sound) / RATE_HZ,
    )


def _at_the_microphone(dry: Samples, *, dice: np.random.Generator) -> NDArray[np.int16]:
    hall = impulse_response(dice, decay_seconds=1.2, direct_to_reverb_db=2.0)
    sound = in_the_hall(dry, hall) + house_noise(dice, len(dry), level_db=HOUSE_DB)
    whole: NDArray[np.int16] = np.clip(np.rint(sound * 32767), -32768, 32767).astype(np.int16)
    return whole
