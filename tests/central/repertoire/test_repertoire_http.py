"""What authors and publishers register is kept as they wrote it, or refused with the reason."""

import socket

import pytest

from central.database import reading
from central.repertoire.store import recordings
from edge.matcher.fingerprint import Fingerprint


def register_two(office):
    """Two parties; returns their numbers."""
    return [office.register("parties", name=name) for name in ("Абай Сұлтанов", "Дина Оспанова")]


def work_of(office, *shares, **fields):
    """Ask for a work with these (party, role, basis points)."""
    parts = [
        {"party_id": party_id, "role": role, "basis_points": part}
        for party_id, role, part in shares
    ]
    return office.http.post("/v1/works", json={"title": "Көктем", "shares": parts} | fields)


def test_a_party_is_listed_as_it_was_registered(office):
    number = office.register(
        "parties", name="Шәмші Қалдаяқов", latin_name="Shamshi", ipi="14107338"
    )
    (party,) = office.http.get("/v1/parties", params={"q": "шамши калдаяков"}).json()

    assert {
        "id": number,
        "name": "Шәмші Қалдаяқов",
        "latin_name": "Shamshi",
        "ipi": "00014107338",
        "ipi_base": None,
        "isni": None,
    } == party


def test_one_name_number_is_one_party(office):
    office.register("parties", name="Абай Сұлтанов", ipi="00014107338")
    answer = office.http.post("/v1/parties", json={"name": "Other", "ipi": "14107338"})

    assert 409 == answer.status_code
    assert "Абай Сұлтанов" in answer.json()["detail"]


def test_a_work_is_found_as_it_was_typed(office):
    first, second = register_two(office)
    number = work_of(
        office,
        (second, "A", 5_000),
        (first, "C", 5_000),
        title="Көзімнің қарасы",
        iswc="T-034.524.680-1",
    ).json()["id"]
    (work,) = office.http.get("/v1/works", params={"q": "kozimnin karasy"}).json()

    assert (number, "Көзімнің қарасы", "T0345246801") == (work["id"], work["title"], work["iswc"])
    assert [(first, "C"), (second, "A")] == [(s["party_id"], s["role"]) for s in work["shares"]]


def test_shares_that_are_no_whole_are_refused_with_their_sum(office):
    first, second = register_two(office)
    answer = work_of(office, (first, "C", 5_000), (second, "A", 4_999))

    assert 422 == answer.status_code
    assert "9999" in answer.json()["detail"]
    assert [] == office.http.get("/v1/works").json()


@pytest.mark.parametrize(
    ("shares", "status", "named"),
    [
        ([(1, "C", 10_000), (1, "C", 0)], 422, "party 1"),
        ([(1, "C", 5_000), (99, "A", 5_000)], 404, "99"),
        ([(1, "X", 10_000)], 422, "'X'"),
        ([(1, "C", -1), (2, "A", 10_001)], 422, "-1"),
        ([], 422, "shares"),
    ],
)
def test_a_wrong_share_is_named(office, shares, status, named):
    register_two(office)
    answer = work_of(office, *shares)

    assert status == answer.status_code
    assert named in answer.json()["detail"]


def test_one_work_code_is_one_work(office):
    first, _ = register_two(office)
    work_of(office, (first, "CA", 10_000), iswc="T0345246801")
    answer = work_of(office, (first, "CA", 10_000), iswc="T-034.524.680-1", title="Other")

    assert 409 == answer.status_code
    assert "Көктем" in answer.json()["detail"]


@pytest.mark.parametrize("name", ["", "   ", "a" * 201, "lone \ud800 surrogate", 7, None])
def test_a_name_that_cannot_be_is_refused(office, name):
    # json of the standard library writes the lone surrogate that httpx itself would refuse
    import json

    answer = office.http.post(
        "/v1/parties",
        content=json.dumps({"name": name}),
        headers={"Content-Type": "application/json"},
    )

    assert 422 == answer.status_code
    assert "body.name" in answer.json()["detail"]


def test_an_unknown_word_in_a_form_is_refused(office):
    answer = office.http.post("/v1/parties", json={"name": "Абай", "ipi_number": "1"})

    assert 422 == answer.status_code
    assert "ipi_number" in answer.json()["detail"]


