"""What the last run at an input has left to be settled by the next one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from edge.sync.entry import Entry, Told
from edge.sync.holes import Loss
from edge.sync.wire import AnyRecord, CoverageRecord


@dataclass(frozen=True, slots=True)
class Left:
    """What the last run at an input has left to be settled.

    Attributes:
        listened_until: everything before this instant is accounted for.
        unfinished: records of what went on then, to be written as they are.
        losses: what was told before and is lost, and nobody has said so yet.
        kernel: the run of the kernel of that run; None where the box's own time is not known.
        monotonic_ns: `listened_until` in that run of the kernel.
    """

    listened_until: datetime
    unfinished: tuple[AnyRecord, ...]
    losses: tuple[Loss, ...]
    kernel: UUID | None = None
    monotonic_ns: int = 0


def left_by(last: Entry, end: Told | None, losses: tuple[Loss, ...]) -> Left:
    """What a run has left.

    Args:
        last: the newest entry of its journal.
        end: the last record that others have kept beyond it, if any.
        losses: what the journal lacks, and nobody has said so yet.
    """
    until = last.checkpoint.listened_until
    if end is not None:
        until = max(until, end.record.ended_at)
    kernel, monotonic_ns = last.checkpoint.kernel, last.checkpoint.monotonic_ns
    if end is not None and end.record.box is not None and end.record.box.kernel == kernel:
        monotonic_ns = max(monotonic_ns, end.record.box.ended_ns)
    return Left(until, _still_to_tell(last, end), losses, kernel, monotonic_ns)


def _still_to_tell(last: Entry, end: Told | None) -> tuple[AnyRecord, ...]:
    """What went on at the end of a run, numbered after all that is known of it.

    Where others have kept records beyond the last checkpoint, time is told by those; what sounded
    then is told once more, as far as the checkpoint knew it.
    """
    if end is None:
        return last.checkpoint.unfinished
    if end.record.boot != last.checkpoint.boot:
        return ()  # the run that told `end` has settled it
    sounding = [r for r in last.checkpoint.unfinished if not isinstance(r, CoverageRecord)]
    return tuple(
        r.model_copy(update={"seq": number})
        for number, r in enumerate(sounding, end.record.seq + 1)
    )
