"""Laws of provisional figures: new every night, never in the ledger, gone with the closing."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from central.__main__ import main
from central.database import writing
from central.royalties.closing import Days, close_period
from central.royalties.nightly import reckon
from central.royalties.provisional import provisional, provisional_of, total_by_currency
from central.royalties.tables import (
    allocations,
    distributions,
    ledger_entries,
    provisional_events,
    provisional_sums,
    statements,
)

PACK = "kz-venues-2026"
FAMILY = "kz-venues"


def at_night(theatre, family=FAMILY):
    return reckon(theatre.books, family=family, clock=lambda: theatre.now)


def count(theatre, *tables):
    def counted(connection):
        return [connection.scalar(select(func.count()).select_from(t)) for t in tables]

    return theatre.read(counted)


def kept(theatre):
    return theatre.read(
        lambda c: (
            [tuple(row) for row in c.execute(select(provisional_events))],
            [tuple(row) for row in c.execute(select(provisional_sums))],
        )
    )


@pytest.fixture
def evening(theatre):
    number = theatre.event()
    theatre.hears(theatre.recordings[0], second=30, seconds=120)
    theatre.hears(theatre.recordings[1], second=300, seconds=60)
    return number


def close(theatre):
    one = theatre.days()
    with writing(theatre.books) as connection:
        days = Days(one.venue_id, one.first_day, one.last_day, PACK)
        return close_period(connection, days, now=theatre.now)


def test_what_the_night_says_is_what_a_closing_would(theatre, evening):
    at_night(theatre)
    (one,) = theatre.read(provisional)
    closed = close(theatre)

    assert [(number, money) for number, _, money in one.sums] == [
        (head.party_id, head.total) for head in closed.statements
    ]
    assert (one.rule, one.deducted.minor) == ("kz-venues-2026 2026.2", 20_000)
    assert one.fee == one.paid + one.deducted + one.waiting


def test_the_ledger_never_hears_of_it(theatre, evening):
    at_night(theatre)

    assert count(theatre, provisional_events, provisional_sums) == [1, 3]
    assert count(theatre, distributions, ledger_entries, statements, allocations) == [0, 0, 0, 0]


def test_running_twice_is_running_once(theatre, evening):
    first = at_night(theatre)
    once = kept(theatre)

    assert first == at_night(theatre)
    assert once == kept(theatre)


def test_the_next_night_knows_what_was_heard_since(theatre, evening):
    at_night(theatre)
    before = theatre.read(provisional_of, theatre.parties[2])
    theatre.hears(theatre.recordings[1], second=400, seconds=60)
    at_night(theatre)
    after = theatre.read(provisional_of, theatre.parties[2])

    # 60 of 180 seconds, then 120 of 240, of 800.01.
    assert [total.minor for total in total_by_currency(before)] == [26_667]
    assert [total.minor for total in total_by_currency(after)] == [40_001]


def test_a_closed_evening_has_no_provisional_figure_even_before_the_next_night(theatre, evening):
    at_night(theatre)
    close(theatre)
    at_once = theatre.read(provisional)
    rows = count(theatre, provisional_events)
    at_night(theatre)

    assert (at_once, rows) == ([], [1])
    assert count(theatre, provisional_events, provisional_sums) == [0, 0]


def test_an_evening_that_goes_on_waits_for_its_end(theatre, evening):
    theatre.event(starts_at=theatre.now - timedelta(minutes=5))

    assert at_night(theatre).evenings == 1


def test_a_currency_no_pack_rules_is_reckoned_by_the_simple_rule(theatre):
    theatre.event(currency="EUR")
    at_night(theatre)
    (one,) = theatre.read(provisional)

    assert (one.rule, one.waiting.minor) == ("follow-the-money-v1", 100_001)


def test_a_venue_keeps_to_the_rule_it_was_closed_by(theatre, evening):
    close(theatre)
    theatre.event(starts_at=theatre.evening + timedelta(minutes=30))
    at_night(theatre, family="none-of-ours")
    (one,) = theatre.read(provisional)

    assert one.rule == "kz-venues-2026 2026.2"


def test_a_rule_that_does_not_open_event_by_event_is_named_and_the_rest_stands(theatre, evening):
    at_night(theatre)
    before = kept(theatre)
    theatre.event(starts_at=theatre.evening + timedelta(minutes=30), currency="NOK")
    night = at_night(theatre, family="tono-concert")

    assert night.evenings == 0
    assert "venue 1: tono-concert does not divide each event's fee by itself" in night.refused[0]
    assert kept(theatre) == before


def test_nightly_runs_at_the_desk_while_the_office_serves(office, theatre_of):
    theatre = theatre_of(office.books)
    theatre.event()
    theatre.hears(theatre.recordings[0], second=30, seconds=120)
    runs = [CliRunner().invoke(main, ["nightly", "--home", str(office.home.path)]) for _ in "12"]

    (one,) = office.http.get("/v1/provisional").json()
    (mine,) = office.http.get(f"/v1/parties/{theatre.parties[0]}/provisional").json()
    office.http.post(
        "/v1/periods/close",
        json={"venue_id": 1, "from": "2026-11-21", "to": "2026-11-21", "pack": PACK},
    )
    assert [run.exit_code for run in runs] == [0, 0]
    assert "PROVISIONAL: 1 open evenings of 1 venues" in runs[0].output
    assert one["provisional"] is True
    assert one["to_rightholders"]["minor"] == 80_001
    assert [part["party"]["id"] for part in mine["sums"]] == [theatre.parties[0]]
    assert office.http.get("/v1/provisional").json() == []
    assert office.stranger.get("/v1/provisional").status_code == 401
