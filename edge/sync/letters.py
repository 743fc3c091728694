"""The letters that travel by stick: who a box is, its orders, and what it did with them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StrictBool, StrictInt

from edge.sync.wire import DeviceId, Key, Message


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
    begins: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    ends: str = Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")  # not after `begins`: on the next day


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


class StickReceipt(Message):
    """What the box did with a bundle; travels sealed by the box, with plain words beside it."""

    wire: Literal[1] = 1
    device: DeviceId
    applied: StrictBool
    serial: StrictInt = Field(ge=0)  # 0: the bundle could not be read
    reason: str = Field(max_length=500)
    written_at: datetime
