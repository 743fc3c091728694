"""A filled sheet comes in work by work; every row comes back with what became of it, and why."""

from datetime import UTC, datetime

import pytest

from central.database import reading, writing
from central.errors import Unacceptable
from central.repertoire.imports import acknowledgement_of, import_of
from central.repertoire.lists import parties, works
from central.repertoire.sheets.intake import take_sheet, template
from central.repertoire.sheets.table import rows_of, written
from central.repertoire.sheets.works import COLUMNS, EXAMPLE

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def take(books, content):
    """Take a sheet in; what became of it, and the answers row by row."""
    with writing(books) as connection:
        number = take_sheet(connection, content, file_name="a", source="Union", at=NOW)
        back = rows_of(acknowledgement_of(connection, number))
        came_in = import_of(connection, number)
    return came_in, [dict(zip(back[0], row, strict=True)) for row in back[1:]]


def sheet(*rows, kind="csv"):
    """A sheet of these rows, each the example's first with some cells changed."""
    whole = dict(zip(COLUMNS, EXAMPLE[0], strict=True)) | {"share_percent": "100"}
    return written([COLUMNS, *(list((whole | row).values()) for row in rows)], kind)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_s_own_example_is_taken(books, kind):
    came_in, answers = take(books, template(kind))
    with reading(books) as connection:
        (work,) = works(connection)
        names = [one.name for one in parties(connection)]

    assert (kind, 1, 0) == (came_in.kind, came_in.counts.taken, came_in.counts.refused)
    assert ["registered"] * 2 == [one["result"] for one in answers]
    assert ("Көктем", 205.0, ["Весна", "Spring"]) == (
        work.title,
        work.duration_seconds,
        [one.title for one in work.titles],
    )
    assert ["Абай Сұлтанов", "Дина Оспанова"] == names


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"title": ""}, "title is empty"),
        ({"iswc": "T0345246802"}, "check digit"),
        ({"ipi": "1"}, "check digit"),
        ({"role": "XX"}, "'XX'"),
        ({"right": "sleeping"}, "'sleeping'"),
        ({"share_percent": "half"}, "'half'"),
        ({"share_percent": "33.333"}, "'33.333'"),
        ({"share_percent": "101"}, "'101'"),
        ({"share_percent": "NaN"}, "'NaN'"),
        ({"duration": "long"}, "'long'"),
        ({"genre": "rock"}, "'rock'"),
        ({"society": "PRS"}, "'PRS'"),
    ],
)
def test_a_refused_row_says_why_and_leaves_other_works_alone(books, cells, reason):
    came_in, (wrong, right) = take(books, sheet(cells, {"work_number": "2"}))

    assert ("2", "refused") == (wrong["row"], wrong["result"])
    assert reason in wrong["reason"]
    assert ("registered", 1, 1) == (right["result"], came_in.counts.taken, came_in.counts.refused)


def test_a_work_with_one_refused_row_is_refused_whole(books):
    half = {"share_percent": "50"}
    came_in, answers = take(books, sheet(half, half | {"role": "XX", "party_number": "b"}))

    assert 0 == came_in.counts.taken
    assert "row 3 of the same work is refused" == answers[0]["reason"]


def test_what_makes_no_whole_is_held_with_the_reason(books):
    came_in, (held,) = take(books, sheet({"share_percent": "90"}))

    assert ("held", 1) == (held["result"], came_in.counts.held)
    assert "90.00 %" in held["reason"]


@pytest.mark.parametrize("between", [";", "\t"])
def test_spreadsheets_of_other_countries_are_read(books, between):
    plain = sheet({}).decode("utf-8-sig").replace("Весна; Spring", "Весна")
    came_in, _ = take(books, plain.replace(",", between).encode())

    assert 1 == came_in.counts.taken


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04 no workbook", b"\xff\xfe\x00", b"a,b\n1,2\n", b"work_number,title\n1,2\n"],
)
def test_what_is_no_sheet_of_ours_is_refused(books, content):
    with pytest.raises(Unacceptable):
        take(books, content)


def test_a_title_that_looks_like_a_formula_comes_back_as_text(books):
    _, (answer,) = take(books, sheet({"title": "=1+1", "share_percent": "x"}))

    assert answer["title"].startswith("'")
