"""When was that? Calendar time laid over the box's own, also backwards, and how surely."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from edge.sync.wire import LARGEST, AnyRecord, BoxTime

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DRIFT_PPM = 100  # how much a crystal that nobody corrects may be wrong
_SAME_NS = 1_000_000  # two looks at one clock differ by this much at most
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Fix:
    """One instant of the calendar, seen at one instant of a kernel's monotonic time.

    Attributes:
        kernel: names the kernel's run.
        monotonic_ns: of that run.
        utc_ns: since 1970.
        uncertainty_ns: the two belong together within this.
        source: `network` time, the box's own `battery` clock, or a `guess` where no time ever came.
    """

    kernel: UUID
    monotonic_ns: int
    utc_ns: int
    uncertainty_ns: int
    source: Literal["network", "battery", "guess"] = "network"

    @property
    def offset_ns(self) -> int:
        """Calendar time when monotonic time was zero."""
        return self.utc_ns - self.monotonic_ns


@dataclass(frozen=True, slots=True)
class Dated:
    """An instant of the calendar.

    Attributes:
        at: aware, to the microsecond; rounded down, so order is kept.
        uncertainty_ns: it is right within this.
        known: it came from a clock, now or later, and not from a guess.
    """

    at: datetime
    uncertainty_ns: int
    known: bool


class Calendar:
    """What is known of the calendar, for every run of the kernel.

    The kernel slows and hastens its calendar and its monotonic time alike, so the difference
    between the two is one number until somebody sets the clock.
    """

    def __init__(self, fixes: Iterable[Fix] = (), *, not_before: datetime = EPOCH) -> None:
        """Begin with what was learned before.

        Args:
            fixes: in the order they were learned.
            not_before: when the box was made; a clock that says less is wrong.
        """
        self._not_before = not_before
        self._fixes: dict[UUID, list[Fix]] = {}
        for fix in fixes:
            known = self._fixes.setdefault(fix.kernel, [])
            if fix not in known:
                known.append(fix)

    def learn(self, fix: Fix) -> bool:
        """Take what a clock says that is kept right; whether it says anything new."""
        if _instant(fix.utc_ns) < self._not_before:
            return False
        known = self._fixes.setdefault(fix.kernel, [])
        if known and abs(known[-1].offset_ns - fix.offset_ns) <= _SAME_NS:
            return False
        known.append(fix)
        return True

    @property
    def fixes(self) -> tuple[Fix, ...]:
        """All that is known, each run of the kernel in the order it was learned."""
        return tuple(fix for known in self._fixes.values() for fix in known)

    def knows(self, kernel: UUID) -> bool:
        """Whether anything is known of a run of the kernel."""
        return bool(self._fixes.get(kernel))

    def date(self, kernel: UUID, monotonic_ns: int) -> Dated | None:
        """The instant of the calendar; None while nothing is known of that run.

        What was before the first fix is dated backwards from it, less and less surely. Where the
        clock was set afterwards, the calendar that was in force then counts, and how far it was
        set is how little it is worth.
        """
        fixes = self._fixes.get(kernel)
        if not fixes:
            return None
        fix = next((f for f in reversed(fixes) if f.monotonic_ns <= monotonic_ns), fixes[0])
        before_ns = max(0, fix.monotonic_ns - monotonic_ns)
        quarrel_ns = max(abs(fix.offset_ns - other.offset_ns) for other in fixes)
        # after a fix network time keeps the clock right; nobody does where there is none
        alone_ns = abs(monotonic_ns - fix.monotonic_ns) if fix.source == "battery" else before_ns
        uncertain_ns = fix.uncertainty_ns + alone_ns * DRIFT_PPM // _MILLION
        return Dated(
            _instant(monotonic_ns + fix.offset_ns),
            max(uncertain_ns, quarrel_ns),
            known=fix.source != "guess",
        )


def waits(record: AnyRecord) -> bool:
    """Whether a record must be kept back, for its calendar time may still become known."""
    return record.box is not None and not record.clock_synced and record.uncertainty_ms is None


def stamp(record: AnyRecord, calendar: Calendar) -> AnyRecord:
    """A record with its time in the calendar, if it was waiting for that and it is known.

    What lies in a run of the kernel that never learned the time is told as far as it can be, and
    `clock_synced` stays false.
    """
    box = record.box
    if box is None or not waits(record):
        return record
    began = calendar.date(box.since_kernel or box.kernel, box.started_ns)
    ended = calendar.date(box.kernel, box.ended_ns)
    if began is None or ended is None:
        return record
    known = began.known and ended.known
    uncertain_ns = max(began.uncertainty_ns, ended.uncertainty_ns)
    return record.model_copy(
        update={
            "started_at": began.at,
            "ended_at": max(began.at, ended.at),
            "clock_synced": known,
            "uncertainty_ms": min(LARGEST, -(-uncertain_ns // _MILLION)),
        }
    )


def guesses(waiting: Sequence[AnyRecord], calendar: Calendar, *, not_before: datetime) -> list[Fix]:
    """Where to put the runs of the kernel that ended before the time came, between what is known.

    A run that was followed by another, of which the time is known, can only have been after the
    one before it and before the one after it. There it is put where its own clock believed to be,
    and may be wrong by as much as there is room.

    Args:
        waiting: records kept back, in the order they were written.
        calendar: what is known.
        not_before: when the box was made.
    """
    stays = _stays(waiting)
    found: list[Fix] = []
    earliest_ns = _ns(not_before)
    for number, stay in enumerate(stays):
        if calendar.knows(stay.kernel):
            continue
        before = stay.came_from and calendar.date(*stay.came_from)
        if before:
            earliest_ns = _ns(before.at)
        latest_ns = _latest_ns(stays[number:], calendar)
        if latest_ns is None:
            break
        latest_ns = max(latest_ns, earliest_ns)
        began_ns = min(max(stay.believed_ns, earliest_ns), latest_ns)
        room_ns = max(began_ns - earliest_ns, latest_ns - began_ns)
        found.append(Fix(stay.kernel, stay.first_ns, began_ns, room_ns, "guess"))
        earliest_ns = began_ns + stay.length_ns
    return found


@dataclass(frozen=True, slots=True)
class _Stay:
    """One run of the kernel as far as records that wait tell of it."""

    kernel: UUID
    first_ns: int
    last_ns: int
    believed_ns: int  # what its clock said at the first
    came_from: tuple[UUID, int] | None  # the last moment of the run before
    went_to: tuple[UUID, int] | None  # the first moment of the run after

    @property
    def length_ns(self) -> int:
        return self.last_ns - self.first_ns


def _stays(waiting: Sequence[AnyRecord]) -> list[_Stay]:
    boxed = [(record, record.box) for record in waiting if record.box is not None]
    came = {box.kernel: box for _, box in boxed if box.since_kernel}
    went = {box.since_kernel: box for _, box in boxed if box.since_kernel}
    spans: dict[UUID, list[tuple[AnyRecord, BoxTime]]] = {}
    for record, box in boxed:
        if box.since_kernel is None:
            spans.setdefault(box.kernel, []).append((record, box))
    return [
        _Stay(
            kernel=kernel,
            first_ns=min(box.started_ns for _, box in inside),
            last_ns=max(box.ended_ns for _, box in inside),
            believed_ns=min(_ns(record.started_at) for record, _ in inside),
            came_from=_from(came.get(kernel)),
            went_to=_to(went.get(kernel)),
        )
        for kernel, inside in spans.items()
    ]


def _from(off: BoxTime | None) -> tuple[UUID, int] | None:
    return (off.since_kernel, off.started_ns) if off and off.since_kernel else None


def _to(off: BoxTime | None) -> tuple[UUID, int] | None:
    return (off.kernel, off.ended_ns) if off else None


def _latest_ns(stays: Sequence[_Stay], calendar: Calendar) -> int | None:
    """When the first of these runs began at the latest; None while nothing after it is known."""
    lengths_ns = 0
    for stay in stays:
        lengths_ns += stay.length_ns
        after = stay.went_to and calendar.date(*stay.went_to)
        if after:
            return _ns(after.at) - lengths_ns
    return None


def _instant(utc_ns: int) -> datetime:
    return EPOCH + timedelta(microseconds=utc_ns // 1000)


def _ns(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1) * 1000
