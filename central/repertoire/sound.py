"""A recording is heard once, as a box would hear it; what is kept cannot be played back."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO

import numpy as np
from numpy.typing import NDArray

from central.errors import TooLarge, Unacceptable
from central.repertoire.store import Recording
from edge.errors import Deaf
from edge.matcher.decode import open_sound
from edge.matcher.fingerprint import Fingerprint, fingerprint_blocks
from edge.matcher.hold import SHORTEST_FRAMES
from edge.matcher.recipe import RECIPE, Frame

SHORTEST_SECONDS = RECIPE.seconds(Frame(SHORTEST_FRAMES))  # what is shorter no box reports


def hear(file: IO[bytes], *, name: str, longest_seconds: int) -> Fingerprint:
    """The fingerprint of an uploaded recording.

    The upload lies in a temporary file without a name, which the system forgets when it is
    closed, even if power fails; nothing here copies it.

    Args:
        file: the upload.
        name: what the sender calls it, for messages.
        longest_seconds: how much sound is taken at most, s; a small file can decode to days.

    Raises:
        Unacceptable: not sound that can be read, nothing in it to recognise, or too short.
        TooLarge: longer than `longest_seconds`.
    """
    if isinstance(file, SpooledTemporaryFile):
        file.rollover()
    try:
        with open_sound(Path(f"/dev/fd/{file.fileno()}")) as (blocks, rate_hz):
            heard = fingerprint_blocks(
                _bounded(blocks, most=longest_seconds * rate_hz, name=name), rate_hz
            )
    except (Deaf, ValueError) as e:
        raise Unacceptable(f"audio {name!r} is not sound that can be read; {_cause(e)}") from e
    if not len(heard.landmarks.frames):
        raise Unacceptable(f"audio {name!r} has nothing to recognise it by; is it silent?")
    if heard.duration_seconds < SHORTEST_SECONDS:
        raise Unacceptable(
            f"audio {name!r} holds {heard.duration_seconds:.1f} s of sound; no box hears "
            f"what is shorter than {SHORTEST_SECONDS:.0f} s. Is the file whole?"
        )
    return heard


def recording_of(
    heard: Fingerprint, *, work_id: int, title: str, performer: str, isrc: str | None
) -> Recording:
    """A recording of a work, named by its own fingerprint."""
    kept = heard.to_bytes()
    sound = hashlib.sha256(kept).hexdigest()
    return Recording(
        id=f"rec-{sound[:16]}",
        work_id=work_id,
        title=title,
        performer=performer,
        isrc=isrc,
        milliseconds=round(heard.duration_seconds * 1000),
        recipe=RECIPE.id,
        fingerprint=kept,
        fingerprint_sha256=sound,
    )


def _bounded(
    blocks: Iterator[NDArray[np.float32]], *, most: int, name: str
) -> Iterator[NDArray[np.float32]]:
    taken = 0
    for block in blocks:
        taken += len(block)
        if taken > most:
            raise TooLarge(f"audio {name!r} is longer than a recording may be; send it in parts")
        yield block


def _cause(error: Exception) -> str:
    """The decoder's own words, without the number of a file that has no name."""
    return str(error.__cause__ or error).rsplit(": ", 1)[-1]