def test_a_recording_is_kept_as_a_fingerprint_and_named_by_it(office, tune):
    work_id = office.work()
    answer = office.send_recording(tune(1, seconds=8), work_id=work_id, performer="Оркестр")
    (listed,) = office.http.get("/v1/recordings", params={"q": "orkestr"}).json()
    with reading(office.books) as connection:
        row = connection.execute(recordings.select()).one()

    assert 201 == answer.status_code
    assert answer.json()["id"] == listed["id"] == row.id
    assert 8 == round(answer.json()["duration_seconds"])
    assert len(Fingerprint.from_bytes(row.fingerprint).landmarks.frames) > 50


def test_no_sound_stays_on_the_disk(office, tune):
    sound = tune(1)
    office.send_recording(sound, work_id=office.work())
    stored = [path.read_bytes() for path in office.home.path.rglob("*") if path.is_file()]

    assert stored
    assert not any(sound[100:200] in one for one in stored)


def test_the_same_sound_is_one_recording(office, tune):
    work_id = office.work()
    first = office.send_recording(tune(1), work_id=work_id)
    again = office.send_recording(tune(1), work_id=work_id, title="Other")

    assert 409 == again.status_code
    assert first.json()["id"] in again.json()["detail"]


def test_one_recording_code_is_one_recording(office, tune):
    work_id = office.work()
    office.send_recording(tune(1), work_id=work_id, isrc="USEPW1000164")
    again = office.send_recording(tune(2), work_id=work_id, isrc="US-EPW-10-00164")

    assert 409 == again.status_code


@pytest.mark.parametrize("audio", [b"", b"RIFF", b"no sound at all" * 100])
def test_what_is_no_sound_is_refused_by_its_name(office, audio):
    answer = office.send_recording(audio, work_id=office.work())

    assert 422 == answer.status_code
    assert "take.flac" in answer.json()["detail"]


def test_silence_is_refused(office):
    import io

    import numpy as np
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, np.zeros(100_000, np.float32), 22_050, format="FLAC")
    answer = office.send_recording(file.getvalue(), work_id=office.work())

    assert 422 == answer.status_code
    assert "silent" in answer.json()["detail"]


def test_a_file_that_broke_off_after_a_second_is_refused(office, tune):
    answer = office.send_recording(tune(7, seconds=1), work_id=office.work())

    assert 422 == answer.status_code
    assert "shorter than 2 s" in answer.json()["detail"]


def test_a_recording_of_an_unknown_work_is_refused_before_it_is_heard(office):
    answer = office.send_recording(b"not even sound", work_id=12)

    assert 404 == answer.status_code
    assert "12" in answer.json()["detail"]


def test_a_recording_that_decodes_to_more_than_is_taken_is_refused(open_office_with, tune):
    office = open_office_with(longest_recording_seconds=5)
    answer = office.send_recording(tune(1), work_id=office.work())

    assert 413 == answer.status_code


def test_a_stranger_is_turned_away_before_a_byte_of_the_upload_is_read(office):
    settings = office.office.settings
    head = (
        "POST /v1/recordings HTTP/1.1\r\nHost: central\r\nContent-Length: 100000000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    )
    with socket.create_connection((settings.host, settings.port), timeout=20) as line:
        line.sendall(head.encode())
        answer = line.recv(1_000)

    assert answer.startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize("after", ["-1", str(2**64), "x"])
def test_a_page_that_cannot_be_is_refused(office, after):
    assert 422 == office.http.get("/v1/parties", params={"after": after}).status_code


def test_a_query_finds_its_letters_and_nothing_by_signs(office):
    office.register("parties", name="100 % Абай")

    assert 1 == len(office.http.get("/v1/parties", params={"q": "100"}).json())
    assert [] == office.http.get("/v1/parties", params={"q": "абай 200"}).json()
    assert 1 == len(office.http.get("/v1/parties", params={"q": "%"}).json())


def test_lists_come_in_pages(office):
    for _ in range(2):
        register_two(office)
    rest = office.http.get("/v1/parties", params={"after": 3}).json()

    assert [4] == [party["id"] for party in rest]
