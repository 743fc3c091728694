"""Laws of closing what was reconciled: programme and persons reach the money, and prove it."""

from datetime import timedelta

import pytest

from central.database import writing
from central.ingest.reconciliation import reconciliation_of
from central.repertoire.facts import WorkDetail
from central.repertoire.shares import Share
from central.repertoire.store import put_work
from central.royalties.closing import Days, close_period, summary
from central.royalties.distribution import GRAND_RIGHT, NOT_PLAYED, UNDECIDED
from central.royalties.queue import open_lines
from central.royalties.rehearsal import prepare, rehearse
from central.venues.accounts import Part, put_parts, put_performance, put_production
from central.venues.intake import take_cue_sheet
from tests.central.royalties.conftest import NOW

FREE = WorkDetail(free_points=10_000)
PACK = "kz-venues-2026"


def closed(theatre, pack=""):
    days = theatre.days()
    with writing(theatre.books) as connection:
        by = Days(days.venue_id, days.first_day, days.last_day, pack)
        return close_period(connection, by, now=theatre.now)


def paid(done):
    return {head.party_name: head.total.minor for head in done.statements}


@pytest.fixture
def evening(theatre):
    """«Көктем» is heard for two minutes; «Жел» is declared with one, and not heard."""
    event_id = theatre.event(fee_minor=90_000)
    theatre.hears(theatre.recordings[0], second=30, seconds=120)
    theatre.declares(event_id, ["Көктем,4:00", "Жел,1:00"])
    return event_id


def test_what_was_only_declared_waits_until_a_person_says_something(theatre, evening):
    done = closed(theatre)

    (event,) = done.events
    (waiting,) = [part for part in event.allocations if part.party_id is None]
    assert (UNDECIDED, 30_000) == (waiting.reason, waiting.amount.minor)
    assert {"Абай Сұлтанов": 30_000, "Дина Оспанова": 30_000} == paid(done)


def test_a_piece_a_person_says_was_played_is_paid_for_its_declared_length(theatre, evening):
    line = theatre.line_of(evening, "declared only")
    theatre.decides(evening, line.name, "played")
    done = closed(theatre, PACK)

    (event,) = done.events
    by_word = next(play for play in event.plays if play.id == line.name)
    assert ("programme", "declared", 60_000, ()) == (
        by_word.basis,
        by_word.length_by,
        by_word.milliseconds,
        by_word.detections,
    )
    assert ("Жел", "Айгүл") == (
        by_word.testimony.piece.title,
        by_word.testimony.word.decided_by,
    )
    assert {"Абай Сұлтанов": 24_000, "Дина Оспанова": 24_000, "Ерлан Қасым": 24_000} == paid(done)


def test_a_play_that_a_bad_clock_may_have_brought_here_waits_for_a_person(theatre):
    event_id = theatre.event(fee_minor=90_000)
    theatre.hears(theatre.recordings[0], second=30, seconds=60, unsure_ms=90_001)
    theatre.hears(theatre.recordings[1], second=300, seconds=60, unsure_ms=90_001)
    open_line = next(one for one in theatre.read(reconciliation_of, event_id).lines if one.is_open)
    before = theatre.read(open_lines, NOW - timedelta(days=99), NOW)
    done = closed(theatre)

    assert (False, "waits") == (open_line.of_the_evening, open_line.fate)
    assert open_line.name in {one.line.name for one in before if not one.line.of_the_evening}
    (waiting,) = [part for part in done.events[0].allocations if part.party_id is None]
    assert (UNDECIDED, 45_000) == (waiting.reason, waiting.amount.minor)


@pytest.mark.parametrize("how", ["a person", "the programme", "a better clock"])
def test_a_bad_clock_does_not_matter_where_something_else_vouches(theatre, how):
    event_id = theatre.event(fee_minor=90_000)
    doubt = 59_999 if how == "a better clock" else 90_001
    theatre.hears(theatre.recordings[0], second=30, seconds=60, unsure_ms=doubt)
    if how == "a person":
        theatre.decides(event_id, theatre.line_of(event_id, "heard only").name, "played")
    if how == "the programme":
        theatre.declares(event_id, ["Көктем,1:00"])

    assert {"Абай Сұлтанов": 45_000, "Дина Оспанова": 45_000} == paid(closed(theatre))


