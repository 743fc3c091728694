"""The letters that say who a box is, how it shall work, and what it did with what it was told."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AllowInfNan, AwareDatetime, Field, Strict, StrictBool, StrictInt

from edge.sync.wire import LARGEST, DeviceId, Digest, Key, Message, ScoreId

_TIME_OF_DAY = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"  # digits of no other script
MOST_EVENINGS = 64  # of a programme
MOST_SEMITONES = 2  # by which works are played beside what is written
MOST_WORKS = 200  # of one evening: more say nothing about what will be played


class BoxIdentity(Message):
    """Who a box is; it writes this to a stick that carries no bundle for it."""

    wire: Literal[1] = 1
    device: DeviceId
    public_key: Key


class Enrolment(Message):
    """The bench asks central to take a box in, with a one-time token that names its place."""

    wire: Literal[1] = 1
    token: str = Field(min_length=16, max_length=128)
    identity: BoxIdentity


class BoxInput(Message):
    """One input of a box: which sound device hears which room."""

    name: str = Field(default="main", max_length=32)
    device: str = Field(max_length=200)  # a PortAudio device, by part of its name
    kind: Literal["line", "microphone"] = "microphone"


class Hours(Message):
    """Hours of the week in which a box listens, by the clock on the venue's wall."""

    days: list[Annotated[StrictInt, Field(ge=1, le=7)]] = Field(
        min_length=1, max_length=7
    )  # 1: Mon
    begins: str = Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")
    ends: str = Field(
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
    )  # not after `begins`: on the next day


class Bundle(Message):
    """A box's orders: where it hangs and whom it reports to; travels sealed by central."""

    wire: Literal[1] = 1
    serial: StrictInt = Field(ge=1)  # grows with every bundle of this box; a lower one is refused
    device: DeviceId
    issued_at: AwareDatetime
    venue: str = Field(max_length=200)
    hall: str = Field(max_length=200)
    time_zone: str = Field(max_length=64)  # of the venue, IANA
    inputs: list[BoxInput] = Field(min_length=1, max_length=8)
    hours: list[Hours] = Field(  # when to listen; none: always
        default=[], max_length=32, exclude_if=lambda always: not always
    )
    central_url: str = Field(max_length=500, pattern=r"^https?://")
    central_key: Key
    # Who may vouch for a catalogue: TUF root metadata. The first a box is given is for good.
    catalogue_root: str = Field(max_length=65_536)


def _setting(least: float, most: float) -> Any:  # noqa: ANN401  # as pydantic's own Field
    return Field(default=None, ge=least, le=most, exclude_if=lambda unset: unset is None)


_Whole = StrictInt | None
_Number = Annotated[float, Strict(), AllowInfNan(False)] | None


class Tuning(Message):
    """What the office may set of a box's settings, by their names; all others are out of its reach.

    None of these says whom the box calls or by which key, for how long it keeps anything, or what
    it shows to whom; and with none of them could it not be called back.
    """

    checkpoint_seconds: _Number = _setting(0.1, 60)
    coverage_seconds: _Number = _setting(60, 3600)  # loudness is told no finer than by the minute
    filing_seconds: _Number = _setting(0, 3600)
    shelf_look_seconds: _Number = _setting(1, 3600)
    sync_seconds: _Number = _setting(0.1, 3600)
    batch_records: _Whole = _setting(1, 500)
    piece_bytes: _Whole = _setting(100, 16_777_216)
    backoff_base_seconds: _Number = _setting(0.1, 600)
    backoff_cap_seconds: _Number = _setting(0.1, 86_400)
    stock_seconds: _Number = _setting(1, 31_536_000)
    catalogue_seconds: _Number = _setting(1, 604_800)


class AnnouncedEvening(Message):
    """What is announced for an evening: works by their scores, in any order."""

    begins: AwareDatetime
    ends: AwareDatetime
    works: list[ScoreId] = Field(max_length=MOST_WORKS)
    # How far above what is written all of it is played: -1 at 415 Hz. Left out where it says
    # nothing, as boxes of old do not know it.
    semitones: StrictInt = Field(
        default=0, ge=-MOST_SEMITONES, le=MOST_SEMITONES, exclude_if=lambda none: not none
    )


class Directions(Message):
    """How a box works from now on, beside its orders; travels over the network, sealed by central.

    They may shorten the hours in which the orders let it listen, and never lengthen them.
    """

    wire: Literal[1] = 1
    number: StrictInt = Field(ge=1, le=LARGEST)  # grows; a box never goes back
    device: DeviceId
    serial: StrictInt = Field(ge=1)  # of the orders beside which they hold
    issued_at: AwareDatetime
    tuning: Tuning = Tuning()
    hours: list[Hours] = Field(default=[], max_length=32)  # none: as the orders say
    programme: list[AnnouncedEvening] = Field(default=[], max_length=MOST_EVENINGS)


DirectionsVerdict = Literal[
    "applied",
    "unreadable",
    "unsigned",  # not by the central this box trusts
    "misaddressed",
    "outdated",
    "unfitting",  # for other orders than the box has
    "impossible",  # settings that cannot be obeyed
]


class DirectionsReceipt(Message):
    """What a box did with directions, and why; travels sealed by the box."""

    wire: Literal[1] = 1
    device: DeviceId
    number: StrictInt = Field(ge=0, le=LARGEST)  # 0: it could not be read
    letter: Digest  # of the payload as it came
    verdict: DirectionsVerdict
    reason: str = Field(max_length=500)
    judged_at: AwareDatetime


class StickReceipt(Message):
    """What the box did with a bundle; travels sealed by the box, with plain words beside it."""

    wire: Literal[1] = 1
    device: DeviceId
    applied: StrictBool
    serial: StrictInt = Field(ge=0)  # 0: the bundle could not be read
    reason: str = Field(max_length=500)
    written_at: datetime
