"""One attempt at hearing a card: its process, what it says, and its end by force."""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from edge.capture.card import MOST_CHANNELS, PREFERRED_RATE_HZ, Wish, encode
from edge.capture.causes import CAUSES, Cause
from edge.capture.ring import Grab, RingReader, RingShape, make_ring_memory

READ_BYTES = 65_536  # of words and complaints at once
LONGEST_COMPLAINT = 200  # bytes of such a line
MOST_COMPLAINTS = 8  # lines of a driver that are told; one that spins prints gigabytes
REAP_SECONDS = 5.0  # a killed process that hangs in the kernel longer is left to itself


@dataclass(frozen=True, slots=True)
class Opened:
    """The card's sound begins.

    Attributes:
        name: PortAudio's, today.
        rate_hz: frames per second.
        channels: in each frame.
        usb: maker and model, if it is a USB card.
        is_exclusive: whether it is the card itself, with no sound server between.
    """

    name: str
    rate_hz: int
    channels: int
    usb: str
    is_exclusive: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """The card gives no sound, or none any more."""

    cause: Cause
    reason: str


Word = Opened | Refused | Grab


class Line:
    """The process of a card, with the ring and the pipes that lead to it; used once."""

    def __init__(
        self, device: str, *, rate_hz: int, block_seconds: float, queue_seconds: float, alsa: Path
    ) -> None:
        """Start the process; it opens the card and says so.

        Args:
            device: a stable name, or part of a PortAudio name.
            rate_hz: the rate it must have; 0: any.
            block_seconds: sound in one grab, s.
            queue_seconds: sound the ring holds, s.
            alsa: where ALSA tells its cards.
        """
        block_bytes = 2 * MOST_CHANNELS * round(block_seconds * PREFERRED_RATE_HZ)
        self._shape = RingShape(max(2, round(queue_seconds / block_seconds)), block_bytes)
        self._memory = make_ring_memory(self._shape)
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._words, words = os.pipe()
        self._complaints, complaints = os.pipe()
        self._reader: RingReader | None = None
        self._is_over = False
        self._said = b""
        self._complained = b""
        self.complaints: list[str] = []
        self.complaints_untold = 0
        self.began_ns = time.monotonic_ns()
        wish = Wish(
            device, rate_hz, block_seconds, self._shape, self._memory, self._bell, words, str(alsa)
        )
        self._process = subprocess.Popen(
            [sys.executable, "-m", "edge.capture.card", encode(wish), str(os.getpid())],
            stdin=subprocess.PIPE,  # it ends when this is closed, and so never outlives us
            stderr=complaints,
            pass_fds=(self._memory, self._bell, words),
        )
        os.close(words)
        os.close(complaints)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()

    @property
    def process_id(self) -> int:
        """Of the process that holds the card."""
        return self._process.pid

    @property
    def is_open(self) -> bool:
        """Whether the card has been opened."""
        return self._reader is not None

    def hear(self, seconds: float) -> Iterator[Word]:
        """What was said and grabbed, after waiting for it at most so long."""
        doors = [self._words, self._bell, self._complaints]
        select.select(doors, [], [], seconds)
        ready, _, _ = select.select(doors, [], [], 0)
        if self._complaints in ready:
            self._note_complaints()
        said = list(self._listen()) if self._words in ready else []
        yield from (word for word in said if isinstance(word, Opened))
        if self._reader is not None:
            yield from self._reader.take()
        yield from (word for word in said if isinstance(word, Refused))

    def kill(self) -> None:
        """End the process whatever it does, and give everything back; once more does nothing."""
        if self._is_over:
            return
        self._is_over = True
        self._process.kill()
        with suppress(subprocess.TimeoutExpired):  # hangs in a driver: it is reaped when it can be
            self._process.wait(REAP_SECONDS)
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._reader is not None:
            self._reader.close()
        for descriptor in (self._memory, self._bell, self._words, self._complaints):
            os.close(descriptor)

    def _note_complaints(self) -> None:
        """Keep the first lines of what drivers print, and count the others."""
        came = os.read(self._complaints, READ_BYTES)
        *lines, rest = (self._complained + came).split(b"\n")
        self._complained = rest[:LONGEST_COMPLAINT]
        room = MOST_COMPLAINTS - len(self.complaints)
        self.complaints += [
            line[:LONGEST_COMPLAINT].decode(errors="replace") for line in lines[:room]
        ]
        self.complaints_untold += max(0, len(lines) - room)

    def _listen(self) -> Iterator[Opened | Refused]:
        came = os.read(self._words, READ_BYTES)
        *lines, self._said = (self._said + came).split(b"\n")
        for line in lines:
            yield self._understood(json.loads(line))
        if not came:
            status = self._process.wait(REAP_SECONDS)
            yield Refused("stuck", f"the process of the card ended by itself, with {status}")

    def _understood(self, word: dict[str, object]) -> Opened | Refused:
        if word.pop("word") == "refused":
            cause = next(cause for cause in CAUSES if cause == word["cause"])
            return Refused(cause, str(word["reason"]))
        opened = Opened(**word)  # type: ignore[arg-type]  # our own process said it
        self._reader = RingReader(
            self._memory, self._bell, self._shape, frame_bytes=2 * opened.channels
        )
        return opened
