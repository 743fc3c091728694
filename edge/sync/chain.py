"""The chain through everything a box tells: each record carries the hash of all before it."""

import hashlib
from collections.abc import Iterable

from edge.sync.wire import Record

BEGINNING = bytes(32)  # what the first record of a journal follows
# The calendar stands between these two in a record's words; no quote inside a text looks so.
_CALENDAR, _BOX = b',"started_at":', b',"box":'


def content_of(record: Record) -> bytes:
    """What the chain seals of a record: SHA-256 over its JSON, UTF-8.

    Where it lies in the box's own time is sealed; the calendar, which may be put to that later,
    is then left out.
    """
    words = record.model_dump_json().encode()
    return content_of_words(words, in_box_time=record.box is not None)


def content_of_words(words: bytes, *, in_box_time: bool) -> bytes:
    """The same of a record whose words are known already.

    Args:
        words: its JSON, UTF-8, as the box writes it.
        in_box_time: whether it says where it lies in the box's own time.
    """
    if in_box_time:
        calendar = words.index(_CALENDAR)
        words = words[:calendar] + words[words.index(_BOX, calendar) :]
    return hashlib.sha256(words).digest()


def follow(before: bytes, contents: Iterable[bytes]) -> bytes:
    """The hash that stands for a chain after these records.

    Args:
        before: 32 bytes, what stood for it before them.
        contents: 32 bytes each, the digests of the records, in order.
    """
    for content in contents:
        before = hashlib.sha256(before + content).digest()
    return before
