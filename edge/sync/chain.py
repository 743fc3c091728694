"""The chain through everything a box tells: each record carries the hash of all before it."""

import hashlib
from collections.abc import Iterable

from edge.sync.wire import Record

BEGINNING = bytes(32)  # what the first record of a journal follows
# The calendar stands between these two in a record's words; no quote inside a text looks so.
_CALENDAR, _BOX = ',"started_at":', ',"box":'


def content_of(record: Record) -> bytes:
    """What the chain seals of a record: SHA-256 over its JSON, UTF-8.

    Where it lies in the box's own time is sealed; the calendar, which may be put to that later,
    is then left out.
    """
    return content_of_words(record.model_dump_json(), in_box_time=record.box is not None)


def content_of_words(words: str, *, in_box_time: bool) -> bytes:
    """The same of a record whose words are known already.

    Args:
        words: its JSON, as the box writes it.
        in_box_time: whether it says where it lies in the box's own time.
    """
    if in_box_time:
        key, _, told = words.partition(_CALENDAR)
        words = key + told[told.index(_BOX) :]
    return hashlib.sha256(words.encode()).digest()


def follow(before: bytes, contents: Iterable[bytes]) -> bytes:
    """The hash that stands for a chain after these records.

    Args:
        before: 32 bytes, what stood for it before them.
        contents: 32 bytes each, the digests of the records, in order.
    """
    for content in contents:
        before = hashlib.sha256(before + content).digest()
    return before
