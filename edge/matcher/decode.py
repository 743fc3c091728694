"""Sound files as samples: anything libsndfile reads, one channel, whole or in blocks."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from edge.errors import Deaf
from edge.matcher.resample import HIGHEST_RATE_HZ, LOWEST_RATE_HZ

BLOCK_SECONDS = 2
MOST_CHANNELS = 32  # a block is then 49 MB at most, whatever a file claims to be


@contextmanager
def open_sound(path: Path) -> Iterator[tuple[Iterator[NDArray[np.float32]], int]]:
    """Open a sound file for reading block by block, channels averaged.

    Yields:
        An iterator of float32 mono blocks of 2 s, and the rate in Hz.

    Raises:
        Deaf: the file is missing, is not sound that libsndfile reads, or runs at a rate or has
            channels beyond what is heard.
    """
    try:
        path.stat()  # the system says why there is nothing to read; libsndfile does not
        file = soundfile.SoundFile(path)
    except (soundfile.LibsndfileError, OSError) as error:
        raise Deaf(f"cannot read sound from {path}: {error}") from error
    with file:
        if (
            not LOWEST_RATE_HZ <= file.samplerate <= HIGHEST_RATE_HZ
            or file.channels > MOST_CHANNELS
        ):
            raise Deaf(
                f"{path} has {file.channels} channels at {file.samplerate} Hz; at most "
                f"{MOST_CHANNELS} at {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ} Hz are heard"
            )
        yield _blocks(file, path), file.samplerate


def decode(path: Path) -> tuple[NDArray[np.float32], int]:
    """A whole file in memory: float32 mono samples, and the rate in Hz.

    Raises:
        Deaf: the file is missing or is not sound that libsndfile reads.
    """
    with open_sound(path) as (blocks, rate_hz):
        return np.concatenate([np.zeros(0, np.float32), *blocks]), rate_hz


def _blocks(file: soundfile.SoundFile, path: Path) -> Iterator[NDArray[np.float32]]:
    size = BLOCK_SECONDS * file.samplerate
    try:
        while len(block := file.read(size, dtype="float32", always_2d=True)):
            yield block.mean(axis=1, dtype=np.float32)
    except soundfile.LibsndfileError as error:
        raise Deaf(f"{path} breaks off: {error}") from error
