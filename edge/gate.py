"""May the box listen now? Sound that it may not hear is let go before anything looks at it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from edge.capture.block import AudioBlock, Hole, Missing, Piece
from edge.sync.letters import Hours

ON_WORDS = {"1", "on", "true", "muted"}  # what a switch may read while it is thrown


@dataclass(frozen=True, slots=True)
class Schedule:
    """The hours of the week in which a venue lets its box listen.

    Attributes:
        hours: as ordered, by the clock on the venue's wall; none: always.
        time_zone: of the venue, IANA.
        wanted: those of them in which the office wants it to listen; none: all of them.
    """

    hours: Sequence[Hours]
    time_zone: str
    wanted: Sequence[Hours] = ()

    @property
    def is_always(self) -> bool:
        """Whether there is no hour in which it may not."""
        return not self.hours and not self.wanted

    def allows(self, at: datetime) -> bool:
        """Whether an aware instant lies in these hours."""
        if self.is_always:
            return True
        local = at.astimezone(ZoneInfo(self.time_zone))
        return all(
            any(_holds(hours, local) for hours in of) for of in (self.hours, self.wanted) if of
        )


ALWAYS = Schedule(hours=(), time_zone="UTC")


def _holds(hours: Hours, local: datetime) -> bool:
    begins, ends = time.fromisoformat(hours.begins), time.fromisoformat(hours.ends)
    clock, today = local.time(), local.isoweekday()
    if begins < ends:
        return today in hours.days and begins <= clock < ends
    yesterday = (local - timedelta(days=1)).isoweekday()
    return (today in hours.days and clock >= begins) or (yesterday in hours.days and clock < ends)


class Gate:
    """Lets sound through, or only the time that it took."""

    def __init__(self, schedule: Schedule, *, is_muted: Callable[[], bool]) -> None:
        """Open in the hours of a schedule, unless a switch is thrown."""
        self.schedule = schedule
        self._is_muted = is_muted

    def let(self, piece: Piece, *, at: datetime | None) -> Piece:
        """The piece, or a hole in its place.

        Args:
            piece: of sound, or of its absence.
            at: when it was; None while the time is not known. Then nobody knows whether these
                are the hours, and where hours were ordered nothing is heard.
        """
        shut = self._shut(at) if isinstance(piece, AudioBlock) else None
        return piece if shut is None else Hole(piece.first, piece.end, shut)

    def _shut(self, at: datetime | None) -> Missing | None:
        if self._is_muted():
            return "muted"
        if self.schedule.is_always:
            return None
        if at is None:
            return "clock_unknown"
        return None if self.schedule.allows(at) else "outside_schedule"


def no_switch() -> bool:
    """A box without a switch is never muted."""
    return False


def switch_at(path: Path) -> Callable[[], bool]:
    """A switch that the system shows as a file, linked to the box's folder.

    A box without that link has no switch. One that cannot be read counts as thrown: nobody could
    tell that it is not.
    """
    if not path.exists() and not path.is_symlink():
        return no_switch

    def is_muted() -> bool:
        try:
            return path.read_text(encoding="ascii").strip().casefold() in ON_WORDS
        except (OSError, UnicodeDecodeError):
            return True

    return is_muted
