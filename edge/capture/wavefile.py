"""A recording that behaves like a sound card: any file libsndfile reads, or raw PCM on a pipe."""

import os
import select
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from edge.capture.block import AudioBlock, Piece, Sample, from_pcm, mono, peaks
from edge.errors import Deaf

PIPE_RATE_HZ = 48_000  # raw PCM carries no header: signed 16 bit, little-endian, mono
LONGEST_NAP_SECONDS = 0.2  # so that a request to stop is heard soon


class Pace:
    """Holds sound back until its time has come."""

    def __init__(self, factor: float, rate_hz: int) -> None:
        """Pace sound at `factor` times real time; 0 means as fast as possible."""
        self._samples_per_second = factor * rate_hz
        self._began: float | None = None

    def lateness(self, samples: int) -> float:
        """Seconds since the moment that so many samples were due; negative while they are not."""
        if self._samples_per_second == 0:
            return 0.0
        now = time.monotonic()
        if self._began is None:
            self._began = now
        return now - self._began - samples / self._samples_per_second


class WaveFile:
    """A file, played once from `skip_seconds` to its end."""

    def __init__(
        self, path: Path, *, block_seconds: float, pace: float = 0.0, skip_seconds: float = 0.0
    ) -> None:
        """Open a recording.

        Args:
            path: any format libsndfile reads.
            block_seconds: sound handed on at once, s.
            pace: times real time; 0 is as fast as possible.
            skip_seconds: sound left out at the beginning, s.

        Raises:
            Deaf: not a readable recording, or shorter than what is to be skipped.
        """
        try:
            path.stat()  # the system says why there is nothing to read; libsndfile does not
            self._file = soundfile.SoundFile(path)
        except (OSError, soundfile.LibsndfileError) as e:
            raise Deaf(f"cannot read the recording {path}: {e}") from e
        self.name = f"file {path.name}"
        self.rate_hz: int = self._file.samplerate
        skipped = round(skip_seconds * self.rate_hz)
        if skipped > self._file.frames:
            raise Deaf(f"{path} is shorter than the {skip_seconds} s to be skipped")
        self._file.seek(skipped)
        self.length: Sample | None = Sample(self._file.frames - skipped)
        self._block = max(1, round(block_seconds * self.rate_hz))
        self._pace = Pace(pace, self.rate_hz)
        self._stopped = False

    def stop(self) -> None:
        """End after the present block."""
        self._stopped = True

    def pieces(self) -> Iterator[Piece]:
        """The recording, block by block, mixed down to mono.

        Raises:
            Deaf: the file breaks off inside.
        """
        place = Sample(0)
        with self._file:
            while (samples := self._next_samples()).size:
                block = AudioBlock(mono(samples), place, self.rate_hz, peaks=peaks(samples))
                if not self._wait_until(block.end):
                    return
                yield block
                place = block.end
                if self._stopped:
                    return

    def _next_samples(self) -> NDArray[np.float32]:
        try:
            samples: NDArray[np.float32] = self._file.read(
                self._block, dtype="float32", always_2d=True
            )
        except soundfile.LibsndfileError as e:
            raise Deaf(f"{self.name} breaks off inside: {e}") from e
        return samples

    def _wait_until(self, place: Sample) -> bool:
        """Wait for a sample's time; False when asked to stop meanwhile."""
        while not self._stopped:
            early = -self._pace.lateness(place)
            if early <= 0:
                return True
            time.sleep(min(early, LONGEST_NAP_SECONDS))
        return False


class Pipe:
    """Raw sound on standard input, signed 16 bit little-endian mono at 48 kHz, until it closes."""

    def __init__(self, *, block_seconds: float, descriptor: int | None = None) -> None:
        """Listen to a pipe.

        Args:
            block_seconds: sound handed on at once, s.
            descriptor: an open file descriptor; standard input unless given.
        """
        self.rate_hz = PIPE_RATE_HZ
        self.name = "standard input"
        self.length: Sample | None = None
        self._descriptor = sys.stdin.fileno() if descriptor is None else descriptor
        self._block_bytes = 2 * max(1, round(block_seconds * PIPE_RATE_HZ))
        self._stopped = False

    def stop(self) -> None:
        """End after what has arrived."""
        self._stopped = True

    def pieces(self) -> Iterator[Piece]:
        """Blocks of one length as they fill, then the rest; half a sample at the end is dropped.

        However the writer cut the sound, the blocks are the same, so that checkpoints fall on the
        same samples.
        """
        place = Sample(0)
        waiting = b""
        while not self._stopped:
            if not select.select([self._descriptor], [], [], LONGEST_NAP_SECONDS)[0]:
                continue
            arrived = os.read(self._descriptor, self._block_bytes)
            waiting += arrived
            size = self._block_bytes if arrived else len(waiting) - len(waiting) % 2
            if size and len(waiting) >= size:
                block = AudioBlock(from_pcm(waiting[:size], 1), place, self.rate_hz)
                waiting = waiting[size:]
                yield block
                place = block.end
            if not arrived:
                return
