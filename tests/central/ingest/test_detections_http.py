"""What boxes hand in arrives once, whole, and only from whom it says."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

from sqlalchemy import func, select

from central.database import reading
from central.errors import Unwelcome
from central.ingest.audit import audit
from central.ingest.routes import take_together
from central.ingest.tables import batches, coverage, detections, forks, records
from edge.errors import BadSeal
from edge.sync.wire import Alternative, BatchReceipt, BoxTime, DetectionBatch, Level

EVENING = datetime(2026, 11, 21, 14, tzinfo=UTC)
YEAR_ONE = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))  # no such instant in UTC


def count(office, table):
    with reading(office.books) as connection:
        return connection.scalar(select(func.count()).select_from(table))


def window(minutes=60):
    return {"start": EVENING.isoformat(), "end": (EVENING + timedelta(minutes=minutes)).isoformat()}


def test_a_batch_sent_twice_is_a_batch_sent_once(office):
    box = office.box(office.hall())
    news = [box.heard(1), box.heard(2), box.covered(3, "heard", EVENING, EVENING)]
    first, second = box.receipt(*news), box.receipt(*news)

    assert (3, 0, []) == (first.accepted, first.duplicates, first.rejected)
    assert (0, 3, []) == (second.accepted, second.duplicates, second.rejected)
    assert 3 == count(office, records)
    assert 1 == count(office, batches)


def test_a_record_twice_in_one_batch_counts_once(office):
    box = office.box(office.hall())
    receipt = box.receipt(box.heard(1), box.heard(1))

    assert (1, 1, []) == (receipt.accepted, receipt.duplicates, receipt.rejected)


def test_a_batch_sent_by_many_at_once_is_taken_once(office):
    box = office.box(office.hall())
    news = [box.heard(n) for n in range(1, 101)]
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: box.receipt(*news), range(8)))

    assert 100 == sum(receipt.accepted for receipt in receipts)
    assert 700 == sum(receipt.duplicates for receipt in receipts)
    assert 100 == count(office, records)


def test_letters_that_come_together_are_taken_as_if_each_had_come_alone(office):
    hall_id = office.hall()
    boxes = [office.box(hall_id) for _ in range(6)]
    known, new, revoked, forking, torn, stranger = boxes
    known.receipt(known.heard(1), known.heard(2))
    forking.receipt(forking.heard(1, recording_id="rec-true"))
    office.http.post(f"/v1/boxes/{revoked.device}/revoke", json={"reason": "stolen"})
    stranger = stranger.__class__(office)

    def letter(box, *records):
        return box.seal(DetectionBatch(device=box.device, records=records))

    answers = take_together(
        office.office,
        [
            letter(known, known.heard(2), known.heard(9000)),
            letter(revoked, revoked.heard(1)),
            letter(new, *(new.heard(n) for n in (1, 3, 700))),
            letter(forking, forking.heard(1, recording_id="rec-other"), forking.heard(2)),
            letter(torn, torn.heard(1)).model_copy(update={"signature": "AAAA"}),
            letter(stranger, stranger.heard(1)),
        ],
    )
    counts = [
        (one.accepted, one.duplicates, len(one.rejected))
        if isinstance(one, BatchReceipt)
        else type(one)
        for one in answers
    ]

    assert [(1, 1, 0), Unwelcome, (3, 0, 0), (1, 0, 1), BadSeal, Unwelcome] == counts
    assert 8 == count(office, records) == count(office, detections)
    assert [forking.device] == [one["device"] for one in office.http.get("/v1/forks").json()]
    with reading(office.books) as connection:
        assert [] == list(audit(connection))
        kept = connection.execute(select(detections.c.device, detections.c.seq)).all()
    assert {(new.device, 1), (new.device, 3), (new.device, 700)} == {
        (device, seq) for device, seq in kept if device == new.device
    }


def test_a_record_told_differently_is_refused_and_kept_as_evidence(office):
    box = office.box(office.hall())
    box.receipt(box.heard(1, recording_id="rec-true"))
    for _ in range(2):
        receipt = box.receipt(box.heard(1, recording_id="rec-other"), box.heard(2))
        (rejection,) = receipt.rejected

        assert (box.boot, 1) == (rejection.boot, rejection.seq)
    (fork,) = office.http.get("/v1/forks").json()

    assert (box.device, str(box.boot), 1) == (fork["device"], fork["boot"], fork["seq"])
    assert "rec-other" in fork["letter"]["payload"]
    assert 1 == count(office, forks)
    with reading(office.books) as connection:
        kept = connection.scalar(select(detections.c.recording_id).filter_by(seq=1))
    assert "rec-true" == kept


def test_an_implausible_record_is_refused_and_its_neighbours_are_not(office):
    box = office.box(office.hall())
    backwards = box.heard(2, ended_at=EVENING - timedelta(seconds=1))
    endless = box.heard(3, ended_at=EVENING + timedelta(hours=30))
    unborn = box.heard(
        4,
        started_at=datetime.now(UTC) + timedelta(days=2),
        ended_at=datetime.now(UTC) + timedelta(days=2, seconds=9),
    )
    ancient = box.heard(5, started_at=YEAR_ONE, ended_at=YEAR_ONE)
    nowhere = box.heard(6, reference_start_seconds=1e12)
    foreign = box.heard(7, catalogue_version=2**70)
    torn = box.heard(8, recording_id="rec-\0")
    other = Alternative(recording_id="rec-2", reference_start_seconds=1e12, speed=1.0)
    unplaced = box.heard(9, alternatives=[other])
    wrong = [
        backwards,
        endless,
        unborn,
        ancient,
        nowhere,
        foreign,
        torn,
        unplaced,
        box.heard(2**70),
    ]
    receipt = box.receipt(box.heard(1), *wrong)

    assert 1 == receipt.accepted
    assert [2, 3, 4, 5, 6, 7, 8, 9, 2**70] == [rejection.seq for rejection in receipt.rejected]
    assert "before it starts" in receipt.rejected[0].reason
    assert "longer than" in receipt.rejected[1].reason
    assert "more than a day after" in receipt.rejected[2].reason
    assert "before there were boxes" in receipt.rejected[3].reason
    assert "into a recording" in receipt.rejected[4].reason
    assert "catalogue version" in receipt.rejected[5].reason
    assert "NUL" in receipt.rejected[6].reason
    assert "into a recording" in receipt.rejected[7].reason
    assert "larger than" in receipt.rejected[8].reason


def test_what_books_do_not_do_to_what_is_said(office):
    box = office.box(office.hall())
    said = "a\tb\\N\n\\.\n'\"; Құлақ \U0001f3b5"
    others = [Alternative(recording_id=said, reference_start_seconds=1e-300, speed=0.75)]
    box.receipt(box.heard(1, recording_id=said, input=said, recipe=said, alternatives=others))

    with reading(office.books) as connection:
        row = connection.execute(select(detections)).one()
        assert [] == list(audit(connection))
    assert (said, said, said) == (row.recording_id, row.input, row.recipe)
    assert [others[0].model_dump()] == row.alternatives


def test_a_recording_nobody_registered_is_kept(office):
    hall_id = office.hall()
    box = office.box(hall_id)
    box.receipt(box.heard(1, recording_id="rec-unheard-of"))
    (play,) = office.http.get(f"/v1/halls/{hall_id}/plays", params=window()).json()

    assert "rec-unheard-of" == play["recording_id"]


def test_a_stranger_is_not_listened_to(office):
    stranger = office.box(office.hall()).__class__(office)
    answer = stranger.deliver(stranger.heard(1))

    assert 403 == answer.status_code
    assert stranger.device in answer.json()["detail"]
    assert 0 == count(office, records)


def test_an_altered_letter_is_not_read(office):
    box = office.box(office.hall())
    sealed = box.seal(box.heard(1))
    altered = sealed.model_copy(update={"payload": sealed.payload.replace("rec-1", "rec-2")})
    answer = box.send("/v1/detections", altered)

    assert 403 == answer.status_code
    assert "does not fit" in answer.json()["detail"]


def test_a_box_cannot_speak_for_another(office):
    hall_id = office.hall()
    honest, liar = office.box(hall_id), office.box(hall_id)
    liar.device = honest.device
    answer = liar.deliver(liar.heard(1))

    assert 403 == answer.status_code
    assert 0 == count(office, records)


def test_a_letter_sealed_by_one_box_in_the_name_of_another_is_refused(office):
    from edge.sync import seal
    from edge.sync.wire import DetectionBatch

    hall_id = office.hall()
    honest, liar = office.box(hall_id), office.box(hall_id)
    batch = DetectionBatch(device=honest.device, records=[liar.heard(1)])
    answer = liar.send("/v1/detections", seal.seal(batch, signer=liar.device, key=liar.key))

    assert 422 == answer.status_code
    assert 0 == count(office, records)


def test_a_revoked_box_is_refused_and_what_it_said_before_stays(office):
    box = office.box(office.hall())
    box.receipt(box.heard(1))
    told = office.http.post(f"/v1/boxes/{box.device}/revoke", json={"reason": "stolen"})

    assert 204 == told.status_code
    answer = box.deliver(box.heard(2))
    assert 403 == answer.status_code
    assert "stolen" in answer.json()["detail"]
    assert 1 == count(office, records)


def test_what_was_heard_before_a_move_stays_with_the_old_hall(office):
    first, second = office.hall("old"), office.hall("new")
    box = office.box(first)
    answer = box.enrol(office.enrolment_token(second))
    later = datetime.now(UTC)
    receipt = box.receipt(
        box.heard(1), box.heard(2, started_at=later, ended_at=later + timedelta(seconds=60))
    )

    assert 200 == answer.status_code
    assert 2 == receipt.accepted
    with reading(office.books) as connection:
        halls = connection.scalars(select(detections.c.hall_id).order_by(detections.c.seq)).all()
    assert [first, second] == halls


def test_two_boxes_in_a_hall_make_one_play_and_one_line_of_coverage(office):
    hall_id = office.hall()
    left, right = office.box(hall_id), office.box(hall_id)
    end = EVENING + timedelta(minutes=60)
    left.receipt(left.heard(1), left.covered(2, "heard", EVENING, EVENING + timedelta(minutes=30)))
    right.receipt(right.heard(1), right.covered(2, "unplugged", EVENING, end))
    (play,) = office.http.get(f"/v1/halls/{hall_id}/plays", params=window()).json()
    spans = office.http.get(f"/v1/halls/{hall_id}/coverage", params=window()).json()

    assert 60_000 == play["milliseconds"]
    assert 2 == len(play["detections"])
    assert ["heard", "unplugged"] == [span["state"] for span in spans]


def test_why_a_second_was_not_heard_is_kept_with_its_level_and_how_surely_its_time_is_known(office):
    hall_id = office.hall()
    box = office.box(hall_id)
    minute = box.covered(1, "silent_signal", EVENING, EVENING + timedelta(minutes=1))
    told = {
        "fault": "digital_zero",
        "level": Level(peak_dbfs=-200, rms_dbfs=-200, floor_dbfs=-200),
        "uncertainty_ms": 12,
        "box": BoxTime(
            kernel=box.boot, first=0, end=2_880_000, started_ns=5, ended_ns=60_000_000_005
        ),
    }
    receipt = box.receipt(minute.model_copy(update=told))
    (span, _) = office.http.get(f"/v1/halls/{hall_id}/coverage", params=window()).json()

    assert 1 == receipt.accepted
    assert "silent_signal" == span["state"]
    with reading(office.books) as connection:
        kept = connection.execute(select(coverage)).one()
    assert ("digital_zero", -200.0, None, 12) == (
        kept.fault,
        kept.peak_dbfs,
        kept.loudness_lufs,
        kept.uncertainty_ms,
    )


def test_why_a_card_gave_nothing_and_what_was_tried_is_kept(office):
    box = office.box(office.hall())
    minute = box.covered(1, "unplugged", EVENING, EVENING + timedelta(minutes=1))
    told = {"cause": "stalled", "step": "rebind", "attempt": 2}

    assert 1 == box.receipt(minute.model_copy(update=told)).accepted
    with reading(office.books) as connection:
        kept = connection.execute(select(coverage)).one()
    assert ("stalled", "rebind", 2) == (kept.cause, kept.step, kept.attempt)


def test_a_box_that_lay_in_a_cupboard_for_a_year_says_so_in_one_record(office):
    box = office.box(office.hall())
    year = timedelta(days=365)
    receipt = box.receipt(
        box.covered(1, "powered_off", EVENING - year, EVENING),
        box.covered(2, "heard", EVENING - year, EVENING),
    )

    assert (1, [2]) == (receipt.accepted, [one.seq for one in receipt.rejected])


def test_a_window_that_ends_before_it_starts_is_refused(office):
    params = {"start": EVENING.isoformat(), "end": EVENING.isoformat()}
    answer = office.http.get(f"/v1/halls/{office.hall()}/plays", params=params)

    assert 422 == answer.status_code
