"""What was heard waits here until central has it; power may fail at any instant."""

import errno
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Self
from uuid import UUID

import structlog

from edge.durable import Card
from edge.errors import Misconfigured, Refused, Torn, Unwritable
from edge.sync import aside, journal
from edge.sync.calendar import Fix
from edge.sync.chain import content_of
from edge.sync.entry import Checkpoint, Entry, Told
from edge.sync.holes import Loss, bridge, holes, said_in
from edge.sync.index import Index
from edge.sync.journal import Journal
from edge.sync.left import Left, left_by
from edge.sync.queue import Queue, Tally
from edge.sync.wire import AnyRecord, BatchReceipt, Link, Span

_CHUNK = 500  # records taken from a journal into the queue at once

log = structlog.get_logger()


class Outbox:
    """The queue between who hears and who speaks: a journal, and SQLite as its index.

    A record is written to its input's journal first. The database can be lost at any time: it is
    set aside, and built anew from the journal.
    """

    def __init__(self, path: Path, card: Card, opener: Callable[[Path], Queue]) -> None:
        """See `open`."""
        self._path, self._folder, self._card = path, path.parent, card
        self._journals: dict[str, Journal] = {}
        self._owed: list[Told] = []  # in the journal, not yet in the queue
        self._index = Index(path, opener)

    @classmethod
    def open(
        cls, path: Path, *, card: Card | None = None, opener: Callable[[Path], Queue] = Queue.open
    ) -> Self:
        """Open the outbox of a box, making it if there is none.

        Args:
            path: its database; the journals lie beside it.
            card: how the journals are written.
            opener: how the database is opened.

        Raises:
            Misconfigured: it cannot be opened.
        """
        try:
            return cls(path, card or Card(), opener)
        except (OSError, sqlite3.DatabaseError, Unwritable) as e:
            raise Misconfigured(f"the outbox {path} cannot be opened: {e}; look at the card") from e

    @classmethod
    def look(cls, path: Path) -> Self:
        """Open the outbox only to look: whoever may not write in its folder can do so too.

        Raises:
            Unwritable: the file cannot be read.
        """
        box = cls.__new__(cls)
        box._path, box._folder, box._card = path, path.parent, Card()
        box._index = Index.look(path)
        return box

    def close(self) -> None:
        """Let the files go."""
        self._index.close()
        self._card.close()

    def left(self, input_name: str) -> Left | None:
        """What the last run at an input left; the first call of whoever listens there.

        On the way everything the journal has and the queue lacks gets its row.

        Raises:
            Unwritable: the card cannot be read.
        """
        with _card("read"):
            book = self._journal(input_name)
            found = tuple(self._take_in(input_name))
        if book.latest is None:
            return self._left_before_the_journal(input_name)
        last = book.latest
        end, head = bridge(None, last.head, following=self._following)
        if end is not None:
            book.goes_on(head, end.record.seq)
        return left_by(last, end, found)

    def put(self, records: Sequence[AnyRecord], checkpoint: Checkpoint) -> None:
        """Write records and how far listening has come, all or nothing.

        Raises:
            ValueError: a record's (boot, seq) is taken by another; nothing was written.
            Unwritable: the card is full, read-only or dying; tell the same again with what is new.
        """
        self._refuse_taken(records)
        with _card("written"):
            entry = self._append(records, checkpoint)
        self._enter(entry.told)

    def checkpoints(self) -> list[Checkpoint]:
        """The last checkpoint of every input, by its name."""
        older = {one.input: one for one in self._index.queue.older_checkpoints()}
        with _card("read"):
            newest = [journal.latest(self._folder, name) for name in journal.inputs(self._folder)]
        now = {one.checkpoint.input: one.checkpoint for one in newest if one is not None}
        return [at for _, at in sorted((older | now).items())]

    def next_batch(self, limit: int) -> list[AnyRecord]:
        """The newest records that wait for central and have their time, at most `limit`."""
        return self._index.ask(lambda queue: queue.waiting(limit))[1]

    def batches(self, limit: int) -> Iterator[list[AnyRecord]]:
        """All that waits for central and has its time, the newest batch first."""
        below, batch = self._index.ask(lambda queue: queue.waiting(limit))
        while batch:
            yield batch
            below, batch = self._index.ask(partial(Queue.waiting, limit=limit, below=below))

    def fixes(self) -> list[Fix]:
        """What was ever learned of the calendar, at whatever input."""
        return [fix for one in self.checkpoints() for fix in one.fixes]

    def held(self) -> list[AnyRecord]:
        """The records that wait for their time, in the order they were written."""
        return self._index.ask(lambda queue: queue.held())

    def date(self, records: Sequence[AnyRecord]) -> None:
        """Records that were held have their time now; the chain does not seal that.

        Raises:
            Unwritable: the card is full, read-only or dying; nothing is changed.
        """
        self._index.ask(lambda queue: queue.date(records))

    def floors_db(self, input_name: str, *, at_most: int) -> list[float]:
        """The floors of the last minutes that an input surely heard, dBFS, the oldest first."""
        return self._index.ask(lambda queue: queue.floors_db(input_name, at_most=at_most))

    def links(self, batch: Sequence[AnyRecord]) -> tuple[Link, ...]:
        """How the records of a batch hang together in the journal."""
        return self._index.ask(lambda queue: queue.links(batch))

    def settle(self, batch: Sequence[AnyRecord], receipt: BatchReceipt, *, at: datetime) -> None:
        """Take central's answer to a batch: what is there need not be sent again.

        Raises:
            Refused: the receipt does not account for exactly this batch; nothing is settled.
            Unwritable: the card is full, read-only or dying; nothing is settled.
        """
        self.settle_numbers({(r.boot, r.seq) for r in batch}, receipt, at=at)

    def settle_numbers(
        self, keys: Set[tuple[UUID, int]], receipt: BatchReceipt, *, at: datetime
    ) -> None:
        """The same, of a batch that only its numbers are left of: boot, and number in it."""
        reasons = {(r.boot, r.seq): r.reason for r in receipt.rejected}
        counted = receipt.accepted + receipt.duplicates + len(receipt.rejected)
        if counted != len(keys) or len(reasons) != len(receipt.rejected) or reasons.keys() - keys:
            raise Refused(f"central's receipt speaks of {counted} records, {len(keys)} were sent")
        fates = [(*key, reasons.get(key)) for key in sorted(keys)]
        self._index.ask(lambda queue: queue.settle(fates, at=at))

    def delivered(self, *, at_most: int) -> list[Span]:
        """Unbroken stretches of numbers that central has had, the newest first."""
        return self._index.ask(lambda queue: queue.delivered(at_most=at_most))

    def send_again(self, spans: Sequence[Span]) -> int:
        """What central had once and lacks now waits again; how many records that are.

        Raises:
            Unwritable: the card is full, read-only or dying; nothing is changed.
        """
        return self._index.ask(lambda queue: queue.send_again(spans))

    def forget(self, before: datetime) -> int:
        """Drop what was delivered before an instant, a whole file of a journal at a time.

        A file that holds a record central rejected, or has not had, stays.

        Returns:
            How many records were dropped.

        Raises:
            Unwritable: the card is full, read-only or dying.
        """
        gone = self._index.queue.drop_older_than_the_chain(before)
        with _card("written"):
            for path in self._closed_files():
                if path.stat().st_mtime < before.timestamp():
                    gone += self._drop_if_delivered(path, before=before)
        return gone

    def tally(self) -> Tally:
        """How many records wait, are delivered, and were rejected."""
        return self._index.ask(lambda queue: queue.tally())

    def records(self) -> Iterator[AnyRecord]:
        """Every record still here, whatever its fate, in the order they were written."""
        yield from self._index.ask(lambda queue: queue.records())

    def newest(self, limit: int) -> list[AnyRecord]:
        """The records written last, newest first, at most `limit`."""
        return self._index.ask(lambda queue: queue.newest(limit))

    def rejections(self) -> list[tuple[AnyRecord, str]]:
        """The records central will never take, and its reasons."""
        return self._index.ask(lambda queue: queue.rejections())

    # ── The journal ─────────────────────────────────────────────────────────────────────────────

    def _journal(self, input_name: str) -> Journal:
        if input_name not in self._journals:
            self._journals[input_name] = Journal(self._folder, input_name, card=self._card)
        return self._journals[input_name]

    def _append(self, records: Sequence[AnyRecord], checkpoint: Checkpoint) -> Entry:
        book = self._journal(checkpoint.input)
        try:
            return book.append(records, checkpoint)
        except OSError as e:
            if e.errno != errno.ENOSPC or not self._make_room():
                raise
            return book.append(records, checkpoint)

    def _make_room(self) -> bool:
        """On a full card: let go of what is not evidence, then of the oldest central has."""
        for path in aside.kept(self._path):
            aside.remove(path)
            return True
        return any(self._drop_if_delivered(path, before=None) for path in self._closed_files())

    def _closed_files(self) -> list[Path]:
        """Files of journals that are never written to again, each input's oldest first."""
        names = journal.inputs(self._folder)
        every = (journal.files(self._folder, name)[:-1] for name in names)
        return [path for closed in every for _, path in closed]

    def _drop_if_delivered(self, path: Path, *, before: datetime | None) -> int:
        """Drop a file of a journal if central has had all of it; how many records it held."""
        queue = self._index.queue
        told = [one for entry in journal.read_file(path) for one in entry.told]
        if not all(queue.has_delivered(one, before=before) for one in told):
            return 0
        # Rows first: a row without a journal would stay for ever. On a full card the file first.
        try:
            queue.drop(told)
            self._card.remove(path)
        except Unwritable:
            self._card.remove(path)
            with suppress(Unwritable):
                queue.drop(told)
        return len(told)

    def _refuse_taken(self, records: Sequence[AnyRecord]) -> None:
        with suppress(Unwritable):  # the journal keeps what the database cannot be asked about
            queue = self._index.queue
            for record in records:
                known = queue.record(record.boot, record.seq)
                if known is not None and content_of(known) != content_of(record):
                    raise ValueError(f"record {record.boot}/{record.seq} was told differently")

    def _following(self, link: bytes) -> Told | None:
        """What the queue has kept after a link of the chain; it may be renewed meanwhile."""
        return self._index.queue.following(link)

    def _left_before_the_journal(self, input_name: str) -> Left | None:
        for at in self._index.queue.older_checkpoints():
            if at.input == input_name:
                return Left(at.listened_until, at.unfinished, ())
        return None

    # ── The database beside it ──────────────────────────────────────────────────────────────────

    def _enter(self, told: Iterable[Told]) -> None:
        """Give records of the journal their rows; what cannot be now, is next time."""
        self._owed += told
        try:
            if self._owed:
                self._index.queue.add(self._owed)
        except Torn:
            self._index.renew()
        except Unwritable as e:
            log.warning("queue_behind", owed=len(self._owed), reason=str(e))
            return
        self._owed.clear()

    def _take_in(self, input_name: str) -> Iterator[Loss]:
        """See that every record of a journal has its row; the holes nobody has told yet."""
        said: set[tuple[UUID, int]] = set()

        def noting(entries: Iterable[Entry]) -> Iterator[Entry]:
            for entry in entries:
                said.update(said_in(entry.told))
                self._owed += entry.told
                if len(self._owed) >= _CHUNK:
                    self._enter(())
                yield entry

        found: list[Loss] = []
        for start, entries in journal.stretches(self._folder, input_name):
            found += holes(noting(entries), self._following, since=start)
        self._enter(())
        return (hole for hole in found if (hole.boot, hole.first) not in said)


@contextmanager
def _card(done: str) -> Iterator[None]:
    """Let the card's troubles be known by name."""
    try:
        yield
    except OSError as e:
        raise Unwritable(f"the journal cannot be {done}: {e.strerror}; look at the card") from e
