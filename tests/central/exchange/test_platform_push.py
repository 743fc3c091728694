"""A closing is told to the platform once, whatever happens on the way, and the receipt is kept."""

import json

import pytest
from click.testing import CliRunner

from central.__main__ import main
from central.database import reading, writing
from central.errors import Unknown
from central.exchange.platform_push import (
    ATTEMPTS,
    HttpPlatform,
    NotDelivered,
    deliver,
    kept,
    platform_of,
    untold,
)
from central.royalties.later import runs
from tests.fakes.receiving_platform import ReceivingPlatform


@pytest.fixture
def platform():
    one = ReceivingPlatform()
    yield one
    one.close()


@pytest.fixture
def told(office, closed):
    """Tell a platform of the closing, without waiting; answers the delivery."""

    def telling(platform, token=""):
        return deliver(
            office.office,
            closed.distribution.id,
            HttpPlatform(platform.url, token),
            clock=office.office.now,
            wait=telling.waits.append,
            luck=lambda: 1.0,
        )

    telling.waits = []
    return telling


def attempts(office, number=1):
    with reading(office.books) as connection:
        return [one.status for one in kept(connection, number)]


def test_it_is_told_the_very_document_that_can_be_fetched(told, platform, ask, closed):
    made = told(platform)
    ((receipt, body),) = platform.taken.values()
    fetched = ask(f"/distributions/{closed.distribution.id}/platform.json")

    assert body == fetched.content
    assert json.loads(made.receipt) == {"receipt": receipt}
    total = sum(
        row["amount"]["minor"] + row["waiting"]["minor"] for row in json.loads(body)["rows"]
    )
    assert total == sum(event.fee.minor for event in closed.events)


def test_told_again_it_is_not_sent_again(told, platform):
    assert told(platform) == told(platform)
    assert len(platform.calls) == 1


def test_a_busy_platform_is_asked_again_later_and_later(told, platform, office):
    platform.moods = ["busy", "busy"]
    made = told(platform)

    assert made.is_taken
    assert told.waits == [2, 4]
    assert attempts(office) == [201, 503, 503]


def test_a_lost_receipt_costs_a_question_and_no_second_entry(told, platform, office):
    platform.moods = ["loses the receipt"]
    made = told(platform)

    assert len(platform.taken) == 1
    assert len(set(platform.calls)) == 1
    assert (made.status, attempts(office)) == (201, [201, 0])


def test_a_no_is_kept_with_its_reason_and_not_repeated(told, platform, office):
    platform.moods = ["refuses"]
    with pytest.raises(NotDelivered, match="iswc is wanted"):
        told(platform)

    assert attempts(office) == [422]


def test_who_is_out_of_reach_is_given_up_after_a_while_and_told_later(told, platform, office):
    platform.moods = ["busy"] * ATTEMPTS
    with pytest.raises(NotDelivered, match="503"):
        told(platform)
    with reading(office.books) as connection:
        waiting = list(untold(connection, platform.url))
    again = told(platform)
    with reading(office.books) as connection:
        after = list(untold(connection, platform.url))

    assert (waiting, after, again.status) == ([1], [], 201)


def test_a_run_after_the_closing_is_told_as_what_it_moved(office, theatre, closed, platform):
    theatre.hears(theatre.recordings[1], second=470, seconds=60)  # came late
    with writing(office.books) as connection:
        number = runs.do(connection, "adjustment", 1, by="Дина", now=office.office.now())
        waiting = list(untold(connection, platform.url))
    deliver(office.office, number, HttpPlatform(platform.url), clock=office.office.now)
    ((_, body),) = platform.taken.values()
    told = json.loads(body)
    moved = [row["amount"]["minor"] for row in told["rows"]]
    events = {row["event_id"] for row in told["rows"]}

    assert [1, number] == waiting
    assert events == {closed.events[0].event_id}
    assert 0 == sum(moved) + sum(row["waiting"]["minor"] for row in told["rows"])
    assert min(moved) < 0 < max(moved)
    assert [0] == [one["amount"]["minor"] for one in told["totals"]]
    assert any(text.startswith("1: ") for text in told["facts"].values())


def test_an_office_without_a_platform_says_what_to_do(office, closed):
    with pytest.raises(Unknown, match="set platform_url"):
        platform_of(office.office)
    answer = office.http.post("/v1/distributions/1/deliveries")

    assert 404 == answer.status_code
    assert [] == office.http.get("/v1/distributions/1/deliveries").json()


def test_no_such_closing(office, closed, platform):
    with pytest.raises(Unknown):
        deliver(office.office, 99, HttpPlatform(platform.url), clock=office.office.now)


def test_the_desk_tells_all_that_was_not_taken_yet(office, closed, tmp_path):
    platform = ReceivingPlatform(token="s3cret")
    settings = tmp_path / "central.toml"
    settings.write_text(f'platform_url = "{platform.url}"\n')
    ask = ["push-platform", "--home", str(office.home.path), "--config", str(settings)]
    try:
        stranger = CliRunner().invoke(main, ask)
        office.home.platform_token.write_text("s3cret\n")
        first = CliRunner().invoke(main, ask)
        second = CliRunner().invoke(main, ask)
    finally:
        platform.close()
        office.home.platform_token.unlink(missing_ok=True)

    assert (stranger.exit_code, "401" in stranger.output) == (1, True)
    assert "distribution 1: taken" in first.output
    assert "0 taken, 0 not" in second.output
    assert len(platform.calls) == 2
