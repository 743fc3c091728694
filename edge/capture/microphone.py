"""A real sound card, heard by a process of its own that is watched, ended and begun anew."""

import time
from collections.abc import Generator, Iterator
from itertools import chain
from pathlib import Path

import structlog

from edge.capture import enumeration
from edge.capture.block import Hole, Piece, Sample
from edge.capture.card import PREFERRED_RATE_HZ
from edge.capture.causes import ADVICE, Cause
from edge.capture.ladder import Ladder
from edge.capture.line import Line, Opened, Refused, Word
from edge.capture.loss import PATIENCE_SECONDS
from edge.capture.recovery import Door
from edge.capture.ring import Grab
from edge.capture.timeline import Timeline
from edge.config import Settings
from edge.errors import Deaf

NAP_SECONDS = (
    0.25  # between two looks whether frames have come, the card is there, or we are to stop
)
PAUSE_SECONDS = 1.0  # between two tries to open a card
REST_SECONDS = 60.0  # after a new start was asked for; if none comes, all begins again
DRIFT_TOLD_SECONDS = 600.0  # between two words on how the card's clock runs

log = structlog.get_logger()


class Microphone:
    """A capture device, heard until stopped, whatever happens to its cable.

    PortAudio may say nothing when a card vanishes, and may block for ever when its stream is
    closed. So it lives in another process, which is watched by its frames and killed.
    """

    def __init__(
        self, device: str, settings: Settings, *, door: Door, alsa: Path = enumeration.ALSA
    ) -> None:
        """Name a device; `open` or `await_card` begins to hear it.

        Args:
            device: a stable name (`hw:socket1`), or part of a PortAudio name.
            settings: of this box.
            door: leads to whoever may switch a USB socket or start the box anew.
            alsa: where ALSA tells its cards.
        """
        self._device = device
        self._settings = settings
        self._door = door
        self._alsa = alsa
        self._ladder = Ladder(
            reopen_attempts=settings.reopen_attempts, rebind_attempts=settings.rebind_attempts
        )
        self._stopped = False
        self._pending: Iterator[Word] = iter(())  # said while we waited for the card to open
        self._last_opened: Opened | None = None
        self._last_failure: Cause | None = None
        self._told_drift_ns = time.monotonic_ns()
        self.name = f"device {device}"
        self.length: Sample | None = None
        self.rate_hz = 0
        self._line: Line
        self._timeline: Timeline

    def open(self) -> None:
        """Begin, if the card can be heard now: for a person who waits for an answer.

        Raises:
            Deaf: no such device, or it cannot be heard.
        """
        self._line = self._new_line()
        while not self._stopped:
            words = list(self._line.hear(NAP_SECONDS))
            self._pending = iter(words)
            for word in words:
                if isinstance(word, Opened):
                    self.rate_hz = word.rate_hz
                    self._timeline = Timeline(self.rate_hz, began_ns=None)
                    return
                if isinstance(word, Refused):
                    self._line.kill()
                    raise Deaf(word.reason)
            if self._is_overdue(self._line.began_ns, self._settings.open_seconds):
                self._line.kill()
                raise Deaf(f"{self.name} did not open within {self._settings.open_seconds} s")

    def await_card(self) -> None:
        """Begin now, whether the card is there or not: for a box that nobody watches."""
        self.rate_hz = PREFERRED_RATE_HZ
        self._timeline = Timeline(self.rate_hz, began_ns=time.monotonic_ns())
        self._line = self._new_line()

    def stop(self) -> None:
        """End after what has been grabbed."""
        self._stopped = True

    def kill(self) -> None:
        """End the card's process, for whoever opened it and hears no piece of it."""
        self._line.kill()

    def pieces(self) -> Iterator[Piece]:
        """Blocks as the card gives them; what it did not give comes as holes, for ever."""
        try:
            while not self._stopped:
                refused = yield from self._hear()
                self._end_line()
                if refused is None:
                    yield from self._timeline.end_stream("ended")
                    return
                yield from self._timeline.end_stream(refused.cause)
                yield from self._recover(refused)
                self._line = self._new_line()
        finally:
            self._line.kill()

    def _end_line(self) -> None:
        """Kill the card's process, and tell what the driver printed meanwhile."""
        self._line.kill()
        if self._line.complaints:
            log.info(
                "driver_complained",
                device=self._device,
                lines=self._line.complaints,
                more=self._line.complaints_untold,
            )

    def _new_line(self) -> Line:
        return Line(
            self._device,
            rate_hz=self.rate_hz,
            block_seconds=self._settings.block_seconds,
            # what the timeline holds back, until it is sure, is sound in memory too
            queue_seconds=max(1, self._settings.queue_seconds - PATIENCE_SECONDS),
            alsa=self._alsa,
        )

    def _hear(self) -> Generator[Piece, None, Refused | None]:
        """One line, until it gives nothing any more; None when stopped."""
        self._alive_ns, self._allowed = self._line.began_ns, self._settings.open_seconds
        self._sounded_ns: int | None = None
        while True:
            is_last = self._stopped  # what has been grabbed by now is still heard
            refused = yield from self._take_in(0 if is_last else NAP_SECONDS)
            if refused is not None or is_last:
                return refused
            if self._line.is_open:
                self._note_drift()
            else:
                yield from self._timeline.pass_outage(time.monotonic_ns())
            trouble = self._trouble()
            if trouble is not None:
                return trouble

    def _take_in(self, seconds: float) -> Generator[Piece, None, Refused | None]:
        """What the line says and brings, after waiting for it at most so long."""
        pending, self._pending = self._pending, iter(())
        for word in chain(pending, self._line.hear(seconds)):
            match word:
                case Opened():
                    self._note_opened(word)
                    self._timeline.begin_stream(is_exclusive=word.is_exclusive)
                case Refused():
                    return word
                case Grab():
                    self._note_sound(word)
                    yield from self._timeline.feed(word)
        return None

    def _note_sound(self, grab: Grab) -> None:
        # now, and not when it came: a busy ear finds only old grabs in a full ring
        self._alive_ns, self._allowed = time.monotonic_ns(), self._settings.unplugged_seconds
        self._sounded_ns = self._sounded_ns or grab.came_ns
        self._ladder.heard((grab.came_ns - self._sounded_ns) / 1e9)

    def _trouble(self) -> Refused | None:
        """What is wrong with a line that has said nothing about it."""
        if not enumeration.is_there(self._device, self._alsa):
            return Refused("unplugged", f"{self.name} is no longer there")
        if self._is_overdue(self._alive_ns, self._allowed):
            if not self._line.is_open:
                return Refused("stuck", f"{self.name} did not open in {self._allowed} s")
            return Refused("stalled", f"{self.name} gave no frame for {self._allowed} s")
        if self._timeline.is_fast:
            return Refused(
                "wrong_rate", f"{self.name} gives more than {self.rate_hz} frames a second"
            )
        return None

    def _recover(self, refused: Refused) -> Iterator[Hole]:
        """Take the next step of the ladder, and wait as long as it needs."""
        if refused.cause != self._last_failure:
            log.warning(
                "card_failed",
                device=self._device,
                cause=refused.cause,
                reason=refused.reason,
                advice=ADVICE[refused.cause]["en"],
            )
        self._last_failure = refused.cause
        step = self._ladder.next_step(is_there=self._is_known_to_be_there(refused.cause))
        if step != "reopen":
            yield from self._timeline.try_step(step, time.monotonic_ns())
            answer = self._door.ask(step, self._device)
            log.warning("recovery_step", device=self._device, step=step, answer=answer)
        yield from self._pause(REST_SECONDS if step == "reboot" else PAUSE_SECONDS)

    def _is_known_to_be_there(self, cause: Cause) -> bool:
        return cause != "unplugged" and enumeration.is_there(self._device, self._alsa)

    def _pause(self, seconds: float) -> Iterator[Hole]:
        """Let some time pass, and all the time in which the card is not plugged in."""
        until_ns = time.monotonic_ns() + round(seconds * 1e9)
        cards = enumeration.snapshot(self._alsa)
        while not self._stopped:
            there = enumeration.is_there(self._device, self._alsa)
            changed = enumeration.snapshot(self._alsa) != cards
            yield from self._timeline.pass_outage(time.monotonic_ns())
            if there and (changed or time.monotonic_ns() >= until_ns):
                return
            time.sleep(NAP_SECONDS)

    def _note_opened(self, opened: Opened) -> None:
        before, self._last_opened = self._last_opened, opened
        self._last_failure = None
        log.info("card_opened", device=self._device, name=opened.name, usb=opened.usb)
        if before is not None and (before.name, before.usb) != (opened.name, opened.usb):
            log.warning("card_exchanged", device=self._device, was=before.name, is_now=opened.name)

    def _note_drift(self) -> None:
        if self._is_overdue(self._told_drift_ns, DRIFT_TOLD_SECONDS):
            self._told_drift_ns = time.monotonic_ns()
            log.info("card_clock_measured", device=self._device, drift_ppm=self._timeline.drift_ppm)

    @staticmethod
    def _is_overdue(since_ns: int, seconds: float) -> bool:
        return time.monotonic_ns() - since_ns >= seconds * 1e9
