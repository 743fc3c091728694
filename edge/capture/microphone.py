"""A real sound card, through PortAudio, watched by counting its frames against the clock."""

import importlib
import queue
import time
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Protocol

from edge.capture.block import AudioBlock, Hole, Piece, Sample, from_pcm
from edge.errors import Deaf

PREFERRED_RATE_HZ = 48_000
LATENCY_SECONDS = 0.5  # of the driver's own buffer: generous, since nobody waits for an echo
NAP_SECONDS = 0.25  # between two looks whether frames have come or we are to stop
REOPEN_PAUSE_SECONDS = 1.0


class CardClock(Protocol):
    """PortAudio's word on when a grab was recorded; the name is PortAudio's."""

    inputBufferAdcTime: float  # s, on the card's clock


class CardStatus(Protocol):
    """PortAudio's word on how a grab went."""

    input_overflow: bool  # frames before this grab were discarded


@dataclass(frozen=True, slots=True)
class Grab:
    """What one call of the driver brought.

    Attributes:
        first: frames the card has counted before this one, missed ones included.
        lost: of these, frames the driver lost just before this grab.
        pcm: interleaved little-endian int16.
        came: when the driver brought it, on the monotonic clock, s.
    """

    first: int
    lost: int
    pcm: bytes
    came: float


def missing(expected: int, grab: Grab, place: Sample) -> list[Hole]:
    """The holes between what was expected and what came, oldest first.

    Args:
        expected: the frame count that would follow the last grab without a hole.
        grab: what came instead.
        place: where the sound so far ends.
    """
    behind = grab.first - grab.lost - expected
    middle = Sample(place + behind)
    spans = (
        Hole(place, middle, "behind"),
        Hole(middle, Sample(middle + grab.lost), "lost"),
    )
    return [hole for hole in spans if hole.end > hole.first]


class Receiver:
    """The driver's callback and the bounded queue behind it.

    The callback counts, copies and returns. When the queue is full it only counts: the frames
    it did not keep show up as a jump in `Grab.first`.
    """

    def __init__(self, *, rate_hz: int, capacity: int) -> None:
        """Receive at a rate; keep at most `capacity` grabs."""
        self._rate_hz = rate_hz
        self._grabs: queue.SimpleQueue[Grab] = queue.SimpleQueue()
        self._capacity = capacity
        self._counted = 0
        self._lost = 0  # lost by the driver and not yet told with a grab
        self._due = 0.0  # when the next frame is due, on the card's clock, s
        self.ended = False

    def take(self, pcm: memoryview, frames: int, clock: CardClock, status: CardStatus) -> None:
        """PortAudio's callback: no log, no lock of ours, no allocation beyond the copy."""
        if status.input_overflow and self._counted:
            missed = max(0, round((clock.inputBufferAdcTime - self._due) * self._rate_hz))
            self._lost += missed
            self._counted += missed
        if self.waiting < self._capacity:
            self._grabs.put(Grab(self._counted, self._lost, bytes(pcm), time.monotonic()))
            self._lost = 0
        self._counted += frames
        self._due = clock.inputBufferAdcTime + frames / self._rate_hz

    def finish(self) -> None:
        """PortAudio's word that the stream has ended."""
        self.ended = True

    @property
    def waiting(self) -> int:
        """Grabs not yet fetched."""
        return self._grabs.qsize()

    def next_grab(self) -> Grab | None:
        """What came next, or None when nothing came for a while."""
        try:
            return self._grabs.get(timeout=NAP_SECONDS)
        except queue.Empty:
            return None


def portaudio() -> ModuleType:
    """The sounddevice module, which loads PortAudio when first imported.

    Raises:
        Deaf: PortAudio is not installed.
    """
    try:
        return importlib.import_module("sounddevice")
    except OSError as e:
        raise Deaf(f"{e}: install it with `apt-get install libportaudio2`") from e


