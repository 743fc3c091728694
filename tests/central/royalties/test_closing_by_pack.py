"""Laws of closing by a rule pack: deductions, suspense and statements are the whole fee, opened."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.database import writing
from central.errors import Unacceptable, Unknown
from central.repertoire.shares import Share
from central.royalties import books, store
from central.royalties.closing import Days, close_period, same_closing
from central.royalties.distribution import PlayUsed
from central.royalties.ledger import Account
from central.royalties.money import Money, total_of
from central.royalties.reckoning import Evening, settle_evenings
from central.royalties.rules import shelf
from central.royalties.rules.lines import NOTHING_TO_PAY, UNKNOWN_WORK
from tests.central.royalties.conftest import EVENING

PACK = "kz-venues-2026"


@pytest.fixture
def evening(theatre):
    event_id = theatre.event()
    theatre.hears(theatre.recordings[0], second=30, seconds=120)
    theatre.hears(theatre.recordings[1], second=300, seconds=60)
    theatre.hears("rec-unregistered", second=400, seconds=20)
    return event_id


def close(theatre, pack=PACK, *, day=21):
    days = theatre.days(first=day, last=day)
    with writing(theatre.books) as connection:
        by = Days(days.venue_id, days.first_day, days.last_day, pack)
        return close_period(connection, by, now=theatre.now)


def test_a_fifth_is_retained_and_the_rest_follows_performed_time(theatre, evening):
    closed = close(theatre)

    (event,) = closed.events
    totals = [head.total.minor for head in closed.statements]
    assert event.deductions() == [("retention", Money(20_000, "KZT"))]
    assert (totals, event.suspended().minor) == ([24_001, 24_000, 24_000], 8_000)
    assert [part.reason for part in event.allocations if part.reason] == [UNKNOWN_WORK]


def test_every_statement_by_a_pack_adds_up_and_the_deduction_has_its_account(theatre, evening):
    closed = close(theatre)

    statements = [theatre.read(store.statement, head.id) for head in closed.statements]
    with writing(theatre.books) as connection:
        retained = books.received(
            connection,
            Account("deduction", "retention"),
            currency="KZT",
            distribution_id=closed.distribution.id,
        )
    assert all(statement.adds_up and statement.lines for statement in statements)
    assert retained == Money(20_000, "KZT")


def test_the_pack_is_frozen_with_what_it_assumed(theatre, evening):
    pack = close(theatre).distribution.pack

    assert (pack.name, pack.digest) == ("kz-venues-2026 2026.2", shelf.pack(PACK).digest)
    assert [one.key for one in pack.assumed] == ["payout.threshold", "payout.claim_months"]


def test_an_evening_without_music_waits_after_its_deductions(theatre):
    theatre.event(fee_minor=5_000)

    (event,) = close(theatre).events

    assert (event.suspended().minor, event.deducted().minor) == (4_000, 1_000)
    assert [part.reason for part in event.allocations] == [NOTHING_TO_PAY]


@pytest.mark.parametrize(
    ("pack", "says"),
    [
        ("artisjus-radio", "does not divide each event's fee by itself"),
        ("kz-venues-2025", "holds from"),
        ("suisa-concert", "is a rule for CHF"),
    ],
)
def test_a_pack_that_is_not_the_rule_here_closes_nothing(theatre, evening, pack, says):
    with pytest.raises(Unacceptable, match=says):
        close(theatre, pack)
    assert theatre.read(store.all_distributions) == []


def test_a_pack_that_is_not_on_the_shelf_is_named(theatre, evening):
    with pytest.raises(Unknown, match="no rule pack 'nowhere'"):
        close(theatre, "nowhere")


def test_the_same_days_by_another_rule_are_another_closing(theatre, evening):
    number = close(theatre).distribution.id
    days = theatre.days()

    by_pack = Days(days.venue_id, days.first_day, days.last_day, PACK)
    assert theatre.read(same_closing, by_pack, number)
    assert not theatre.read(same_closing, days, number)


def play(number, milliseconds, *, work=1, free=0):
    own = (Share(7, "C", 10_000 - free),) if free < 10_000 else ()
    return PlayUsed(
        id=f"play-{number}",
        recording_id=f"rec-{work}",
        recording_title="",
        performer="",
        work_id=work,
        work_title="",
        started_at=EVENING,
        ended_at=EVENING,
        milliseconds=milliseconds,
        confidence_per_mille=1000,
        detections=(),
        shares=own,
        free_points=free,
    )


def settled(fee, plays):
    evening = Evening(1, date(2026, 11, 21), Money(fee, "KZT"), plays)
    return settle_evenings(shelf.pack(PACK), [evening])[1][1]


@given(
    fee=st.integers(0, 10**12),
    lengths=st.lists(st.tuples(st.integers(0, 10**7), st.integers(1, 4)), max_size=12),
    dice=st.randoms(use_true_random=False),
)
def test_every_unit_goes_somewhere_and_the_order_of_plays_changes_nothing(fee, lengths, dice):
    plays = [play(n, length, work=work) for n, (length, work) in enumerate(lengths)]
    first = settled(fee, plays)
    dice.shuffle(plays)

    taken = sum(minor for _, minor in first.reckoning.deducted)
    owed = total_of((part.amount for part in first.allocations), "KZT")
    assert owed.minor + taken == fee
    assert first == settled(fee, plays)
    assert len(first.reckoning.places()) == len(first.allocations)


def test_the_part_in_the_public_domain_is_paid_to_nobody():
    paid = settled(1_000, [play(1, 60_000, free=2_500)]).allocations
    whole = settled(1_000, [play(1, 60_000, free=10_000)]).allocations

    assert [(part.party_id, part.amount.minor) for part in paid] == [(None, 200), (7, 600)]
    assert [(part.reason, part.amount.minor) for part in whole] == [(NOTHING_TO_PAY, 800)]
