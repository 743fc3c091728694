"""Laws of releases and last redistributions: known works are paid, expired amounts divided once."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from central.database import writing
from central.errors import Taken, Unacceptable, Unknown, Unwelcome
from central.repertoire.shares import Share
from central.repertoire.store import Recording, put_recording
from central.repertoire.tables import shares, works
from central.royalties import books, store
from central.royalties.later import runs
from central.royalties.later.claim_books import Filing
from central.royalties.later.claims import CLAIM_TAKEN, file_claim, refuse
from central.royalties.later.expired import NOBODY_IDENTIFIED
from central.royalties.later.reading import later_run, statement_of
from central.royalties.later.release import CLAIM_OPEN, STILL_UNKNOWN
from central.royalties.ledger import Account
from central.royalties.rules.claims import CLAIM_TOO_LATE
from central.royalties.rules.lines import UNKNOWN_WORK

OVER = datetime(2029, 11, 21, 19, 0, tzinfo=UTC)  # midnight in Almaty after the last day


@pytest.fixture
def closed(after):
    after.close()
    return after


def linked(after, *points, recording_id="rec-unregistered"):
    """Register the unknown recording with a work of these parts."""
    work_id = after.work("Теңіз", *points)
    recording = Recording(
        id=recording_id,
        work_id=work_id,
        title="Теңіз (студия)",
        performer="Хор",
        isrc=None,
        milliseconds=20_000,
        recipe="r",
        fingerprint=b"",
        fingerprint_sha256="f" * 64,
    )
    with writing(after.books) as connection:
        put_recording(connection, recording, at=after.theatre.now)
    return work_id


def planned(after, kind, *, now=None, closing_id=1):
    with writing(after.books) as connection:
        return runs.planned(connection, kind, closing_id, now=now or after.theatre.now)


def done(after, kind, *, now=None):
    with writing(after.books) as connection:
        return runs.do(connection, kind, 1, by="Дина", now=now or after.theatre.now)


def claim_open(after):
    (waiting,) = after.waiting()
    filing = Filing(waiting.reference, "Абай", "a@example.kz", "mine")
    with writing(after.books) as connection:
        return file_claim(connection, filing, by="", now=after.theatre.now)


def test_what_is_not_known_yet_is_not_released(closed):
    run = planned(closed, "release")

    assert (run.moves, [why for _, why in run.left]) == ((), [STILL_UNKNOWN])
    with pytest.raises(Taken, match="nothing to move: no release is due"):
        done(closed, "release")


def test_a_recording_linked_to_a_work_since_is_paid_at_its_own_worth_once(closed):
    before = closed.wealth()
    linked(closed, 10_000)
    number = done(closed, "release")
    after = closed.wealth()

    assert after.get(None, 0) == 0
    assert after[closed.theatre.parties[0]] == before[closed.theatre.parties[0]] + 8_000
    with pytest.raises(Taken, match="nothing to move"):
        done(closed, "release")
    with writing(closed.books) as connection:
        assert [later_run(connection, number).distribution.later.kind] == ["release"]


def test_a_work_whose_shares_are_made_whole_is_released(after):
    with writing(after.books) as connection:
        connection.execute(update(shares).where(shares.c.work_id == 2).values(basis_points=4_000))
    after.close()
    held = [why for _, why in planned(after, "release").left]
    with writing(after.books) as connection:
        connection.execute(update(shares).where(shares.c.work_id == 2).values(basis_points=10_000))
    number = done(after, "release")

    assert held == ["unknown-work", "shares-not-whole"] or set(held) == {
        STILL_UNKNOWN,
        "shares-not-whole",
    }
    with writing(after.books) as connection:
        (head,) = store.statement_heads(connection, number)
        assert statement_of(connection, head.id).adds_up
    assert head.party_id == after.theatre.parties[2]


def test_an_amount_with_an_open_claim_waits_for_a_persons_word(closed):
    linked(closed, 10_000)
    one = claim_open(closed)

    assert [why for _, why in planned(closed, "release").left] == [CLAIM_OPEN]
    with writing(closed.books) as connection:
        refuse(connection, one.id, reason=CLAIM_TAKEN, why="", by="x", now=closed.theatre.now)
    assert len(planned(closed, "release").moves) == 1


def test_nothing_is_redistributed_before_the_last_day_is_over(closed):
    one_minute_before = datetime(2029, 11, 21, 18, 59, tzinfo=UTC)

    assert planned(closed, "redistribution", now=one_minute_before).moves == ()
    assert len(planned(closed, "redistribution", now=OVER).moves) == 1


def test_what_nobody_claimed_goes_to_the_identified_works_of_the_event_by_what_they_counted(closed):
    before = closed.wealth()
    number = done(closed, "redistribution", now=OVER)
    after = closed.wealth()

    first, second, third = closed.theatre.parties
    gained = [after[party] - before[party] for party in (first, second, third)]
    assert gained == [2_667, 2_667, 2_666]  # 60 s : 60 s : 60 s of 8,000
    assert after.get(None, 0) == 0
    with writing(closed.books) as connection:
        statements = [
            statement_of(connection, head.id) for head in store.statement_heads(connection, number)
        ]
        left = books.received(
            connection, Account("suspense", UNKNOWN_WORK), currency="KZT", distribution_id=number
        )
    assert all(one.adds_up for one in statements)
    assert left.minor == -8_000
    assert "same-event" in statements[0].lines[0].because


def test_after_the_redistribution_nothing_is_left_to_claim_or_to_release(closed):
    (waiting,) = closed.waiting()
    done(closed, "redistribution", now=OVER)
    linked(closed, 10_000)
    filing = Filing(waiting.reference, "Абай", "a@example.kz", "mine")

    with pytest.raises(Unacceptable, match="does not wait"), writing(closed.books) as connection:
        file_claim(connection, filing, by="", now=OVER)
    assert planned(closed, "release").moves == ()
    with pytest.raises(Taken, match="nothing to move"):
        done(closed, "redistribution", now=OVER)


def test_a_window_that_is_over_ends_releases_too(closed):
    linked(closed, 10_000)

    assert [why for _, why in planned(closed, "release", now=OVER).left] == [CLAIM_TOO_LATE]


def test_a_claim_filed_in_time_keeps_its_amount_from_being_redistributed(closed):
    claim_open(closed)
    run = planned(closed, "redistribution", now=OVER)

    assert (run.moves, [why for _, why in run.left]) == ((), [CLAIM_OPEN])


def test_where_nobody_is_identified_it_goes_on_waiting_and_that_is_said(after):
    with writing(after.books) as connection:
        connection.execute(shares.delete())
    after.close()

    run = planned(after, "redistribution", now=OVER)
    assert run.moves == ()
    assert {why for _, why in run.left} == {NOBODY_IDENTIFIED}


def test_nobodys_part_gets_nothing_of_what_is_redistributed_and_stays_nobodys(after):
    with writing(after.books) as connection:
        connection.execute(update(works).where(works.c.id == 2).values(free_points=5_000))
        connection.execute(update(shares).where(shares.c.work_id == 2).values(basis_points=5_000))
    after.close()
    before = after.wealth()
    done(after, "redistribution", now=OVER)
    gone = {party: own - before[party] for party, own in after.wealth().items()}

    assert gone[None] == -8_000
    assert sum(gone.values()) == 0
    assert gone[after.theatre.parties[2]] == 1_600  # 30 s of 150 s


def test_by_the_simple_rule_nothing_expires(after):
    after.close(pack="")
    with pytest.raises(Unacceptable, match="sets no window"):
        planned(after, "redistribution", now=OVER)


def test_two_persons_do_a_run_and_only_what_was_prepared(closed):
    linked(closed, 10_000)
    with writing(closed.books) as connection:
        one = runs.prepare(connection, "release", 1, by="Дина", now=closed.theatre.now)
    with pytest.raises(Unwelcome, match="another person"), writing(closed.books) as connection:
        runs.approve(connection, one.id, by="Дина", now=closed.theatre.now)
    with writing(closed.books) as connection:
        number = runs.approve(connection, one.id, by="Ерлан", now=closed.theatre.now)
        again = runs.approve(connection, one.id, by="Ерлан", now=closed.theatre.now)
        (kept,) = runs.all_proposals(connection)

    assert number == again == kept.distribution_id
    assert (kept.prepared_by, kept.approved_by) == ("Дина", "Ерлан")


def test_what_changed_since_it_was_prepared_is_not_done(closed):
    work_id = linked(closed, 10_000)
    with writing(closed.books) as connection:
        one = runs.prepare(connection, "release", 1, by="Дина", now=closed.theatre.now)
        other = Share(closed.theatre.parties[1], "CA", 10_000)
        own = update(shares).where(shares.c.work_id == work_id)
        connection.execute(own.values(party_id=other.party_id))
    with pytest.raises(Taken, match="prepare it again"), writing(closed.books) as connection:
        runs.approve(connection, one.id, by="Ерлан", now=closed.theatre.now)


def test_a_run_is_named_by_its_closing(closed):
    linked(closed, 10_000)
    number = done(closed, "release")

    with pytest.raises(Unknown, match="is no closing"):
        planned(closed, "release", closing_id=number)
    with pytest.raises(Unknown, match="no proposal 7"), writing(closed.books) as connection:
        runs.proposal(connection, 7)
