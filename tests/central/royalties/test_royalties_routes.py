"""Laws of the counter: what is closed over HTTP or at the desk reads the same everywhere."""

import csv
import io
from decimal import Decimal

import pytest
from click.testing import CliRunner

from central.__main__ import main

PERIOD = {"from": "2026-11-21", "to": "2026-11-21"}


@pytest.fixture
def theatre(office, theatre_of):
    """The theatre, in the books of an office that is open."""
    return theatre_of(office.books)


@pytest.fixture
def client(office):
    return office.http


@pytest.fixture
def heard(theatre):
    theatre.event()
    theatre.hears(theatre.recordings[0], second=30, seconds=120)
    theatre.hears(theatre.recordings[1], second=300, seconds=61)
    return PERIOD | {"venue_id": theatre.venue_id}


def test_closing_answers_what_the_distribution_will_always_say(client, heard):
    closed = client.post("/v1/periods/close", json=heard)

    assert closed.status_code == 201
    assert closed.json() == client.get(f"/v1/distributions/{closed.json()['id']}").json()
    assert [one["id"] for one in client.get("/v1/distributions").json()] == [closed.json()["id"]]


def test_closing_twice_is_a_conflict_that_names_the_earlier(client, heard):
    client.post("/v1/periods/close", json=heard)

    again = client.post("/v1/periods/close", json=heard)

    assert again.status_code == 409
    assert "by distribution 1" in again.json()["detail"]


def test_the_spreadsheet_and_the_page_for_programs_agree(client, heard):
    closed = client.post("/v1/periods/close", json=heard).json()
    for head in closed["statements"]:
        said = client.get(f"/v1/statements/{head['id']}").json()
        rows = list(
            csv.DictReader(io.StringIO(client.get(f"/v1/statements/{head['id']}.csv").text))
        )

        assert said["adds_up"]
        assert sum(Decimal(row["amount"]) for row in rows) * 100 == said["total"]["minor"]
        assert [row["play_id"] for row in rows] == [line["play"]["id"] for line in said["lines"]]
        assert [row["detections"].split() for row in rows] == [
            [one["key"] for one in line["play"]["detections"]] for line in said["lines"]
        ]


def test_a_title_that_is_a_formula_stays_a_title_in_the_spreadsheet(client, theatre):
    theatre.event()
    with_formula = client.post(
        "/v1/works",
        json={
            "title": "=HYPERLINK(1)",
            "shares": [{"party_id": theatre.parties[0], "role": "CA", "basis_points": 10_000}],
        },
    ).json()["id"]
    theatre.hears(theatre.register("Дыбыс", with_formula), second=0, seconds=60)
    client.post("/v1/periods/close", json=PERIOD | {"venue_id": theatre.venue_id})

    assert ",'=HYPERLINK(1)," in client.get("/v1/statements/1.csv").text


@pytest.mark.parametrize(
    "path", ["/v1/distributions/7", "/v1/statements/7", "/v1/statements/7.csv"]
)
def test_what_does_not_exist_is_said_by_number(client, path):
    answer = client.get(path)

    assert answer.status_code == 404
    assert "7 does not exist" in answer.json()["detail"]


def test_money_is_shown_to_staff_only(client):
    answer = client.get("/v1/distributions", headers={"Authorization": "Bearer wrong"})

    assert answer.status_code == 401


def close_at_the_desk(home, venue_id, first="2026-11-21", last="2026-11-21"):
    arguments = ["close-period", "--home", str(home.path), "--venue", str(venue_id)]
    return CliRunner().invoke(main, [*arguments, "--from", first, "--to", last])


def test_closing_the_same_days_again_at_the_desk_tells_the_same_and_succeeds(
    office, theatre, heard
):

    first = close_at_the_desk(office.home, theatre.venue_id)
    second = close_at_the_desk(office.home, theatre.venue_id)

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.output == second.output
    assert "= fees KZT\u00a01,000.01" in first.output


def test_closing_other_days_over_a_closed_event_fails_and_says_why(office, theatre, heard):
    close_at_the_desk(office.home, theatre.venue_id)

    wider = close_at_the_desk(office.home, theatre.venue_id, first="2026-11-20")

    assert wider.exit_code == 1
    assert "was closed already, by distribution 1" in wider.output


def test_the_desk_tells_what_waits_and_what_came_too_late(office, theatre, heard):
    theatre.hears("rec-unregistered", second=400, seconds=20)
    close_at_the_desk(office.home, theatre.venue_id)
    theatre.hears(theatre.recordings[0], second=500, seconds=60)

    told = close_at_the_desk(office.home, theatre.venue_id).output

    assert "unknown-recording" in told
    assert "adjustment: 1 heard outside" in told


def test_a_venue_that_is_not_there_is_named(office):
    told = close_at_the_desk(office.home, 99)

    assert (told.exit_code, "venue 99 is not registered" in told.output) == (1, True)
