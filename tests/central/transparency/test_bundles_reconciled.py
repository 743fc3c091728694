"""A bundle proves what people said of a play as it proves what boxes heard."""

from datetime import date

import pytest

from central.database import writing
from central.royalties.closing import Days, close_period
from central.transparency.bundle import bundle_of
from central.venues.accounts import Receipts, put_performance, put_production, put_receipts
from central.venues.credits import put_credit
from central.venues.licences import Licence, put_licence
from tests.central.royalties.conftest import NOW
from tests.central.transparency.bundles import opened, reckoned
from verifier.verify import WORDS, Policy, Untrue, verify


@pytest.fixture
def proved(logged):
    """The bundle of an author whose only play no box heard, and of one that was re-attributed."""
    event_id = logged.event(fee_minor=90_000)
    logged.hears(logged.recordings[0], second=30, seconds=120)
    logged.hears("rec-unregistered", second=200, seconds=60)
    logged.declares(event_id, ["Көктем,4:00", "Жел,1:00"])
    logged.decides(event_id, logged.line_of(event_id, "declared only").name, "played")
    unknown = logged.line_of(event_id, "not recognised")
    logged.decides(event_id, unknown.name, "played", work_id=2)
    days = logged.days()
    with writing(logged.books) as connection:
        by = Days(days.venue_id, days.first_day, days.last_day, "kz-venues-2026")
        done = close_period(connection, by, now=logged.now)
    number = next(head.id for head in done.statements if head.party_name == "Ерлан Қасым")
    return bundle_of(logged.office, number)


def test_a_bundle_proves_what_people_said(proved):
    verdict = verify(proved.encode(), Policy())
    told = "\n".join(verdict.told(WORDS["en"]))

    assert (2, 1) == (verdict.statement.testified, verdict.statement.declared)
    assert "of 2 of these plays people said something" in told
    assert "Абай" not in proved


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.update(milliseconds=said["milliseconds"] + 1),
        lambda said: said.update(said={"piece": said["said"]["piece"], "word": None}),
        lambda said: said["said"]["word"].update(verdict="not played"),
        lambda said: said["said"]["piece"].update(milliseconds=1),
    ],
)
def test_a_testimony_that_says_something_else_is_refused(proved, change):
    document = opened(proved)
    leaf = next(one for one in document["leaves"] if "/piece-" in one["name"])
    change(leaf["words"])

    with pytest.raises(Untrue):
        reckoned(document)


@pytest.fixture
def staged(logged):
    """The bundle of a composer who is owed a grand right, and the music of the evening."""
    event_id = logged.event(fee_minor=0, licence_id=_licence(logged))
    with writing(logged.books) as connection:
        put_receipts(connection, event_id, Receipts(30_000_000, 300, "Касса", NOW))
        number = put_production(connection, title="Абай", kind="opera", acts=3, code="")
        put_performance(connection, event_id, number, acts=1)
        roles = {"composer": 1, "librettist": None, "scenographer": None, "costume": 2}
        for role, party in roles.items():
            put_credit(connection, number, role=role, party_id=party, by="Айгүл", at=NOW)
    logged.hears(logged.recordings[0], second=30, seconds=120)
    days = logged.days()
    with writing(logged.books) as connection:
        by = Days(days.venue_id, days.first_day, days.last_day, "kz-venues-2026")
        done = close_period(connection, by, now=logged.now)
    number = next(head.id for head in done.statements if head.party_name == "Абай Сұлтанов")
    return bundle_of(logged.office, number)


def _licence(logged):
    said = Licence(
        id=0,
        venue_id=logged.venue_id,
        reference="№ 7",
        family="kz-venues",
        tariff="philharmonic",
        basis="pro_rata_protected",
        screens=None,
        valid_from=date(2026, 1, 1),
        valid_to=None,
        told_by="Айгүл",
        told_at=NOW,
    )
    with writing(logged.books) as connection:
        return put_licence(connection, said)


def test_a_bundle_proves_a_tariff_and_a_grand_right(staged):
    verdict = verify(staged.encode(), Policy())
    told = "\n".join(verdict.told(WORDS["en"]))

    assert (1, 1) == (verdict.statement.plays, verdict.statement.staged)
    assert "1 grand rights follow from the box office" in told
    assert verdict.statement.reckoned


@pytest.mark.parametrize(
    "change",
    [
        lambda pool: pool["inputs"].update(receipts=pool["inputs"]["receipts"] + 100),
        lambda pool: pool["steps"][0].update(gives=pool["steps"][0]["gives"] + 1),
    ],
)
@pytest.mark.parametrize("which", ["/production/1", "/1"])
def test_another_box_office_or_step_is_refused(staged, change, which):
    document = opened(staged)
    leaf = next(
        one
        for one in document["leaves"]
        if one["name"].startswith("pool/") and one["name"].endswith(which)
    )
    change(leaf["words"])

    with pytest.raises(Untrue):
        reckoned(document)
