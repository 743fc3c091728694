"""Nobody comes in without a ticket, and nothing larger than the door."""

import socket

import pytest

from central.serving import listen
from central.settings import Settings

STAFF_ONLY = [
    ("GET", "/v1/parties"),
    ("POST", "/v1/parties"),
    ("GET", "/v1/works"),
    ("POST", "/v1/works"),
    ("GET", "/v1/recordings"),
    ("POST", "/v1/recordings"),
    ("GET", "/v1/scores"),
    ("POST", "/v1/scores"),
    ("GET", "/v1/venues"),
    ("POST", "/v1/venues"),
    ("GET", "/v1/halls"),
    ("POST", "/v1/halls"),
    ("GET", "/v1/events"),
    ("POST", "/v1/events"),
    ("GET", "/v1/events/1"),
    ("POST", "/v1/events/1/receipts"),
    ("GET", "/v1/events/1/programme"),
    ("GET", "/v1/events/1/decisions"),
    ("POST", "/v1/events/1/programme"),
    ("GET", "/v1/productions/1/cue-sheet"),
    ("POST", "/v1/productions/1/cue-sheet"),
    ("GET", "/v1/events/1/reconciliation"),
    ("POST", "/v1/events/1/decisions"),
    ("GET", "/v1/reconciliations"),
    ("GET", "/v1/productions"),
    ("POST", "/v1/productions"),
    ("GET", "/v1/boxes"),
    ("POST", "/v1/enrolment-tokens"),
    ("POST", "/v1/boxes/qb-0000000000000000/revoke"),
    ("POST", "/v1/catalogue"),
    ("GET", "/v1/halls/1/plays"),
    ("GET", "/v1/halls/1/coverage"),
    ("GET", "/v1/forks"),
    ("GET", "/v1/fleet"),
    ("GET", "/v1/metrics"),
]
OPEN = {
    ("GET", "/v1/unidentified"),
    ("POST", "/v1/claims/request"),
    ("POST", "/v1/objections/request"),
    ("GET", "/health"),
    ("POST", "/v1/enrol"),
    ("POST", "/v1/heartbeat"),
    ("POST", "/v1/detections"),
    ("POST", "/v1/inventory"),
    ("POST", "/v1/post"),
    ("POST", "/v1/post/catalogue"),
    ("POST", "/v1/keys"),
    ("GET", "/v1/directions/{have}"),
    ("POST", "/v1/directions"),
    ("GET", "/v1/licences"),
}
# What each door needs to be given before it would look at a ticket at all.
BODIES = {
    "/v1/parties": {"name": "x"},
    "/v1/works": {
        "title": "x",
        "shares": [{"party_id": 1, "role": "C", "basis_points": 10_000}],
    },
}


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer wrong", "Basic {token}", "{token}"])
def test_only_the_token_opens(office, header):
    headers = {"Authorization": header.format(token=office.token)} if header else {}
    answer = office.stranger.get("/v1/parties", headers=headers)

    assert 401 == answer.status_code
    assert "staff" in answer.json()["detail"]
    assert "Bearer" == answer.headers["www-authenticate"]


def test_every_counter_for_staff_asks_for_the_token(office):
    answers = {
        (method, path): office.stranger.request(method, path, json=BODIES.get(path))
        for method, path in STAFF_ONLY
    }

    assert {401} == {answer.status_code for answer in answers.values()}


def test_every_call_is_for_staff_or_is_known_to_be_open(office):
    described = office.stranger.get("/openapi.json").json()["paths"]
    unguarded = {
        (method.upper(), path)
        for path, calls in described.items()
        for method, call in calls.items()
        if not call.get("security")
    }

    assert OPEN == {call for call in unguarded if call[1].startswith(("/v1", "/health"))}


def test_a_revoked_token_opens_no_longer(office):
    from datetime import UTC, datetime

    from sqlalchemy import update

    from central.access import staff_tokens
    from central.database import writing

    before = office.http.get("/v1/parties").status_code
    with writing(office.books) as connection:
        connection.execute(update(staff_tokens).values(revoked_at=datetime.now(UTC)))

    assert [200, 401] == [before, office.http.get("/v1/parties").status_code]


def test_a_body_that_is_not_json_is_told_with_the_place(office):
    headers = {"Content-Type": "application/json"}
    answer = office.http.post("/v1/parties", content=b'{"name": Abai}', headers=headers)

    assert 422 == answer.status_code
    assert "the body is not JSON: Expecting value at character 9" == answer.json()["detail"]


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_over_the_limit_is_refused_announced_or_not(open_office_with, announced):
    office = open_office_with(largest_body_bytes=4_000)

    def in_pieces():
        yield b'{"name":"'
        for _ in range(5):
            yield b"x" * 1_000

    body = b"".join(in_pieces()) if announced else in_pieces()
    headers = {"Content-Type": "application/json"}
    answer = office.http.post("/v1/parties", content=body, headers=headers)

    assert 413 == answer.status_code
    assert "4000" in answer.json()["detail"]


def test_a_body_at_the_limit_is_read(open_office_with):
    office = open_office_with(largest_body_bytes=4_000)
    body = b'{"name":"x"}'.ljust(4_000)
    headers = {"Content-Type": "application/json"}
    answer = office.http.post("/v1/parties", content=body, headers=headers)

    assert 201 == answer.status_code


def test_a_recording_over_its_own_limit_is_refused(open_office_with):
    office = open_office_with(largest_audio_bytes=1_000)
    answer = office.send_recording(b"x" * 1_100_000, work_id=1)

    assert 413 == answer.status_code


def test_the_office_says_it_is_well(office):
    assert {"status": "ok"} == office.stranger.get("/health").json()


def test_no_page_of_the_office_needs_scripts_from_elsewhere(office):
    assert [404, 404] == [office.stranger.get(path).status_code for path in ("/docs", "/redoc")]


def test_a_body_that_is_no_json_is_refused_in_one_sentence(office):
    headers = {"Content-Type": "application/json"}
    answer = office.http.post("/v1/parties", content=b"{", headers=headers)

    assert 422 == answer.status_code
    assert isinstance(answer.json()["detail"], str)


def test_no_answer_waits_for_the_word_that_its_headers_came():
    with listen(Settings(port=0)) as door, socket.create_connection(door.getsockname()):
        visitor, _ = door.accept()
        with visitor:
            sends_at_once = visitor.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)

    assert sends_at_once
