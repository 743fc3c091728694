"""An evening's sound tells the film, its sheet and its time; a person has the last word."""

from datetime import datetime, timedelta

import pytest

from tests.fakes.cinema import FILM_BEGAN, SHEET, Cinema


@pytest.fixture
def cinema(office):
    return Cinema(office)


def by_title(known):
    return {one["piece"]["piece"]["title"]: one for one in known["lines"] if one["piece"]}


def test_two_cues_bring_the_sheet_and_the_time_of_a_film_that_nobody_announced(cinema):
    film, event = cinema.film(), cinema.event()
    cinema.hears(0, at=60)
    cinema.hears(2, at=545)
    known = cinema.known(event)
    (shown,) = known["screenings"]
    lines = by_title(known)

    assert (film, "shown", []) == (shown["production"]["id"], shown["fate"], shown["rivals"])
    assert [FILM_BEGAN, FILM_BEGAN + timedelta(minutes=21)] == [
        datetime.fromisoformat(shown[edge]) for edge in ("starts_at", "ends_at")
    ]
    assert ["Көктем", "Жел", "Тұнық су", "Белгісіз"] == list(lines)
    assert {("cue-sheet", "film", False)} == {
        (one["basis"], one["use"], one["is_open"]) for one in lines.values()
    }
    assert ["matched", "declared only", "matched", "declared only"] == [
        one["state"] for one in lines.values()
    ]
    assert [False, True, False, True] == [one["from_programme_alone"] for one in lines.values()]
    assert [40_000, 90_000, 30_000, 60_000] == [one["milliseconds"] for one in lines.values()]
    assert FILM_BEGAN + timedelta(minutes=5) == datetime.fromisoformat(lines["Жел"]["sounds_at"])
    assert {"paid"} == {one["fate"] for one in known["lines"]}


@pytest.mark.parametrize("plays", [[(0, 60)], [(0, 60), (0, 300)], [(0, 60), (2, 700)]])
def test_one_cue_or_two_that_disagree_bring_nothing(cinema, plays):
    cinema.film()
    event = cinema.event()
    for work, at in plays:
        cinema.hears(work, at=at)
    known = cinema.known(event)

    assert [] == known["screenings"]
    assert {None} == {one["piece"] for one in known["lines"]}


def test_films_of_one_music_wait_for_a_person_who_says_which_it_was(cinema):
    film, other = cinema.film(), cinema.film("Басқа кесім", SHEET + "Соңы,22:00,0:30,\n")
    event = cinema.event()
    cinema.hears(0, at=60)
    cinema.hears(2, at=540)
    before = cinema.known(event)
    refused = cinema.says(event, f"film-{other}", "same")
    cinema.says(event, f"film-{other}", "played")
    after = cinema.known(event)
    cinema.says(event, f"film-{other}", "open")

    assert [(film, [other], "waits"), (other, [film], "waits")] == sorted(
        (one["production"]["id"], one["rivals"], one["fate"]) for one in before["screenings"]
    )
    assert {("waits", True)} == {(one["fate"], one["is_open"]) for one in before["lines"]}
    assert 422 == refused.status_code
    assert [(other, "shown")] == [
        (one["production"]["id"], one["fate"]) for one in after["screenings"]
    ]
    assert {(5, "paid")} == {(len(after["lines"]), one["fate"]) for one in after["lines"]}
    assert {"played"} == {one["decision"]["verdict"] for one in after["lines"]}
    assert before["lines"] == cinema.known(event)["lines"]


@pytest.mark.parametrize("how", ["by one more cue", "by an announcement"])
def test_films_of_one_music_are_told_apart(cinema, how):
    cinema.film()
    other = cinema.film("Серия", SHEET.replace("Жел,5:00", "Жел,7:00"))
    event = cinema.event(
        performances=[{"production_id": other}] if how == "by an announcement" else []
    )
    cinema.hears(0, at=60)
    cinema.hears(2, at=540)
    if how == "by one more cue":
        cinema.hears(1, at=425)
    known = cinema.known(event)

    assert [(other, "shown")] == [
        (one["production"]["id"], one["fate"]) for one in known["screenings"]
    ]
    assert {("cue-sheet", "paid")} == {(one["basis"], one["fate"]) for one in known["lines"]}


def test_a_film_a_person_denies_brings_nothing_and_its_music_is_what_was_heard(cinema):
    film, event = cinema.film(), cinema.event()
    cinema.hears(0, at=60)
    cinema.hears(2, at=540)
    cinema.says(event, f"film-{film}", "not played", note="an album")
    known = cinema.known(event)
    (denied,) = known["screenings"]

    assert ("not shown", "an album") == (denied["fate"], denied["decision"]["note"])
    assert {(None, "heard", "concert")} == {
        (one["piece"], one["basis"], one["use"]) for one in known["lines"]
    }


def test_a_film_shown_twice_in_one_event_brings_its_sheet_twice(cinema):
    cinema.film()
    event = cinema.event(minutes=180)
    again = FILM_BEGAN + timedelta(minutes=90)
    for began in (FILM_BEGAN, again):
        cinema.hears(0, at=60, began=began)
        cinema.hears(2, at=540, began=began)
    known = cinema.known(event)

    assert [FILM_BEGAN, again] == [
        datetime.fromisoformat(one["starts_at"]) for one in known["screenings"]
    ]
    assert (8, 8) == (len(known["lines"]), len({one["name"] for one in known["lines"]}))
    assert 4 == sum(one["state"] == "matched" for one in known["lines"])
    assert 2 * 220_000 == sum(one["milliseconds"] for one in known["lines"])
    last = known["lines"][-1]["name"]
    cinema.says(event, last, "not played")
    assert "not played" == cinema.known(event)["lines"][-1]["fate"]


def test_of_a_film_that_outlasts_its_event_what_was_not_heard_waits(cinema):
    cinema.film(sheet=SHEET.replace("20:00", "90:00"))
    event = cinema.event()
    cinema.hears(0, at=60)
    cinema.hears(2, at=540)
    known = cinema.known(event)

    assert ["in part"] == [one["fate"] for one in known["screenings"]]
    assert [
        ("heard", "paid"),
        ("programme", "waits"),
        ("heard", "paid"),
        ("programme", "waits"),
    ] == [(one["basis"], one["fate"]) for one in known["lines"]]


def test_other_music_during_a_film_waits_and_the_foyer_s_does_not(cinema):
    cinema.film()
    event = cinema.event()
    cinema.hears(0, at=60)
    cinema.hears(2, at=540)
    cinema.hears(2, at=800)
    cinema.hears(2, at=-600)
    alone = [one for one in cinema.known(event)["lines"] if not one["piece"]]

    assert [("concert", "paid"), ("film", "waits")] == [(one["use"], one["fate"]) for one in alone]


def test_a_programme_of_the_event_stands_instead_of_any_film_s_sheet(cinema):
    cinema.film()
    event = cinema.event()
    cinema.hears(0, at=60)
    cinema.hears(2, at=540)
    file = {"file": ("programme.csv", "title\nКөктем\n")}
    cinema.office.http.post(f"/v1/events/{event}/programme", files=file)
    known = cinema.known(event)

    assert [] == known["screenings"]
    assert ["Көктем"] == list(by_title(known))
