"""A statement made by a rule pack proves itself, deductions included."""

import pytest

from central.database import writing
from central.royalties.closing import Days, close_period
from central.royalties.rules import shelf
from central.transparency.bundle import bundle_of
from tests.central.transparency.bundles import opened, reckoned
from verifier.verify import WORDS, Policy, Untrue, verify

PACK = "kz-venues-2026"


@pytest.fixture
def bundle(logged):
    first, second = logged.recordings
    logged.event(minutes=30)
    logged.hears(first, second=10, seconds=100)
    logged.hears(second, second=200, seconds=61)
    logged.hears(first, second=400, seconds=37)
    logged.hears("rec-unregistered", second=500, seconds=20)
    days = logged.days()
    with writing(logged.books) as connection:
        by = Days(days.venue_id, days.first_day, days.last_day, PACK)
        number = close_period(connection, by, now=logged.now).statements[0].id
    return bundle_of(logged.office, number)


def documents(bundle):
    words = [leaf["words"] for leaf in opened(bundle)["leaves"]]
    return [said for said in words if isinstance(said, dict)]


def test_the_verifier_does_the_sums_of_a_pack_again(bundle):
    verdict = verify(bundle.encode(), Policy())
    told = "\n".join(verdict.told(WORDS["en"]))

    assert verdict.statement.reckoned
    assert WORDS["en"]["true"] in told
    assert "2 amounts were reckoned again" in told
    assert shelf.pack(PACK).digest in told


def test_the_pool_opens_from_the_fee_through_every_deduction(bundle):
    (pool,) = [said for said in documents(bundle) if said["format"] == "qulaq/pool/v1"]

    assert [(s["op"], s["gives"]) for s in pool["steps"]] == [("rate", 20_000), ("less", 80_001)]
    assert pool["pool"] == "after:retention"


def test_a_statement_carries_the_pack_and_what_it_assumed(bundle):
    (said,) = [one for one in documents(bundle) if one["format"] == "qulaq/statement/v3"]

    assert said["pack"]["sha256"] == shelf.pack(PACK).digest
    assert {one["key"] for one in said["pack"]["assumed"]} >= {"payout.claim_months"}


def test_a_step_of_a_pack_changed_by_one_unit_is_refused(bundle):
    document = opened(bundle)
    pool = next(leaf for leaf in document["leaves"] if leaf["name"].startswith("pool/"))
    pool["words"]["steps"][0]["gives"] += 1

    with pytest.raises(Untrue):
        reckoned(document)
