"""Laws of closing works played live: paid by their minutes, protected or not."""

from datetime import timedelta

import numpy as np
import pytest

from central.database import writing
from central.ingest.reconciliation import reconciliation_of
from central.repertoire.facts import WorkDetail
from central.repertoire.scores import Score, put_score
from central.repertoire.store import put_work
from central.royalties.closing import close_period
from central.venues.accounts import Receipts, put_receipts
from edge.sync.wire import WorkRecord
from tests.central.royalties.conftest import BOOT, EVENING, NOW
from tests.central.royalties.test_fees_by_licence import licence

PACK = "kz-venues-2026"
FREE = WorkDetail(free_points=10_000)


def score(theatre, work_id, number):
    """A registered score of a work; what is in it does not matter here."""
    one = Score(f"score-{number:016x}", work_id, "", 60_000, np.full((130, 48), number, np.int8))
    with writing(theatre.books) as connection:
        put_score(connection, one, at=NOW)
    return one.id


def plays_live(theatre, score_id, *, second, seconds, confidence=0.99):
    theatre.seq += 1
    record = WorkRecord(
        boot=BOOT,
        seq=theatre.seq,
        started_at=EVENING + timedelta(seconds=second),
        ended_at=EVENING + timedelta(seconds=second + seconds),
        clock_synced=True,
        score_id=score_id,
        from_seconds=0,
        to_seconds=seconds,
        confidence=confidence,
        catalogue_version=1,
    )
    return theatre.says(record)


def free_sonata(theatre):
    with writing(theatre.books) as connection:
        return put_work(connection, title="Соната", iswc=None, parts=[], at=NOW, detail=FREE)


@pytest.mark.parametrize(
    ("basis", "fee"), [("whole_programme", 1_500_000), ("pro_rata_protected", 1_125_000)]
)
def test_what_is_played_live_is_paid_by_protected_minutes(theatre, basis, fee):
    event_id = theatre.event(fee_minor=0, licence_id=licence(theatre, basis=basis))
    with writing(theatre.books) as connection:
        put_receipts(connection, event_id, Receipts(30_000_000, 100, "Касса", NOW))
    plays_live(theatre, score(theatre, 2, 1), second=30, seconds=180)
    plays_live(theatre, score(theatre, free_sonata(theatre), 2), second=300, seconds=60)
    days = theatre.by(theatre.days(), PACK)
    with writing(theatre.books) as connection:
        done = close_period(connection, days, now=NOW)
    (event,) = done.events

    assert (180_000, 240_000) == (event.performed.protected_ms, event.performed.whole_ms)
    assert fee == event.fee.minor
    assert ["Ерлан Қасым"] == [head.party_name for head in done.statements]


def test_a_programme_played_live_is_matched_and_what_was_not_heard_waits(theatre):
    event_id = theatre.event()
    plays_live(theatre, score(theatre, 2, 1), second=30, seconds=100)
    plays_live(theatre, score(theatre, 1, 2), second=200, seconds=100)
    theatre.declares(event_id, ["Көктем,1:40", "Жел,1:40", "Тыныштық,1:00"])
    lines = theatre.read(reconciliation_of, event_id).lines
    states = {one.piece.piece.title: one.state for one in lines}

    assert {"Көктем", "Жел", "Тыныштық"} == set(states)
    assert {"matched", "order swapped"} == {states["Көктем"], states["Жел"]}
    assert "declared only" == states["Тыныштық"]


def test_a_recording_played_in_a_number_declared_live_is_that_recordings_play(theatre):
    event_id = theatre.event()
    plays_live(theatre, score(theatre, 1, 1), second=30, seconds=100)
    theatre.hears(theatre.recordings[0], second=20, seconds=120)
    theatre.declares(event_id, ["Көктем,2:00"])
    (line,) = theatre.read(reconciliation_of, event_id).lines

    assert [theatre.recordings[0]] == [play.recording_id for play in line.plays]
    assert 120_000 == line.milliseconds
