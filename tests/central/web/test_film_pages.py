"""Staff bring a cue sheet on a page, and see on the evening's page that its film was told."""

from typing import get_args

import httpx
import pytest

from central.venues.uses import SELF_RUNNING, Role
from central.web.film_words import film_words
from central.web.tongues import TONGUES, settling_words
from tests.central.conftest import words_of
from tests.fakes.cinema import SHEET, Cinema


def sent(staff, number, sheet, lang="kk"):
    file = {"sheet": ("cues.csv", sheet)}
    return staff.post(f"/films/{number}/cue-sheet", files=file, data={"lang": lang})


@pytest.mark.parametrize("lang", TONGUES)
def test_a_film_is_added_and_its_sheet_brought_in_the_tongue_asked_for(office, staff, lang):
    Cinema(office)
    said = film_words(lang)
    new = {"title": "Жаңа <фильм>", "kind": "trailer", "code": "10.5240/X", "lang": lang}
    bare = staff.post("/films", data=new)
    number = int(bare.url.path.removeprefix("/films/"))
    full = words_of(sent(staff, number, SHEET + ",30:00,1:00,OT\n", lang))
    listed = words_of(staff.get("/films", params={"lang": lang}))

    assert f"{said['recognisable']}: {said['no sheet']}" in words_of(bare)
    assert f"{said['taken']}: 4, {said['refused']}: 1" in full
    assert f"{said['row']} 6: title is empty" in full
    assert f"{said['recognisable']}: {said['yes']}" in full
    for part in ("Жаңа <фильм>", said["trailer"], "10.5240/X", said["theme"], said["unknown"]):
        assert part in full
    assert f"Жаңа <фильм> {said['trailer']} 10.5240/X 4" in listed


@pytest.mark.parametrize(
    ("sheet", "why"),
    [
        (SHEET.replace("start,", "cue,"), "no times"),
        (SHEET.replace("Көктем", "Бөтен").replace("Жел", "Жат"), "unheard"),
        (SHEET.replace("Жел", "Көктем").replace("Тұнық су", "Көктем"), "unheard"),
        (SHEET, "yes"),
    ],
)
def test_the_page_says_whether_a_film_can_be_recognised_and_why_not(office, staff, sheet, why):
    number = Cinema(office).film(sheet=sheet)
    said = film_words("en")
    page = words_of(staff.get(f"/films/{number}", params={"lang": "en"}))

    assert f"{said['recognisable']}: {said[why]}" in page


@pytest.mark.parametrize("lang", TONGUES)
def test_the_evening_shows_the_film_its_time_and_the_cues_that_nobody_heard(office, staff, lang):
    cinema = Cinema(office)
    film, event = cinema.film(), cinema.event()
    cinema.hears(0, at=60)
    cinema.hears(2, at=540)
    said = settling_words(lang)
    address = f"/events/{event}/reconciliation"
    page = words_of(staff.get(address, params={"lang": lang}))
    word = {"line": f"film-{film}", "verdict": "not played", "lang": lang}
    denied = words_of(staff.post(f"/events/{event}/decisions", data=word))

    assert f"Фильм 19:12:00 – 19:33:00 2 / 4 {said['film shown']}" in page
    assert f"{said['by sheet']} {said['about']} 19:17:00" in page
    assert said["alone"] not in page
    assert said["film not shown"] in denied
    assert said["by sheet"] not in denied


def test_films_that_were_not_told_apart_are_named_beside_each_other(office, staff):
    cinema = Cinema(office)
    cinema.film("Бірінші")
    other, event = cinema.film("Екінші"), cinema.event()
    cinema.hears(0, at=60)
    cinema.hears(2, at=540)
    before = words_of(staff.get(f"/events/{event}/reconciliation"))
    word = {"line": f"film-{other}", "verdict": "played"}
    after = words_of(staff.post(f"/events/{event}/decisions", data=word))

    assert "a person has to say not told apart from: Екінші" in before
    assert "a person has to say not told apart from: Бірінші" in before
    assert ("Бірінші" in after, "not told apart" in after) == (False, False)


def test_films_are_for_staff(office):
    with httpx.Client(base_url=office.url, timeout=300) as stranger:
        answers = [
            stranger.get("/films"),
            stranger.get("/films/1"),
            stranger.post("/films", data={"title": "x"}),
            sent(stranger, 1, SHEET),
        ]

    assert [303] * 4 == [one.status_code for one in answers]


def test_what_is_no_film_s_sheet_is_said_on_a_page(office, staff):
    number = Cinema(office).film()

    assert 404 == staff.get("/films/99").status_code
    assert "no column" in sent(staff, number, "start\n1:00\n").text


def test_every_role_and_kind_has_its_words():
    assert {*get_args(Role), *SELF_RUNNING} - {""} <= film_words("kk").keys()
