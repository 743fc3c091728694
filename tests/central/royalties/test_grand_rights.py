"""Laws of grand rights: of the box office, per production and act, never of what was heard."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.database import writing
from central.errors import Unacceptable
from central.royalties import store
from central.royalties.closing import close_period
from central.royalties.rules import shelf
from central.royalties.staging import Staged, settle_staged
from central.venues.accounts import Receipts, put_performance, put_production, put_receipts
from central.venues.credits import put_credit
from tests.central.royalties.conftest import EVENING, NOW

PACK = "kz-venues-2026"


@pytest.fixture
def stage(theatre):
    """An evening on which a prose play of two acts is given, box office 1,500,000.00."""

    def made(*, roles=("author", "scenographer", "costume"), acts=2, given=None, gross=150_000_000):
        event_id = theatre.event(fee_minor=10_000)
        with writing(theatre.books) as connection:
            number = put_production(connection, title="Абай", kind="play", acts=acts, code="")
            put_performance(connection, event_id, number, acts=given)
            for party, role in zip(theatre.parties, roles, strict=False):
                put_credit(connection, number, role=role, party_id=party, by="Айгүл", at=NOW)
            if gross is not None:
                put_receipts(connection, event_id, Receipts(gross, 500, "Касса", NOW))
        return event_id

    return made


def closed(theatre, pack=PACK):
    with writing(theatre.books) as connection:
        return close_period(connection, replace(theatre.days(), pack=pack), now=NOW)


def test_a_play_pays_its_makers_beside_the_music_of_the_evening(theatre, stage):
    stage()
    theatre.hears(theatre.recordings[1], second=30, seconds=60)
    done = closed(theatre)

    evening, right = done.events
    assert [13_500_000, 1_500_000, 1_500_000] == [minor for _, minor in right.fee_used.told]
    assert (16_500_000, "Абай (grand right)") == (right.fee.minor, right.title)
    assert [10_800_000, 1_200_000, 1_200_000] == [p.amount.minor for p in right.allocations]
    assert ["retention", "retention"] == [name for e in done.events for name, _ in e.deductions()]
    assert 10_000 == evening.fee.minor


def test_every_statement_of_a_grand_right_adds_up_in_the_ledger(theatre, stage):
    stage()
    theatre.hears(theatre.recordings[1], second=30, seconds=60)
    done = closed(theatre)

    statements = [theatre.read(store.statement, head.id) for head in done.statements]
    assert all(one.adds_up for one in statements)
    assert done.events == tuple(theatre.read(store.everything_closed, done.distribution.id))


def test_one_act_of_two_pays_half(theatre, stage):
    stage(given=1)

    right = closed(theatre).events[1]

    assert 8_250_000 == right.fee.minor
    assert "1 of 2 acts" in right.fee_used.told[0][0]


def test_a_work_of_one_act_has_a_rate_of_its_own(theatre, stage):
    stage(acts=1)

    assert [5_250_000, 1_500_000, 1_500_000] == [
        minor for _, minor in closed(theatre).events[1].fee_used.told
    ]


def test_a_role_that_is_nobody_s_is_not_owed(theatre, stage):
    event_id = stage()
    with writing(theatre.books) as connection:
        put_credit(connection, 1, role="author", party_id=None, by="Айгүл", at=NOW)
    done = closed(theatre)

    assert event_id == done.events[1].event_id
    assert ["scenographer", "costume"] == [part.role for part in done.events[1].allocations]


def test_a_production_without_makers_pays_nothing(theatre, stage):
    stage(roles=())

    assert 1 == len(closed(theatre).events)


def test_the_rates_that_had_to_be_assumed_are_stated(theatre, stage):
    stage()

    keys = {one.key for one in closed(theatre).distribution.pack.assumed}
    assert {key for key in keys if key.startswith("grand_rights")}


@pytest.mark.parametrize(
    ("how", "pack", "says"),
    [
        ({"roles": ("author",)}, PACK, "nobody is credited as scenographer"),
        ({"gross": None}, PACK, "which has not been told"),
        ({}, "", "close by a pack with grand rights"),
    ],
)
def test_a_right_that_cannot_be_reckoned_closes_nothing(theatre, stage, how, pack, says):
    stage(**how)

    with pytest.raises(Unacceptable, match=says):
        closed(theatre, pack)
    assert [] == theatre.read(store.all_distributions)


@given(receipts=st.integers(0, 10**12), acts=st.integers(2, 9), given=st.integers(1, 9))
def test_every_unit_of_a_grand_right_is_taken_or_owed(receipts, acts, given):
    staged = Staged(
        event_id=1,
        production_id=3,
        title="Опера",
        kind="opera",
        acts=acts,
        given=min(given, acts),
        credits={"composer": 1, "librettist": 2, "scenographer": 0, "costume": 4},
        receipts=receipts,
        currency="KZT",
        starts_at=EVENING,
        ends_at=EVENING,
        day=date(2026, 11, 21),
    )
    settled, _ = settle_staged(shelf.pack(PACK), staged)

    taken = sum(minor for _, minor in settled.reckoning.deducted)
    owed = sum(part.amount.minor for part in settled.allocations)
    assert (settled.fee.minor == taken + owed) or (not settled.allocations and not owed)
    assert settled.fee.minor <= receipts
