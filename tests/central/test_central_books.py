"""The books: instants keep their instant, a transaction is whole or not, and forms only grow."""

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    cast,
    event,
    func,
    insert,
    inspect,
    literal,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError, StatementError

import central.app
from central.database import METADATA, Instant, Packed, open_books, reading, writing
from central.devices.store import Slot, boxes, put_box
from central.errors import Unready
from central.ingest.tables import batches
from central.migrations.versions import m0034_packed_letters
from central.upgrading import upgrade
from central.venues.store import halls, put_hall, put_venue, venues
from edge.sync.letters import BoxIdentity

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.integers(-(10**9), 10**10).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
clock = Table("clock", MetaData(), Column("id", Integer, primary_key=True), Column("at", Instant))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(at=instants, zone=zones)
def test_an_instant_comes_back_as_the_same_instant_in_utc(tmp_path_factory, at, zone):
    engine = open_books(tmp_path_factory.mktemp("clock") / "clock.db")
    with writing(engine) as connection:
        clock.create(connection)
        connection.execute(insert(clock).values(at=at.astimezone(zone)))
        kept = connection.scalar(select(clock.c.at))
        found = connection.scalar(select(clock.c.id).where(clock.c.at == at))
    engine.dispose()

    assert (at, UTC, 1) == (kept, kept.tzinfo, found)


def test_a_time_without_a_zone_is_refused(books):
    naive = datetime(2026, 11, 21, tzinfo=UTC).replace(tzinfo=None)

    with reading(books) as connection, pytest.raises(StatementError, match="no time zone"):
        connection.execute(select(venues.c.id).where(literal(naive, Instant).is_(None)))


def test_the_steps_lead_to_the_tables_the_rooms_describe(books):
    assert central.app.FOR_STAFF

    def belongs(thing, *_):
        return thing.info.get("only", books.dialect.name) == books.dialect.name

    with reading(books) as connection:
        steps = MigrationContext.configure(connection, opts={"include_object": belongs})
        assert [] == compare_metadata(steps, METADATA)


def put_old_letters(engine, numbers):
    """Letters in books of the form before they were packed; what they say, by number."""
    letters = {n: f'{{"letter":{n},"said":"Құлақ \\u0000 {"x" * n}"}}' for n in numbers}
    device = f"qb-{1:016x}"
    with writing(engine) as connection:
        if not connection.scalar(select(func.count()).select_from(boxes)):
            venue = put_venue(connection, name="x", city="", time_zone="UTC")
            slot = Slot(put_hall(connection, venue_id=venue, name="x"), [])
            own = BoxIdentity(device=device, public_key="a key")
            put_box(connection, own, slot, now=datetime.now(UTC))
        connection.execute(
            text(
                "INSERT INTO batches (id, device, received_at, payload, signature)"
                " VALUES (:id, :device, '2026-11-21 14:00:00', :payload, 'signed')"
            ),
            [{"id": n, "device": device, "payload": said} for n, said in letters.items()],
        )
    return letters


def assert_brought_along(engine, letters):
    with reading(engine) as connection:
        rows = connection.execute(select(batches)).all()

    assert letters == {row.id: row.payload for row in rows}
    assert {"signed"} == {row.signature for row in rows}


def test_letters_of_old_books_are_brought_along_word_for_word(older_books):
    engine = older_books("0033")
    letters = put_old_letters(engine, range(1, 451))
    upgrade(engine)

    assert_brought_along(engine, letters)


def test_packing_that_was_cut_off_goes_on_where_it_was_beside_what_came_since(older_books):
    engine = older_books("0033")
    letters = put_old_letters(engine, range(1, 1001))
    for after in (0, 200):
        with writing(engine) as connection:
            assert after + 200 == m0034_packed_letters.part(connection, after)
    with engine.connect() as connection:  # the third is cut off before it is kept
        m0034_packed_letters.part(connection, 400)
    with reading(engine) as connection:
        old = connection.execute(text("SELECT id, payload FROM batches")).all()
        packed = "SELECT count(*) FROM batches WHERE length(packed) > 0"
        assert 400 == connection.scalar(text(packed))
    assert letters == {row.id: row.payload for row in old}  # whoever goes back has all of it

    letters |= put_old_letters(engine, range(1001, 1051))  # by the release before
    upgrade(engine)

    assert_brought_along(engine, letters)


