"""From samples to landmarks as they come; and a whole recording's landmarks, kept for its sound."""

import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.errors import BadCatalogue
from edge.matcher.landmarks import Landmarks, join
from edge.matcher.peaks import PeakPicker, Peaks
from edge.matcher.presence import Presence
from edge.matcher.recipe import RECIPE, Frame, Recipe
from edge.matcher.resample import Resampler
from edge.matcher.spectrum import LogSpectrum, Whitener

__all__ = ["Fingerprint", "Fingerprinter", "Landmarks", "fingerprint", "fingerprint_blocks"]

PER_SECOND = 30  # landmarks of a recording that are kept, the highest of each second
LONGEST_FRAMES = 24 * 3600 * 44  # a day: no recording is longer
_MAGIC = b"QFP1"
_HEAD = struct.Struct("<4s24sII16s")  # magic, recipe id, frames, landmarks, BLAKE2b-128 of the rest
_PEAK = np.dtype([("frame", "<u4"), ("quarter", "<u2"), ("height", "<u2")])
_LOUDEST = 8.0  # full scales: floating point sound may overshoot, but not so far
_HEIGHT_STEPS = 2048.0  # per neper: heights up to 31 nepers in 16 bits


class Fingerprinter:
    """Turns a stream of samples into landmarks, the same ones however the stream is cut.

    Lags 6 s behind the sound. Keeps about 8 s of spectrogram (2 MB) whatever the length of
    the stream, and nothing that could be played back for longer than 2 s. Who keeps the levels
    that come with landmarks keeps a spectrum of rises, without phases.

    Args:
        rate_hz: rate of the stream, 8000 to 192000.
        recipe: the numbers that make the fingerprint.
        presence: whether to tell how loud it is where no landmark stands, too.

    Raises:
        ValueError: the rate is outside 8000 to 192000 Hz.
    """

    def __init__(self, rate_hz: int, *, recipe: Recipe = RECIPE, presence: bool = True) -> None:
        bins = recipe.high_bin - recipe.low_bin
        self._low_bin = np.float32(recipe.low_bin)
        self._resampler = Resampler(rate_hz, to_hz=recipe.rate_hz)
        self._spectrum = LogSpectrum(recipe)
        self._whitener = Whitener(bins)
        self._picker = PeakPicker(bins)
        self._presence = Presence(bins) if presence else None
        self._loud = np.zeros((0, bins), np.uint8)  # of the second that is not over
        self._settled = 0  # frames whose landmarks were given out
        self._levels = np.zeros((0, bins), np.int32)
        self._sound = np.zeros(0, np.float32)

    @property
    def sound(self) -> NDArray[np.float32]:
        """The samples at the recipe's rate that were new in the last call."""
        return self._sound

    @property
    def levels(self) -> NDArray[np.int32]:
        """The spectrum's frames that were new in the last call: log power in 1/65536 neper."""
        return self._levels

    def feed(self, samples: NDArray[np.float32]) -> Landmarks:
        """Take the next samples of the stream and give the landmarks that are now settled.

        Args:
            samples: mono, [-1, 1], any number of them; what is no number or far outside counts
                as silence.

        Raises:
            ValueError: the samples are not one channel of float32.
        """
        if samples.ndim != 1 or samples.dtype != np.float32:
            raise ValueError(
                f"samples of shape {samples.shape} and type {samples.dtype}; one channel of float32"
                " is wanted"
            )
        sane = np.where(np.abs(samples) <= _LOUDEST, samples, np.float32(0))  # drops NaN as well
        self._sound = self._resampler.feed(sane)
        self._levels = self._spectrum.feed(self._sound)
        whitened = self._whitener.feed(self._levels)
        peaks = self._picker.feed(whitened)
        self._listen(whitened)
        return self._landmarks(peaks, self._picker.until)

    def close(self) -> Landmarks:
        """End the stream and give the last landmarks; `until` is then its length in frames."""
        self._sound = self._resampler.close()
        levels = self._spectrum.feed(self._sound)
        self._levels = np.concatenate((levels, self._spectrum.close()))
        parts = []
        for whitened in (self._whitener.feed(self._levels), self._whitener.close()):
            peaks = self._picker.feed(whitened)
            self._listen(whitened)
            parts.append(self._landmarks(peaks, self._picker.until))
        last, frames = self._picker.close()
        if self._presence is not None:
            self._loud = np.concatenate((self._loud, self._presence.close()))
        return join([*parts, self._landmarks(last, frames)])

    def _listen(self, whitened: NDArray[np.float32]) -> None:
        if self._presence is not None:
            self._loud = np.concatenate((self._loud, self._presence.feed(whitened)))

    def _landmarks(self, peaks: Peaks, until: int) -> Landmarks:
        settled = until - self._settled
        self._settled = until
        presence, self._loud = self._loud[:settled], self._loud[settled:]
        columns = (peaks[0], peaks[1] + self._low_bin, peaks[2])
        return Landmarks(*columns, Frame(until), presence)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What central keeps of a recording, in place of its sound.

    Attributes:
        landmarks: the 30 highest of each second; `until` is the length in frames.
        recipe: the numbers that made them.
    """

    landmarks: Landmarks
    recipe: Recipe = RECIPE

    @property
    def duration_seconds(self) -> float:
        """Length of the recording, to a frame."""
        return self.recipe.seconds(self.landmarks.until)

    def to_bytes(self) -> bytes:
        """The fingerprint as a versioned, checksummed string of bytes."""
        peaks = np.empty(len(self.landmarks.frames), _PEAK)
        peaks["frame"] = self.landmarks.frames
        peaks["quarter"] = np.rint(self.landmarks.bins * 4)
        peaks["height"] = np.rint(np.minimum(self.landmarks.heights * _HEIGHT_STEPS, 65535))
        rest = peaks.tobytes()
        counts = (self.landmarks.until, len(peaks))
        return _HEAD.pack(_MAGIC, self.recipe.id.encode(), *counts, _digest(counts, rest)) + rest

    @classmethod
    def from_bytes(cls, stored: bytes, *, recipe: Recipe = RECIPE) -> "Fingerprint":
        """Read what `to_bytes` wrote.

        Raises:
            BadCatalogue: the bytes are torn, altered, or made by another recipe.
        """
        if len(stored) < _HEAD.size or stored[:4] != _MAGIC:
            raise BadCatalogue(f"{len(stored)} bytes that are no fingerprint; register it again")
        _, name, frames, count, digest = _HEAD.unpack_from(stored)
        if name.rstrip(b"\0") != recipe.id.encode():
            raise BadCatalogue(f"fingerprint made by {name!r}, not {recipe.id}; register it again")
        rest = stored[_HEAD.size :]
        if len(rest) != count * _PEAK.itemsize or digest != _digest((frames, count), rest):
            raise BadCatalogue(f"fingerprint of {count} landmarks is torn; register it again")
        return cls(_read_peaks(np.frombuffer(rest, _PEAK), frames, recipe), recipe)


def _digest(counts: tuple[int, int], rest: bytes) -> bytes:
    return hashlib.blake2b(struct.pack("<II", *counts) + rest, digest_size=16).digest()


def _read_peaks(peaks: NDArray[np.void], frames: int, recipe: Recipe) -> Landmarks:
    times = peaks["frame"].astype(np.int64)
    bins = peaks["quarter"].astype(np.float32) / np.float32(4)
    ordered = not len(times) or ((np.diff(times) >= 0).all() and times[-1] < frames)
    inside = ((bins >= recipe.low_bin) & (bins < recipe.high_bin)).all()
    if frames > LONGEST_FRAMES or not ordered or not inside:
        raise BadCatalogue(f"fingerprint of {frames} frames has landmarks outside of it")
    heights = peaks["height"].astype(np.float32) / np.float32(_HEIGHT_STEPS)
    return Landmarks(times.astype(np.int32), bins, heights, Frame(frames))


def fingerprint(
    samples: NDArray[np.float32], rate_hz: int, *, recipe: Recipe = RECIPE
) -> Fingerprint:
    """Fingerprint a whole recording held in memory: mono, [-1, 1].

    Raises:
        ValueError: the rate is outside 8000 to 192000 Hz, or the samples are not mono float32.
    """
    step = 10 * rate_hz
    pieces = (samples[k : k + step] for k in range(0, len(samples), step))
    return fingerprint_blocks(pieces, rate_hz, recipe=recipe)


def fingerprint_blocks(
    blocks: Iterable[NDArray[np.float32]], rate_hz: int, *, recipe: Recipe = RECIPE
) -> Fingerprint:
    """Fingerprint a recording that comes in blocks, without ever holding it whole.

    Raises:
        ValueError: the rate is outside 8000 to 192000 Hz, or a block is not mono float32.
    """
    ear = Fingerprinter(rate_hz, recipe=recipe, presence=False)
    parts = [ear.feed(block).strongest(PER_SECOND) for block in blocks]
    parts.append(ear.close().strongest(PER_SECOND))
    return Fingerprint(join(parts), recipe)
