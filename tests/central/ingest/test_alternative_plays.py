"""Recordings that sound the same: one play, of the one that explains most, and never paid twice."""

from datetime import timedelta
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from central.ingest.plays import Guess, merge
from tests.central.ingest.test_plays import after, heard

WORKS = {"album": 1, "single": 1, "remix": 1, "other": 2}
NAMES = sorted(WORKS)


def could_be(key, began, ended, *guesses, recording_id="album", at=0.0, hall_id=1):
    """Heard as one recording, and as well explained by others from these places, s."""
    found = heard(key, began, ended, at=at, recording_id=recording_id, hall_id=hall_id)
    return type(found)(
        key,
        found.hall_id,
        recording_id,
        found.started_at,
        found.ended_at,
        at,
        1.0,
        0.9,
        tuple(Guess(name, place, 1.0) for name, place in guesses),
    )


@st.composite
def evenings(draw):
    """Detections in two halls, each perhaps explained by several recordings."""
    drawn = draw(
        st.lists(
            st.tuples(
                st.integers(0, 100),
                st.integers(1, 40),
                st.permutations(NAMES),
                st.integers(0, 3),
                st.sampled_from([0.0, 20.0]),
                st.sampled_from([1, 2]),
            ),
            max_size=8,
        )
    )
    return [
        could_be(
            f"box/boot/{n}",
            began,
            began + lasted,
            *((name, began + off) for name in names[1 : 1 + others]),
            recording_id=names[0],
            at=began + off,
            hall_id=hall_id,
        )
        for n, (began, lasted, names, others, off, hall_id) in enumerate(drawn)
    ]


@given(evenings(), st.randoms())
def test_the_order_of_arrival_changes_nothing(detections, dice):
    shuffled = [*detections, *detections]
    dice.shuffle(shuffled)

    assert merge(shuffled, works=WORKS) == merge(detections, works=WORKS)


@given(evenings())
def test_every_detection_is_behind_exactly_one_play(detections):
    keys = [key for play in merge(detections, works=WORKS) for key in play.detections]

    assert sorted(keys) == sorted(one.key for one in detections)


@given(evenings())
def test_no_second_of_a_hall_counts_twice_for_one_work(detections):
    plays = merge(detections, works=WORKS)

    for one, other in combinations(plays, 2):
        if (one.hall_id, WORKS[one.recording_id]) == (other.hall_id, WORKS[other.recording_id]):
            assert one.ended_at <= other.started_at or other.ended_at <= one.started_at


@given(evenings())
def test_only_what_was_heard_or_could_be_is_named(detections):
    by_key = {one.key: one for one in detections}

    for play in merge(detections, works=WORKS):
        names = {name for key in play.detections for name in by_key[key].guesses}
        assert {play.recording_id, *play.alternatives} <= names
        assert play.recording_id not in play.alternatives


def test_two_boxes_that_choose_differently_between_equals_heard_one_play():
    one = could_be("a/b/1", 0, 60, ("single", 0.0), recording_id="album")
    other = could_be("a/b/2", 5, 62, ("album", 5.0), recording_id="single", at=5.0)
    (play,) = merge([one, other])

    assert (play.milliseconds, play.detections) == (62_000, ("a/b/1", "a/b/2"))
    assert play.alternatives == ("single",)


def test_an_edit_told_as_two_parts_of_the_album_is_one_play_of_the_edit():
    before = could_be("a/b/1", 0, 20, ("single", 0.0), at=0.0)
    behind = could_be("a/b/2", 20, 45, ("single", 20.0), at=35.0)
    (play,) = merge([before, behind])

    assert (play.recording_id, play.milliseconds) == ("single", 45_000)
    assert play.alternatives == ("album",)


def test_who_alone_explains_the_rest_explains_what_is_shared():
    shared = could_be("a/b/1", 0, 30, ("album", 0.0), recording_id="other")
    own = could_be("a/b/2", 32, 90, at=32.0)
    (play,) = merge([shared, own])

    assert (play.recording_id, play.milliseconds) == ("album", 88_000)
    assert play.alternatives == ()


def test_a_choice_that_nothing_speaks_against_stays():
    (play,) = merge([could_be("a/b/1", 0, 30, ("album", 0.0), recording_id="other")])

    assert (play.recording_id, play.alternatives) == ("other", ("album",))


def test_two_versions_of_a_work_that_overlap_are_one_play_of_the_union():
    detections = [
        could_be("a/b/1", 0, 60, recording_id="album"),
        could_be("a/b/2", 50, 80, recording_id="remix"),
        could_be("a/b/3", 55, 70, recording_id="other"),
    ]
    plays = merge(detections, works=WORKS)

    assert [(play.recording_id, play.milliseconds) for play in plays] == [
        ("album", 80_000),
        ("other", 15_000),
    ]
    assert plays[0].ended_at - plays[0].started_at == timedelta(seconds=80)
    assert plays[0].started_at == after(0)


def test_two_versions_one_after_the_other_are_two_plays():
    detections = [
        could_be("a/b/1", 0, 60, recording_id="album"),
        could_be("a/b/2", 60, 80, recording_id="remix"),
    ]

    assert [play.recording_id for play in merge(detections, works=WORKS)] == ["album", "remix"]
