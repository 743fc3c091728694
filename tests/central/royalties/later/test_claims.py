"""Laws of claims: what waited is paid at its own worth, once, in time, and nothing is edited."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from central.database import writing
from central.errors import Taken, Unacceptable, Unknown, Unwelcome
from central.royalties import books, later_tables, store
from central.royalties.later.claim_books import Filing, claim
from central.royalties.later.claims import (
    CLAIM_TAKEN,
    NOT_SHOWN,
    accept,
    file_claim,
    refuse,
    withdraw,
)
from central.royalties.later.reading import later_run, statement_of
from central.royalties.ledger import Account
from central.royalties.money import Money
from central.royalties.rules.claims import CLAIM_TOO_LATE
from central.royalties.rules.lines import UNKNOWN_WORK
from central.royalties.waiting import waiting_plays


@pytest.fixture
def closed(after):
    after.close()
    after.song = after.work("Теңіз", 6_000, 4_000)
    return after


def filed(after, *, by="", now=None, **changes):
    (waiting,) = after.waiting()
    said = {
        "reference": waiting.reference,
        "claimant": "Абай Сұлтанов",
        "contact": "abai@example.kz",
        "evidence": "It is my song, from the album of 2019",
        "work_id": after.song,
    } | changes
    with writing(after.books) as connection:
        return file_claim(connection, Filing(**said), by=by, now=now or after.theatre.now)


def accepted(after, number, *, by="Ерлан", work_id=None):
    with writing(after.books) as connection:
        return accept(
            connection, number, work_id=work_id, why="score seen", by=by, now=after.theatre.now
        )


def refused(after, number, reason=NOT_SHOWN):
    with writing(after.books) as connection:
        return refuse(
            connection, number, reason=reason, why="no score", by="Ерлан", now=after.theatre.now
        )


def test_an_accepted_claim_pays_what_waited_and_weighs_nothing_else_again(closed):
    before = closed.wealth()
    one = accepted(closed, filed(closed).id)
    after = closed.wealth()

    first, second, third = closed.theatre.parties
    assert (before[None], after.get(None, 0)) == (8_000, 0)
    assert (after[first], after[second], after[third]) == (
        before[first] + 4_800,
        before[second] + 3_200,
        before[third],
    )
    assert one.status == "accepted"


def test_the_ledger_moves_it_out_of_suspense_and_every_statement_adds_up(closed):
    paid = accepted(closed, filed(closed).id).steps[-1].distribution_id

    with writing(closed.books) as connection:
        left = books.received(
            connection, Account("suspense", UNKNOWN_WORK), currency="KZT", distribution_id=paid
        )
        run = later_run(connection, paid)
        statements = [statement_of(connection, head.id) for head in run.statements]
    assert left == Money(-8_000, "KZT")
    assert [one.head.total.minor for one in statements] == [4_800, 3_200]
    assert all(one.adds_up for one in statements)


def test_a_line_of_a_claim_opens_to_its_play_event_rule_and_claim(closed):
    paid = accepted(closed, filed(closed).id).steps[-1].distribution_id
    with writing(closed.books) as connection:
        head = store.statement_heads(connection, paid)[0]
        (line,) = statement_of(connection, head.id).lines

    assert (line.play.work_title, line.play.recording_id) == ("Теңіз", "rec-unregistered")
    assert (line.event_title, len(line.play.detections)) == ("Көктем кеші", 1)
    assert line.because.startswith("claim 1, A")
    assert (line.play_amount.minor, line.basis_points) == (8_000, 6_000)


def test_the_closing_itself_says_what_it_always_said(closed):
    before = closed.theatre.read(store.closed_events, 1)
    heads = closed.theatre.read(store.statement_heads, 1)
    accepted(closed, filed(closed).id)

    assert before == closed.theatre.read(store.closed_events, 1)
    assert heads == closed.theatre.read(store.statement_heads, 1)


def test_accepting_twice_is_accepting_once(closed):
    one = filed(closed)
    first = accepted(closed, one.id)

    assert first == accepted(closed, one.id)
    assert len(closed.theatre.read(store.all_distributions)) == 2


def test_of_two_claims_to_one_amount_only_one_is_paid(closed):
    one, other = filed(closed), filed(closed, claimant="Дина Оспанова")
    accepted(closed, one.id)

    with pytest.raises(Taken, match=CLAIM_TAKEN):
        accepted(closed, other.id)
    assert refused(closed, other.id, CLAIM_TAKEN).status == "refused"
    assert closed.wealth().get(None, 0) == 0


def test_a_claim_after_the_last_day_is_kept_and_refused_with_its_reason(closed):
    last = datetime(2029, 11, 21, 18, 59, tzinfo=UTC)  # one minute to midnight in Almaty
    in_time = filed(closed, now=last)
    too_late = filed(closed, now=last + timedelta(minutes=1))

    assert (in_time.status, too_late.status) == ("open", "refused")
    assert [step.reason for step in too_late.steps] == [CLAIM_TOO_LATE]
    with pytest.raises(Taken, match="refused already"):
        accepted(closed, too_late.id)
    assert accepted(closed, in_time.id).status == "accepted"  # filed in time, decided later


def test_a_refused_claim_leaves_the_amount_waiting_and_its_history_stands(closed):
    one = refused(closed, filed(closed).id)

    assert (one.status, one.steps[-1].reason, one.steps[-1].decided_by) == (
        "refused",
        NOT_SHOWN,
        "Ерлан",
    )
    assert len(closed.waiting()) == 1
    with pytest.raises(Taken, match="refused already"):
        refused(closed, one.id)


def test_a_claim_may_be_withdrawn(closed):
    number = filed(closed).id
    with writing(closed.books) as connection:
        one = withdraw(connection, number, why="a mistake", by="Ерлан", now=closed.theatre.now)
    assert one.status == "withdrawn"


def test_nobody_accepts_what_he_filed_himself(closed):
    one = filed(closed, by="Ерлан")

    with pytest.raises(Unwelcome, match="another person must accept"):
        accepted(closed, one.id, by="Ерлан")
    assert accepted(closed, one.id, by="Дина").status == "accepted"


def test_what_a_claim_needs_is_said(closed):
    nameless = filed(closed, work_id=None)

    with pytest.raises(Unacceptable, match="names no work"):
        accepted(closed, nameless.id)
    with pytest.raises(Unknown, match="work 99 is not registered"):
        accepted(closed, nameless.id, work_id=99)
    with pytest.raises(Unacceptable, match="not whole"):
        accepted(closed, nameless.id, work_id=closed.work("Жарты", 5_000))
    with pytest.raises(Unacceptable, match="refused as"):
        refused(closed, nameless.id, "because")
    assert closed.theatre.read(claim, nameless.id).status == "open"


@pytest.mark.parametrize("reference", ["A99", "B1", "A", "Aone", "L1", "A１", "A999999999999"])
def test_an_amount_that_is_none_is_named(closed, reference):
    with pytest.raises(Unknown, match="there is no amount"):
        filed(closed, reference=reference)


def test_what_is_somebodys_cannot_be_claimed(closed):
    paid = next(one for one in closed.standing() if one.party_id)

    with pytest.raises(Unacceptable, match="does not wait for an owner"):
        filed(closed, reference=paid.reference)


def test_what_was_claimed_leaves_the_public_list(closed):
    today = closed.theatre.now.date()
    with writing(closed.books) as connection:
        (one,) = waiting_plays(connection, today=today)
    assert one.reference == closed.waiting()[0].reference
    accepted(closed, filed(closed).id)
    with writing(closed.books) as connection:
        assert waiting_plays(connection, today=today) == []


def test_the_part_that_is_nobodys_stays_nobodys(closed):
    with writing(closed.books) as connection:
        connection.execute(
            update(later_tables.METADATA.tables["works"])
            .where(later_tables.METADATA.tables["works"].c.id == closed.song)
            .values(free_points=6_667)
        )
        table = later_tables.METADATA.tables["shares"]
        connection.execute(delete(table).filter_by(work_id=closed.song))
        connection.execute(
            table.insert().values(
                work_id=closed.song,
                party_id=closed.theatre.parties[0],
                role="AR",
                basis_points=3_333,
                right_name="performing",
            )
        )
    before = closed.wealth()
    accepted(closed, filed(closed).id)
    after = closed.wealth()

    assert after[closed.theatre.parties[0]] - before[closed.theatre.parties[0]] == 2_666
    assert after[None] == 5_334
    assert closed.waiting() == []


def test_by_the_simple_rule_there_is_no_window(after):
    after.close(pack="")
    after.song = after.work("Теңіз", 10_000)
    one = filed(after, now=datetime(2100, 1, 1, tzinfo=UTC))

    assert accepted(after, one.id).status == "accepted"
    assert after.wealth().get(None, 0) == 0


@pytest.mark.parametrize("table", ["claims", "claim_steps", "later_runs", "later_lines"])
def test_the_books_refuse_to_change_what_came_after(closed, table):
    accepted(closed, filed(closed).id)
    own = later_tables.METADATA.tables[table]
    for act in (delete(own), update(own).values({own.primary_key.columns.values()[0].name: 77})):
        refused = pytest.raises(closed.theatre.refusal, match="never changed")
        with refused, writing(closed.books) as one:
            one.execute(act)
    with writing(closed.books) as connection:
        assert connection.execute(select(own)).first() is not None
