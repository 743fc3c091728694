"""Staff see which works boxes know when they are played live, bring scores, and read why not."""

import httpx
import pytest

from central.web.score_words import score_words
from central.web.tongues import TONGUES
from edge.matcher.works.score import Note
from tests.central.conftest import words_of
from tests.fakes.midi import midi

SCORE = midi([Note(at, at + 1, 60 + at % 12) for at in range(40)])


def bring(browser, work_id, content=SCORE, **more):
    file = {"score": ("score.mid", content)}
    return browser.post("/scores", files=file, data={"work_id": work_id, "lang": "en"} | more)


@pytest.mark.parametrize("lang", TONGUES)
def test_works_are_shown_with_their_scores_and_without(office, staff, lang):
    scored, _ = office.work("Көктем лебі"), office.work("Көктем жыры")
    said = score_words(lang)
    taken = words_of(bring(staff, scored, title="Allegro", lang=lang))
    asked = words_of(staff.get("/scores", params={"q": "көктем", "lang": lang}))

    assert f"{said['taken']} score-" in taken
    assert "Allegro score-" in taken
    for part in ("Көктем лебі", "Allegro", "Көктем жыры", said["without"]):
        assert part in asked
    assert "Көктем жыры" not in taken


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (SCORE[:40], "Refused: score 'score.mid' is no MIDI file that can be read"),
        (midi([Note(0, 5, 60)]), "cannot be told from chance. Is the file whole?"),
    ],
)
def test_why_a_score_was_refused_stands_on_the_page(office, staff, content, why):
    page = bring(staff, office.work(), content)

    assert 422 == page.status_code
    assert why in words_of(page)


def test_the_same_notes_twice_and_a_work_nobody_registered_are_refused(office, staff):
    number = office.work()
    bring(staff, number)
    again, nowhere = bring(staff, number), bring(staff, number + 1, midi([Note(0, 30, 50)]))

    assert [409, 404] == [again.status_code, nowhere.status_code]
    assert "the same notes are registered already" in words_of(again)
    assert f"work {number + 1} is not registered" in words_of(nowhere)


def test_the_list_over_http_goes_on_after_a_score(office):
    number = office.work()
    for title, step in (("Allegro", 1), ("Largo", 5)):
        notes = [Note(at, at + 1, 60 + step * at % 12) for at in range(40)]
        answer = office.http.post(
            "/v1/scores",
            data={"work_id": number, "title": title},
            files={"file": ("score.mid", midi(notes))},
        )
        assert 201 == answer.status_code, answer.text
    listed = office.http.get("/v1/scores").json()
    rest = office.http.get("/v1/scores", params={"after": listed[0]["id"]}).json()

    assert ["Allegro", "Largo"] == sorted(one["title"] for one in listed)
    assert {(number, "Көктем", True)} == {
        (one["work_id"], one["work_title"], one["current"]) for one in listed
    }
    assert listed[1:] == rest


def test_strangers_bring_no_scores_and_see_none(office):
    with httpx.Client(base_url=office.url, timeout=300) as stranger:
        answers = [stranger.get("/scores"), bring(stranger, office.work())]

    assert [303, 303] == [one.status_code for one in answers]
    assert [] == office.http.get("/v1/scores").json()
