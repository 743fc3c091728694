"""The journal's index: one row for each record, until central has it and it may be forgotten."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from pydantic import ValidationError
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from edge.errors import Torn, Unwritable
from edge.sync.calendar import waits
from edge.sync.chain import content_of, follow
from edge.sync.entry import RECORD, RECORDS, Checkpoint, Told
from edge.sync.wire import AnyRecord, Link, Span

BUSY_SECONDS = 30.0  # the two processes of a box wait this long for each other's transaction
LOG_PAGES = 8192  # of the log before its pages are copied: what changes often is copied once
NEWEST = 2**62  # a row that was never written
PAGE_BYTES = 512  # of a new file: what changes at once is small, and pages are written whole
_TORN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

_SPOILED = """SELECT count(*) FROM records WHERE NOT coalesce(
    CASE WHEN json_valid(body) THEN json_extract(body, '$.boot') = boot
    AND json_extract(body, '$.seq') = seq END
    AND (before IS NULL OR length(before) = 32), 0)"""

migrations = Migrations("outbox")


@migrations()
def records_and_checkpoints(db: Database) -> None:
    """The first shape: one row for each record, one for each input's last sign of life."""
    db.execute(
        """CREATE TABLE records (
            id INTEGER PRIMARY KEY,          -- in the order they were written
            boot TEXT NOT NULL,
            seq INTEGER NOT NULL,
            body TEXT NOT NULL,              -- the record as it travels, JSON
            delivered_at TEXT,               -- when central said it has it
            rejected TEXT,                   -- why central will never take it
            UNIQUE (boot, seq))"""
    )
    db.execute(
        """CREATE INDEX waiting ON records (id)
            WHERE delivered_at IS NULL AND rejected IS NULL"""
    )
    db.execute(
        """CREATE TABLE checkpoints (
            input TEXT PRIMARY KEY,
            boot TEXT NOT NULL,
            source TEXT NOT NULL,
            listened_until TEXT NOT NULL,
            unfinished TEXT NOT NULL)        -- JSON list of records"""
    )


@migrations()
def what_a_record_follows(db: Database) -> None:
    """Beside each record, where the chain stood before it; none for those older than the chain.

    Checkpoints live in the journal from now on; the rows of a box that had none stay until its
    next run has settled them.
    """
    db.execute("ALTER TABLE records ADD COLUMN before BLOB")


