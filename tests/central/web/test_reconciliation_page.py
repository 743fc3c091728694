"""Staff see declared beside heard on one page, and settle with its plain forms."""

import html
from typing import get_args

import httpx
import pytest

from central.ingest.decisions import Verdict
from central.ingest.fates import Fate
from central.ingest.reconcile import State
from central.ingest.screenings import Fate as FilmFate
from central.venues.uses import Use
from central.web.tongues import TONGUES, settling_words
from tests.fakes.spring_evening import Filler


def test_a_programme_is_typed_and_what_was_not_heard_is_settled(office, staff):
    number = Filler(office.http, office.stranger).fill().event_id
    typed = "title,composers,duration\nКөктем лебі,,1:20\nНе <сыграно>,,2:00\n,,1:00\n"
    answer = staff.post(f"/events/{number}/programme", data={"programme": typed})
    page = staff.get(f"/events/{number}/reconciliation")
    lines = office.http.get(f"/v1/events/{number}/reconciliation").json()["lines"]
    (missing,) = [one for one in lines if one["state"] == "declared only"]
    word = {"line": missing["name"], "verdict": "not played", "note": "cut"}
    after = staff.post(f"/events/{number}/decisions", data=word)

    assert "Rows taken: 2, refused: 1" in answer.text
    assert html.escape("Не <сыграно>") in page.text
    assert "by the programme alone" in page.text
    assert (200, True) == (after.status_code, "Not played: " in after.text)


def test_a_stranger_sees_and_settles_nothing(office):
    with httpx.Client(base_url=office.url, timeout=300) as stranger:
        seen = stranger.get("/events/1/reconciliation")
        told = stranger.post("/events/1/decisions", data={"line": "x", "verdict": "played"})

    assert [303, 303] == [seen.status_code, told.status_code]


def test_the_queue_is_settled_on_its_own_page(office, staff):
    number = Filler(office.http, office.stranger).fill().event_id
    staff.post(f"/events/{number}/programme", data={"programme": "title,duration\nНе сыграно,2:00"})
    days = {"from": "2025-03-21", "to": "2025-03-21"}
    page = staff.get("/queue", params=days)
    lines = office.http.get(f"/v1/events/{number}/reconciliation").json()["lines"]
    (missing,) = [one for one in lines if one["state"] == "declared only"]
    word = {"line": missing["name"], "verdict": "not played", "back": "/queue"}
    after = staff.post(f"/events/{number}/decisions", data=word)

    assert "Не сыграно" in page.text
    assert "/queue" == after.url.path
    assert "Не сыграно" not in staff.get("/queue", params=days).text


@pytest.mark.parametrize("lang", TONGUES)
def test_what_is_to_be_settled_is_said_in_the_tongue_asked_for_and_stays_in_it(office, staff, lang):
    number = Filler(office.http, office.stranger).fill().event_id
    typed = {"programme": "title,duration\nНе сыграно,2:00", "lang": lang}
    said = settling_words(lang)
    taken = staff.post(f"/events/{number}/programme", data=typed)
    queue = staff.get("/queue", params={"from": "2025-03-21", "to": "2025-03-21", "lang": lang})
    page = staff.get(f"/events/{number}/reconciliation", params={"lang": lang})
    lines = office.http.get(f"/v1/events/{number}/reconciliation").json()["lines"]
    (missing,) = [one for one in lines if one["state"] == "declared only"]
    word = {"line": missing["name"], "verdict": "not played", "lang": lang}
    after = staff.post(f"/events/{number}/decisions", data=word)

    assert f"{said['taken']}: 1" in taken.text
    assert f'<html lang="{lang}">' in queue.text
    for key in ("queue", "stake", "declared only", "not played"):
        assert said[key] in queue.text
    for key in ("heading", "alone", "heard only", "paid", "concert", "rows"):
        assert said[key] in page.text
    assert said["fate not played"] in after.text


def test_every_state_fate_use_and_verdict_has_its_words():
    said = settling_words("kk")
    fates = {"fate not played" if one == "not played" else one for one in get_args(Fate)}

    fates |= {f"film {one}" for one in get_args(FilmFate)}

    assert fates | {*get_args(State), *get_args(Use), *get_args(Verdict)} <= said.keys()
