"""Anybody may look up who may license a work; an author's link opens once and for sound only."""

import socket

import pytest

from central.database import reading
from central.repertoire.store import recordings


def invite(office, work_id):
    """A link for an author; returns its path with the secret."""
    answer = office.http.post("/v1/invitations", json={"work_id": work_id})
    assert answer.status_code == 201, answer.text
    return answer.json()["link"].removeprefix(office.url)


@pytest.fixture
def asked(office):
    """A work and one who may license it."""
    office.http.post("/v1/societies", json={"code": "240", "name": "ҚазАҚ"})
    work_id = office.work("Көзімнің қарасы")
    wanted = {
        "kind": "mandate",
        "grantor": {"kind": "party", "key": "1"},
        "holder": {"kind": "society", "key": "240"},
        "right": "performing",
        "since": "2020-01-01",
        "until": "2025-12-31",
    }
    assert office.http.post("/v1/mandates", json=wanted).status_code == 201
    return work_id


@pytest.mark.parametrize(
    ("lang", "word"),
    [("kk", "Құқық иесі"), ("ru", "Правообладатель"), ("en", "Rightholder")],
)
def test_a_stranger_reads_who_may_license_in_three_languages(office, asked, lang, word):
    question = {"work": asked, "day": "2025-06-01", "lang": lang}
    text = office.stranger.get("/licences", params=question).text

    assert f'<html lang="{lang}">' in text
    assert word in text
    assert "<strong>ҚазАҚ</strong>" in text


def test_a_work_is_looked_up_by_any_spelling(office, asked):
    text = office.stranger.get("/licences", params={"q": "kozimnin karasy"}).text

    assert "Көзімнің қарасы" in text
    assert f"work={asked}" in text


def test_after_the_mandate_has_ended_nobody_may_and_who_did_is_told(office, asked):
    question = {"work": asked, "day": "2026-06-01", "lang": "en"}
    text = office.stranger.get("/licences", params=question).text

    assert "Nobody on record; ask the rightholder" in text
    assert "ҚазАҚ: " in text
    assert "2020-01-01 – 2025-12-31" in text


@pytest.mark.parametrize("day", ["2026-02-31", "tomorrow"])
def test_a_day_that_is_none_is_refused(office, asked, day):
    answer = office.stranger.get("/licences", params={"work": asked, "day": day})

    assert answer.status_code in {404, 422}


def test_an_author_s_recording_is_fingerprinted_and_the_link_then_closed(office, tune):
    link = invite(office, office.work())
    shown = office.stranger.get(link)
    form = {"title": "Көктем (авторлық)", "performer": "Абай"}
    first = office.http.post(link, data=form, files={"audio": ("a.flac", tune(3))})
    again = office.http.post(link, data=form, files={"audio": ("b.flac", tune(4))})
    with reading(office.books) as connection:
        kept = connection.execute(recordings.select()).all()

    assert (200, 200, 403) == (shown.status_code, first.status_code, again.status_code)
    assert ["Көктем (авторлық)"] == [row.title for row in kept]
    assert "Рақмет" in first.text


def test_without_a_link_not_a_byte_of_sound_is_read(office):
    settings = office.office.settings
    head = (
        "POST /send?link=guess HTTP/1.1\r\nHost: central\r\nContent-Length: 100000000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    )
    with socket.create_connection((settings.host, settings.port), timeout=20) as line:
        line.sendall(head.encode())
        answer = line.recv(1_000)

    assert answer.startswith(b"HTTP/1.1 403 ")
