"""The one question asked before hearing: a sound card, a file, or a pipe?"""

from pathlib import Path

from edge.capture.block import Source
from edge.capture.microphone import Microphone
from edge.capture.recovery import Door
from edge.capture.wavefile import Pipe, WaveFile
from edge.config import Settings
from edge.errors import Misconfigured

UNPACED_BLOCK_SECONDS = 1.0  # nobody waits for the next block of a file read at full speed


def open_device(name: str, settings: Settings) -> Source:
    """A sound card that a person named, if it can be heard now.

    Raises:
        Deaf: it cannot be heard.
    """
    microphone = Microphone(name, settings, door=Door.of_unit())
    microphone.open()
    return microphone


def await_device(name: str, settings: Settings) -> Source:
    """A sound card that orders name: it is listened to from now on, once it is there."""
    microphone = Microphone(name, settings, door=Door.of_unit())
    microphone.await_card()
    return microphone


def open_file(name: str, settings: Settings, *, pace: float, skip_seconds: float) -> Source:
    """A recording, or raw sound on standard input when its name is `-`.

    Args:
        name: path of the recording, or `-`.
        settings: of this box.
        pace: times real time; 0 is as fast as possible.
        skip_seconds: sound left out at the beginning, s.

    Raises:
        Deaf: it cannot be read.
        Misconfigured: a pipe can be neither paced nor skipped.
    """
    if name == "-":
        if pace or skip_seconds:
            raise Misconfigured("standard input comes at its own pace; leave out --pace and --skip")
        return Pipe(block_seconds=settings.block_seconds)
    return WaveFile(
        Path(name),
        block_seconds=settings.block_seconds if pace else UNPACED_BLOCK_SECONDS,
        pace=pace,
        skip_seconds=skip_seconds,
    )