def test_a_piece_without_a_length_counts_as_the_work_is_usually_long(theatre):
    event_id = theatre.event(fee_minor=40_000)
    theatre.hears(theatre.recordings[0], second=30, seconds=60)
    theatre.declares(event_id, ["Көктем,", "Жел,"])
    theatre.decides(event_id, theatre.line_of(event_id, "declared only").name, "played")

    (event,) = closed(theatre).events

    assert ["heard", "standard"] == [play.length_by for play in event.plays][::-1]
    assert [180_000, 60_000] == [play.milliseconds for play in event.plays]


def test_what_a_person_says_was_not_played_is_set_aside_and_never_waits(theatre, evening):
    theatre.decides(evening, theatre.line_of(evening, "declared only").name, "not played")
    theatre.hears(theatre.recordings[1], second=300, seconds=60)
    theatre.hears("rec-unregistered", second=400, seconds=60)
    heard_only = theatre.line_of(evening, "not recognised")
    theatre.decides(evening, heard_only.name, "not played")
    done = closed(theatre)

    (event,) = done.events
    assert {NOT_PLAYED} == {one.why for one in event.aside}
    assert heard_only.name in {one.name for one in event.aside}
    assert 0 == theatre.read(summary, done.distribution.id).left_out


def test_a_play_a_person_gives_to_another_work_pays_that_work(theatre):
    event_id = theatre.event(fee_minor=1_000)
    theatre.hears("rec-unregistered", second=30, seconds=60)
    line = theatre.line_of(event_id, "not recognised")
    theatre.decides(event_id, line.name, "played", work_id=2)

    done = closed(theatre)

    assert {"Ерлан Қасым": 1_000} == paid(done)
    (play,) = done.events[0].plays
    assert ("heard", 2, "rec-unregistered") == (play.basis, play.work_id, play.recording_id)


def test_a_play_that_is_the_same_as_a_piece_is_paid_as_that_piece(theatre):
    event_id = theatre.event(fee_minor=1_000)
    theatre.hears(theatre.recordings[0], second=30, seconds=60)
    (piece,) = theatre.declares(event_id, ["Жел,1:00"])
    play = theatre.line_of(event_id, "heard only")
    theatre.decides(event_id, play.name, "same", piece_id=piece)

    done = closed(theatre)

    assert {"Ерлан Қасым": 1_000} == paid(done)
    assert "same" == done.events[0].plays[0].testimony.word.verdict


def test_an_encore_is_paid_for_what_was_heard(theatre):
    event_id = theatre.event(fee_minor=1_000)
    theatre.hears(theatre.recordings[0], second=30, seconds=60)
    theatre.hears(theatre.recordings[1], second=200, seconds=60)
    theatre.declares(event_id, ["Көктем,1:00"])

    assert "encore" == theatre.line_of(event_id, "encore").state
    assert 500 == paid(closed(theatre))["Ерлан Қасым"]


def test_a_piece_heard_in_two_stretches_is_one_play(theatre):
    event_id = theatre.event(fee_minor=1_000)
    theatre.hears(theatre.recordings[0], second=30, seconds=60)
    theatre.hears(theatre.recordings[0], second=150, seconds=30)
    theatre.declares(event_id, ["Көктем,1:00"])

    (play,) = closed(theatre).events[0].plays

    assert (90_000, 2) == (play.milliseconds, len(play.detections))


def test_music_of_the_staged_work_is_not_of_the_evening_s_licence(theatre):
    event_id = theatre.event(fee_minor=1_000)
    with writing(theatre.books) as connection:
        begins, ends = theatre.evening, theatre.evening.replace(minute=3)
        put_parts(connection, event_id, [Part(begins, ends, "stage")])
    theatre.hears(theatre.recordings[0], second=30, seconds=60)
    theatre.hears(theatre.recordings[1], second=300, seconds=60)

    done = closed(theatre)

    assert [GRAND_RIGHT] == [one.why for one in done.events[0].aside]
    assert {"Ерлан Қасым": 1_000} == paid(done)
    assert 0 == done.left_out


def film(theatre, event_id, *cues):
    with writing(theatre.books) as connection:
        number = put_production(connection, title="Фильм", kind="film", acts=1, code="")
        put_performance(connection, event_id, number, acts=None)
        sheet = "\n".join(["cue title,duration", *cues]).encode()
        take_cue_sheet(connection, number, sheet, name="c.csv", by="Студия", at=NOW)


