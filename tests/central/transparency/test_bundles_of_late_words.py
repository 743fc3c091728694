"""What people settle after a closing is paid by an adjustment, and its bundles open their words."""

import pytest

from central.database import writing
from central.repertoire.shares import Share
from central.repertoire.store import put_work
from central.royalties import store
from central.royalties.closing import Days, close_period
from central.royalties.later import runs
from central.royalties.later.amounts import standing_of
from central.royalties.later.objections import Correction, correct
from central.transparency.bundle import bundle_of
from verifier.verify import Policy, verify

PACKS = ["kz-venues-2026", ""]


def closed(logged, pack, *, settled=False):
    """«Көктем» is heard for two minutes; «Жел» is declared with one, and not heard."""
    event_id = logged.event(fee_minor=90_000)
    logged.hears(logged.recordings[0], second=30, seconds=120)
    logged.declares(event_id, ["Көктем,4:00", "Жел,1:00"])
    line = logged.line_of(event_id, "declared only").name
    if settled:
        logged.decides(event_id, line, "played")
    days = logged.days()
    with writing(logged.books) as connection:
        by = Days(days.venue_id, days.first_day, days.last_day, pack)
        close_period(connection, by, now=logged.now)
    return event_id, line


def adjusted(logged):
    with writing(logged.books) as connection:
        number = runs.do(connection, "adjustment", 1, by="Дина", now=logged.now)
        heads = store.statement_heads(connection, number)
    return {
        head.party_name: verify(bundle_of(logged.office, head.id).encode(), Policy())
        for head in heads
    }


def wealth(logged):
    sums = {}
    for one in logged.read(standing_of, 1):
        sums[one.party_id] = sums.get(one.party_id, 0) + one.amount.minor
    return sums


@pytest.mark.parametrize("pack", PACKS)
def test_a_piece_settled_after_closing_is_paid_and_proves_itself(logged, pack):
    event_id, line = closed(logged, pack)
    waited = wealth(logged)[None]
    logged.decides(event_id, line, "played")
    proved = adjusted(logged)

    assert wealth(logged) == {1: waited, 2: waited, 3: waited}
    assert set(proved) == {"Ерлан Қасым"}
    assert (proved["Ерлан Қасым"].statement.testified, wealth(logged).get(None, 0)) == (1, 0)


@pytest.mark.parametrize("pack", PACKS)
def test_a_piece_said_not_to_be_played_leaves_its_part_to_the_others(logged, pack):
    event_id, line = closed(logged, pack)
    whole = sum(wealth(logged).values())
    logged.decides(event_id, line, "not played")
    adjusted(logged)

    assert {k: v for k, v in wealth(logged).items() if v} == {1: whole // 2, 2: whole // 2}


@pytest.mark.parametrize("pack", PACKS)
def test_nothing_is_adjusted_while_nobody_says_anything(logged, pack):
    closed(logged, pack)
    with writing(logged.books) as connection:
        assert runs.planned(connection, "adjustment", 1, now=logged.now).moves == ()


@pytest.mark.parametrize("pack", PACKS)
def test_a_testified_play_of_another_work_opens_both_words(logged, pack):
    event_id, line = closed(logged, pack, settled=True)
    parts = [Share(logged.parties[0], "CA", 10_000)]
    with writing(logged.books) as connection:
        song = put_work(connection, title="Теңіз", iswc=None, parts=parts, at=logged.now)
        correct(connection, Correction(event_id, line, "work", song, "", "x", logged.now))
    proved = adjusted(logged)

    assert {name: one.statement.testified for name, one in proved.items()} == {
        "Абай Сұлтанов": 1,
        "Ерлан Қасым": 1,
    }
    assert wealth(logged).get(3, 0) == 0
