"""What waits can be claimed by anybody on a page, and staff settle it on another."""

import httpx
import pytest
from click.testing import CliRunner

from central.__main__ import main
from central.database import reading, writing
from central.repertoire.shares import Share
from central.repertoire.store import put_work
from central.royalties.closing import Days, close_period
from central.royalties.later.claim_books import latest_claims
from central.royalties.suspense import suspended
from tests.central.royalties.conftest import Theatre


@pytest.fixture
def closed(office):
    theatre = Theatre(office.books)
    theatre.event()
    theatre.hears(theatre.recordings[0], second=30, seconds=120)
    theatre.hears("rec-unregistered", second=400, seconds=20)
    days = theatre.days()
    with writing(theatre.books) as connection:
        by = Days(days.venue_id, days.first_day, days.last_day, "kz-venues-2026")
        close_period(connection, by, now=theatre.now)
        whole = [Share(theatre.parties[0], "CA", 10_000)]
        theatre.song = put_work(connection, title="Теңіз", iswc=None, parts=whole, at=theatre.now)
        theatre.reference = suspended(connection)[0].reference
    return theatre


def said(closed, **changes):
    return {
        "reference": closed.reference,
        "claimant": "Абай <b>Сұлтанов",
        "contact": "abai@example.kz",
        "evidence": "the score of 2019",
    } | changes


@pytest.mark.parametrize(
    ("lang", "says"), [("kk", "Бұл менікі"), ("ru", "Это моё"), ("en", "This is mine")]
)
def test_the_public_list_leads_to_a_form_in_three_languages(office, closed, lang, says):
    page = office.stranger.get(f"/unidentified?lang={lang}").text
    way = f"/claim?reference={closed.reference}&amp;lang={lang}".replace("&amp;", "&")

    assert way in page
    assert says in office.stranger.get(way).text


def test_a_stranger_claims_and_staff_accept_on_the_page(office, closed, staff):
    with httpx.Client(base_url=office.url, timeout=300) as stranger:
        answer = stranger.post("/claim?lang=en", data=said(closed))
    queue = staff.get("/suspense").text
    paid = staff.post("/claims/1", data={"verdict": "accept", "work": str(closed.song)}).text

    assert "The number of your claim" in answer.text
    assert "Абай &lt;b&gt;Сұлтанов" in queue
    assert "claimed" in queue
    assert "accepted" in paid
    assert "Nothing waits." in paid
    assert "Claim after" in staff.get("/distributions/2").text
    assert "claim 1, A" in staff.get("/statements/3").text


def test_a_form_from_another_site_claims_nothing(office, closed, staff):
    answer = staff.post(
        f"/suspense/{closed.reference}/claims",
        data=said(closed),
        headers={"sec-fetch-site": "cross-site"},
    )
    with reading(office.books) as connection:
        assert latest_claims(connection) == []
    assert answer.status_code == 403


def test_staff_refuse_with_a_reason_on_the_page(closed, staff):
    staff.post(f"/suspense/{closed.reference}/claims", data=said(closed, work="", party=""))
    refused = staff.post(
        "/claims/1", data={"verdict": "refuse", "reason": "not-shown", "why": "no score came"}
    ).text

    assert "not-shown" in refused
    assert "no score came" in refused


def test_the_queue_is_for_staff_and_says_money_age_and_last_day(office, closed):
    (one,) = office.http.get("/v1/suspense").json()

    assert office.stranger.get("/v1/suspense").status_code == 401
    assert (one["reference"], one["reason"]) == (closed.reference, "unknown-work")
    assert (one["amount"]["minor"], one["claim_until"]) == (11_429, "2029-11-21")
    assert one["age_days"] >= 0


def test_a_claim_over_http_from_outside_to_payment(office, closed):
    asked = office.stranger.post("/v1/claims/request", json=said(closed))
    second = CliRunner().invoke(
        main, ["token", "--home", str(office.home.path), "--label", "Ерлан"]
    )
    own = office.http.post("/v1/claims/1/accept", json={})
    other = {"Authorization": f"Bearer {second.stdout.strip()}"}
    paid = office.http.post("/v1/claims/1/accept", json={"work_id": closed.song}, headers=other)
    moves = office.http.get("/v1/distributions/2/moves").json()

    assert (asked.status_code, asked.json()["status"]) == (201, "open")
    assert "contact" not in asked.json()
    assert own.status_code == 422
    assert paid.json()["history"][0]["distribution"] == 2
    assert [line["amount"]["minor"] for line in moves["lines"]] == [-11_429, 11_429]
    assert moves["later"]["kind"] == "claim"
    assert office.http.get("/v1/claims").json() == [paid.json()]


def test_strangers_may_claim_one_amount_only_so_often(office, closed):
    answers = [
        office.stranger.post("/v1/claims/request", json=said(closed)).status_code for _ in range(21)
    ]
    assert answers == [201] * 20 + [409]