def test_a_screening_is_paid_by_its_cue_sheet_whatever_was_heard(theatre):
    event_id = theatre.event(fee_minor=3_000)
    film(theatre, event_id, "Көктем,2:00", "Жел,1:00")
    theatre.hears(theatre.recordings[0], second=30, seconds=17)

    done = closed(theatre)

    (event,) = done.events
    assert {"cue-sheet"} == {play.basis for play in event.plays}
    assert {"film"} == {play.use for play in event.plays}
    assert {"Абай Сұлтанов": 1_000, "Дина Оспанова": 1_000, "Ерлан Қасым": 1_000} == paid(done)


def test_music_beside_the_cue_sheet_waits_and_the_foyer_s_does_not(theatre):
    event_id = theatre.event(fee_minor=3_000)
    film(theatre, event_id, "Көктем,1:00")
    with writing(theatre.books) as connection:
        foyer = Part(theatre.evening.replace(minute=8), theatre.evening.replace(minute=10), "foyer")
        put_parts(connection, event_id, [foyer])
    theatre.hears("rec-unregistered", second=100, seconds=60)
    theatre.hears(theatre.recordings[1], second=500, seconds=60)

    (event,) = closed(theatre).events

    assert {("film", ""), ("film", UNDECIDED), ("foyer", "")} == {
        (play.use, play.waits) for play in event.plays
    }
    assert [1_000] == [p.amount.minor for p in event.allocations if p.reason == UNDECIDED]


def test_a_word_after_the_preparation_makes_the_proposal_another(theatre, evening):
    days = theatre.days()
    with writing(theatre.books) as connection:
        before = prepare(connection, days, by="Дина", now=NOW).figures
    theatre.decides(evening, theatre.line_of(evening, "declared only").name, "not played")
    with writing(theatre.books) as connection:
        after = rehearse(connection, days, now=NOW)

    assert before != after.figures


def test_a_work_in_the_public_domain_that_was_declared_takes_no_money(theatre):
    event_id = theatre.event(fee_minor=1_000)
    with writing(theatre.books) as connection:
        put_work(connection, title="Соната", iswc=None, parts=[], at=NOW, detail=FREE)
    theatre.hears(theatre.recordings[1], second=30, seconds=60)
    theatre.declares(event_id, ["Жел,1:00", "Соната,9:00"])

    done = closed(theatre, PACK)

    assert {"Ерлан Қасым": 800} == paid(done)
    assert 0 == done.events[0].suspended().minor


def test_the_shares_of_a_reattributed_play_are_those_of_its_new_work(theatre):
    event_id = theatre.event(fee_minor=1_000)
    with writing(theatre.books) as connection:
        put_work(
            connection,
            title="Жаңа",
            iswc=None,
            parts=[Share(theatre.parties[1], "CA", 10_000)],
            at=NOW,
        )
    theatre.hears(theatre.recordings[0], second=30, seconds=60)
    theatre.decides(event_id, theatre.line_of(event_id, "heard only").name, "played", work_id=3)

    assert {"Дина Оспанова": 1_000} == paid(closed(theatre))


def test_a_film_that_two_cues_tell_is_paid_by_its_sheet_though_nobody_announced_it(theatre):
    theatre.event(fee_minor=4_000)
    sheet = "title,start,duration\nКөктем,0:10,1:00\nЖел,2:00,1:00\nСоңы,4:00,2:00\n"
    with writing(theatre.books) as connection:
        number = put_production(connection, title="Фильм", kind="film", acts=1, code="")
        take_cue_sheet(connection, number, sheet.encode(), name="c.csv", by="Студия", at=NOW)
    theatre.hears(theatre.recordings[0], second=70, seconds=20)
    theatre.hears(theatre.recordings[1], second=185, seconds=50)

    done = closed(theatre)

    (event,) = done.events
    assert [("cue-sheet", 60_000), ("cue-sheet", 60_000), ("cue-sheet", 120_000)] == sorted(
        (play.basis, play.milliseconds) for play in event.plays
    )
    assert [0, 1, 1] == sorted(len(play.detections) for play in event.plays)
    assert {"Абай Сұлтанов": 500, "Дина Оспанова": 500, "Ерлан Қасым": 1_000} == paid(done)
    assert [2_000] == [p.amount.minor for p in event.allocations if p.party_id is None]
    assert {"Студия"} == {play.testimony.piece.told_by for play in event.plays}
