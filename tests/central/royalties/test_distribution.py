"""Laws of following the money: an event's fee ends somewhere named, all of it, always the same."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.repertoire.shares import WHOLE, Share
from central.royalties.distribution import (
    NOTHING_HEARD,
    SHARES_NOT_WHOLE,
    UNKNOWN_RECORDING,
    WORK_WITHOUT_SHARES,
    Evidence,
    PlayUsed,
    distribute,
)
from central.royalties.money import Money, total_of

EVENING = datetime(2026, 11, 21, 14, tzinfo=UTC)


def play(name, milliseconds, *, shares=((1, 10_000),), work_id=1):
    return PlayUsed(
        id=name,
        recording_id=f"rec-{name}",
        recording_title=name,
        performer="",
        work_id=work_id,
        work_title=name,
        started_at=EVENING,
        ended_at=EVENING + timedelta(milliseconds=milliseconds),
        milliseconds=milliseconds,
        confidence_per_mille=970,
        detections=(Evidence(f"qb-0/boot/{name}", EVENING, EVENING, 970),),
        shares=tuple(Share(party, "CA", points) for party, points in shares),
    )


pools = st.integers(0, 10**12).map(lambda minor: Money(minor, "KZT"))
whole = st.lists(st.integers(1, WHOLE - 1), max_size=4, unique=True).map(
    lambda cuts: [b - a for a, b in zip([0, *sorted(cuts)], [*sorted(cuts), WHOLE], strict=True)]
)
partings = whole.map(lambda points: tuple(enumerate(points, start=1)))
programmes = st.lists(
    st.tuples(st.integers(0, 600_000), partings, st.sampled_from([None, 1, 2])), max_size=12
).map(
    lambda rows: [
        play(f"p{number:02}", length, shares=shares, work_id=work)
        for number, (length, shares, work) in enumerate(rows)
    ]
)


@given(pools, programmes)
def test_the_whole_pool_arrives_somewhere(pool, plays):
    allocations = distribute(7, pool, plays)

    assert pool == total_of((allocation.amount for allocation in allocations), "KZT")


@given(pools, programmes, st.randoms())
def test_the_order_in_which_plays_come_changes_nothing(pool, plays, dice):
    shuffled = list(plays)
    dice.shuffle(shuffled)

    assert distribute(7, pool, plays) == distribute(7, pool, shuffled)


@given(pools, programmes)
def test_every_amount_has_a_rightholder_or_a_reason_and_never_both(pool, plays):
    for allocation in distribute(7, pool, plays):
        assert (allocation.party_id is None) == bool(allocation.reason)


def test_money_follows_performed_time_and_then_shares():
    plays = [
        play("a", 180_000, shares=((1, 5000), (2, 5000))),
        play("b", 60_000, shares=((3, 10_000),)),
    ]

    paid = {a.party_id: a.amount.minor for a in distribute(7, Money(100_000, "KZT"), plays)}

    assert paid == {1: 37_500, 2: 37_500, 3: 25_000}


@pytest.mark.parametrize(
    ("strange", "reason"),
    [
        (play("b", 60_000, work_id=None), UNKNOWN_RECORDING),
        (play("b", 60_000, shares=()), WORK_WITHOUT_SHARES),
        (play("b", 60_000, shares=((1, 9_993),)), SHARES_NOT_WHOLE),
    ],
)
def test_what_cannot_be_attributed_waits_and_is_not_spread_over_the_others(strange, reason):
    known, waiting = distribute(7, Money(100_000, "KZT"), [play("a", 60_000), strange])

    assert (known.party_id, known.amount.minor) == (1, 50_000)
    assert (waiting.party_id, waiting.amount.minor, waiting.reason) == (None, 50_000, reason)


@pytest.mark.parametrize("plays", [[], [play("a", 0)]])
def test_an_event_at_which_nothing_sounded_keeps_its_money_in_suspense(plays):
    (waiting,) = distribute(7, Money(100_000, "KZT"), plays)

    assert (waiting.amount.minor, waiting.reason) == (100_000, NOTHING_HEARD)


def test_the_published_minute_value_of_suisa_comes_out():
    """2,295.00 for 100 protected minutes: 22.95 a minute, a four-minute song 91.80."""
    plays = [play("song", 240_000), play("the-rest", 96 * 60_000, shares=((2, 10_000),))]

    paid = {a.party_id: a.amount.minor for a in distribute(7, Money(229_500, "CHF"), plays)}

    assert paid == {1: 9_180, 2: 220_320}


def test_what_nobody_knows_waits_at_its_own_worth():
    """Ten of a hundred minutes unidentified: 2,065.50 identified, 229.50 waiting."""
    plays = [play("known", 90 * 60_000), play("unknown", 10 * 60_000, work_id=None)]

    amounts = [a.amount.minor for a in distribute(7, Money(229_500, "CHF"), plays)]

    assert amounts == [206_550, 22_950]