@migrations()
def held_for_the_time(db: Database) -> None:
    """Records whose time is not known yet wait for it, and are not sent."""
    db.execute("ALTER TABLE records ADD COLUMN held INTEGER NOT NULL DEFAULT 0")
    db.execute("DROP INDEX waiting")
    db.execute(
        """CREATE INDEX waiting ON records (id)
            WHERE delivered_at IS NULL AND rejected IS NULL AND held = 0"""
    )
    db.execute("CREATE INDEX held ON records (id) WHERE held = 1")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many records there are, by their fate."""

    waiting: int
    delivered: int
    rejected: int


class Queue:
    """Rows over an open database of the present shape."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Work on a connection that begins and ends no transaction by itself."""
        self._connection = connection

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a file of the present shape, making it if there is none.

        Raises:
            Torn: its pages contradict each other.
            sqlite3.Error: it cannot be opened.
        """
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            with _card("opened"):
                _prepare(connection)
        except BaseException:
            connection.close()
            raise
        return cls(connection)

    @classmethod
    def look(cls, path: Path) -> Self:
        """Open a file only to look: whoever may not write in its folder can do so too.

        Raises:
            Unwritable: it cannot be read.
        """
        return cls(_open_to_look(path))

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        # IMMEDIATE: a deferred transaction that reads before it writes fails at once when the
        # other process wrote in between, whatever the timeout.
        with _card("written"):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # a full card ends it by itself
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def _unhurried(self) -> Iterator[None]:
        """What is committed meanwhile may be forgotten by a cut, whole, and nothing is torn."""
        self._connection.execute("PRAGMA synchronous = NORMAL")
        try:
            yield
        finally:
            self._connection.execute("PRAGMA synchronous = FULL")

    def _query(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with _card("read"):
            return list(self._connection.execute(sql, values))

    def add(self, told: Iterable[Told]) -> None:
        """Write rows for records of the journal; those that have theirs keep it.

        The journal is on the card already, so the card is not asked to hurry: the rows go there
        with the next receipt, or when the kernel finds time. What a cut takes is added again.

        Raises:
            Unwritable: the card is full, read-only or dying, or the file is torn; nothing was
                written.
        """
        rows = [(*one.key, one.words, one.before, waits(one.record)) for one in told]
        with self._unhurried(), self._transaction() as connection:
            connection.executemany(
                """INSERT INTO records (boot, seq, body, before, held) VALUES (?, ?, ?, ?, ?)
                   ON CONFLICT (boot, seq) DO NOTHING""",
                rows,
            )

    def record(self, boot: UUID, seq: int) -> AnyRecord | None:
        """What was told under a number, if anything was."""
        sql = "SELECT body FROM records WHERE boot = ? AND seq = ?"
        rows = self._query(sql, [str(boot), seq])
        return next((_record(body) for (body,) in rows), None)

    def following(self, before: bytes) -> Told | None:
        """The record that follows a link of the chain."""
        rows = self._query("SELECT body, before FROM records WHERE before = ?", [before])
        return next((Told(*row) for row in rows), None)

    def waiting(self, limit: int, *, below: int = NEWEST) -> tuple[int, list[AnyRecord]]:
        """The newest records that wait for central and have their time, at most `limit`.

        In the order they were written; so what is heard now never waits behind old backlog.

        Args:
            limit: how many at most.
            below: the row before which they were written.

        Returns:
            The row of the first of them, and the records.
        """
        rows = self._query(
            """SELECT id, body FROM records
               WHERE delivered_at IS NULL AND rejected IS NULL AND held = 0 AND id < ?
               ORDER BY id DESC LIMIT ?""",
            [below, limit],
        )
        return rows[-1][0] if rows else 0, [_record(body) for _, body in reversed(rows)]

    def held(self) -> list[AnyRecord]:
        """The records that wait for their time, in the order they were written."""
        rows = self._query("SELECT body FROM records WHERE held = 1 ORDER BY id")
        return [_record(body) for (body,) in rows]

    def date(self, records: Sequence[AnyRecord]) -> None:
        """Records that were held have their time now.

        Raises:
            Unwritable: the card is full, read-only or dying, or the file is torn; nothing is
                changed.
        """
        with self._transaction() as connection:
            connection.executemany(
                "UPDATE records SET body = ?, held = 0 WHERE boot = ? AND seq = ? AND held = 1",
                [(one.model_dump_json(), str(one.boot), one.seq) for one in records],
            )

    def floors_db(self, input_name: str, *, at_most: int) -> list[float]:
        """The floors of the last minutes that an input surely heard, dBFS, the oldest first."""
        rows = self._query(
            """SELECT body ->> '$.level.floor_dbfs' AS floor FROM records
               WHERE body ->> '$.kind' = 'coverage' AND body ->> '$.state' = 'heard'
                 AND body ->> '$.input' = ? AND body ->> '$.fault' IS NULL AND floor IS NOT NULL
               ORDER BY id DESC LIMIT ?""",
            [input_name, at_most],
        )
        return [float(floor) for (floor,) in rows][::-1]

    def links(self, batch: Sequence[AnyRecord]) -> tuple[Link, ...]:
        """How the records of a batch hang together, one link for each unbroken stretch."""
        sql = "SELECT before FROM records WHERE boot = ? AND seq = ? AND before IS NOT NULL"
        made: list[Link] = []
        for record in batch:
            for (before,) in self._query(sql, [str(record.boot), record.seq]):
                head = follow(before, [content_of(record)]).hex()
                last = made[-1] if made else None
                if last is not None and _goes_on(last, record, before.hex()):
                    made[-1] = last.model_copy(update={"last": record.seq, "head": head})
                else:
                    made.append(_link(record, before.hex(), head))
        return tuple(made)

    def settle(self, fates: Iterable[tuple[UUID, int, str | None]], *, at: datetime) -> None:
        """Note what became of records: delivered, or rejected for a reason.

        Raises:
            Unwritable: the card is full, read-only or dying, or the file is torn; nothing is
                settled.
        """
        with self._transaction() as connection:
            connection.executemany(
                """UPDATE records SET delivered_at = ?, rejected = ?
                   WHERE boot = ? AND seq = ? AND delivered_at IS NULL""",
                [
                    (None if reason is not None else at.isoformat(), reason, str(boot), seq)
                    for boot, seq, reason in fates
                ],
            )

    def delivered(self, *, at_most: int) -> list[Span]:
        """Unbroken stretches of numbers that central has had, the newest first."""
        rows = self._query(
            """SELECT boot, min(seq), max(seq) FROM (
                   SELECT id, boot, seq, seq - row_number() OVER (PARTITION BY boot ORDER BY seq)
                   AS stretch FROM records WHERE delivered_at IS NOT NULL)
               GROUP BY boot, stretch ORDER BY max(id) DESC LIMIT ?""",
            [at_most],
        )
        return [Span(boot=UUID(boot), first=first, last=last) for boot, first, last in rows]

    def send_again(self, spans: Iterable[Span]) -> int:
        """What central had once and lacks now waits again; how many records that are.

        Raises:
            Unwritable: the card is full, read-only or dying, or the file is torn.
        """
        with self._transaction() as connection:
            asked = [
                connection.execute(
                    """UPDATE records SET delivered_at = NULL
                       WHERE boot = ? AND seq BETWEEN ? AND ? AND delivered_at IS NOT NULL""",
                    [str(one.boot), one.first, one.last],
                ).rowcount
                for one in spans
            ]
        return sum(asked)

    def has_delivered(self, told: Told, *, before: datetime | None) -> bool:
        """Whether central has had a record since before an instant, or at all."""
        rows = self._query("SELECT delivered_at FROM records WHERE boot = ? AND seq = ?", told.key)
        return any(at is not None and (before is None or at < before.isoformat()) for (at,) in rows)

    def drop(self, told: Iterable[Told]) -> None:
        """Forget records whose journal is forgotten too.

        Raises:
            Unwritable: the card is full, read-only or dying, or the file is torn.
        """
        keys = [one.key for one in told]
        with self._transaction() as connection:
            connection.executemany("DELETE FROM records WHERE boot = ? AND seq = ?", keys)

    def drop_older_than_the_chain(self, before: datetime) -> int:
        """Forget records without a journal that were delivered before an instant; how many."""
        old = "FROM records WHERE before IS NULL AND delivered_at < ?"
        ((count,),) = self._query(f"SELECT count(*) {old}", [before.isoformat()])
        if count:
            with self._transaction() as connection:
                connection.execute(f"DELETE {old}", [before.isoformat()])
        return int(count)

    def tally(self) -> Tally:
        """How many records wait, are delivered, and were rejected."""
        ((every, delivered, rejected),) = self._query(
            "SELECT count(*), count(delivered_at), count(rejected) FROM records"
        )
        return Tally(every - delivered - rejected, delivered, rejected)

    def records(self) -> list[AnyRecord]:
        """Every record still here, whatever its fate, in the order they were written."""
        rows = self._query("SELECT body FROM records ORDER BY id")
        return [_record(body) for (body,) in rows]

    def newest(self, limit: int) -> list[AnyRecord]:
        """The records written last, newest first, at most `limit`."""
        rows = self._query("SELECT body FROM records ORDER BY id DESC LIMIT ?", [limit])
        return [_record(body) for (body,) in rows]

    def rejections(self) -> list[tuple[AnyRecord, str]]:
        """The records central will never take, and its reasons."""
        rows = self._query(
            "SELECT body, rejected FROM records WHERE rejected IS NOT NULL ORDER BY id"
        )
        return [(_record(body), reason) for body, reason in rows]

    def older_checkpoints(self) -> list[Checkpoint]:
        """What boxes without a journal kept here: the last checkpoint of every input."""
        rows = self._query(
            "SELECT input, boot, source, listened_until, unfinished FROM checkpoints ORDER BY input"
        )
        return [
            Checkpoint(
                input=name,
                boot=UUID(boot),
                source=source,
                listened_until=datetime.fromisoformat(until),
                unfinished=RECORDS.validate_json(unfinished),
            )
            for name, boot, source, until, unfinished in rows
        ]

    def drop_older_checkpoint(self, input_name: str) -> None:
        """The journal has a checkpoint of this input now."""
        if any(one.input == input_name for one in self.older_checkpoints()):
            with self._transaction() as connection:
                connection.execute("DELETE FROM checkpoints WHERE input = ?", [input_name])


def _record(body: str) -> AnyRecord:
    try:
        return RECORD.validate_json(body)
    except ValidationError as e:
        raise Torn(f"the outbox holds what is no record: {body[:80]!r}; it is torn") from e


def _goes_on(link: Link, record: AnyRecord, before: str) -> bool:
    return (link.boot, link.last + 1, link.head) == (record.boot, record.seq, before)


def _link(record: AnyRecord, before: str, head: str) -> Link:
    return Link(boot=record.boot, first=record.seq, last=record.seq, before=before, head=head)


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
    # A hall's power is cut, not shut down: in WAL only FULL keeps what was committed.
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
    found = [row[0] for row in connection.execute("PRAGMA integrity_check(1)")]
    if found != ["ok"]:
        raise Torn(f"the outbox is torn: {found[0] if found else 'nothing to be read'}")
    migrations.apply(Database(connection))
    # Pages bear no checksum: a sector that is lost within a record leaves a sound tree.
    ((spoiled,),) = connection.execute(_SPOILED)
    if spoiled:
        raise Torn(f"the outbox is torn: {spoiled} of its rows hold no record of theirs")


def _open_to_look(path: Path) -> sqlite3.Connection:
    """A connection that cannot write; immutable where nobody has the file open any more."""
    for manner in ("mode=ro", "immutable=1"):
        db = sqlite3.connect(f"{path.absolute().as_uri()}?{manner}", uri=True, timeout=BUSY_SECONDS)
        try:
            db.execute("SELECT count(*) FROM checkpoints")
        except sqlite3.DatabaseError as e:
            db.close()
            met = e
        else:
            return db
    raise Unwritable(f"the outbox {path} cannot be read: {met}; look at the card") from met


@contextmanager
def _card(done: str) -> Iterator[None]:
    """Let the card's troubles be known by name."""
    try:
        yield
    except sqlite3.DatabaseError as e:
        code = getattr(e, "sqlite_errorcode", 0)  # Python's own complaints have none
        kind = Torn if code & 0xFF in _TORN else Unwritable
        raise kind(f"the outbox cannot be {done}: {e}; look at the card") from e
