"""What a hall's boxes say together of music that no recording explains."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.ingest.judgement import content_of
from central.ingest.unknown import UnknownSpan, length_of, merge_unknown, minutes_text
from edge.sync.wire import DetectionRecord, UnknownMusicRecord

START = datetime(2026, 11, 21, 14, tzinfo=UTC)
SECONDS = 40  # the window
OLD_WORDS = (
    '{"boot":"00000000-0000-0000-0000-000000000001","seq":1,"input":"main",'
    '"started_at":"2026-11-21T14:00:00Z","ended_at":"2026-11-21T14:00:30Z","clock_synced":true,'
    '"kind":"detection","recording_id":"rec-1","reference_start_seconds":0.0,"speed":1.0,'
    '"confidence":0.9,"catalogue_version":1,"recipe":"q1"}'
)


def at(second):
    return START + timedelta(seconds=second)


def merged(unknown, known=()):
    return merge_unknown(unknown, known, start=at(0), end=at(SECONDS))


edges = st.builds(
    lambda began, lasted: (at(began), at(began + lasted)),
    st.integers(-20, 60),
    st.integers(1, 30),
)
spans = st.builds(
    lambda edge, share: UnknownSpan(*edge, share), edges, st.sampled_from([0.0, 0.5, 1.0])
)


@given(st.lists(spans, max_size=8), st.lists(edges, max_size=4))
def test_every_second_is_unknown_that_someone_did_not_know_and_nobody_knew(told, known):
    found = merged(told, known)
    for second in range(SECONDS):
        middle = at(second + 0.5)
        unknown = any(span.started_at < middle < span.ended_at for span in told)
        explained = any(began < middle < ended for began, ended in known)
        expected = unknown and not explained

        assert expected == any(span.started_at < middle < span.ended_at for span in found)


@given(st.lists(spans, max_size=8), st.lists(edges, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_the_news_changes_nothing(told, known, random):
    again = random.sample(told, len(told))

    assert length_of(merged(told, known)) == length_of(merged(again, known))


def test_parts_of_one_stretch_become_one_with_their_shares_weighed():
    parts = [UnknownSpan(at(0), at(30), 1.0), UnknownSpan(at(30), at(40), 0.2)]

    assert [UnknownSpan(at(0), at(40), 0.8)] == merged(parts)


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [(48_400, "48 s"), (432_000, "7 min 12 s"), (3_604_900, "1 h 0 min 5 s"), (0, "0 s")],
)
def test_a_length_is_said_in_minutes(milliseconds, text):
    assert text == minutes_text(milliseconds)


def unknown(box, seq, began, ended, foreground=1.0):
    return UnknownMusicRecord(
        boot=box.boot,
        seq=seq,
        started_at=at(began),
        ended_at=at(ended),
        clock_synced=True,
        foreground=foreground,
        catalogue_version=1,
    )


def test_unknown_music_is_kept_shown_and_never_a_play(office):
    hall_id = office.hall()
    box = office.box(hall_id)
    receipt = box.receipt(unknown(box, 1, 0, 20, 0.25), unknown(box, 2, 30, 35))
    asked = {"start": at(0).isoformat(), "end": at(SECONDS).isoformat()}
    told = office.http.get(f"/v1/halls/{hall_id}/unknown-music", params=asked).json()

    assert (2, []) == (receipt.accepted, receipt.rejected)
    assert [0.25, 1.0] == [span["foreground"] for span in told]
    assert [] == office.http.get(f"/v1/halls/{hall_id}/plays", params=asked).json()


def test_unknown_music_that_never_ends_is_refused(office):
    box = office.box(office.hall())
    (rejection,) = box.receipt(unknown(box, 1, 0, 25 * 3600)).rejected

    assert "longer than" in rejection.reason


def test_what_another_box_knew_is_not_unknown(office):
    hall_id = office.hall()
    knows, wonders = office.box(hall_id), office.box(hall_id)
    knows.receipt(knows.heard(1, started_at=at(0), ended_at=at(20)))
    wonders.receipt(unknown(wonders, 1, 10, 40))
    asked = {"start": at(0).isoformat(), "end": at(SECONDS).isoformat()}
    (told,) = office.http.get(f"/v1/halls/{hall_id}/unknown-music", params=asked).json()

    assert at(20) == datetime.fromisoformat(told["started_at"])


def test_a_detection_of_a_box_that_tells_no_foreground_keeps_its_digest():
    record = DetectionRecord.model_validate_json(OLD_WORDS)

    assert (OLD_WORDS, None) == (record.model_dump_json(), record.foreground)
    assert content_of(record) == content_of(record.model_copy(update={"foreground": None}))