def find_device(devices: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """The one capture device whose name is, or contains, `name`.

    Raises:
        Deaf: none or several fit; the message lists what there is.
    """
    capturing = [d for d in devices if d["max_input_channels"] > 0]
    exact = [d for d in capturing if d["name"] == name]
    fitting = exact or [d for d in capturing if name.casefold() in d["name"].casefold()]
    if len(fitting) == 1:
        return fitting[0]
    listed = ", ".join(repr(d["name"]) for d in capturing) or "no capture device at all"
    found = "no sound device" if not fitting else f"{len(fitting)} sound devices"
    raise Deaf(f"{found} named like {name!r}; there is: {listed}")


class Microphone:
    """A capture device, found by part of its name, heard until stopped."""

    def __init__(
        self,
        device: str,
        *,
        block_seconds: float,
        queue_seconds: float,
        unplugged_seconds: float,
        reopen_attempts: int,
    ) -> None:
        """Open the device and start hearing.

        Args:
            device: part of a PortAudio device name.
            block_seconds: sound handed on at once, s.
            queue_seconds: sound kept while the ear is busy, s.
            unplugged_seconds: without a frame for so long, the device counts as unplugged, s.
            reopen_attempts: tries to hear it again before giving up.

        Raises:
            Deaf: no such device, or it cannot be heard.
        """
        self._device = device
        self._block_seconds = block_seconds
        self._capacity = max(1, round(queue_seconds / block_seconds))
        self._unplugged_seconds = unplugged_seconds
        self._reopen_attempts = reopen_attempts
        self._sound = portaudio()
        self._stopped = False
        self.length: Sample | None = None
        self.rate_hz = 0
        self._open()
        self.name = f"device {device}"

    def stop(self) -> None:
        """End after the present block."""
        self._stopped = True

    def _open(self) -> None:
        """Start a stream; its rate must stay what it was."""
        found = find_device(list(self._sound.query_devices()), self._device)
        self._channels = min(2, found["max_input_channels"])
        rate_hz = self.rate_hz or self._rate_of(found)
        self._receiver = Receiver(rate_hz=rate_hz, capacity=self._capacity)
        try:
            self._stream = self._sound.RawInputStream(
                device=found["index"],
                samplerate=rate_hz,
                channels=self._channels,
                dtype="int16",
                blocksize=round(self._block_seconds * rate_hz),
                latency=LATENCY_SECONDS,
                callback=self._receiver.take,
                finished_callback=self._receiver.finish,
            )
            self._stream.start()
        except self._sound.PortAudioError as e:
            raise Deaf(f"sound device {found['name']!r} cannot be opened: {e}") from e
        if self._stream.samplerate != rate_hz:
            # PortAudio's ALSA door accepts a rate up to 1 % off without a word
            real = self._stream.samplerate
            self._stream.close()
            raise Deaf(f"sound device {found['name']!r} runs at {real} Hz, not at {rate_hz} Hz")
        self.rate_hz = rate_hz
        self._last_came = time.monotonic()

    def _rate_of(self, found: dict[str, Any]) -> int:
        try:
            self._sound.check_input_settings(
                found["index"],
                channels=self._channels,
                dtype="int16",
                samplerate=PREFERRED_RATE_HZ,
            )
        except self._sound.PortAudioError:
            return int(found["default_samplerate"])
        return PREFERRED_RATE_HZ

    def pieces(self) -> Iterator[Piece]:
        """Blocks as the card gives them; what it did not give comes as holes.

        Raises:
            Deaf: unplugged, and not back after the last attempt.
        """
        place = Sample(0)
        try:
            while not self._stopped:
                for piece in self._until_unplugged(place):
                    yield piece
                    place = piece.end
                for hole in self._until_back(place):
                    yield hole
                    place = hole.end
        finally:
            self._stream.close()

    def _until_unplugged(self, place: Sample) -> Iterator[Piece]:
        """Hear one stream until it is stopped or nothing comes any more."""
        expected = 0
        while not self._stopped:
            grab = self._receiver.next_grab()
            if grab is None:
                silent = time.monotonic() - self._last_came
                if self._receiver.ended or silent >= self._unplugged_seconds:
                    return
                continue
            # not when we fetched it: a busy ear fetches late, and the time unplugged began then
            self._last_came = grab.came
            for hole in missing(expected, grab, place):
                yield hole
                place = hole.end
            block = AudioBlock(from_pcm(grab.pcm, self._channels), place, self.rate_hz)
            yield block
            place = block.end
            expected = grab.first + block.samples.size

    def _until_back(self, place: Sample) -> Iterator[Hole]:
        """Try to hear the device again, accounting for the time meanwhile."""
        began, origin = self._last_came, place
        for _ in range(self._reopen_attempts):
            if self._stopped:
                return
            back = self._reopen()
            due = Sample(origin + round((time.monotonic() - began) * self.rate_hz))
            if due > place:
                yield Hole(place, due, "unplugged")
                place = due
            if back:
                return
            time.sleep(REOPEN_PAUSE_SECONDS)
        raise Deaf(
            f"{self.name} is silent; {self._reopen_attempts} attempts to open it again failed"
        )

    def _reopen(self) -> bool:
        """Whether the device could be opened anew."""
        self._stream.close(ignore_errors=True)
        try:
            # the list of devices is made when PortAudio starts: a card that came back is not in it
            self._sound._terminate()
            self._sound._initialize()
            self._open()
        except (Deaf, self._sound.PortAudioError):
            return False
        return True
