"""What was heard waits here until central has it; power may fail at any instant."""

import fcntl
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from pydantic import TypeAdapter
from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from edge.errors import Misconfigured, Refused, Unwritable
from edge.sync.wire import AnyRecord, BatchReceipt

BUSY_SECONDS = 30.0  # the two processes of a box wait this long for each other's transaction

RECORD: TypeAdapter[AnyRecord] = TypeAdapter(AnyRecord)
RECORDS: TypeAdapter[tuple[AnyRecord, ...]] = TypeAdapter(tuple[AnyRecord, ...])

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
    """

    input: str
    boot: UUID
    source: str
    listened_until: datetime
    unfinished: tuple[AnyRecord, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many records there are, by their fate."""

    waiting: int
    delivered: int
    rejected: int


class Outbox:
    """The queue between who hears and who speaks: two processes, one SQLite file."""

    def __init__(self, db: Database) -> None:
        """Work on an open database, brought to the present shape."""
        migrations.apply(db)
        self._db = db

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the outbox of a box, making it if there is none.

        Raises:
            Misconfigured: the file cannot be opened or is not an outbox.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with _alone(path.with_suffix(".opening")):
                return cls(_open_database(path))
        except (OSError, sqlite3.DatabaseError) as e:
            raise Misconfigured(
                f"the outbox {path} cannot be opened: {e}; look at the card, and if the file is "
                "damaged move it away for the office to read: a new one is made"
            ) from e

    @classmethod
    def look(cls, path: Path) -> Self:
        """Open the outbox only to look: whoever may not write in its folder can do so too.

        Raises:
            Unwritable: the file cannot be read.
        """
        box = cls.__new__(cls)
        box._db = Database(_open_to_look(path))
        return box

    def close(self) -> None:
        """Let the file go."""
        self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        # IMMEDIATE: a deferred transaction that reads before it writes fails at once when the
        # other process wrote in between, whatever the timeout.
        connection = self._db.conn
        try:
            with _card("written"):
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.commit()
        except BaseException:
            connection.rollback()
            raise

    def _query(self, sql: str, values: Sequence[object] = ()) -> Iterator[dict[str, Any]]:
        with _card("read"):
            yield from self._db.query(sql, values)

    def put(self, records: Sequence[AnyRecord], checkpoint: Checkpoint) -> None:
        """Write records and how far listening has come, all or nothing.

        Raises:
            sqlite3.IntegrityError: a record's (boot, seq) is taken; nothing was written.
            Unwritable: the card is full, read-only or dying; nothing was written.
        """
        with self._transaction() as connection:
            connection.executemany(
                "INSERT INTO records (boot, seq, body) VALUES (?, ?, ?)",
                [(str(r.boot), r.seq, r.model_dump_json()) for r in records],
            )
            connection.execute(
                "INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?, ?)",
                (
                    checkpoint.input,
                    str(checkpoint.boot),
                    checkpoint.source,
                    checkpoint.listened_until.isoformat(),
                    RECORDS.dump_json(checkpoint.unfinished).decode(),
                ),
            )

    def checkpoints(self) -> list[Checkpoint]:
        """The last checkpoint of every input, by its name."""
        rows = self._query("SELECT * FROM checkpoints ORDER BY input")
        return [
            Checkpoint(
                input=row["input"],
                boot=UUID(row["boot"]),
                source=row["source"],
                listened_until=datetime.fromisoformat(row["listened_until"]),
                unfinished=RECORDS.validate_json(row["unfinished"]),
            )
            for row in rows
        ]

    def next_batch(self, limit: int) -> list[AnyRecord]:
        """The oldest records that wait for central, at most `limit`."""
        rows = self._query(
            """SELECT body FROM records WHERE delivered_at IS NULL AND rejected IS NULL
               ORDER BY id LIMIT ?""",
            [limit],
        )
        return [RECORD.validate_json(row["body"]) for row in rows]

    def settle(self, batch: Sequence[AnyRecord], receipt: BatchReceipt, *, at: datetime) -> None:
        """Take central's answer to a batch: what is there need not be sent again.

        Raises:
            Refused: the receipt does not account for exactly this batch; nothing is settled.
            Unwritable: the card is full, read-only or dying; nothing is settled.
        """
        reasons = {(r.boot, r.seq): r.reason for r in receipt.rejected}
        keys = {(r.boot, r.seq) for r in batch}
        counted = receipt.accepted + receipt.duplicates + len(receipt.rejected)
        if counted != len(batch) or len(reasons) != len(receipt.rejected) or reasons.keys() - keys:
            raise Refused(f"central's receipt speaks of {counted} records, {len(batch)} were sent")
        with self._transaction() as connection:
            connection.executemany(
                """UPDATE records SET delivered_at = ?, rejected = ?
                   WHERE boot = ? AND seq = ? AND delivered_at IS NULL""",
                [
                    (
                        None if key in reasons else at.isoformat(),
                        reasons.get(key),
                        str(key[0]),
                        key[1],
                    )
                    for key in sorted(keys)
                ],
            )

    def forget(self, before: datetime) -> int:
        """Drop records delivered before an instant; returns how many. Rejected ones stay.

        Raises:
            Unwritable: the card is full, read-only or dying.
        """
        with self._transaction() as connection:
            gone = connection.execute(
                "DELETE FROM records WHERE delivered_at < ?", [before.isoformat()]
            )
            return gone.rowcount

    def tally(self) -> Tally:
        """How many records wait, are delivered, and were rejected."""
        row = next(
            self._query(
                """SELECT count(*) AS every, count(delivered_at) AS delivered,
                          count(rejected) AS rejected FROM records"""
            )
        )
        waiting = row["every"] - row["delivered"] - row["rejected"]
        return Tally(waiting, row["delivered"], row["rejected"])

    def records(self) -> Iterator[AnyRecord]:
        """Every record still here, whatever its fate, in the order they were written."""
        for row in self._query("SELECT body FROM records ORDER BY id"):
            yield RECORD.validate_json(row["body"])

    def newest(self, limit: int) -> Iterator[AnyRecord]:
        """The records written last, newest first, at most `limit`."""
        for row in self._query("SELECT body FROM records ORDER BY id DESC LIMIT ?", [limit]):
            yield RECORD.validate_json(row["body"])

    def rejections(self) -> list[tuple[AnyRecord, str]]:
        """The records central will never take, and its reasons."""
        rows = self._query(
            "SELECT body, rejected FROM records WHERE rejected IS NOT NULL ORDER BY id"
        )
        return [(RECORD.validate_json(row["body"]), row["rejected"]) for row in rows]


@contextmanager
def _card(done: str) -> Iterator[None]:
    """Let the card's troubles be known by name; that a number is taken is none of them."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except sqlite3.DatabaseError as e:
        raise Unwritable(f"the outbox cannot be {done}: {e}; look at the card") from e


def _open_database(path: Path) -> Database:
    db = Database(sqlite3.connect(path, timeout=BUSY_SECONDS))
    try:
        # A hall's power is cut, not shut down: in WAL only FULL keeps what was committed.
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db


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
def _alone(lock: Path) -> Iterator[None]:
    """Hold a lock file: two processes that make the same database at once would trip."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
