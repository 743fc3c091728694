"""Both ends read exactly what was written, and nothing half-understood."""

from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from edge.sync.letters import Bundle, Hours
from edge.sync.wire import (
    Alternative,
    BatchReceipt,
    BoxTime,
    CardFault,
    CoverageRecord,
    CoverageState,
    DetectionBatch,
    DetectionRecord,
    Level,
    Manifest,
    SignalFault,
    UnknownMusicRecord,
)

instants = st.integers(0, 3 * 10**8).map(
    lambda s: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s)
)
box_times = st.builds(
    BoxTime,
    kernel=st.uuids(),
    since_kernel=st.none() | st.uuids(),
    first=st.integers(0, 2**53),
    end=st.integers(0, 2**53),
    started_ns=st.integers(0, 2**60),
    ended_ns=st.integers(0, 2**60),
)
keys = {
    "boot": st.uuids(),
    "seq": st.integers(1, 2**53),
    "clock_synced": st.booleans(),
    "uncertainty_ms": st.none() | st.integers(0, 2**31 - 1),
    "box": st.none() | box_times,
}
levels = st.builds(
    Level,
    peak_dbfs=st.floats(-200, 0),
    rms_dbfs=st.floats(-200, 0),
    floor_dbfs=st.floats(-200, 0),
    loudness_lufs=st.none() | st.floats(-70, 20),
)
detections = st.builds(
    DetectionRecord,
    **keys,
    started_at=instants,
    ended_at=instants,
    recording_id=st.text(min_size=1, max_size=64),
    reference_start_seconds=st.floats(0, 1e4),
    speed=st.floats(0.6, 1.9),
    confidence=st.floats(0, 1),
    catalogue_version=st.integers(0, 2**31),
    recipe=st.text(max_size=64),
    alternatives=st.lists(
        st.builds(
            Alternative,
            recording_id=st.text(min_size=1, max_size=64),
            reference_start_seconds=st.floats(0, 1e4),
            speed=st.floats(0.3, 3.9),
        ),
        max_size=3,
    ).map(tuple),
    foreground=st.none() | st.floats(0, 1),
)
unknowns = st.builds(
    UnknownMusicRecord,
    **keys,
    started_at=instants,
    ended_at=instants,
    foreground=st.floats(0, 1),
    catalogue_version=st.integers(0, 2**31),
)
coverages = st.builds(
    CoverageRecord,
    **keys,
    started_at=instants,
    ended_at=instants,
    state=st.sampled_from(get_args(CoverageState)),
    fault=st.none() | st.sampled_from(get_args(SignalFault)),
    cause=st.none() | st.sampled_from(get_args(CardFault)),
    step=st.none() | st.sampled_from(["rebind", "reboot"]),
    attempt=st.none() | st.integers(1, 2**31 - 1),
    level=st.none() | levels,
)
batches = st.builds(
    DetectionBatch,
    device=st.just("qb-0123456789abcdef"),
    records=st.lists(detections | unknowns | coverages, min_size=1, max_size=5),
)


@given(batches)
def test_a_batch_survives_the_wire(batch):
    assert DetectionBatch.model_validate_json(batch.model_dump_json()) == batch


def heard(**changes):
    start = datetime(2026, 9, 18, 19, 0, tzinfo=UTC)
    return CoverageRecord(
        **{
            "boot": UUID(int=1),
            "seq": 1,
            "clock_synced": True,
            "started_at": start,
            "ended_at": start + timedelta(seconds=60),
            "state": "heard",
            **changes,
        }
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"seq": 0},
        {"seq": 1.5},
        {"state": "bored"},
        {"clock_synced": "yes"},
        {"started_at": datetime(2026, 9, 18)},  # noqa: DTZ001 - a naive instant is the fault
        {"mood": "fine"},
    ],
)
def test_a_record_that_is_not_understood_is_an_error(changes):
    with pytest.raises(ValidationError):
        heard(**changes)


def test_a_batch_is_bounded():
    with pytest.raises(ValidationError, match="500"):
        DetectionBatch(device="qb-0123456789abcdef", records=[heard()] * 501)
    with pytest.raises(ValidationError):
        DetectionBatch(device="qb-0123456789abcdef", records=[])


def test_a_receipt_counts_every_record():
    receipt = BatchReceipt(accepted=2, duplicates=1)

    assert receipt.rejected == []


@given(detections)
def test_a_record_without_alternatives_is_in_the_words_of_boxes_that_knew_of_none(record):
    plain = record.model_copy(update={"alternatives": ()})
    words = plain.model_dump_json()

    assert "alternatives" not in words
    assert DetectionRecord.model_validate_json(words) == plain


@given(detections)
def test_a_record_without_foreground_is_in_the_words_of_boxes_that_told_none(record):
    plain = record.model_copy(update={"foreground": None})
    words = plain.model_dump_json()

    assert "foreground" not in words
    assert DetectionRecord.model_validate_json(words) == plain


def test_a_manifest_without_siblings_is_in_the_words_of_boxes_that_knew_of_none():
    at = datetime(2026, 3, 5, tzinfo=UTC)
    manifest = Manifest(version=1, made_at=at, recipe="q1", segments=[])

    assert "siblings" not in manifest.model_dump_json()
    assert manifest == Manifest.model_validate_json(manifest.model_dump_json())


@given(coverages)
def test_a_span_without_what_is_newly_told_is_in_the_words_of_boxes_that_told_none(record):
    untold = {"fault": None, "level": None, "box": None, "uncertainty_ms": None}
    plain = record.model_copy(update=untold)
    words = plain.model_dump_json()

    assert not any(name in words for name in untold)
    assert CoverageRecord.model_validate_json(words) == plain


@pytest.mark.parametrize("begins", ["24:00", "9:00", "19:60", "evening", "1٨:00"])
def test_hours_that_are_on_no_clock_are_an_error(begins):
    with pytest.raises(ValidationError, match="begins"):
        Hours(days=[5], begins=begins, ends="23:00")


def test_orders_to_listen_always_are_in_the_words_of_boxes_that_knew_of_no_hours():
    always = Bundle(
        serial=1,
        device="qb-0123456789abcdef",
        issued_at=datetime(2026, 3, 5, tzinfo=UTC),
        venue="Әуезов театры",
        hall="Үлкен зал",
        time_zone="Asia/Almaty",
        inputs=[{"device": "USB"}],
        central_url="https://central.example",
        central_key="key",
        catalogue_root="{}",
    )

    assert "hours" not in always.model_dump_json()
    assert always == Bundle.model_validate_json(always.model_dump_json())