def test_no_transaction_of_packing_packs_more_than_two_hundred_letters(older_books):
    engine = older_books("0033")
    letters = put_old_letters(engine, range(1, 1001))
    packed, began = [0], []

    def begins(connection):
        began.append(connection)
        packed.append(0)

    def packs(_connection, _cursor, statement, parameters, *_):
        if statement.startswith("UPDATE batches SET packed"):
            packed[-1] += len(parameters)

    event.listen(engine, "begin", begins)
    event.listen(engine, "before_cursor_execute", packs)
    upgrade(engine)

    assert 1000 == sum(packed)
    assert 200 == max(packed)
    assert_brought_along(engine, letters)


def test_a_letter_that_cannot_be_unpacked_is_empty(books):
    with reading(books) as connection:
        torn = literal(b"no letter", LargeBinary)
        assert "" == connection.scalar(select(cast(torn, Packed)))


def test_bringing_up_to_date_twice_changes_nothing(books):
    with writing(books) as connection:
        put_venue(connection, name="x", city="", time_zone="UTC")
    upgrade(books)
    with reading(books) as connection:
        assert ["x"] == connection.scalars(select(venues.c.name)).all()


def test_many_that_bring_new_books_up_to_date_at_once_take_turns(tmp_path):
    faults = []
    start = threading.Barrier(4)

    def bring():
        engine = open_books(tmp_path / "central.db")
        start.wait()
        try:
            upgrade(engine)
        except Exception as error:
            faults.append(error)
        engine.dispose()

    threads = [threading.Thread(target=bring) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine = open_books(tmp_path / "central.db")

    assert [] == faults
    assert inspect(engine).has_table("detections")
    engine.dispose()


def test_books_of_a_newer_program_are_left_alone(books):
    with writing(books) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(Unready, match="9999"):
        upgrade(books)


def test_a_file_that_is_no_database_is_named(tmp_path):
    path = tmp_path / "central.db"
    path.write_bytes(b"this is a shopping list, not a database" * 100)
    engine = open_books(path)

    with pytest.raises(Unready, match=r"central\.db"):
        upgrade(engine)
    engine.dispose()


def test_a_transaction_that_fails_leaves_nothing(books):
    def fail():
        with writing(books) as connection:
            put_venue(connection, name="x", city="", time_zone="UTC")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    with reading(books) as connection:
        assert [] == connection.scalars(select(venues.c.name)).all()


def test_a_reader_sees_one_state_while_others_write(books):
    with reading(books) as reader:
        before = reader.scalars(select(venues.c.id)).all()
        with writing(books) as writer:
            put_venue(writer, name="x", city="", time_zone="UTC")
        after = reader.scalars(select(venues.c.id)).all()

    assert before == after == []


def test_a_row_that_points_nowhere_is_refused(books):
    with pytest.raises(IntegrityError), writing(books) as connection:
        connection.execute(insert(halls).values(venue_id=99, name="x"))


def test_writers_wait_for_their_turn(books):
    counted = []

    def count_up():
        for _ in range(10):
            with writing(books) as connection:
                seen = len(connection.scalars(select(venues.c.id)).all())
                put_venue(connection, name=str(seen), city="", time_zone="UTC")
                counted.append(seen)

    threads = [threading.Thread(target=count_up) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert list(range(30)) == sorted(counted)


def test_a_text_that_no_server_keeps_is_refused_in_words(office):
    answer = office.http.get("/v1/fleet", params={"after": "\0"})

    if office.books.dialect.name == "sqlite":  # which keeps a NUL as any other letter
        assert (200, []) == (answer.status_code, answer.json())
    else:
        assert 422 == answer.status_code
        assert "no books can keep what was sent" in answer.json()["detail"]
