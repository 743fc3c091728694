"""Laws of adjustments: only what differs is moved, by counter-entries, and it can be done again."""

import pytest

from central.database import writing
from central.errors import Taken, Unacceptable, Unknown
from central.royalties import books, store
from central.royalties.closing import summary
from central.royalties.later import runs
from central.royalties.later.claim_books import Filing
from central.royalties.later.claims import accept, file_claim
from central.royalties.later.objections import (
    Correction,
    Objection,
    ObjectionStep,
    correct,
    file_objection,
    objection_of,
    say,
)
from central.royalties.later.reading import later_run, statement_of
from central.royalties.ledger import Account
from central.royalties.money import Money

PACKS = ["kz-venues-2026", ""]


def adjusted(after, closing_id=1):
    with writing(after.books) as connection:
        return runs.do(connection, "adjustment", closing_id, by="Дина", now=after.theatre.now)


def planned(after):
    with writing(after.books) as connection:
        return runs.planned(connection, "adjustment", 1, now=after.theatre.now)


def corrected(after, play_id, verdict, *, work_id=None, objection_id=None, event_id=1):
    word = Correction(
        event_id, play_id, verdict, work_id, "score seen", "Ерлан", after.theatre.now, objection_id
    )
    with writing(after.books) as connection:
        correct(connection, word)


def play_of(after, recording_id):
    return next(
        one.play.id
        for one in after.standing()
        if one.play and one.play.recording_id == recording_id
    )


def statements(after, number):
    with writing(after.books) as connection:
        heads = store.statement_heads(connection, number)
        return [statement_of(connection, head.id) for head in heads]


@pytest.mark.parametrize("pack", PACKS)
def test_where_nothing_is_new_nothing_is_adjusted(after, pack):
    after.close(pack=pack)

    assert planned(after).moves == ()
    with pytest.raises(Taken, match="nothing to move"):
        adjusted(after)


