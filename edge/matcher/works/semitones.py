"""From samples to what sounds in each semitone, twice a second, whatever the room or the gain."""

from typing import NewType

import numpy as np
from numba import njit
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from edge.matcher.works.tuning import Tuning

Beat = NewType("Beat", int)  # a position in the features, `BEAT_SAMPLES` samples apart

RATE_HZ = 11025
WINDOW = 4096  # samples, Hann: 372 ms part neighbouring semitones from 100 Hz upwards
HOP = 1024  # samples, 93 ms
HOPS = 5  # hops to a beat
BEAT_SAMPLES = HOP * HOPS
BEAT_SECONDS = BEAT_SAMPLES / RATE_HZ  # 0.464
BEAT_FRAMES = 20  # of the landmarks' spectrum
LOWEST, HIGHEST = 33, 99  # MIDI numbers of the semitones that are looked at
FIRST, BANDS = 43, 48  # and of those that are kept: 98 Hz to 1480 Hz
SCALE = 127  # a beat's semitones have this length as a vector
_SMOOTH = 13  # hops, 1.2 s, Hann: how far two players are apart within a chord
_AROUND = 12  # semitones on each side whose mean is taken away
_SHARE = 0.8  # of that mean
_LOUD = 10  # one semitone of so many is louder than the level by which all are measured
_FAINT = 0.02  # of the loudest semitone's power: that level is no lower, so one tone is heard too
_STEEP = 30.0  # how much a semitone at that level stands above silence, before the logarithm
_PARTIALS = np.array([0, 12, 19, 24, 28, 31], np.int64)  # semitones above the tone they belong to
_GATHERED = np.array([1, 0.8, 0.6, 0.5, 0.4, 0.3], np.float32)  # of each, what is laid back on it
_BLOCK = 15  # hops transformed together; fixed, so that a beat never depends on its company
_FLOOR = 1e-7  # of full scale: what is weaker in all semitones is silence


