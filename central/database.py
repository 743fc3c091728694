"""Where the office keeps its books: one database, its clock, and one writer at a time.

Every room describes its own tables, in its `store.py` or `tables.py`, all in `METADATA`. SQLite
is the embedded default, PostgreSQL serves where several machines are one office; nothing in the
rooms may be said in SQL that one of the two does not understand.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from sqlite3 import OperationalError as SqliteError
from typing import Any

import psycopg
from backports import zstd
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    Dialect,
    Engine,
    LargeBinary,
    MetaData,
    Row,
    Select,
    Table,
    create_engine,
    event,
    func,
    insert,
    make_url,
    select,
)
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.types import TypeDecorator

from central.errors import Unready

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Maker = Callable[[Any], Any]

_WRITER = 0x51756C6171  # the lock of whoever writes: "Qulaq"
_PACKING = 3  # how hard Zstandard tries: a record of 450 bytes costs it less than half a µs
PAGE = 500  # rows; whoever wants more asks again, after the last
BUSY_SECONDS = 30  # a writer waits this long for its turn


class Instant(TypeDecorator[datetime]):
    """A point in time: aware in Python, UTC in the books, whichever database keeps them."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the books, as UTC.

        Raises:
            ValueError: the datetime is naive; nobody could say when that was.
        """
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value.isoformat()} has no time zone; give an aware datetime")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the books: SQLite forgets the zone, and it was always UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Packed(TypeDecorator[str]):
    """A long text, packed by Zstandard in the books; what cannot be unpacked is the empty text.

    It is for letters with a signature, which fits no other text: what a disk has spoiled is found
    by that, and named with all else that does not fit.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """To the books."""
        return None if value is None else zstd.compress(value.encode(), _PACKING)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """From the books."""
        try:
            return None if value is None else zstd.decompress(value).decode()
        except (zstd.ZstdError, UnicodeDecodeError):
            return ""


def open_books(path: Path) -> Engine:
    """The books in a SQLite file; power may fail at any instant without losing a commit."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _settle_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def open_server(address: str) -> Engine:
    """The books in a PostgreSQL database.

    Args:
        address: `postgresql://user@host/name`, as libpq writes it.

    Raises:
        Unready: that is no such address.
    """
    try:
        url = make_url(address).set(drivername="postgresql+psycopg")
        return create_engine(url, pool_pre_ping=True)
    except ArgumentError as e:
        raise Unready(f"{address!r} is no address of a database: {e}") from e


def _settle_sqlite(connection: SqliteConnection, _record: object) -> None:
    # The driver's own idea of when a transaction begins is switched off: `_begin_sqlite` says it.
    connection.isolation_level = None
    _use_wal(connection)
    # Without recursive_triggers a REPLACE would delete what triggers keep, and they not notice.
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: SqliteConnection) -> None:
    # SQLite does not wait here: of two that switch new books at once, one is told "locked".
    for patience in range(BUSY_SECONDS * 10, -1, -1):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            break
        except SqliteError as error:
            if error.sqlite_errorname != "SQLITE_BUSY" or not patience:
                raise
            time.sleep(0.1)


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes its turn at once: a reader that turns writer later could only be refused.
    writer = connection.get_execution_options().get("writer", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent view of the books for as long as the block lasts."""
    # SQLite shows one state from the first query on by itself.
    one_state = {} if _is_file(engine) else {"isolation_level": "REPEATABLE READ"}
    with engine.execution_options(**one_state).connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction: all of the block is kept, on disk when it ends, or none of it."""
    with engine.execution_options(writer=True).begin() as connection:
        if not _is_file(engine):
            # One writer at a time here too: what was looked up stays true until it is written.
            connection.execute(select(func.pg_advisory_xact_lock(_WRITER)))
        yield connection


def _is_file(engine: Engine) -> bool:
    return engine.dialect.name == "sqlite"


def put(connection: Connection, table: Table, row: Mapping[str, object]) -> int:
    """Insert one row into a table numbered by `id`; answers the number it was given."""
    return int(connection.execute(insert(table).returning(table.c.id), row).scalar_one())


def put_rows(
    connection: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Insert many rows at once; a server takes them by COPY, which costs a fraction of INSERTs.

    Args:
        connection: a writing transaction.
        table: where they go.
        names: of the columns that are filled.
        rows: what stands in each of these.
    """
    if makers := _makers(table, tuple(names), connection.dialect):
        rows = _as_kept(rows, makers)
    columns = ", ".join(names)
    if connection.dialect.name == "sqlite":
        places = ", ".join("?" for _ in names)
        words = f"INSERT INTO {table.name} ({columns}) VALUES ({places})"  # noqa: S608  # our own
        connection.exec_driver_sql(words, [tuple(row) for row in rows])
    else:
        _copy(connection, table.name, columns, rows)


def _copy(
    connection: Connection, table: str, columns: str, rows: Iterable[Sequence[object]]
) -> None:
    server: Any = connection.connection.driver_connection
    words = f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)"
    kinds = connection.info.setdefault("kinds of columns", {})  # as long as the connection lives
    try:
        with server.cursor() as cursor:
            if words not in kinds:
                cursor.execute(f"SELECT {columns} FROM {table} LIMIT 0")  # noqa: S608  # our own
                kinds[words] = [column.type_code for column in cursor.description]
            with cursor.copy(words) as copy:
                copy.set_types(kinds[words])
                for row in rows:
                    copy.write_row(row)
    except psycopg.Error as fault:  # by the name under which every other statement would fail
        named = DBAPIError.instance(words, None, fault, psycopg.Error, dialect=connection.dialect)
        raise named from fault


@lru_cache(maxsize=64)
def _makers(table: Table, names: tuple[str, ...], dialect: Dialect) -> Sequence[tuple[int, Maker]]:
    """What changes a value into the form in which a database keeps it, by place; where needed."""
    makers = []
    for place, name in enumerate(names):
        kind = table.columns[name].type
        make = kind.dialect_impl(dialect).bind_processor(dialect)
        # A server's driver knows instants of any zone, and what a boolean is.
        if make and (dialect.name == "sqlite" or not isinstance(kind, Instant | Boolean)):
            makers.append((place, make))
    return makers


def _as_kept(
    rows: Iterable[Sequence[object]], makers: Sequence[tuple[int, Maker]]
) -> Iterator[list[object]]:
    for row in rows:
        kept = list(row)
        for place, make in makers:
            kept[place] = make(kept[place])
        yield kept


def page_of(
    connection: Connection,
    wanted: Select[Any],
    *,
    by: Column[Any],
    after: object,
    at_most: int = PAGE,
) -> Sequence[Row[Any]]:
    """A page of a list: the first of the wanted rows whose key `by` is beyond `after`, by key."""
    return connection.execute(wanted.where(by > after).order_by(by).limit(at_most)).all()
