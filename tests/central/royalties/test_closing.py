"""Laws of closing: all of it or nothing, once and for good, and every tiyn has its evidence."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from central.database import METADATA, writing
from central.errors import Taken, Unacceptable, Unknown
from central.repertoire.store import parties, recordings, shares, works
from central.royalties import books, store, tables
from central.royalties.closing import ClosedAlready, close_period, summary
from central.royalties.distribution import NOTHING_HEARD, RULE, UNKNOWN_RECORDING
from central.royalties.ledger import Account, reverse
from central.royalties.money import Money, total_of


@pytest.fixture
def evening(theatre):
    event_id = theatre.event()
    theatre.hears(theatre.recordings[0], second=30, seconds=120)
    theatre.hears(theatre.recordings[1], second=300, seconds=60)
    theatre.hears("rec-unregistered", second=400, seconds=20)
    return event_id


def statements_of(theatre, closed):
    return [theatre.read(store.statement, head.id) for head in closed.statements]


def test_statements_and_suspense_sum_to_the_fees(theatre, evening):
    closed = theatre.close()

    paid = total_of((head.total for head in closed.statements), "KZT")
    waiting = total_of((event.suspended() for event in closed.events), "KZT")
    assert paid + waiting == Money(100_001, "KZT")


def test_each_statement_adds_up_line_by_line_and_in_the_ledger(theatre, evening):
    closed = theatre.close()

    for statement in statements_of(theatre, closed):
        assert statement.sum_of_lines == statement.head.total
        assert statement.booked == statement.head.total
        assert statement.adds_up


def test_money_is_in_proportion_to_performed_time(theatre, evening):
    closed = theatre.close()

    totals = [head.total.minor for head in closed.statements]
    assert totals == [30_001, 30_000, 30_000]
    (event,) = closed.events
    assert event.suspended() == Money(10_000, "KZT")


def test_every_line_opens_to_the_detections_behind_it(theatre):
    theatre.event()
    keys = [
        theatre.hears(theatre.recordings[1], second=30, seconds=60),
        theatre.hears(theatre.recordings[1], second=200, seconds=60),
    ]

    (statement,) = statements_of(theatre, theatre.close())

    assert [heard.key for line in statement.lines for heard in line.play.detections] == keys
    assert [line.play.milliseconds for line in statement.lines] == [60_000, 60_000]
    assert statement.distribution.rule == RULE


def test_what_is_almost_certain_is_not_written_down_as_certain(theatre):
    theatre.event()
    theatre.hears(theatre.recordings[1], second=30, seconds=60, confidence=0.99999)
    theatre.hears(theatre.recordings[1], second=200, seconds=60, confidence=1.0)

    (event,) = theatre.close().events

    assert [play.confidence_per_mille for play in event.plays] == [999, 1000]


def test_an_unregistered_recording_waits_in_suspense_by_reason(theatre, evening):
    closed = theatre.close()

    account = Account("suspense", UNKNOWN_RECORDING)
    with writing(theatre.books) as connection:
        waiting = books.received(
            connection, account, currency="KZT", distribution_id=closed.distribution.id
        )
    assert waiting == Money(10_000, "KZT")


def test_a_silent_event_pays_nobody_and_loses_nothing(theatre):
    theatre.event(fee_minor=5_000)

    (event,) = theatre.close().events

    assert event.suspended() == Money(5_000, "KZT")
    assert [part.reason for part in event.allocations] == [NOTHING_HEARD]


def test_an_event_without_a_fee_closes_at_nought(theatre):
    theatre.event(fee_minor=0)
    theatre.hears(theatre.recordings[1], second=30, seconds=60)

    (statement,) = statements_of(theatre, theatre.close())

    assert statement.head.total == Money(0, "KZT")
    assert statement.adds_up


def test_two_currencies_make_two_statements(theatre):
    theatre.event(fee_minor=1_000)
    theatre.event(fee_minor=2_000, currency="EUR", starts_at=theatre.evening + timedelta(hours=1))
    theatre.hears(theatre.recordings[1], second=30, seconds=60)
    theatre.hears(theatre.recordings[1], second=3_630, seconds=60)

    statements = statements_of(theatre, theatre.close())

    assert [s.head.total for s in statements] == [Money(2_000, "EUR"), Money(1_000, "KZT")]
    assert all(statement.adds_up and len(statement.lines) == 1 for statement in statements)


def test_closing_twice_is_refused_and_names_the_earlier(theatre, evening):
    first = theatre.close()

    with pytest.raises(ClosedAlready, match=f"event {evening} .* by distribution 1") as refusal:
        theatre.close(first=20, last=22)
    assert first.distribution.id == refusal.value.distribution_id
    assert len(theatre.read(store.all_distributions)) == 1


def test_an_event_that_still_goes_on_is_not_closed(theatre, evening):
    with pytest.raises(Unacceptable, match="close the period when it is over"):
        theatre.close(now=theatre.evening + timedelta(minutes=5))
    assert theatre.read(store.all_distributions) == []


def test_days_without_events_are_refused_by_name(theatre, evening):
    with pytest.raises(Unknown, match="has no event from 2026-11-22 to 2026-11-22"):
        theatre.close(first=22, last=22)


def test_an_evening_belongs_to_the_day_on_the_wall_of_the_hall(theatre):
    """At 19:30 UTC it is already half past midnight in Almaty."""
    theatre.event(starts_at=theatre.evening.replace(hour=19, minute=30))

    closed = theatre.close(first=22, last=22)

    assert len(closed.events) == 1


def test_what_arrives_after_closing_changes_nothing_and_is_counted(theatre, evening):
    before = theatre.close()
    theatre.hears(theatre.recordings[0], second=500, seconds=60)

    after = theatre.read(summary, before.distribution.id)

    assert (before.left_out, after.left_out) == (0, 1)
    assert before.statements == after.statements
    assert before.events == tuple(event for event in after.events)


def test_unknown_music_is_counted_and_changes_no_amount(theatre, evening):
    theatre.wonders(second=500, seconds=72)
    closed = theatre.close()

    assert closed.unknown_milliseconds == {evening: 72_000}
    assert [head.total.minor for head in closed.statements] == [30_001, 30_000, 30_000]


def test_what_is_heard_past_midnight_belongs_to_the_evening_it_was_heard_in(theatre):
    """The evening begins on the 21st at 19:00 in Almaty and goes on until two at night."""
    theatre.event(minutes=7 * 60)
    theatre.event(starts_at=theatre.evening + timedelta(hours=15))
    theatre.hears(theatre.recordings[0], second=6 * 3600, seconds=60)
    second = theatre.close(first=22, last=22)
    waiting = second.left_out
    first = theatre.close()
    theatre.hears(theatre.recordings[1], second=6 * 3600 + 600, seconds=60)

    left_out = [theatre.read(summary, one.distribution.id).left_out for one in (first, second)]
    assert (waiting, left_out) == (0, [1, 0])


def test_a_play_that_begins_before_midnight_is_left_out_by_neither_day(theatre):
    midnight = theatre.evening + timedelta(hours=5)
    theatre.event()
    theatre.event(starts_at=midnight)
    theatre.hears(theatre.recordings[0], second=5 * 3600 - 5, seconds=60)

    days = [theatre.close(first=day, last=day).distribution.id for day in (21, 22)]

    assert [theatre.read(summary, day).left_out for day in days] == [0, 0]


@pytest.mark.parametrize("table", ["used_plays", "allocations", "ledger_entries", "statements"])
def test_the_database_refuses_to_change_or_drop_what_was_closed(theatre, evening, table):
    theatre.close()

    kept = METADATA.tables[table]
    column = list(kept.columns)[-1]
    for act in (delete(kept), update(kept).values({column: column})):
        with pytest.raises(theatre.refusal, match="never changed"), writing(theatre.books) as c:
            c.execute(act)


def test_the_database_refuses_to_put_another_row_in_the_place_of_a_kept_one(theatre, evening):
    if theatre.on_server:  # INSERT OR REPLACE
        pytest.skip("only SQLite has words for that")
    theatre.close()

    columns = "distribution_id, party_id, party_name, total_minor, currency"
    forged = (
        f"INSERT OR REPLACE INTO statements (id, {columns}) SELECT id, {columns} FROM statements"
    )
    with pytest.raises(theatre.refusal, match="never changed"), writing(theatre.books) as c:
        c.execute(text(forged))


def test_the_database_refuses_a_transaction_that_does_not_sum_to_zero(theatre, evening):
    closed = theatre.close()
    entry = {"account_kind": "rightholder", "account_key": "1", "currency": "KZT"}
    head = {"id": "forged", "distribution_id": closed.distribution.id, "posted_at": theatre.now}

    with writing(theatre.books) as connection:
        entry |= {"transaction_id": "forged", "amount_minor": 1}
        connection.execute(insert(tables.ledger_entries).values(entry))
        with pytest.raises(theatre.refusal, match="do not sum to zero"), connection.begin_nested():
            connection.execute(insert(tables.ledger_transactions).values(head))
        connection.execute(insert(tables.ledger_entries).values(entry | {"amount_minor": -1}))
        connection.execute(insert(tables.ledger_transactions).values(head))


def test_the_database_refuses_an_entry_that_comes_after_the_seal(theatre, evening):
    theatre.close()

    with (
        pytest.raises(theatre.refusal, match="sealed"),
        writing(theatre.books) as connection,
    ):
        connection.execute(
            text(
                "INSERT INTO ledger_entries"
                " (transaction_id, account_kind, account_key, amount_minor, currency)"
                " SELECT id, 'rightholder', '1', 1, 'KZT' FROM ledger_transactions"
            )
        )


def test_entries_without_a_transaction_do_not_survive_the_commit(theatre, evening):
    entry = {"account_kind": "rightholder", "account_key": "1", "currency": "KZT"}
    entry |= {"transaction_id": "nowhere", "amount_minor": 1}

    with pytest.raises(IntegrityError), writing(theatre.books) as connection:
        connection.execute(insert(tables.ledger_entries).values(entry))


def test_a_reversal_takes_the_money_back_and_leaves_the_first_entry_standing(theatre, evening):
    closed = theatre.close()
    number = closed.distribution.id
    with writing(theatre.books) as connection:
        paid = books.transaction(connection, f"event/{evening}/distribution")
        books.post(connection, reverse(paid), distribution_id=number, at=theatre.now)

    statements = statements_of(theatre, closed)

    assert {statement.booked.minor for statement in statements} == {0}
    kept = select(tables.ledger_transactions.c.id)
    ids = theatre.read(lambda connection: connection.scalars(kept).all())
    assert {paid.id, f"{paid.id}/reversed"} < set(ids)


def test_a_transaction_is_booked_once(theatre, evening):
    number = theatre.close().distribution.id

    with writing(theatre.books) as connection:
        paid = books.transaction(connection, f"event/{evening}/distribution")
        with pytest.raises(Taken, match="in the ledger already"):
            books.post(connection, paid, distribution_id=number, at=theatre.now)
        with pytest.raises(Unknown, match="event/99/distribution is not in the ledger"):
            books.transaction(connection, "event/99/distribution")


def test_of_many_who_close_at_once_exactly_one_does(theatre, evening):
    def try_to_close(_):
        try:
            return theatre.close().distribution.id
        except ClosedAlready as refusal:
            return -refusal.distribution_id

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(try_to_close, range(4)))

    assert outcomes == [-1, -1, -1, 1]


def test_a_closing_that_fails_halfway_leaves_no_trace(theatre, evening):
    def close_until_the_power_goes():
        with writing(theatre.books) as connection:
            close_period(connection, theatre.days(), now=theatre.now)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        close_until_the_power_goes()

    assert theatre.read(store.all_distributions) == []
    closed = theatre.close().distribution
    assert [closed] == theatre.read(store.all_distributions)
    assert theatre.on_server or closed.id == 1


def test_what_changes_in_the_register_later_changes_no_statement(theatre, evening):
    closed = theatre.close()
    before = statements_of(theatre, closed)

    with writing(theatre.books) as connection:
        for table in (works, recordings):
            connection.execute(update(table).values(title="Басқа"))
        connection.execute(update(parties).values(name="Басқа"))
        connection.execute(delete(shares))

    assert statements_of(theatre, closed) == before
