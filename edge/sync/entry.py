"""What is written at once: records and the checkpoint that was true with them."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from pydantic import TypeAdapter

from edge.sync.calendar import Fix
from edge.sync.chain import content_of, follow
from edge.sync.wire import AnyRecord

RECORD: TypeAdapter[AnyRecord] = TypeAdapter(AnyRecord)
RECORDS: TypeAdapter[tuple[AnyRecord, ...]] = TypeAdapter(tuple[AnyRecord, ...])


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far one input has been listened to, and what would be true if power failed now.

    Attributes:
        input: the input's name.
        boot: the run of the hearing process.
        source: what is listened to, in words.
        listened_until: aware instant; everything before it is accounted for.
        unfinished: records of what still goes on, numbered as they would be if this were the
            end; the next boot writes them down. While the process lives they are overwritten.
        kernel: the run of the kernel; None for a recording, which has no box's time.
        monotonic_ns: `listened_until` in the monotonic time of that run.
        fixes: what is known of the calendar, the last that was learned last.
    """

    input: str
    boot: UUID
    source: str
    listened_until: datetime
    unfinished: tuple[AnyRecord, ...]
    kernel: UUID | None = None
    monotonic_ns: int = 0
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True)
class Told:
    """One record of a journal.

    Attributes:
        words: the record as it was written, JSON.
        before: 32 bytes, where the chain stood before it.
    """

    words: str
    before: bytes

    @cached_property
    def record(self) -> AnyRecord:
        """The record itself."""
        return RECORD.validate_json(self.words)

    @cached_property
    def head(self) -> bytes:
        """32 bytes, where the chain stands after it."""
        return follow(self.before, [content_of(self.record)])

    @property
    def key(self) -> tuple[str, int]:
        """The boot that told it, and its number there."""
        return str(self.record.boot), self.record.seq


@dataclass(frozen=True)
class Entry:
    """What was written at once: records, and the checkpoint that was true with them.

    Attributes:
        turn: counts everything ever written for this input, from 1.
        before: 32 bytes, where the chain stood before these records.
        seq: number of the last record of the checkpoint's boot, these included.
        records: their words.
        checkpoint: how far listening had come.
    """

    turn: int
    before: bytes
    seq: int
    records: tuple[str, ...]
    checkpoint: Checkpoint

    @cached_property
    def told(self) -> tuple[Told, ...]:
        """Its records, each with what it follows."""
        before, every = self.before, []
        for words in self.records:
            one = Told(words, before)
            every.append(one)
            before = one.head
        return tuple(every)

    @property
    def head(self) -> bytes:
        """32 bytes, where the chain stands after its records."""
        return self.told[-1].head if self.told else self.before
