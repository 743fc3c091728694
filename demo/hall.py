"""What a hall adds to music: reverberation, the noise of people breathing, applause.

No recordings of rooms or applause with a fitting licence are in the package registries, so these
are synthesised: the room from exponentially decaying noise, applause from single claps.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

RATE_HZ = 48_000
Samples: TypeAlias = NDArray[np.float32]

BLOCK = 1 << 18  # samples convolved at once; a power of two keeps the transform quick


def impulse_response(
    dice: np.random.Generator, *, decay_seconds: float, direct_to_reverb_db: float
) -> Samples:
    """A hall as a synthesised impulse response: the direct sound, then decaying noise.

    High notes die first, as they do in a hall full of coats.

    Args:
        dice: where the noise comes from.
        decay_seconds: time until the reverberation is 60 dB down, s.
        direct_to_reverb_db: energy of the direct sound over that of the reverberation, dB.

    Returns:
        float32, shape (samples,), at `RATE_HZ`; the first sample is the direct sound.
    """
    length = int(decay_seconds * RATE_HZ)
    time = np.arange(length) / RATE_HZ
    bright = dice.standard_normal(length) * 10 ** (-3 * time / (0.4 * decay_seconds))
    dark = _smooth(dice.standard_normal(length), width=24) * 10 ** (-3 * time / decay_seconds)
    tail = 0.5 * bright + 2.5 * dark
    tail[: int(0.012 * RATE_HZ)] = 0.0  # nothing returns before the nearest wall does
    tail *= 10 ** (-direct_to_reverb_db / 20) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    return tail.astype(np.float32)


def in_the_hall(dry: Samples, impulse: Samples) -> Samples:
    """Sound as it arrives at the microphone: convolved with the hall, same length."""
    size = 2 * BLOCK
    spectrum = np.fft.rfft(impulse, size)
    wet = np.zeros(len(dry) + size, dtype=np.float32)
    for start in range(0, len(dry), BLOCK):
        block = np.fft.rfft(dry[start : start + BLOCK], size)
        wet[start : start + size] += np.fft.irfft(block * spectrum, size).astype(np.float32)
    return wet[: len(dry)]


def house_noise(dice: np.random.Generator, length: int, *, level_db: float) -> Samples:
    """The hall when nobody plays: pink noise, as of air, clothes and distant doors.

    Args:
        dice: where the noise comes from.
        length: samples.
        level_db: its RMS, dB below full scale.
    """
    period = min(length, 60 * RATE_HZ)
    spectrum = np.fft.rfft(dice.standard_normal(period))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 20 * period / RATE_HZ))
    minute = np.fft.irfft(spectrum, period)
    return np.resize(at_level(minute, level_db), length)


def applause(dice: np.random.Generator, length: int, *, people: int = 120) -> Samples:
    """A house clapping: each person at a pace and with hands of their own; not normalised.

    Args:
        dice: who claps when.
        length: samples.
        people: how many clap.
    """
    sound = np.zeros(length + RATE_HZ, dtype=np.float64)
    seconds = length / RATE_HZ
    for _ in range(people):
        clap = _clap(dice) * dice.uniform(0.2, 1.0)
        pace = dice.uniform(2.5, 4.5)  # claps a second
        times = np.arange(dice.uniform(0, 1.0), seconds - dice.uniform(0, 2.0), 1 / pace)
        times += dice.normal(0, 0.02, len(times))
        for place in (np.clip(times, 0, seconds) * RATE_HZ).astype(int):
            sound[place : place + len(clap)] += clap
    return sound[:length].astype(np.float32)


def at_level(sound: NDArray[np.floating], level_db: float) -> Samples:
    """The same sound, float32, with its RMS at so many dB below full scale.

    Raises:
        ValueError: the sound is silent.
    """
    loudness = float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))
    if loudness == 0.0:
        raise ValueError(f"{len(sound)} samples of silence have no level")
    return (sound * (10 ** (level_db / 20) / loudness)).astype(np.float32)


def _clap(dice: np.random.Generator) -> NDArray[np.float64]:
    length = int(0.03 * RATE_HZ)
    decay = np.exp(-np.arange(length) / (dice.uniform(0.002, 0.006) * RATE_HZ))
    return _smooth(dice.standard_normal(length), width=int(dice.integers(4, 16))) * decay


def _smooth(noise: NDArray[np.float64], *, width: int) -> NDArray[np.float64]:
    return np.convolve(noise, np.ones(width) / width, mode="same")
