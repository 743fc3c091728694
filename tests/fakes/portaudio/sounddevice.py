"""PortAudio's door, played by a script: the file PORTAUDIO_SCRIPT names says how the card behaves.

It stands in for the `sounddevice` package in the process of a card, and does what PortAudio 19.6
was seen to do: fall silent without a word, hang when it is opened, spin and print.
"""

import json
import os
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace


class PortAudioError(Exception):
    """What PortAudio says: words and a number."""


SCRIPT = json.loads(Path(os.environ["PORTAUDIO_SCRIPT"]).read_text())
"""name: of the device; None: not listed
error: number PortAudio refuses to open it with
hangs: opening never returns
only_channels: a card that knows no fewer
rate_hz: what the stream says it runs at
grabs: how many come before `then`
then: silent | end | spin
lose: seconds lost in the middle, with the flag raised
"""


CHANNELS = SCRIPT.get("only_channels", 2)


def query_devices():
    return [
        {
            "name": name,
            "index": index,
            "max_input_channels": CHANNELS,
            "default_samplerate": 44_100.0,
        }
        for index, name in enumerate([SCRIPT.get("name"), "something else"])
        if name is not None
    ]


def check_input_settings(*_args, **_kwargs):
    pass


class RawInputStream:
    """A stream whose clock is right and whose sound is a ramp."""

    def __init__(self, *, samplerate, channels, blocksize, callback, finished_callback, **_others):
        if SCRIPT.get("hangs"):
            threading.Event().wait()
        if SCRIPT.get("error"):
            raise PortAudioError("refused by the script", SCRIPT["error"])
        if SCRIPT.get("only_channels", channels) != channels:
            raise PortAudioError("that many channels only", -9998)
        self.samplerate = float(SCRIPT.get("rate_hz", samplerate))
        self._block = blocksize
        self._pcm = b"\x01\x00" * channels * blocksize
        self._callback = callback
        self._finished = finished_callback

    def start(self):
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        due, grabs = time.monotonic(), SCRIPT.get("grabs", 1_000_000)
        for index in range(grabs):
            lost = SCRIPT.get("lose", 0) if index == grabs // 2 else 0
            due += lost + self._block / self.samplerate
            time.sleep(max(0, due - time.monotonic()))
            status = SimpleNamespace(input_overflow=lost > 0)
            self._callback(self._pcm, self._block, None, status)
        if SCRIPT.get("then") == "end":
            self._finished()
        while SCRIPT.get("then") == "spin":
            sys.stderr.write("Expression 'ready' failed in 'pa_linux_alsa.c', line: 3958\n")
