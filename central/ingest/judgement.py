"""Judging a batch before it enters the books: what is new, what is known, what cannot be true."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from central.forms import EARLIEST, LARGEST
from edge.sync.wire import (
    BatchReceipt,
    CoverageRecord,
    DetectionRecord,
    HoleRecord,
    Rejection,
    UnknownMusicRecord,
    WorkRecord,
)

AnyRecord = DetectionRecord | WorkRecord | UnknownMusicRecord | CoverageRecord | HoleRecord
Key = tuple[str, int]  # (boot, seq) of one device

LONGEST = timedelta(hours=24)  # of one record; the box writes one every minute
AHEAD = timedelta(days=1)  # how far a box's clock may be before ours
_NUL = rb"\u0000"  # as JSON spells it


class Told(NamedTuple):
    """A record of a batch, put into words once.

    Attributes:
        record: what it says.
        key: its natural key within its device.
        words: its JSON, UTF-8, as a box writes it.
        content: their SHA-256, hex.
    """

    record: AnyRecord
    key: Key
    words: bytes
    content: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A batch, sorted; every record of it is in exactly one of the three.

    Attributes:
        new: to be written.
        duplicates: how many were known already, word for word.
        rejected: what will never be taken, and why.
        forks: keys and digests of those rejected because the key is known with other words.
    """

    new: Sequence[Told]
    duplicates: int
    rejected: Sequence[Rejection]
    forks: Sequence[tuple[Key, str]]

    @property
    def receipt(self) -> BatchReceipt:
        """What the box is told."""
        return BatchReceipt(
            accepted=len(self.new), duplicates=self.duplicates, rejected=list(self.rejected)
        )


def key_of(record: AnyRecord) -> Key:
    """A record's natural key within its device."""
    return str(record.boot), record.seq


def content_of(record: AnyRecord) -> str:
    """A record's digest: SHA-256 over its words, hex."""
    return digest_of(record.model_dump_json().encode())


def digest_of(words: bytes) -> str:
    """The digest of a record's words: their SHA-256, hex."""
    return hashlib.sha256(words).hexdigest()


def judge(told: Iterable[Told], *, known: Mapping[Key, str], now: datetime) -> Judged:
    """Sort a batch.

    Args:
        told: its records, as the box sent them.
        known: digests of those of its keys that are in the books.
        now: the office's clock.
    """
    contents = dict(known)
    new: list[Told] = []
    rejected: list[Rejection] = []
    forks: list[tuple[Key, str]] = []
    duplicates = 0
    for one in told:
        before = contents.get(one.key)
        if before == one.content:
            duplicates += 1
        elif before is not None:
            forks.append((one.key, one.content))
            said = f"record {one.record.seq} was told differently before"
            rejected.append(_reject(one.record, said))
        elif fault := fault_of(one, now=now):
            rejected.append(_reject(one.record, fault))
        else:
            contents[one.key] = one.content
            new.append(one)
    return Judged(new=new, duplicates=duplicates, rejected=rejected, forks=forks)


def fault_of(one: Told, *, now: datetime) -> str | None:
    """Why a record cannot be true, or None if it can."""
    record = one.record
    began, ended = record.started_at, record.ended_at
    if record.seq > LARGEST:
        return f"sequence number {record.seq} is larger than {LARGEST}"
    if began < EARLIEST:
        return f"starts at {began.isoformat()}, before there were boxes"
    if ended < began:
        return f"ends at {ended.isoformat()}, before it starts at {began.isoformat()}"
    if ended - began > LONGEST and not _may_last(record):
        return f"lasts {ended - began}, longer than {LONGEST}"
    if ended > now + AHEAD:
        return f"ends at {ended.isoformat()}, more than a day after now, {now.isoformat()}"
    return _fault_of_kind(one)


def _texts_of(record: AnyRecord) -> Iterator[str]:
    yield record.input
    if record.kind == "detection":
        yield from (record.recording_id, record.recipe)
        yield from (one.recording_id for one in record.alternatives)


def _fault_of_kind(one: Told) -> str | None:
    record = one.record
    if _NUL in one.words and any("\0" in text for text in _texts_of(record)):
        return "says something with a NUL in it, which not all books can keep"
    if record.kind == "coverage":
        return None
    return _fault_of_hole(record) if record.kind == "hole" else _fault_of_sound(record)


def _fault_of_hole(record: HoleRecord) -> str | None:
    last = record.first if record.last is None else record.last
    if not record.first <= last <= LARGEST:
        return f"lost the records from {record.first} to {record.last}"
    return None


def _may_last(record: AnyRecord) -> bool:
    """A box may lie in a cupboard for a year; when it wakes it says so in one record."""
    return record.kind == "coverage" and record.state == "powered_off"


def _fault_of_sound(record: DetectionRecord | WorkRecord | UnknownMusicRecord) -> str | None:
    if record.catalogue_version > LARGEST:
        return f"catalogue version {record.catalogue_version} is larger than {LARGEST}"
    if record.kind == "unknown_music":
        return None
    if record.kind == "work":
        place = max(record.from_seconds, record.to_seconds)
        late = place > LONGEST.total_seconds()
        return f"follows a score {place} s into it, later than {LONGEST}" if late else None
    others = [one.reference_start_seconds for one in record.alternatives]
    latest = max([record.reference_start_seconds, *others])
    late = latest > LONGEST.total_seconds()
    return f"begins {latest} s into a recording, later than {LONGEST}" if late else None


def _reject(record: AnyRecord, reason: str) -> Rejection:
    return Rejection(boot=record.boot, seq=record.seq, reason=reason)
