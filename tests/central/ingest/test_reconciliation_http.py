"""A programme laid beside the evening's sound over HTTP, and a person's word on what is open."""

import json

import pytest

from tests.fakes.spring_evening import BEGINS, ENDS, FEE_MINOR, Filler

PROGRAMME = """title,composers,duration
Көктем лебі,,1:20
Ночной вокзал,,0:30
Тұнық су,,1:30
Не сыграно,,2:00
,,1:00
Длинная,,long
"""


@pytest.fixture
def evening(office):
    return Filler(office.http, office.stranger).fill().event_id


def declare(office, event_id, content=PROGRAMME):
    file = {"file": ("programme.csv", content)}
    return office.http.post(f"/v1/events/{event_id}/programme", files=file)


def lines_of(office, event_id):
    return office.http.get(f"/v1/events/{event_id}/reconciliation").json()["lines"]


def test_each_refused_row_of_a_programme_is_told_with_the_reason(office, evening):
    answer = declare(office, evening).json()
    back = office.http.get(f"/v1/declarations/{answer['id']}/acknowledgement").text

    assert (4, [6, 7]) == (answer["taken"], [one["row"] for one in answer["refused"]])
    assert "title is empty" in back
    assert "'long' is not minutes:seconds" in back


def test_what_was_declared_stands_beside_what_was_heard(office, evening):
    declare(office, evening)
    lines = lines_of(office, evening)
    by_title = {one["piece"]["piece"]["title"]: one for one in lines if one["piece"]}
    alone = [one["state"] for one in lines if not one["piece"]]

    assert ["matched", "matched", "matched", "declared only"] == [
        by_title[title]["state"]
        for title in ("Көктем лебі", "Ночной вокзал", "Тұнық су", "Не сыграно")
    ]
    assert by_title["Не сыграно"]["from_programme_alone"]
    assert "not recognised" in alone
    assert 0 <= FEE_MINOR - sum(one["stake_minor"] for one in lines) < len(lines)


def test_a_settled_line_is_open_no_longer_and_tells_who_said_so(office, evening):
    declare(office, evening)
    (missing,) = [one for one in lines_of(office, evening) if one["state"] == "declared only"]
    word = {"line": missing["name"], "verdict": "not played", "note": "cut"}
    answer = office.http.post(f"/v1/events/{evening}/decisions", json=word)
    (settled,) = [one for one in lines_of(office, evening) if one["name"] == missing["name"]]

    assert (201, True, False) == (answer.status_code, missing["is_open"], settled["is_open"])
    assert ("cut", 0) == (settled["decision"]["note"], settled["stake_minor"])
    assert settled["decision"]["decided_by"]


def test_a_word_taken_back_leaves_both_words_in_the_books(office, evening):
    declare(office, evening)
    (missing,) = [one for one in lines_of(office, evening) if one["state"] == "declared only"]
    for verdict in ("not played", "open"):
        word = {"line": missing["name"], "verdict": verdict}
        office.http.post(f"/v1/events/{evening}/decisions", json=word)
    said = office.http.get(f"/v1/events/{evening}/decisions").json()

    assert missing in lines_of(office, evening)
    assert ["not played", "open"] == [one["verdict"] for one in said]


def test_a_play_nobody_knew_becomes_the_piece_a_person_says_it_is(office, evening):
    declare(office, evening)
    lines = lines_of(office, evening)
    (unknown,) = [one for one in lines if one["state"] == "not recognised"]
    (missing,) = [one for one in lines if one["state"] == "declared only"]
    word = {"line": unknown["name"], "verdict": "same", "piece_id": missing["piece"]["id"]}
    office.http.post(f"/v1/events/{evening}/decisions", json=word)
    (found,) = [one for one in lines_of(office, evening) if one["name"] == missing["name"]]

    assert ("matched", [unknown["name"]]) == (found["state"], [p["id"] for p in found["plays"]])


@pytest.mark.parametrize(
    ("word", "named"),
    [
        ({"line": "piece-99", "verdict": "played"}, "no line 'piece-99'"),
        ({"line": "piece-4", "verdict": "same", "piece_id": 4}, "'same' needs a play"),
        ({"line": "piece-4", "verdict": "played"}, "which work"),
        ({"line": "piece-4", "verdict": "perhaps"}, "perhaps"),
    ],
)
def test_a_word_that_says_too_little_is_refused(office, evening, word, named):
    declare(office, evening)
    answer = office.http.post(f"/v1/events/{evening}/decisions", json=word)

    assert 422 == answer.status_code
    assert named in answer.json()["detail"]


def test_the_queue_shows_how_much_money_waits(office, evening):
    declare(office, evening)
    window = {"start": BEGINS.isoformat(), "end": ENDS.isoformat()}
    (waiting,) = office.http.get("/v1/reconciliations", params=window).json()
    lines = [one for one in lines_of(office, evening) if one["is_open"]]

    assert (len(lines), "KZT") == (waiting["open_lines"], waiting["currency"])
    assert sum(one["stake_minor"] for one in lines) == waiting["open_minor"]


def test_a_film_s_cue_sheet_holds_for_its_showings(office):
    film = office.http.post("/v1/productions", json={"title": "Фильм", "kind": "film"}).json()["id"]
    cues = {"cues": [{"Cue title": "Тема", "Time in": "0:01:05", "Duration": "0:40"}]}
    sheet = {"file": ("cues.json", json.dumps(cues))}
    answer = office.http.post(f"/v1/productions/{film}/cue-sheet", files=sheet)
    showing = office.register(
        "events",
        hall_id=office.hall(),
        title="Сеанс",
        starts_at=BEGINS.isoformat(),
        ends_at=ENDS.isoformat(),
        licence_fee_minor=100,
        currency="KZT",
        performances=[{"production_id": film}],
    )
    (declared,) = office.http.get(f"/v1/events/{showing}/programme").json()

    assert (201, 1) == (answer.status_code, answer.json()["taken"])
    assert (65_000, 40_000) == (
        declared["piece"]["from_milliseconds"],
        declared["piece"]["milliseconds"],
    )


def test_the_template_is_taken_as_it_is(office, evening):
    template = office.http.get("/v1/templates/programme.csv").content

    assert (3, []) == tuple(
        declare(office, evening, template).json()[k] for k in ("taken", "refused")
    )


def test_the_queue_goes_across_evenings_line_by_line_the_most_money_first(office, evening):
    declare(office, evening)
    other = office.register(
        "events",
        hall_id=office.hall("Басқа үй"),
        title="Қымбат кеш",
        starts_at=BEGINS.isoformat(),
        ends_at=ENDS.isoformat(),
        licence_fee_minor=10 * FEE_MINOR,
        currency="KZT",
    )
    declare(office, other, "title,duration\nНе сыграно,2:00\n")
    window = {"start": BEGINS.isoformat(), "end": ENDS.isoformat()}
    lines = office.http.get("/v1/queue", params=window).json()

    stakes = [one["line"]["stake_minor"] for one in lines]
    assert (other, 10 * FEE_MINOR) == (lines[0]["event_id"], stakes[0])
    assert sorted(stakes, reverse=True) == stakes
    assert {evening, other} == {one["event_id"] for one in lines}
