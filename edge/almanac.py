"""What a listening box learns about the time, and gives to the records that waited for it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import structlog

from edge.sync.calendar import Calendar, Fix, guesses, stamp, waits
from edge.sync.patience import PatientOutbox
from edge.sync.wire import AnyRecord
from edge.timekeeping import Reading

log = structlog.get_logger()

_SECOND_NS = 1_000_000_000
MOST_FIXES = 32  # some 4 kB at the most would not fit beside a checkpoint

Look = Callable[[], Reading]  # reads the clocks of the machine


class Almanac:
    """The calendar of a box, kept in its outbox and asked of the machine again and again."""

    def __init__(
        self,
        outbox: PatientOutbox,
        *,
        kernel: UUID | None,
        look: Look,
        not_before: datetime,
        battery_error_seconds: float = 0.0,
    ) -> None:
        """Go on with what was learned before.

        Args:
            outbox: where it is kept, beside the records that wait.
            kernel: this run of the kernel; None: a recording is heard, which waits for nothing.
            look: reads the clocks of the machine.
            not_before: when the box was made; a clock that says less is wrong.
            battery_error_seconds: how wrong its clock with a battery may be, s; 0: it has none.
        """
        self._outbox = outbox
        self._battery_error_ns = round(battery_error_seconds * _SECOND_NS)
        self._kernel = kernel
        self._look = look
        self._not_before = not_before
        self._calendar = Calendar(outbox.fixes(), not_before=self._not_before)

    def remember(self) -> None:
        """Go on with what was learned before, now that it can be read, and since."""
        known = [fix for fix in self._outbox.fixes() if fix not in self._calendar.fixes]
        every = [*known, *self._calendar.fixes]
        self._calendar = Calendar(every, not_before=self._not_before)

    @property
    def fixes(self) -> tuple[Fix, ...]:
        """What is known, to be kept with every checkpoint; of old runs of the kernel, the last."""
        return self._calendar.fixes[-MOST_FIXES:]

    def ask(self) -> None:
        """Ask the machine whether it knows the time by now."""
        if self._kernel is None:
            return
        reading = self._look()
        fix = Fix(self._kernel, reading.monotonic_ns, reading.utc_ns, reading.uncertainty_ns)
        if not reading.synced:
            if self._calendar.knows(self._kernel) or not self._is_by_battery(reading):
                return
            fix = replace(fix, uncertainty_ns=self._battery_error_ns, source="battery")
        if self._calendar.learn(fix):
            log.info("time_learned", uncertainty_ms=fix.uncertainty_ns / 1e6, source=fix.source)

    def _is_by_battery(self, reading: Reading) -> bool:
        """Whether the machine's clock says what one with a battery says, now and not once.

        After a battery has died the machine begins where it was switched off, which looks right.
        """
        if not self._battery_error_ns or reading.battery_s is None:
            return False
        apart_ns = abs(reading.battery_s * _SECOND_NS - reading.utc_ns)
        return apart_ns <= self._battery_error_ns + _SECOND_NS

    def date(self, monotonic_ns: int) -> datetime | None:
        """An instant of this run of the kernel in the calendar; None while that is not known."""
        dated = None if self._kernel is None else self._calendar.date(self._kernel, monotonic_ns)
        return dated.at if dated is not None else None

    def stamp(self, records: Iterable[AnyRecord]) -> tuple[AnyRecord, ...]:
        """Records with their time in the calendar where it is known."""
        return tuple(stamp(record, self._calendar) for record in records)

    def date_what_waits(self) -> None:
        """Give records their time that were kept back for want of it, however long ago they are.

        Raises:
            Unwritable: the card is full, read-only or dying.
        """
        waiting = self._outbox.held()
        for guess in guesses(waiting, self._calendar, not_before=self._not_before):
            self._calendar.learn(guess)
        dated = [one for one in self.stamp(waiting) if not waits(one)]
        if dated:
            self._outbox.date(dated)
            log.info("records_dated", records=len(dated), waiting=len(waiting) - len(dated))
