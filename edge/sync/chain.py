"""The chain through everything a box tells: each record carries the hash of all before it."""

import hashlib
from collections.abc import Iterable

from edge.sync.wire import Record

BEGINNING = bytes(32)  # what the first record of a journal follows
_CALENDAR = {"started_at", "ended_at", "clock_synced", "uncertainty_ms"}


def content_of(record: Record) -> bytes:
    """What the chain seals of a record: SHA-256 over its JSON, UTF-8.

    Where it lies in the box's own time is sealed; the calendar, which may be put to that later,
    is then left out.
    """
    calendar = _CALENDAR if record.box is not None else None
    return hashlib.sha256(record.model_dump_json(exclude=calendar).encode()).digest()


def follow(before: bytes, contents: Iterable[bytes]) -> bytes:
    """The hash that stands for a chain after these records.

    Args:
        before: 32 bytes, what stood for it before them.
        contents: 32 bytes each, the digests of the records, in order.
    """
    for content in contents:
        before = hashlib.sha256(before + content).digest()
    return before
