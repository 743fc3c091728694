"""From detections to plays: what counts once, what counts apart, and that order is nothing."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from central.ingest.plays import Heard, covered, merge

EVENING = datetime(2026, 11, 21, 14, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def after(seconds):
    return EVENING + timedelta(seconds=seconds)


def heard(key, began, ended, *, at=None, speed=1.0, recording_id="rec-1", hall_id=1):
    """Heard from `began` to `ended` seconds into the evening, from `at` in the recording."""
    return Heard(
        key=key,
        hall_id=hall_id,
        recording_id=recording_id,
        started_at=after(began),
        ended_at=after(ended),
        reference_start_seconds=began if at is None else at,
        speed=speed,
        confidence=0.9,
    )


@st.composite
def evenings(draw):
    """Detections of a few recordings in two halls, in places that may or may not agree."""
    drawn = draw(
        st.lists(
            st.tuples(
                st.integers(0, 200_000),  # began, ms
                st.integers(0, 60_000),  # lasted, ms
                st.sampled_from([0.0, 0.5, 1.9, 30.0]),  # away from where it should be, s
                st.sampled_from(["rec-1", "rec-2"]),
                st.sampled_from([1, 2]),
                st.sampled_from([0.97, 1.0, 1.03]),
            ),
            max_size=12,
        )
    )
    return [
        heard(
            f"box/boot/{n}",
            began / 1000,
            (began + lasted) / 1000,
            at=began / 1000 + off,
            recording_id=recording_id,
            hall_id=hall_id,
            speed=speed,
        )
        for n, (began, lasted, off, recording_id, hall_id, speed) in enumerate(drawn)
    ]


@given(evenings(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(detections, random):
    shuffled = random.sample(detections, len(detections))

    assert merge(detections) == merge(shuffled)


@given(evenings())
def test_hearing_the_news_twice_changes_nothing(detections):
    assert merge(detections) == merge(detections + detections)


@given(evenings())
def test_every_detection_is_behind_exactly_one_play(detections):
    behind = [key for play in merge(detections) for key in play.detections]

    assert sorted(one.key for one in detections) == sorted(behind)


@given(evenings())
def test_a_play_is_never_longer_than_from_its_start_to_its_end(detections):
    for play in merge(detections):
        span = (play.ended_at - play.started_at) // MILLISECOND

        assert 0 <= play.milliseconds <= span


@given(evenings())
def test_a_play_is_never_shorter_than_its_longest_detection(detections):
    lasted = {one.key: (one.ended_at - one.started_at) // MILLISECOND for one in detections}
    for play in merge(detections):
        assert max(lasted[key] for key in play.detections) <= play.milliseconds


@given(evenings())
def test_merging_play_by_play_finds_the_same_plays(detections):
    by_key = {one.key: one for one in detections}
    plays = merge(detections)
    again = [merge(by_key[key] for key in play.detections) for play in plays]

    assert [[play] for play in plays] == again


@given(evenings())
def test_the_union_is_what_a_millisecond_clock_counts(detections):
    milliseconds = set()
    for one in detections:
        first = (one.started_at - EVENING) // MILLISECOND
        milliseconds.update(range(first, (one.ended_at - EVENING) // MILLISECOND))
    union = covered((one.started_at, one.ended_at) for one in detections)

    assert len(milliseconds) == union // MILLISECOND


def test_a_short_gap_is_bridged_and_not_counted():
    (play,) = merge([heard("a", 0, 60), heard("b", 70, 120)])

    assert (after(0), after(120), 110_000) == (play.started_at, play.ended_at, play.milliseconds)


def test_a_long_gap_parts_two_plays():
    plays = merge([heard("a", 0, 60), heard("b", 76, 120)])

    assert 2 == len(plays)


def test_two_boxes_that_overlap_count_once():
    (play,) = merge([heard("left", 0, 60), heard("right", 30, 90, at=31)])

    assert 90_000 == play.milliseconds
    assert ("left", "right") == play.detections


def test_the_same_recording_elsewhere_in_it_is_another_play():
    plays = merge([heard("a", 0, 60), heard("b", 30, 90, at=120)])

    assert [60_000, 60_000] == [play.milliseconds for play in plays]


def test_a_loop_that_starts_again_is_a_new_play():
    rounds = [heard(str(n), 30 * n, 30 * n + 30, at=0) for n in range(4)]

    assert 4 == len(merge(rounds))


def test_a_play_at_another_speed_stays_one_play():
    plays = merge([heard("a", 0, 60, at=0, speed=1.05), heard("b", 65, 120, at=68.25, speed=1.05)])

    assert 1 == len(plays)


def test_a_box_between_two_others_joins_their_plays():
    plays = merge([heard("a", 0, 20), heard("c", 60, 80), heard("b", 10, 70)])

    assert [("a", "b", "c")] == [play.detections for play in plays]


def test_two_halls_never_share_a_play():
    plays = merge([heard("a", 0, 60), heard("b", 0, 60, hall_id=2)])

    assert [1, 2] == [play.hall_id for play in plays]


def test_the_surest_detection_speaks_for_the_play():
    (play,) = merge([heard("a", 0, 60), heard("b", 0, 60)])

    assert 0.9 == play.confidence
