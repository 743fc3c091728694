"""The process of one card: opens it through PortAudio and fills the ring until it is killed."""

import ctypes
import importlib
import json
import os
import select
import signal
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from edge.capture import enumeration
from edge.capture.causes import Cause
from edge.capture.ring import RingShape, RingWriter
from edge.errors import Deaf

PREFERRED_RATE_HZ = 48_000
LATENCY_SECONDS = 0.5  # of the driver's own buffer: generous, since nobody waits for an echo
MOST_CHANNELS = 32
RATE_TOLERANCE = 1e-4  # what a card may say beside the rate asked for; PortAudio lets pass 1 %
PR_SET_PDEATHSIG = 1
_FAULTS: dict[int, Cause] = {  # PortAudio's error numbers
    -9997: "wrong_rate",
    -9996: "unplugged",  # paInvalidDevice
    -9985: "busy",  # paDeviceUnavailable
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the process of a card is asked for.

    Attributes:
        device: a stable name (`hw:socket1`), or part of a PortAudio name.
        rate_hz: the rate it must have; 0: the preferred one, or else the card's own.
        block_seconds: sound in one grab, s.
        shape: of the ring.
        memory: descriptor of the ring's memory.
        bell: eventfd, rung for every grab.
        words: descriptor of the pipe that takes words.
        alsa: where ALSA tells its cards.
    """

    device: str
    rate_hz: int
    block_seconds: float
    shape: RingShape
    memory: int
    bell: int
    words: int
    alsa: str


class Refusal(Deaf):
    """The card cannot be heard, and why."""

    def __init__(self, cause: Cause, message: str) -> None:
        """Say why in one word, and in a sentence."""
        super().__init__(message)
        self.cause = cause


class Stream(Protocol):
    """PortAudio's stream, as far as we use it."""

    samplerate: float  # real, Hz

    def start(self) -> None:
        """Let the callback be called."""


class CardStatus(Protocol):
    """PortAudio's word on how a grab went."""

    input_overflow: bool  # frames before this grab were discarded


def portaudio() -> ModuleType:
    """The sounddevice module, which loads PortAudio when first imported.

    Raises:
        Refusal: PortAudio is not installed.
    """
    try:
        return importlib.import_module("sounddevice")
    except OSError as e:
        raise Refusal("refused", f"{e}: install it with `apt-get install libportaudio2`") from e


def find_device(devices: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """The one capture device whose name is, or contains, `name`.

    Raises:
        Refusal: none or several fit; the message lists what there is.
    """
    capturing = [d for d in devices if d["max_input_channels"] > 0]
    exact = [d for d in capturing if d["name"] == name]
    fitting = exact or [d for d in capturing if name.casefold() in d["name"].casefold()]
    if len(fitting) == 1:
        return fitting[0]
    listed = ", ".join(repr(d["name"]) for d in capturing) or "no capture device at all"
    found = "no sound device" if not fitting else f"{len(fitting)} sound devices"
    cause: Cause = "refused" if fitting else "unplugged"
    raise Refusal(cause, f"{found} named like {name!r}; there is: {listed}")


class Card:
    """One PortAudio stream into one ring."""

    def __init__(self, wish: Wish) -> None:
        """Open the card; `start` makes it run.

        Raises:
            Refusal: it is not there, busy, or not as wished.
        """
        self._sound = portaudio()
        self._device = self._find(wish)
        self._wish = wish
        self._ring = RingWriter(wish.memory, wish.bell, wish.shape)
        self.ended_reader, self._ended = os.pipe()
        self.channels = min(2, int(self._device["max_input_channels"]))
        self.rate_hz = wish.rate_hz or self._own_rate()
        self._stream = self._open()
        self._demand_rate()

    @property
    def name(self) -> str:
        """What PortAudio calls it."""
        return str(self._device["name"])

    def start(self) -> None:
        """Let the callback be called.

        Raises:
            Refusal: the card does not start.
        """
        try:
            self._stream.start()
        except self._sound.PortAudioError as e:
            raise self._refusal(e) from e

    def _find(self, wish: Wish) -> dict[str, Any]:
        alsa = Path(wish.alsa)
        if not enumeration.is_there(wish.device, alsa):
            raise Refusal("unplugged", f"there is no sound card {wish.device!r}")
        try:
            wanted = enumeration.portaudio_name(wish.device, alsa)
            return find_device(list(self._sound.query_devices()), wanted)
        except Refusal as e:
            # PortAudio leaves out a card that another program holds when it starts
            holder = enumeration.holder(wish.device, alsa)
            if not holder:
                raise
            raise Refusal("busy", f"{wish.device!r} is used by process {holder}") from e

    def _open(self) -> Stream:
        """A stream of two channels at most, or of all if the card knows only all."""
        most = min(MOST_CHANNELS, int(self._device["max_input_channels"]))
        try:
            return self._new_stream()
        except self._sound.PortAudioError as e:
            if self.channels == most:
                raise self._refusal(e) from e
        self.channels = most
        try:
            return self._new_stream()
        except self._sound.PortAudioError as e:
            raise self._refusal(e) from e

    def _own_rate(self) -> int:
        try:
            self._sound.check_input_settings(
                self._device["index"],
                channels=self.channels,
                dtype="int16",
                samplerate=PREFERRED_RATE_HZ,
            )
        except self._sound.PortAudioError:
            return min(PREFERRED_RATE_HZ, int(self._device["default_samplerate"]))
        return PREFERRED_RATE_HZ

    def _new_stream(self) -> Stream:
        ring, now_ns = self._ring, time.monotonic_ns

        def take(pcm: bytes, frames: int, _clock: object, status: CardStatus) -> None:
            """Copy and return: no log, no lock, no exception."""
            ring.put(memoryview(pcm), frames, came_ns=now_ns(), overflowed=status.input_overflow)

        stream: Stream = self._sound.RawInputStream(
            device=self._device["index"],
            samplerate=self.rate_hz,
            channels=self.channels,
            dtype="int16",
            blocksize=round(self._wish.block_seconds * self.rate_hz),
            latency=LATENCY_SECONDS,
            callback=take,
            finished_callback=lambda: os.write(self._ended, b"."),
        )
        return stream

    def _demand_rate(self) -> None:
        """PortAudio's ALSA door accepts a rate up to 1 % off without a word; we do not."""
        real, wished = self._stream.samplerate, self.rate_hz
        if abs(real - wished) > wished * RATE_TOLERANCE:
            raise Refusal("wrong_rate", f"{self.name!r} runs at {real} Hz, not at {wished} Hz")

    def _refusal(self, error: Exception) -> Refusal:
        number = error.args[1] if len(error.args) > 1 else 0
        cause = _FAULTS.get(number, "refused")
        return Refusal(cause, f"sound device {self.name!r} cannot be opened: {error}")


def _say(wish: Wish, word: str, **particulars: object) -> None:
    os.write(wish.words, json.dumps({"word": word, **particulars}).encode() + b"\n")


def hear(wish: Wish) -> None:
    """Hear until whoever asked closes our standard input, or the driver ends the stream."""
    card = Card(wish)
    _say(
        wish,
        "opened",
        name=card.name,
        rate_hz=card.rate_hz,
        channels=card.channels,
        is_exclusive="(hw:" in card.name,
        usb=enumeration.usb_identity(wish.device, Path(wish.alsa)),
    )
    card.start()
    ready, _, _ = select.select([sys.stdin.fileno(), card.ended_reader], [], [])
    if card.ended_reader in ready:
        _say(wish, "refused", cause="ended", reason=f"the driver of {card.name!r} ended the sound")


def encode(wish: Wish) -> str:
    """A wish as one argument of a command."""
    return json.dumps(asdict(wish))


def decode(text: str) -> Wish:
    """What `encode` made an argument of."""
    wish = json.loads(text)
    return Wish(**{**wish, "shape": RingShape(**wish["shape"])})


def die_with_parent(parent: int) -> None:
    """Let the kernel kill us when whoever started us is gone, even while a driver hangs.

    Source:
        prctl(2), PR_SET_PDEATHSIG.
    """
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # gone before we asked
        os._exit(0)


def main() -> None:
    """Do what the first argument wishes for the process that the second one names."""
    die_with_parent(int(sys.argv[2]))
    wish = decode(sys.argv[1])
    try:
        hear(wish)
    except Refusal as e:
        _say(wish, "refused", cause=e.cause, reason=str(e))
    # Not a clean exit: closing a stream whose card is gone may block for ever.
    os._exit(0)


if __name__ == "__main__":
    main()
