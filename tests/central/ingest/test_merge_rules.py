"""The merge rules, each by its name: medleys, crossfades, versions, repeats, midnight, clocks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.ingest.plays import Guess, Heard, merge

EVENING = datetime(2026, 11, 21, 14, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
SECOND = timedelta(seconds=1)


def heard(key, began, ended, *, recording_id="rec-1", at=None, start=EVENING, alternatives=()):
    """Heard from `began` to `ended` seconds after `start`, from `at` in the recording."""
    return Heard(
        key=key,
        hall_id=1,
        recording_id=recording_id,
        started_at=start + began * SECOND,
        ended_at=start + ended * SECOND,
        reference_start_seconds=float(began if at is None else at),
        speed=1.0,
        confidence=0.9,
        alternatives=alternatives,
    )


def told(plays):
    return [(play.recording_id, play.milliseconds) for play in plays]


def test_a_medley_is_as_many_plays_as_it_has_pieces():
    pieces = [heard(f"k{n}", 40 * n, 40 * n + 40, recording_id=f"rec-{n}", at=60) for n in range(3)]

    assert [("rec-0", 40_000), ("rec-1", 40_000), ("rec-2", 40_000)] == told(merge(pieces))


def test_a_piece_that_a_medley_comes_back_to_is_two_plays():
    there = heard("a", 0, 30, at=0)
    between = heard("b", 30, 60, recording_id="rec-2", at=0)
    again = heard("c", 60, 90, at=0)

    assert [("rec-1", 30_000), ("rec-2", 30_000), ("rec-1", 30_000)] == told(
        merge([there, between, again])
    )


def test_in_a_crossfade_both_recordings_are_heard_for_their_own_time():
    plays = merge([heard("a", 0, 100), heard("b", 92, 180, recording_id="rec-2", at=0)])

    assert [("rec-1", 100_000), ("rec-2", 88_000)] == told(plays)


def test_a_crossfade_into_another_version_of_the_work_is_one_play():
    studio, live = heard("a", 0, 100), heard("b", 92, 180, recording_id="rec-2", at=92)

    (play,) = merge([studio, live], works={"rec-1": 7, "rec-2": 7})

    assert (180_000, ("a", "b")) == (play.milliseconds, play.detections)


def test_two_versions_one_after_another_are_two_plays():
    first, second = heard("a", 0, 100), heard("b", 100, 200, recording_id="rec-2", at=0)

    assert 2 == len(merge([first, second], works={"rec-1": 7, "rec-2": 7}))


def test_two_boxes_that_take_one_sound_for_two_versions_count_it_once():
    left = heard("left", 0, 60, alternatives=(Guess("rec-2", 0.0, 1.0),))
    right = heard("right", 0, 60, recording_id="rec-2", alternatives=(Guess("rec-1", 0.0, 1.0),))

    (play,) = merge([left, right])

    assert 60_000 == play.milliseconds


def test_a_track_on_repeat_is_paid_each_time():
    rounds = [heard(f"k{n}", 180 * n, 180 * n + 175, at=0) for n in range(5)]

    assert [175_000] * 5 == [play.milliseconds for play in merge(rounds)]


def test_a_play_across_midnight_stays_one_play():
    midnight = datetime(2026, 11, 21, 19, tzinfo=UTC)  # in Almaty
    late = [heard("a", -60, 0, at=100, start=midnight), heard("b", 5, 60, at=165, start=midnight)]

    (play,) = merge(late)

    assert (115_000, midnight - 60 * SECOND) == (play.milliseconds, play.started_at)


@pytest.mark.parametrize(
    "night", [datetime(2026, 3, 29, 0, 58, tzinfo=UTC), datetime(2026, 10, 25, 0, 58, tzinfo=UTC)]
)
def test_a_play_is_as_long_in_the_night_the_clocks_change(night):
    """The hall's clock jumps an hour at 01:00 UTC; what is heard does not."""
    local = [
        replace(
            one,
            started_at=one.started_at.astimezone(BERLIN),
            ended_at=one.ended_at.astimezone(BERLIN),
        )
        for one in (heard("a", 0, 100, start=night), heard("b", 108, 300, start=night))
    ]

    (play,) = merge(local)

    assert (292_000, 300 * SECOND) == (
        play.milliseconds,
        play.ended_at.astimezone(UTC) - play.started_at.astimezone(UTC),
    )


spans = st.lists(
    st.tuples(st.integers(0, 3_000), st.integers(1, 300), st.sampled_from(["rec-1", "rec-2"])),
    min_size=1,
    max_size=8,
)


def evening(drawn):
    return [
        heard(f"k{n}", began, began + long, recording_id=name)
        for n, (began, long, name) in enumerate(drawn)
    ]


@given(spans, st.data())
def test_a_detection_cut_in_two_makes_no_other_plays(drawn, data):
    whole = evening(drawn)
    victim = data.draw(st.sampled_from(whole))
    seconds = int((victim.ended_at - victim.started_at) / SECOND)
    cut = data.draw(st.integers(0, seconds))
    first = replace(victim, key="first", ended_at=victim.started_at + cut * SECOND)
    second = replace(
        victim,
        key="second",
        started_at=victim.started_at + cut * SECOND,
        reference_start_seconds=victim.reference_start_seconds + cut,
    )
    cut_up = [one for one in whole if one is not victim] + [first, second]

    def seen(plays):
        return sorted((p.started_at, p.ended_at, p.recording_id, p.milliseconds) for p in plays)

    assert seen(merge(whole)) == seen(merge(cut_up))


@given(spans, st.integers(-(10**6), 10**6))
def test_the_same_evening_on_another_day_has_the_same_plays(drawn, later):
    moved = [
        replace(
            one,
            started_at=one.started_at + later * SECOND,
            ended_at=one.ended_at + later * SECOND,
        )
        for one in evening(drawn)
    ]

    assert told(merge(evening(drawn))) == told(merge(moved))


@given(spans)
def test_a_second_box_that_hears_the_same_adds_nothing(drawn):
    one = evening(drawn)
    other = [replace(heard_, key=f"other-{heard_.key}") for heard_ in one]

    assert told(merge(one)) == told(merge(one + other))


@given(spans, st.integers(0, 3_300))
def test_each_play_belongs_to_one_of_two_evenings_that_touch(drawn, door):
    plays, edge = merge(evening(drawn)), EVENING + door * SECOND
    before = [play for play in plays if play.middle < edge]
    after = [play for play in plays if play.middle >= edge]

    assert sorted(before + after, key=plays.index) == plays
