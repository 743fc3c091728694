"""What a journal has lost, proved by the chain through what it still has."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from edge.sync.entry import Entry, Told
from edge.sync.wire import HoleRecord

UNNAMED = UUID(int=0)
"""Whichever runs there were before the first that can still be read: none of them says its name."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Records that were told once and can no longer be read.

    Attributes:
        boot: which run told them; `UNNAMED` where the very beginning is gone.
        first: the number of the first.
        last: of the last; None when more may have followed it, and whole runs.
        began: before this instant everything is accounted for.
        ended: and again after this one.
    """

    boot: UUID
    first: int
    last: int | None
    began: datetime
    ended: datetime


Following = Callable[[bytes], Told | None]
"""The record that follows a link of the chain, if somebody else has kept it."""


def holes(entries: Iterable[Entry], following: Following, *, since: bytes | None) -> Iterator[Loss]:
    """The holes between entries, in order.

    Args:
        entries: all that can be read of a journal, in order; the last may be a checkpoint alone.
        following: asked for what the journal lacks.
        since: where the chain stood before them all; None where that was forgotten in its time.
    """
    head, began = since, datetime.min.replace(tzinfo=UTC)
    end: Told | None = None
    for entry in entries:
        if head is not None and entry.before != head:
            found, head = bridge(end, head, following=following, to=entry.before)
            if head != entry.before:
                yield from _between(found, entry, began=began)
        end = entry.told[-1] if entry.told else end
        head, began = entry.head, entry.checkpoint.listened_until


def said_in(told: Iterable[Told]) -> Iterator[tuple[UUID, int]]:
    """The first keys of the holes that records already tell of."""
    for one in told:
        if isinstance(one.record, HoleRecord):
            yield one.record.lost_boot, one.record.first


def bridge(
    end: Told | None, head: bytes, *, following: Following, to: bytes | None = None
) -> tuple[Told | None, bytes]:
    """Follow the chain from a link as far as others have kept it, or to another link.

    Returns:
        The last record found, or `end` where there is none; and where the chain stands then.
    """
    while head != to and (found := following(head)) is not None:
        end, head = found, found.head
    return end, head


def _between(end: Told | None, entry: Entry, *, began: datetime) -> Iterator[Loss]:
    boot, first = _first_of(entry)
    ended = max(began, entry.checkpoint.listened_until)
    if end is not None and end.record.boot == boot:
        if first > end.record.seq + 1:
            yield Loss(boot, end.record.seq + 1, first - 1, began, ended)
        return
    if end is not None:
        yield Loss(end.record.boot, end.record.seq + 1, None, began, ended)
    else:  # nobody is left to say whether there were runs before this one
        yield Loss(UNNAMED, 1, None, began, ended)
    if first > 1:
        yield Loss(boot, 1, first - 1, began, ended)


def _first_of(entry: Entry) -> tuple[UUID, int]:
    """The key of its first record; of a checkpoint alone, that of the next one to come."""
    if entry.told:
        return entry.told[0].record.boot, entry.told[0].record.seq
    return entry.checkpoint.boot, entry.seq + 1