@pytest.mark.parametrize("pack", PACKS)
def test_a_late_detection_is_paid_as_if_it_had_come_in_time(theatre, after, pack):
    after.close(pack=pack)
    theatre.hears(theatre.recordings[1], second=480, seconds=100)
    left_out = theatre.read(summary, 1).left_out
    number = adjusted(after)

    whole, first, _second, third = after.whole(), *theatre.parties
    wealth = after.wealth()
    assert (left_out, theatre.read(summary, 1).left_out) == (1, 0)
    assert sum(wealth.values()) == whole
    assert abs(wealth[third] - whole * 160 // 300) <= 1
    assert abs(wealth[first] - whole * 60 // 300) <= 1
    assert abs(wealth[None] - whole * 20 // 300) <= 1
    assert all(one.adds_up for one in statements(after, number))
    with pytest.raises(Taken, match="nothing to move"):
        adjusted(after)


@pytest.mark.parametrize("pack", PACKS)
def test_what_is_taken_back_refers_to_the_line_it_was(theatre, after, pack):
    after.close(pack=pack)
    theatre.hears(theatre.recordings[1], second=480, seconds=100)
    before = {one.reference: one for one in after.standing()}
    number = adjusted(after)
    with writing(after.books) as connection:
        lines = later_run(connection, number).lines
        taken = [line for line in lines if line.takes]
        minor = sum(line.amount.minor for line in lines)

    assert minor == 0
    assert taken
    for line in taken:
        was = before[line.takes]
        assert (line.amount, line.party_id, line.role) == (-was.amount, was.party_id, was.role)
        assert line.play == was.play


@pytest.mark.parametrize("pack", PACKS)
def test_a_play_of_another_work_is_taken_from_the_one_and_given_to_the_other(theatre, after, pack):
    after.close(pack=pack)
    song = after.work("Теңіз", 10_000)
    before = after.wealth()
    corrected(after, play_of(after, theatre.recordings[1]), "work", work_id=song)
    number = adjusted(after)
    wealth, (first, second, third) = after.wealth(), theatre.parties

    assert wealth.get(third, 0) == 0
    assert wealth[first] == before[first] + before[third]
    assert wealth[second] == before[second]
    own = {one.head.party_id: one for one in statements(after, number)}
    assert set(own) == {first, third}
    assert own[third].head.total.minor == -before[third]
    assert own[third].adds_up
    assert own[third].head.account.paid == 0
    assert own[third].head.account.carried <= 0


@pytest.mark.parametrize("pack", PACKS)
def test_a_play_that_was_none_is_divided_among_the_others(theatre, after, pack):
    after.close(pack=pack)
    corrected(after, play_of(after, theatre.recordings[1]), "not-played")
    adjusted(after)
    wealth, whole = after.wealth(), after.whole()

    assert wealth.get(theatre.parties[2], 0) == 0
    assert sum(wealth.values()) == whole
    assert abs(wealth[None] - whole * 20 // 140) <= 1
    assert planned(after).moves == ()


def test_when_the_only_play_was_none_all_of_it_waits_and_comes_back_with_another(theatre):
    theatre.event()
    theatre.hears(theatre.recordings[1], second=30, seconds=60)
    from tests.central.royalties.later.conftest import After

    after = After(theatre)
    after.close()
    corrected(after, play_of(after, theatre.recordings[1]), "not-played")
    adjusted(after)
    gone = after.wealth()
    theatre.hears(theatre.recordings[0], second=300, seconds=60)
    adjusted(after)

    assert gone == {None: after.whole(), theatre.parties[2]: 0} or gone == {None: after.whole()}
    assert after.wealth().get(None, 0) == 0
    assert sum(after.wealth().values()) == after.whole()


def test_a_claim_stays_paid_through_an_adjustment(theatre, after):
    after.close()
    song = after.work("Теңіз", 10_000)
    (waiting,) = after.waiting()
    filing = Filing(waiting.reference, "Абай", "a@example.kz", "mine", work_id=song)
    with writing(after.books) as connection:
        number = file_claim(connection, filing, by="", now=theatre.now).id
        accept(connection, number, work_id=None, why="", by="Ерлан", now=theatre.now)
    theatre.hears(theatre.recordings[1], second=480, seconds=100)
    adjusted(after)
    wealth, whole = after.wealth(), after.whole()

    assert wealth.get(None, 0) == 0
    assert abs(wealth[theatre.parties[0]] - whole * 80 // 300) <= 2
    assert planned(after).moves == ()


def test_a_late_unknown_play_waits_and_can_be_claimed_by_its_line(theatre, after):
    after.close()
    theatre.hears("rec-nobody-knows", second=480, seconds=60)
    adjusted(after)
    late = next(
        one
        for one in after.waiting()
        if one.reference.startswith("L") and one.play.recording_id == "rec-nobody-knows"
    )
    song = after.work("Теңіз", 10_000)
    filing = Filing(late.reference, "Абай", "a@example.kz", "mine", work_id=song)
    before = after.wealth()
    with writing(after.books) as connection:
        number = file_claim(connection, filing, by="", now=theatre.now).id
        accept(connection, number, work_id=None, why="", by="Ерлан", now=theatre.now)

    gained = after.wealth()[theatre.parties[0]] - before[theatre.parties[0]]
    assert gained == late.amount.minor


def test_shares_that_were_wrong_are_put_right_only_when_somebody_says_so(theatre, after):
    from sqlalchemy import update

    from central.repertoire.tables import shares

    after.close()
    first, _second, third = theatre.parties
    before = after.wealth()
    with writing(after.books) as connection:
        connection.execute(update(shares).where(shares.c.work_id == 2).values(party_id=first))
    assert planned(after).moves == ()
    corrected(after, play_of(after, theatre.recordings[1]), "shares")
    adjusted(after)

    assert after.wealth().get(third, 0) == 0
    assert after.wealth()[first] == before[first] + before[third]
    assert planned(after).moves == ()


def test_the_ledger_says_what_stands(theatre, after):
    after.close()
    theatre.hears(theatre.recordings[1], second=480, seconds=100)
    number = adjusted(after)
    with writing(after.books) as connection:
        moved = {
            party: books.received(
                connection,
                Account("rightholder", str(party)),
                currency="KZT",
                distribution_id=number,
            )
            for party in theatre.parties
        }
        first = {head.party_id: head.total for head in store.statement_heads(connection, 1)}
    wealth = after.wealth()
    for party in theatre.parties:
        assert moved[party] + first[party] == Money(wealth[party], "KZT")


def test_an_objection_has_a_history_and_its_effect_is_a_counter_entry(theatre, after):
    after.close()
    play = play_of(after, theatre.recordings[1])
    said = Objection(1, play, "venue", "Әуезов театры", "hall@example.kz", "we did not play that")
    with writing(after.books) as connection:
        one = file_objection(connection, said, by="", now=theatre.now)
        review = ObjectionStep("in-review", "asked the sound desk", "Ерлан", theatre.now)
        say(connection, one.id, review)
    corrected(after, play, "not-played", objection_id=one.id)
    number = adjusted(after)
    with writing(after.books) as connection:
        kept = objection_of(connection, one.id)
        run = later_run(connection, number)

    assert [step.status for step in kept.steps] == ["in-review", "accepted"]
    assert "objection 1" in run.distribution.later.because
    with pytest.raises(Taken, match="accepted already"), writing(after.books) as connection:
        say(connection, one.id, ObjectionStep("refused", "", "x", theatre.now))


def test_what_cannot_be_corrected_is_said(theatre, after):
    after.close()
    play = play_of(after, theatre.recordings[1])

    with pytest.raises(Unknown, match="no play play-none"):
        corrected(after, "play-none", "not-played")
    with pytest.raises(Unknown, match="event 9 is not closed"):
        corrected(after, play, "not-played", event_id=9)
    with pytest.raises(Unacceptable, match="names a play"):
        corrected(after, play, "work")
    with pytest.raises(Unknown, match="work 99"):
        corrected(after, play, "work", work_id=99)
    with pytest.raises(Unknown, match="objection 5"):
        corrected(after, play, "not-played", objection_id=5)
