"""A film's cue sheet, however laid out, becomes cues with their place; by them it is found."""

from datetime import UTC, datetime

import pytest

from central.database import reading, writing
from central.repertoire.store import Recording, put_recording, put_work
from central.venues.accounts import put_production
from central.venues.cues import cues_with
from central.venues.declarations import cues_of
from central.venues.intake import cue_template, take_cue_sheet

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
STUDIO = """Seq #,Cue Name,Song Title,Composer(s),Publisher,TC In,TC Out,Usage
1,1M1,Көктем,А. Сұлтанов,Баспа,01:02:03:12,01:02:43:24,OT
2,1M2,Жел,Е. Қасым,,01:10:00;00,01:09:00;00,BI
3,2M1,Тұнық су,Е. Қасым,,01:20:00:00,01:20:10:00,shouted
4,2M2,Тұнық су,Е. Қасым,,01:30:00:00,01:30:10:00,PD
"""


@pytest.fixture
def film(books):
    with writing(books) as connection:
        return put_production(connection, title="Фильм", kind="film", acts=1, code="")


def bring(books, production_id, sheet):
    """Take a sheet in; answers its answer and the cues that then count."""
    content = sheet if isinstance(sheet, bytes) else sheet.encode()
    with writing(books) as connection:
        answer = take_cue_sheet(
            connection, production_id, content, name="s.csv", by="Студия", at=NOW
        )
        return answer, cues_of(connection, production_id)


def found(books, *work_ids):
    with reading(books) as connection:
        return cues_with(connection, work_ids)


def work(books, title, *, iswc=None, isrc=None):
    with writing(books) as connection:
        number = put_work(connection, title=title, iswc=iswc, parts=[], at=NOW)
        if isrc:
            recording = Recording(
                id="rec", work_id=number, title=title, performer="", isrc=isrc, milliseconds=1,
                recipe="r", fingerprint=b"", fingerprint_sha256="0" * 64,
            )  # fmt: skip
            put_recording(connection, recording, at=NOW)
        return number


def test_a_studio_s_sheet_tells_time_code_and_role_of_every_cue(books, film):
    answer, cues = bring(books, film, STUDIO)

    assert [("Көктем", 3_723_000, 40_000, "theme"), ("Тұнық су", 5_400_000, 10_000, "")] == [
        (one.piece.title, one.piece.from_milliseconds, one.piece.milliseconds, one.piece.role)
        for one in cues
    ]
    assert [3, 4] == [one.row for one in answer.refused]
    assert "'01:09:00;00' is not after" in answer.refused[0].reason
    assert "role 'shouted' is none of" in answer.refused[1].reason


def test_the_template_is_taken_as_it_is(books, film):
    answer, cues = bring(books, film, cue_template())

    assert (2, ()) == (answer.taken, answer.refused)
    assert [(12_000, 88_000, "theme"), (1_445_000, 70_000, "featured")] == [
        (one.piece.from_milliseconds, one.piece.milliseconds, one.piece.role) for one in cues
    ]


@pytest.mark.parametrize(
    ("cue", "of"),
    [
        ("{number},,,x", {}),
        (",T-034.524.680-1,,x", {"iswc": "T0345246801"}),
        (",,KZ-A01-26-00001,x", {"isrc": "KZA012600001"}),
        (",,,Kozimnin qarasy", {}),
    ],
)
def test_a_cue_is_found_by_its_work_s_number_codes_or_title(books, film, cue, of):
    number, other = work(books, "Көзімнің қарасы", **of), work(books, "Жел")
    sheet = "work_id,iswc,isrc,title,start,duration\n" + cue.format(number=number)
    _, (declared,) = bring(books, film, sheet + ",1:00,2:00\n")

    assert {film: [declared.id]} == found(books, number, other)
    assert {} == found(books, other)


def test_only_the_latest_sheet_of_a_film_counts(books, film):
    number = work(books, "Көктем")
    bring(books, film, "title,start,duration\nКөктем,1:00,2:00\n")
    _, cues = bring(books, film, "title,start,duration\nЖел,1:00,2:00\nКөктем,5:00,2:00\n")

    assert {film: [cues[1].id]} == found(books, number)


def test_a_cue_without_its_place_or_of_a_play_on_stage_tells_no_film(books, film):
    number = work(books, "Көктем")
    bring(books, film, "title,start,duration\nКөктем,,2:00\nКөктем,1:00,\n")
    with writing(books) as connection:
        play = put_production(connection, title="Пьеса", kind="play", acts=2, code="")
    bring(books, play, "title,start,duration\nКөктем,1:00,2:00\n")

    assert {} == found(books, number)