class Semitones:
    """Turns a stream at 11025 Hz into beats, the same ones however the stream is cut.

    Lags 1 s behind the sound; keeps 2 s of samples and 13 frames of semitones.
    """

    def __init__(self) -> None:
        phase = 2 * np.pi * np.arange(WINDOW) / WINDOW
        self._window = (0.5 - 0.5 * np.cos(phase)).astype(np.float32)
        self._kept = np.zeros(0, np.float32)
        self._smoother = Smoother()
        self._tuning = Tuning()

    def feed(self, samples: NDArray[np.float32]) -> NDArray[np.int8]:
        """Take samples; give the beats that are complete, int8, shape (beats, 48)."""
        self._kept = np.concatenate((self._kept, samples))
        span = (_BLOCK - 1) * HOP + WINDOW
        beats = [np.zeros((0, BANDS), np.int8)]
        while len(self._kept) >= span:
            beats.append(self._smoother.feed(self._semitones(self._kept[:span])))
            self._kept = self._kept[_BLOCK * HOP :]
        self._kept = self._kept.copy()
        return np.concatenate(beats)

    def close(self) -> NDArray[np.int8]:
        """Give the last beats, as `feed` does."""
        frames = max(0, (len(self._kept) - WINDOW) // HOP + 1)
        padded = np.zeros((_BLOCK - 1) * HOP + WINDOW, np.float32)
        padded[: len(self._kept)] = self._kept
        last = self._smoother.feed(self._semitones(padded)[:frames])
        return np.concatenate((last, self._smoother.close()))

    def _semitones(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        windows = sliding_window_view(samples, WINDOW)[::HOP]
        spectrum = np.fft.rfft(windows * self._window, axis=1).astype(np.complex64)
        power = (spectrum.real**2 + spectrum.imag**2) / np.float32((WINDOW / 4) ** 2)
        cents = self._tuning.feed(power)
        return contrast(fold(power, cents))


class Smoother:
    """Lays 1.2 s of semitones together for each beat, and weighs all beats alike."""

    def __init__(self) -> None:
        phase = 2 * np.pi * (np.arange(_SMOOTH) + 1) / (_SMOOTH + 1)
        self._weights = (0.5 - 0.5 * np.cos(phase)).astype(np.float32)
        lead = np.zeros((_SMOOTH // 2, HIGHEST - LOWEST + 1), np.float32)
        self._kept = lead  # the first beat lies around the first frame

    def feed(self, frames: NDArray[np.float32]) -> NDArray[np.int8]:
        """Take semitones, float32 (frames, 67); give the beats that are complete."""
        self._kept = np.concatenate((self._kept, frames))
        count = max(0, (len(self._kept) - _SMOOTH) // HOPS + 1)
        beats = np.empty((count, BANDS), np.int8)
        low = FIRST - LOWEST
        for k in range(count):
            part = self._kept[k * HOPS : k * HOPS + _SMOOTH, low : low + BANDS]
            beats[k] = _unit(self._weights @ part)
        self._kept = self._kept[count * HOPS :].copy()
        return beats

    def close(self) -> NDArray[np.int8]:
        """Give the last beats: what follows the end is silence."""
        tail = np.zeros((_SMOOTH // 2, self._kept.shape[1]), np.float32)
        return self.feed(tail)


def _unit(semitones: NDArray[np.float32]) -> NDArray[np.int8]:
    length = float(np.sqrt(np.dot(semitones, semitones)))
    if length < 1e-3:
        return np.zeros(BANDS, np.int8)
    whole: NDArray[np.int8] = np.rint(semitones * np.float32(SCALE / length)).astype(np.int8)
    return whole


def fold(power: NDArray[np.float32], cents: NDArray[np.float32]) -> NDArray[np.float32]:
    """Power in each semitone.

    Args:
        power: of the bins of each frame, float32 (frames, 2049).
        cents: by which each frame is tuned above 440 Hz.

    Returns:
        float32, shape (frames, 67).
    """
    out = np.zeros((len(power), HIGHEST - LOWEST + 1), np.float32)
    _fold(power, cents, _PITCHES, out)
    return out


def contrast(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """What stands out from the semitones around it, whatever the level and the instrument.

    A reed or a brass instrument is louder in its overtones than in its tone, a flute the other way
    about; what stands out is laid back on the tones whose overtone it may be, and looked at again.

    Args:
        power: in each semitone, float32 (frames, 67).
    """
    out = np.zeros_like(power)
    _contrast(power, out)
    return out


_PITCHES = np.array(
    [69 + 12 * np.log2(max(k, 1) * RATE_HZ / WINDOW / 440) for k in range(WINDOW // 2 + 1)],
    np.float32,
)


@njit(cache=True, nogil=True)
def _fold(
    power: NDArray[np.float32],
    cents: NDArray[np.float32],
    pitches: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    for t in range(len(power)):
        shift = cents[t] / np.float32(100)
        for b in range(1, len(pitches)):
            x = pitches[b] - shift
            band = int(np.rint(x)) - LOWEST
            if 0 <= band < out.shape[1]:
                d = abs(x - np.float32(band + LOWEST))
                out[t, band] += power[t, b] * min(np.float32(1), np.float32(2) - 4 * d)


@njit(cache=True, nogil=True)
def _contrast(power: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    bands = power.shape[1]
    levels, standing = np.empty(bands, np.float32), np.empty(bands, np.float32)
    for t in range(len(power)):
        ordered = np.sort(power[t])
        loud = max(ordered[bands - 1 - bands // _LOUD], np.float32(_FAINT) * ordered[-1])
        if loud < _FLOOR * 1e-3:
            continue
        for b in range(bands):
            levels[b] = np.log1p(np.float32(_STEEP) * power[t, b] / loud)
        _stand_out(levels, standing)
        levels[:] = 0
        for k in range(len(_PARTIALS)):
            up = _PARTIALS[k]
            for b in range(bands - up):
                levels[b] += _GATHERED[k] * standing[b + up]
        _stand_out(levels, out[t])


@njit(cache=True, nogil=True)
def _stand_out(levels: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    bands = len(levels)
    for b in range(bands):
        low, high = max(0, b - _AROUND), min(bands, b + _AROUND + 1)
        out[b] = max(np.float32(0), levels[b] - np.float32(_SHARE) * levels[low:high].mean())
