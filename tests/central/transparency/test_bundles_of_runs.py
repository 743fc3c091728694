"""Whatever was moved after a closing, and however often, its statements prove themselves."""

from datetime import UTC, datetime

import pytest

from central.database import writing
from central.royalties import store
from central.royalties.closing import Days, close_period
from central.royalties.later import runs
from central.royalties.later.amounts import standing_of
from central.royalties.later.objections import Correction, correct
from central.transparency.bundle import bundle_of
from tests.central.transparency.bundles import opened, reckoned
from verifier.verify import WORDS, Policy, Untrue, verify

OVER = datetime(2029, 11, 22, tzinfo=UTC)
PACKS = ["kz-venues-2026", ""]


def closed(logged, pack):
    first, second = logged.recordings
    logged.event(minutes=30)
    logged.hears(first, second=10, seconds=100)
    logged.hears(second, second=200, seconds=61)
    logged.hears("rec-unregistered", second=500, seconds=20)
    days = logged.days()
    with writing(logged.books) as connection:
        by = Days(days.venue_id, days.first_day, days.last_day, pack)
        close_period(connection, by, now=logged.now)


def done(logged, kind, *, now=None):
    """Do a run; answers its bundles."""
    with writing(logged.books) as connection:
        number = runs.do(connection, kind, 1, by="Дина", now=now or logged.now)
        heads = store.statement_heads(connection, number)
    return [bundle_of(logged.office, head.id) for head in heads]


def wrong(logged, recording_id):
    """Say that a play was none."""
    with writing(logged.books) as connection:
        play = next(
            one.play.id
            for one in standing_of(connection, 1)
            if one.play and one.play.recording_id == recording_id
        )
        correct(connection, Correction(1, play, "not-played", None, "", "x", logged.now))


def statement_in(bundle):
    leaves = opened(bundle)["leaves"]
    return next(leaf["words"] for leaf in leaves if leaf["name"].startswith("statement/"))


@pytest.mark.parametrize("pack", PACKS)
def test_an_adjustment_for_what_came_late_proves_itself(logged, pack):
    closed(logged, pack)
    logged.hears(logged.recordings[1], second=600, seconds=100)
    bundles = done(logged, "adjustment")

    assert bundles
    for bundle in bundles:
        verdict = verify(bundle.encode(), Policy())
        said = statement_in(bundle)
        assert verdict.statement.reckoned
        assert verdict.statement.rule_checked is (pack == "")
        assert any(line["takes_back"] for line in said["lines"])
        assert "after closing 1, as adjustment" in "\n".join(verdict.told(WORDS["en"]))


@pytest.mark.parametrize("pack", PACKS)
def test_what_is_only_taken_back_proves_itself_as_less_than_nothing(logged, pack):
    closed(logged, pack)
    wrong(logged, logged.recordings[1])
    bundles = done(logged, "adjustment")
    negative = [one for one in bundles if statement_in(one)["total"] < 0]

    assert len(negative) == 1
    assert verify(negative[0].encode(), Policy()).statement.reckoned
    ends = statement_in(negative[0])["account"]
    assert ends["paid"] == 0
    assert ends["carried"] <= 0


def test_a_redistribution_and_an_adjustment_of_it_prove_themselves(logged):
    closed(logged, "kz-venues-2026")
    bundles = done(logged, "redistribution", now=OVER)
    pools = [leaf["name"] for leaf in opened(bundles[0])["leaves"] if "pool/" in leaf["name"]]
    logged.hears(logged.recordings[1], second=600, seconds=100)
    bundles += done(logged, "adjustment")

    assert pools == ["pool/1/1", "pool/2/1"]
    assert all(verify(bundle.encode(), Policy()).statement.reckoned for bundle in bundles)


def test_a_pool_that_divides_more_than_was_taken_is_refused(logged):
    closed(logged, "kz-venues-2026")
    document = opened(done(logged, "redistribution", now=OVER)[0])
    pool = next(leaf for leaf in document["leaves"] if leaf["name"] == "pool/2/1")["words"]
    for change in (
        lambda: pool["inputs"].update(taken=pool["inputs"]["taken"] + 1),
        lambda: pool["taken"].append(pool["taken"][0]),
        lambda: pool["taken"][0].update(pool="pool/2/1"),
    ):
        change()
        with pytest.raises(Untrue):
            reckoned(document)


@pytest.mark.parametrize("change", ["takes_back", "steps", "account"])
def test_a_counter_entry_that_hides_is_refused(logged, change):
    closed(logged, "kz-venues-2026")
    logged.hears(logged.recordings[1], second=600, seconds=100)
    document = opened(done(logged, "adjustment")[0])
    leaf = next(one for one in document["leaves"] if one["name"].startswith("statement/"))
    line = next(one for one in leaf["words"]["lines"] if one["takes_back"])
    if change == "takes_back":
        line["takes_back"] = ""
    elif change == "steps":
        line["gives"].pop()
    else:
        leaf["words"]["account"]["paid"] += 1

    with pytest.raises(Untrue):
        reckoned(document)
