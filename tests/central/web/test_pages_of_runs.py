"""What comes after a closing on its page, over HTTP and at the desk: two persons, one effect."""

import httpx
import pytest
from click.testing import CliRunner

from central.__main__ import main
from central.database import writing
from central.royalties.closing import Days, close_period
from tests.central.royalties.conftest import Theatre


@pytest.fixture
def closed(office):
    theatre = Theatre(office.books)
    theatre.event()
    theatre.hears(theatre.recordings[0], second=30, seconds=120)
    theatre.hears(theatre.recordings[1], second=300, seconds=60)
    days = theatre.days()
    with writing(theatre.books) as connection:
        by = Days(days.venue_id, days.first_day, days.last_day, "kz-venues-2026")
        theatre.closing = close_period(connection, by, now=theatre.now)
    return theatre


def let_in(office, label):
    told = CliRunner().invoke(main, ["token", "--home", str(office.home.path), "--label", label])
    return told.stdout.strip()


@pytest.fixture
def browser(office):
    """Signs people in, each by a token of their own."""
    opened = []

    def sign_in(token):
        opened.append(httpx.Client(base_url=office.url, timeout=300, follow_redirects=True))
        opened[-1].post("/login", data={"token": token})
        return opened[-1]

    yield sign_in
    for one in opened:
        one.close()


def test_a_venue_objects_and_two_persons_put_it_right_on_the_page(office, closed, browser):
    first, second = browser(office.token), browser(let_in(office, "Ерлан"))
    play = closed.closing.events[0].plays[1]
    said = {
        "play": play.id,
        "side": "venue",
        "objector": "Әуезов <театры>",
        "contact": "hall@example.kz",
        "words": "we did not play that",
    }
    filed = first.post("/events/1/objections", data=said).text
    first.post("/objections/1", data={"word": "in-review", "why": "asked the hall"})
    answered = first.post("/objections/1", data={"word": "not-played", "why": "true"}).text
    prepared = first.post("/distributions/1/later/adjustment").text
    refused = first.post("/run-proposals/1")
    approved = second.post("/run-proposals/1").text

    assert "Әуезов &lt;театры&gt;" in filed
    assert "in-review" in answered
    assert "accepted" in answered
    assert "Ерлан Қасым" in prepared
    assert refused.status_code == 403
    assert "Adjustment after" in approved
    assert "taken back" in second.get("/statements/6").text
    assert "Nothing to move now." in first.get("/distributions/1/later").text
    assert "Since then:" in first.get("/distributions/1").text


def test_a_late_detection_is_adjusted_over_http_and_shown_in_the_account(office, closed):
    closed.hears(closed.recordings[1], second=480, seconds=100)
    plan = office.http.get("/v1/distributions/1/plans/adjustment").json()
    prepared = office.http.post("/v1/distributions/1/plans/adjustment/prepare")
    second = {"Authorization": f"Bearer {let_in(office, 'Ерлан')}"}
    approved = office.http.post("/v1/run-proposals/1/approve", headers=second)
    again = office.http.post("/v1/distributions/1/plans/adjustment/do")
    account = office.http.get(f"/v1/parties/{closed.parties[2]}/account").json()
    statement = office.http.get(f"/v1/statements/{account['statements'][-1]['id']}").json()

    assert plan["because"] == "late plays: 1; corrected plays: 0"
    assert sum(one["amount"]["minor"] for one in plan["rightholders"]) == 0
    assert (prepared.status_code, approved.status_code, again.status_code) == (201, 200, 409)
    assert [one["distribution"] for one in account["statements"]] == [1, 2]
    assert statement["adds_up"]
    assert statement["distribution"]["later"]["kind"] == "adjustment"
    assert office.http.get("/v1/run-proposals").json()[0]["approved_by"] == "Ерлан"


def test_an_objection_over_http_is_corrected_and_leads_to_the_plan(office, closed):
    play = closed.closing.events[0].plays[1].id
    said = {"event_id": 1, "play_id": play, "side": "author", "objector": "Дина"}
    filed = office.http.post("/v1/objections", json=said | {"contact": "d", "words": "not mine"})
    word = {"event_id": 1, "play_id": play, "verdict": "not-played", "objection_id": 1}
    answer = office.http.post("/v1/corrections", json=word).json()
    late = office.http.post("/v1/objections/1/words", json={"status": "refused"})

    assert filed.json()["status"] == "open"
    assert answer == {"closing": 1, "next": "/v1/distributions/1/plans/adjustment"}
    assert office.http.get(answer["next"]).json()["events"] == [1]
    assert late.status_code == 409
    assert office.http.get("/v1/objections").json()[0]["status"] == "accepted"


def test_the_desk_tells_first_and_then_does_it_once(office, closed):
    closed.hears("rec-unregistered", second=480, seconds=100)
    home = ["--home", str(office.home.path)]

    def ask(*words):
        return CliRunner().invoke(main, [*words[:1], *home, *words[1:]])

    dry = ask("adjust", "--distribution", "1", "--dry-run").output
    done = ask("adjust", "--distribution", "1").output
    again = ask("adjust", "--distribution", "1").output
    queue = ask("suspense").output
    release = ask("release", "--distribution", "1", "--dry-run").output
    redistribute = ask("redistribute", "--distribution", "1").output

    assert "DRY RUN" in dry
    assert "Booked as distribution 2." in done
    assert dry.splitlines()[0] == done.splitlines()[0]
    assert "no adjustment is due" in again
    assert "rec-unregistered" in queue
    assert "still-unknown" in release
    assert "nothing to move" in redistribute


def test_the_queue_of_an_office_where_nothing_waits_says_so(office):
    told = CliRunner().invoke(main, ["suspense", "--home", str(office.home.path)])
    assert told.output == "Nothing waits.\n"


def test_nobody_without_a_token_sees_what_comes_after(office, closed):
    for path in ("/v1/objections", "/v1/run-proposals", "/v1/parties/1/account"):
        assert office.stranger.get(path).status_code == 401
    assert office.stranger.get("/distributions/1/later").status_code == 303


@pytest.mark.parametrize(
    ("lang", "says"),
    [("kk", "Қарсылығыңыздың нөмірі"), ("ru", "Номер вашего возражения"), ("en", "number of your")],
)
def test_an_author_objects_on_a_page_in_three_languages(office, closed, lang, says):
    play = closed.closing.events[0].plays[0].id
    said = {"event": "1", "play": play, "side": "author", "objector": "Дина", "contact": "d"}
    with httpx.Client(base_url=office.url, timeout=300) as stranger:
        form = stranger.get(f"/objection?lang={lang}")
        answer = stranger.post(f"/objection?lang={lang}", data=said | {"words": "not mine"})
        nowhere = stranger.post("/objection", data=said | {"event": "9", "words": "x"})

    assert f'<html lang="{lang}">' in form.text
    assert says in answer.text
    assert nowhere.status_code == 404


def test_programs_object_from_outside(office, closed):
    said = {"event_id": 1, "side": "venue", "objector": "Зал", "contact": "z", "words": "missing"}
    answer = office.stranger.post("/v1/objections/request", json=said)

    assert (answer.status_code, answer.json()) == (201, {"id": 1, "status": "open"})
