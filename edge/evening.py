"""What one input is to listen to, as what, and since when."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from edge import timekeeping
from edge.capture.block import Source
from edge.capture.clock import Moment
from edge.gate import no_switch
from edge.guidance import Guidance, unguided


@dataclass(frozen=True, slots=True)
class Evening:
    """What to listen to, as what, and since when.

    Attributes:
        source: where sound comes from.
        input: the name of this input of the box.
        began: aware instant of the first sample.
        synced: whether that instant is known and not guessed.
        boot: names this run of the process.
        started: the first sample in the box's own time; None for a recording, which has none.
        not_before: when the box was made; a clock that says less is wrong.
        is_muted: whether a switch forbids it now.
        guidance: by what to listen, each time it is asked; it may change.
    """

    source: Source
    input: str
    began: datetime
    synced: bool
    boot: UUID
    started: Moment | None = None
    not_before: datetime = timekeeping.FIRST_BOX
    is_muted: Callable[[], bool] = no_switch
    guidance: Callable[[], Guidance] = unguided


def begin_evening(source: Source, *, input_name: str, began: datetime | None) -> Evening:
    """A recording, begun now or at the instant a person gave for its first sample."""
    synced = timekeeping.is_synced() if began is None else True
    return Evening(source, input_name, began or timekeeping.now(), synced, uuid4())


def begin_watch(source: Source, *, input_name: str, began: datetime | None) -> Evening:
    """A card that is heard from now on, whatever the calendar says and whenever that is known."""
    if began is not None:
        return begin_evening(source, input_name=input_name, began=began)
    reading, built = timekeeping.read(), timekeeping.image_built()
    return Evening(
        source,
        input_name,
        began=max(reading.utc, built),
        synced=False,
        boot=uuid4(),
        started=Moment(timekeeping.kernel_run(), reading.monotonic_ns),
        not_before=built,
    )
