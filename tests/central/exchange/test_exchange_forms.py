"""Laws of forms: same books same bytes, letters survive, and nothing is run by who opens it."""

import csv
import hashlib
import io
import re

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import load_workbook
from pypdf import PdfReader

from central.__main__ import main
from central.exchange.csv_file import harmless
from central.exchange.offer import OFFERED
from central.exchange.report import length_text
from central.exchange.tongues import word
from central.exchange.usage import COLUMNS
from central.exchange.writing import MAKERS
from central.leaving_commands import WHAT_LEAVES
from central.royalties.closed import REASONS_TOLD
from tests.central.exchange.conftest import KAZAKH

NUMBERS = {"transparency": 2026}
TITLES = {"kk": "Есеп 1", "ru": "Отчёт правообладателю 1", "en": "Statement 1"}


def printed(answer):
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


@pytest.mark.parametrize("tongue", TITLES)
def test_a_printed_statement_says_its_sum_in_its_tongue_with_every_letter(closed, ask, tongue):
    head = closed.statements[0]

    text = printed(ask(f"/statements/{head.id}.pdf", lang=tongue))

    assert TITLES[tongue] in text
    assert head.party_name in text
    assert set(KAZAKH) <= set(text)
    assert KAZAKH in text
    assert head.total.text(tongue).replace("\u00a0", " ") in text


@pytest.mark.parametrize("form", MAKERS)
@pytest.mark.parametrize("what", OFFERED)
def test_the_same_books_give_the_same_bytes(office, closed, tmp_path, what, form):
    written = []
    for name in ("first", "second"):
        number = str(NUMBERS.get(what, 1))
        arguments = ["export", "--home", str(office.home.path), what, number, "--form", form]
        path = tmp_path / f"{name}.{form}"
        done = CliRunner().invoke(main, [*arguments, "--lang", "kk", "--out", str(path)])
        if form == "pdf" and what in ("usage", "platform"):
            assert "not made for paper" in done.output
            assert [kept.name for kept in tmp_path.iterdir()] == ["office"]
            return
        assert done.exit_code == 0, done.output
        written.append(hashlib.sha256(path.read_bytes()).hexdigest())

    assert written[0] == written[1]


def test_the_desk_offers_all_that_leaves():
    assert list(OFFERED) == WHAT_LEAVES


def test_a_title_that_is_a_formula_is_nowhere_run(closed, ask):
    plain = ask("/distributions/1/platform.csv").text
    book = load_workbook(io.BytesIO(ask("/distributions/1/platform.xlsx").content))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]

    assert ",'=HYPERLINK(1)," in plain
    assert "=HYPERLINK(1)" in [cell.value for cell in cells]
    assert "f" not in {cell.data_type for cell in cells}


@given(st.text())
@example("\x0c=1+1")
@example("\u2003\u00a0=1+1")
@example("\t=1+1")
def test_what_is_made_harmless_begins_no_formula_and_loses_nothing(text):
    safe = harmless(text)

    assert not safe.lstrip().startswith(("=", "+", "-", "@"))
    assert safe.removeprefix("'") == text.removeprefix("'")


def test_the_usage_report_has_its_21_columns_and_the_halls_own_time(closed, ask):
    lines = list(csv.reader(io.StringIO(ask("/distributions/1/usage.csv").text)))
    first = dict(zip(lines[0], lines[1], strict=True))

    assert tuple(lines[0]) == COLUMNS
    assert len(COLUMNS) == 21
    assert (first["Sendedatum"], first["Sendezeit"]) == ("2026-11-21", "19:00:10")
    assert first["Sender"] == "Әуезов театры, Үлкен зал"


def test_hits_of_one_recording_that_follow_each_other_are_one_line(closed, ask):
    lines = list(csv.DictReader(io.StringIO(ask("/distributions/1/usage.csv").text)))
    plays = {play.id for event in closed.events for play in event.plays}
    milliseconds = sum(play.milliseconds for event in closed.events for play in event.plays)

    assert [line["Sendedauer"] for line in lines] == [
        "00:02:03",
        "00:01:03",
        "00:00:47",
        "00:00:50",
        "00:00:50",
    ]
    assert {one for line in lines for one in line["Identifikationsnummer"].split()} == plays
    assert milliseconds == 1000 * (61 + 62 + 63 + 47 + 50 + 50)


@given(st.integers(0, 10**9))
def test_a_length_is_told_to_the_nearest_second(milliseconds):
    seconds = 0
    for part in length_text(milliseconds).split(":"):
        seconds = seconds * 60 + int(part)

    assert abs(seconds * 1000 - milliseconds) <= 500


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/statements/99.pdf", 404),
        ("/distributions/99/usage.csv", 404),
        ("/distributions/1/gossip.csv", 404),
        ("/distributions/1/transparency.csv", 404),
        ("/years/1999/transparency.csv", 404),
        ("/statements/1.docx", 422),
        ("/statements/1.csv?lang=xx", 422),
        ("/distributions/1/usage.pdf", 422),
    ],
)
def test_what_cannot_be_given_is_said(office, closed, path, status):
    answer = office.http.get(f"/v1{path}")

    assert answer.status_code == status, answer.text
    assert answer.json()["detail"]


def test_reports_are_for_staff(office, closed):
    for path in ("/v1/statements/1.pdf", "/v1/distributions/1/payments.csv"):
        assert office.http.get(path, headers={"Authorization": "Bearer no"}).status_code == 401


def test_a_printed_statement_says_where_the_money_came_from(theatre, office, ask):
    theatre.event()
    theatre.hears(theatre.recordings[0], second=10, seconds=61)
    office.http.post(
        "/v1/periods/close",
        json={"venue_id": 1, "from": "2026-11-21", "to": "2026-11-21", "pack": "kz-venues-2026"},
    )

    text = printed(ask("/statements/1.pdf", lang="ru"))

    assert "Лицензионный сбор 1 000,01 ₸ − удержание 200,00 ₸ = 800,01 ₸" in text
    assert "делится по времени звучания" in text
    assert "Halls, theatres" not in text


def test_every_reason_money_waits_for_is_told_in_every_tongue():
    for reason in REASONS_TOLD:
        assert len({word(reason, tongue) for tongue in TITLES}) == 3
