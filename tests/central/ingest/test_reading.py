"""Two readers of a letter say the same of it, whatever stands in it."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from central.ingest.judgement import content_of
from central.ingest.reading import letter_in, letter_of, usual
from central.ingest.rows import row_of
from edge.sync.wire import (
    LARGEST,
    Alternative,
    BoxTime,
    CardFault,
    CoverageRecord,
    CoverageState,
    DetectionBatch,
    DetectionRecord,
    HoleRecord,
    Level,
    Link,
    SignalFault,
    UnknownMusicRecord,
    WorkRecord,
)


def perhaps(some):
    return st.none() | some


counts = st.integers(0, 2**63 - 1)
seconds = st.floats(0, 1e15)
shares = st.floats(0, 1)
decibels = st.floats(-200, 0)
names = st.text(min_size=1, max_size=64)
digests = st.text("0123456789abcdef", min_size=64, max_size=64)
zones = st.sampled_from([UTC, UTC, timezone(timedelta(hours=5)), timezone(timedelta(minutes=-90))])
EARLIEST, LATEST = datetime(1, 1, 3), datetime(9999, 12, 29)  # noqa: DTZ001  # zones are added
moments = st.datetimes(EARLIEST, LATEST, timezones=zones)
box_times = st.builds(
    BoxTime,
    kernel=st.uuids(),
    since_kernel=perhaps(st.uuids()),
    first=counts,
    end=counts,
    started_ns=counts,
    ended_ns=counts,
)
every = {
    "boot": st.uuids(),
    "seq": st.integers(1, 2**63 - 1),
    "input": st.text(max_size=32),
    "started_at": moments,
    "ended_at": moments,
    "clock_synced": st.booleans(),
    "uncertainty_ms": perhaps(st.integers(0, LARGEST)),
    "box": perhaps(box_times),
}
alternatives = st.builds(
    Alternative,
    recording_id=names,
    reference_start_seconds=seconds,
    speed=st.floats(0.25, 4, exclude_min=True, exclude_max=True),
)
records = st.one_of(
    st.builds(
        CoverageRecord,
        **every,
        state=st.sampled_from(get_args(CoverageState)),
        fault=perhaps(st.sampled_from(get_args(SignalFault))),
        cause=perhaps(st.sampled_from(get_args(CardFault))),
        step=perhaps(st.sampled_from(["rebind", "reboot"])),
        attempt=perhaps(st.integers(1, LARGEST)),
        level=perhaps(
            st.builds(
                Level,
                peak_dbfs=decibels,
                rms_dbfs=decibels,
                floor_dbfs=decibels,
                loudness_lufs=perhaps(st.floats(-70, 20)),
            )
        ),
    ),
    st.builds(
        DetectionRecord,
        **every,
        recording_id=names,
        reference_start_seconds=seconds,
        speed=st.floats(0.5, 2, exclude_min=True, exclude_max=True),
        confidence=shares,
        catalogue_version=counts,
        recipe=st.text(max_size=64),
        alternatives=st.lists(alternatives, max_size=2).map(tuple),
        foreground=perhaps(shares),
    ),
    st.builds(
        WorkRecord,
        **every,
        score_id=digests.map(lambda digest: f"score-{digest[:16]}"),
        from_seconds=seconds,
        to_seconds=seconds,
        confidence=shares,
        catalogue_version=counts,
    ),
    st.builds(UnknownMusicRecord, **every, foreground=shares, catalogue_version=counts),
    st.builds(
        HoleRecord,
        **every,
        lost_boot=st.uuids(),
        first=st.integers(1, 2**63 - 1),
        last=perhaps(st.integers(1, 2**63 - 1)),
    ),
)
links = st.builds(
    Link,
    boot=st.uuids(),
    first=st.integers(1, LARGEST),
    last=st.integers(1, LARGEST),
    before=digests,
    head=digests,
)
letters = st.builds(
    DetectionBatch,
    device=digests.map(lambda digest: f"qb-{digest[:16]}"),
    records=st.lists(records, min_size=1, max_size=2),
    chain=st.lists(links, max_size=1).map(tuple),
)
# What might stand in the place of a value: of another kind, at a bound, or spelled in another way.
others = st.one_of(
    st.sampled_from(
        [None, True, "", "\0", " ", "\n", [], {}, 0, 1, -1, 1.0, 0.5, 2.0, 20.0, -70.0]
    ),
    st.sampled_from([2**31 - 1, 2**31, 2**63, 2**64, 10**30, 1e15, 1e16, 1e17, -200.5, 4.0, 0.25]),
    st.sampled_from(["2026-01-01T00:00:00.1Z", "2026-01-01T00:00:00+00:00", "2026-01-01", "heard"]),
    st.floats(),
    st.integers(),
    st.text(max_size=70),
)
CHANGES = ("leave out", "say otherwise", "add to it", "say twice", "space out", "another case")


def as_read(letter):
    """All that becomes of a letter in the office."""
    return [
        (one.key, one.words, one.content, one.record.kind, row_of(one.record), in_box_time(one))
        for one in letter.told
    ], [letter.device, *letter.chain]


def in_box_time(one):
    return one.record.box is not None


def by_the_wire(payload):
    """The letter by the words of the wire; None: it is none."""
    try:
        return letter_in(DetectionBatch.model_validate_json(payload))
    except ValidationError:
        return None


def changed(data, payload):
    """A letter in which one thing is different from what a box writes."""
    said = json.loads(payload)
    place, inside = said, data.draw(st.integers(0, 3))
    for _ in range(inside):
        deeper = [one for one in members(place) if isinstance(one, dict | list) and one]
        place = data.draw(st.sampled_from(deeper)) if deeper else place
    key = data.draw(st.sampled_from(range(len(place)) if isinstance(place, list) else [*place]))
    change = data.draw(st.sampled_from(CHANGES))
    if change == "leave out":
        del place[key]
    elif change == "say otherwise":
        place[key] = data.draw(others)
    elif change == "add to it" and isinstance(place, dict):
        place[data.draw(st.sampled_from(["extra", "level", "last", "fault"]))] = data.draw(others)
    elif change == "another case" and isinstance(place[key], str):
        place[key] = data.draw(st.sampled_from([place[key].upper(), place[key] + "\n"]))
    text = json.dumps(said, separators=(",", ":"), ensure_ascii=change == "say twice")
    if change == "say twice":
        text = text.replace('"seq":', '"seq":7,"seq":', 1)
    return text.replace(",", ", ", 1) if change == "space out" else text


def members(place):
    return place.values() if isinstance(place, dict) else place


@given(letters)
def test_a_letter_as_a_box_writes_it_is_read_quickly_and_says_the_same(letter):
    payload = letter.model_dump_json()
    quick = usual(payload.encode())

    assert quick is not None
    assert as_read(letter_in(letter)) == as_read(quick)
    assert [content_of(one) for one in letter.records] == [one.content for one in quick.told]


@settings(max_examples=400)
@given(letters, st.data())
def test_of_any_other_letter_the_quick_reader_says_the_same_or_nothing(letter, data):
    payload = changed(data, letter.model_dump_json())
    quick = usual(payload.encode("utf-8", "surrogatepass"))
    if quick is not None:
        whole = by_the_wire(payload)

        assert whole is not None
        assert as_read(whole) == as_read(quick)


@settings(max_examples=400)
@given(letters, st.data())
def test_of_a_letter_with_a_byte_changed_it_says_the_same_or_nothing(letter, data):
    payload = bytearray(letter.model_dump_json().encode())
    payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    quick = usual(bytes(payload))
    if quick is not None:
        whole = by_the_wire(bytes(payload))

        assert whole is not None
        assert as_read(whole) == as_read(quick)


USUAL = UnknownMusicRecord(
    boot=UUID(int=1),
    seq=1,
    started_at=datetime(2026, 11, 21, 14, tzinfo=UTC),
    ended_at=datetime(2026, 11, 21, 15, tzinfo=UTC),
    clock_synced=True,
    foreground=0.5,
    catalogue_version=1,
)
FOLLOWED = WorkRecord(
    **USUAL.model_dump(exclude={"kind", "foreground"}),
    score_id="score-0123456789abcdef",
    from_seconds=1.0,
    to_seconds=2.0,
    confidence=1.0,
)


@pytest.mark.parametrize(
    ("record", "as_written", "otherwise"),
    [
        (USUAL, '"seq":1', '"seq": 1'),
        (USUAL, '"seq":1', '"seq":2,"seq":1'),
        (USUAL, '"input":"main",', ""),
        (USUAL, '"input":"main"', '"input":"m\\u0061in"'),
        (USUAL, '"clock_synced":true', '"clock_synced":true,"box":null'),
        (USUAL, '14:00:00Z"', '14:00:00+00:00"'),
        (USUAL, '14:00:00Z"', '14:00:00.000000Z"'),
        (USUAL, "T14:00", " 14:00"),
        (USUAL, "00000000-0000-0000", "{00000000-0000-0000"),
        (USUAL, "-000000000001", "-00000000000A"),
        (USUAL, '"foreground":0.5', '"foreground":0.50'),
        (USUAL, '"foreground":0.5', '"foreground":5e-1'),
        (USUAL, '"foreground":0.5', '"foreground":1'),
        (FOLLOWED, '"to_seconds":2.0', '"to_seconds":2e16'),  # pydantic would write 2e+16
        (FOLLOWED, '"to_seconds":2.0', '"to_seconds":2e+16'),
        (FOLLOWED, 'abcdef"', 'abcdef\\n"'),
        (FOLLOWED, '"wire":1', '"wire":1.0'),
        (FOLLOWED, "]}", '],"chain":[]}'),
    ],
)
def test_what_is_spelled_otherwise_is_left_to_the_words_of_the_wire(record, as_written, otherwise):
    payload = DetectionBatch(device=f"qb-{0:016x}", records=[record]).model_dump_json()
    changed = payload.replace(as_written, otherwise, 1)

    assert changed != payload
    assert usual(payload.encode()) is not None
    assert usual(changed.encode()) is None


@pytest.mark.parametrize("place", ['"records":[', '"input":'])
def test_what_is_nested_deeper_than_anybody_reads_is_refused_by_the_words_of_the_wire(place):
    payload = DetectionBatch(device=f"qb-{0:016x}", records=[USUAL]).model_dump_json()
    deep = payload.replace(place, place + "[" * 100_000, 1)

    assert deep != payload
    with pytest.raises(ValidationError):
        letter_of(deep)
