"""Is the box well? One verdict from everything that can be seen of it, without clock or disk."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from edge.signs import SILENT_AFTER_SECONDS

AWAY_AFTER_SECONDS: Final = 86_400.0  # central is called twice a minute


class Light(StrEnum):
    """The colour a person sees."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"
    GREY = "grey"


class Verdict(StrEnum):
    """How the box is, worst first."""

    STOPPED = "stopped"
    NO_ORDERS = "no_orders"
    UNPLUGGED = "unplugged"
    SILENT_SIGNAL = "silent_signal"
    DIGITAL_ZERO = "digital_zero"
    MUTED_MIXER = "muted_mixer"
    STUCK = "stuck"
    BELOW_FLOOR = "below_floor"
    UNREADABLE = "unreadable"
    UNKEPT = "unkept"
    LOST = "lost"
    BEHIND = "behind"
    CLIPPED = "clipped"
    HUM = "hum"
    DIRECT_CURRENT = "direct_current"
    DEAD_CHANNEL = "dead_channel"
    NO_CATALOGUE = "no_catalogue"
    CLOCK_UNKNOWN = "clock_unknown"
    AWAY = "away"
    MUTED = "muted"
    OUTSIDE_SCHEDULE = "outside_schedule"
    HEARD = "heard"


LIGHTS: Final = {
    Verdict.STOPPED: Light.RED,
    Verdict.NO_ORDERS: Light.RED,
    Verdict.UNPLUGGED: Light.RED,
    Verdict.SILENT_SIGNAL: Light.RED,
    Verdict.DIGITAL_ZERO: Light.RED,
    Verdict.MUTED_MIXER: Light.RED,
    Verdict.STUCK: Light.RED,
    Verdict.BELOW_FLOOR: Light.RED,
    Verdict.UNREADABLE: Light.RED,
    Verdict.UNKEPT: Light.RED,
    Verdict.LOST: Light.AMBER,
    Verdict.BEHIND: Light.AMBER,
    Verdict.CLIPPED: Light.AMBER,
    Verdict.HUM: Light.AMBER,
    Verdict.DIRECT_CURRENT: Light.AMBER,
    Verdict.DEAD_CHANNEL: Light.AMBER,
    Verdict.NO_CATALOGUE: Light.AMBER,
    Verdict.CLOCK_UNKNOWN: Light.AMBER,
    Verdict.AWAY: Light.AMBER,
    Verdict.MUTED: Light.GREY,
    Verdict.OUTSIDE_SCHEDULE: Light.GREY,
    Verdict.HEARD: Light.GREEN,
}


@dataclass(frozen=True, slots=True)
class Seen:
    """One input of the box, as it is now.

    Attributes:
        name: what it is called.
        state: in the words of coverage.
        age_seconds: since its last sign of life, s.
        peak_dbfs: of the last second.
        rms_dbfs: of the last second.
        fault: what ails its signal, in the words of coverage; None: nothing.
        is_kept: whether the card takes what is heard.
    """

    name: str
    state: str
    age_seconds: float
    peak_dbfs: float
    rms_dbfs: float
    fault: str | None = None
    is_kept: bool = True

    @property
    def is_alive(self) -> bool:
        """Whether it gave a sign lately."""
        return self.age_seconds <= SILENT_AFTER_SECONDS

    @property
    def ails(self) -> str:
        """What there is to say of it: its fault, where it has one that a person can mend."""
        return self.fault if self.fault is not None and self.fault in set(Verdict) else self.state


@dataclass(frozen=True, slots=True)
class Look:
    """Everything that can be seen of a box from its own folder.

    Attributes:
        now: aware instant, in the hall's zone.
        device: the box's name; empty while it has no key.
        venue: where it hangs; empty while it has no orders.
        hall: which hall of the venue.
        inputs: its inputs, by name.
        coverage_seconds: state → s, since midnight in the hall's zone.
        recognised_at: until when the last recording was heard; None if there was none.
        is_sounding: whether a recording is being heard right now.
        central_seconds: since central last answered, s; None: not since the box was switched on.
        waiting: records that central has not got.
        catalogue_version: 0 while there is none.
        is_readable: whether the card gives back what was written on it.
    """

    now: datetime
    device: str = ""
    venue: str = ""
    hall: str = ""
    inputs: tuple[Seen, ...] = ()
    coverage_seconds: dict[str, float] = field(default_factory=dict)
    recognised_at: datetime | None = None
    is_sounding: bool = False
    central_seconds: float | None = None
    waiting: int = 0
    catalogue_version: int = 0
    is_readable: bool = True

    @property
    def heard_seconds(self) -> float:
        """Listened to today, s."""
        return self.coverage_seconds.get("heard", 0.0)

    @property
    def day_seconds(self) -> float:
        """Accounted for today, s; hours outside the schedule were not asked for."""
        return sum(
            seconds
            for state, seconds in self.coverage_seconds.items()
            if state != "outside_schedule"
        )


def verdict(look: Look) -> Verdict:
    """How the box is: the worst that is true of it."""
    if not look.venue:
        return Verdict.NO_ORDERS
    if not look.inputs or not all(one.is_alive for one in look.inputs):
        return Verdict.STOPPED
    found = {Verdict(one.ails) for one in look.inputs if one.ails in set(Verdict)}
    if not look.is_readable:
        found.add(Verdict.UNREADABLE)
    if not all(one.is_kept for one in look.inputs):
        found.add(Verdict.UNKEPT)
    if look.catalogue_version == 0:
        found.add(Verdict.NO_CATALOGUE)
    if look.central_seconds is not None and look.central_seconds > AWAY_AFTER_SECONDS:
        found.add(Verdict.AWAY)
    return min(found or {Verdict.HEARD}, key=list(Verdict).index)
