"""Laws of the public list: everybody sees what waits, why and until when, and nobody sees money."""

from datetime import date

import pytest

from central.database import writing
from central.royalties.closing import Days, close_period
from central.royalties.rules.lines import UNKNOWN_WORK
from central.royalties.waiting import waiting_plays


@pytest.fixture
def closed(office, theatre_of):
    theatre = theatre_of(office.books)
    theatre.event()
    theatre.hears(theatre.recordings[0], second=30, seconds=120)
    theatre.hears("rec-unregistered", second=400, seconds=20)
    days = theatre.days()
    with writing(theatre.books) as connection:
        by = Days(days.venue_id, days.first_day, days.last_day, "kz-venues-2026")
        close_period(connection, by, now=theatre.now)
    return theatre


def listed(theatre, today):
    with writing(theatre.books) as connection:
        return waiting_plays(connection, today=today)


def test_what_waits_is_listed_with_its_reason_and_its_clock(closed):
    (one,) = listed(closed, date(2026, 11, 22))

    assert (one.recording_id, one.reason, one.milliseconds) == (
        "rec-unregistered",
        UNKNOWN_WORK,
        20_000,
    )
    assert (one.day, one.claim_until) == (date(2026, 11, 21), date(2029, 11, 21))


def test_what_may_no_longer_be_claimed_leaves_the_list(closed):
    assert len(listed(closed, date(2029, 11, 21))) == 1
    assert listed(closed, date(2029, 11, 22)) == []


def test_the_list_is_public_and_says_no_sum(office, closed):
    answer = office.stranger.get("/v1/unidentified")
    (one,) = answer.json()

    assert answer.status_code == 200
    assert (one["venue"], one["reason"]) == ("Әуезов театры", UNKNOWN_WORK)
    assert not {"amount", "fee", "minor", "currency"} & set(one)
    assert "KZT" not in answer.text


@pytest.mark.parametrize(
    ("lang", "says"),
    [("kk", "Күтіп тұрған"), ("ru", "Ждут своего владельца"), ("en", "Waiting for their owner")],
)
def test_the_page_speaks_three_languages_without_a_token(office, closed, lang, says):
    page = office.stranger.get(f"/unidentified?lang={lang}")

    assert page.status_code == 200
    assert says in page.text
    assert "rec-unregistered" in page.text
