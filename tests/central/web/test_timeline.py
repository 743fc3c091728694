"""Laws of the picture of an evening: every second is drawn once, and nothing is drawn outside."""

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from central.web.timeline import STATES, Sounding, Stretch, Window, cover, coverage_sentence, draw

START = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
WINDOW = Window(START, START + timedelta(seconds=600), "Asia/Almaty")


def at(seconds):
    return START + timedelta(seconds=seconds)


def sounding(recording, start, end, **changed):
    fields = {
        "play_id": f"{recording}@{start}",
        "recording_id": recording,
        "title": recording,
        "authors": "A. Author",
        "known": True,
        "started_at": at(start),
        "ended_at": at(end),
        "milliseconds": (end - start) * 1000,
        "confidence": 0.97,
        "detections": ((at(start), at(end)),),
    }
    return Sounding(**fields | changed)


stretches = st.lists(
    st.builds(
        lambda state, start, length: Stretch(state, at(start), at(start + length)),
        st.sampled_from(STATES[:-1]),
        st.integers(-300, 900),
        st.integers(1, 600),
    ),
    max_size=12,
)


@given(stretches)
def test_every_instant_of_the_evening_is_accounted_for_once(reported):
    covered = cover(WINDOW, reported)

    assert covered[0].started_at == WINDOW.start
    assert covered[-1].ended_at == WINDOW.end
    for earlier, later in itertools.pairwise(covered):
        assert earlier.ended_at == later.started_at
        assert earlier.state != later.state


@given(stretches)
def test_a_second_that_any_box_heard_counts_as_heard(reported):
    heard = cover(WINDOW, [*reported, Stretch("heard", at(100), at(200))])

    (around,) = [s for s in heard if s.started_at <= at(100) and s.ended_at >= at(200)]
    assert around.state == "heard"


def test_the_sentence_adds_up_to_the_whole_evening():
    covered = cover(
        WINDOW,
        [
            Stretch("heard", at(0), at(300)),
            Stretch("powered_off", at(300), at(306)),
            Stretch("heard", at(306), at(600)),
        ],
    )

    assert coverage_sentence(covered) == "listened to 594 of 600 s (99.0 %); 6 s powered off"


def test_what_no_box_reported_is_said_to_be_unreported():
    assert coverage_sentence(cover(WINDOW, [])) == (
        "listened to 0 of 600 s (0.0 %); 600 s not reported"
    )


def test_a_hundred_percent_is_never_claimed_for_less():
    covered = cover(WINDOW, [Stretch("heard", at(0), at(599.9))])

    assert coverage_sentence(covered).startswith("listened to 599.9 of 600 s (99.9 %)")


@given(stretches, st.lists(st.tuples(st.integers(-60, 660), st.integers(1, 300)), max_size=8))
def test_nothing_is_drawn_outside_the_evening(reported, lengths):
    plays = [sounding(f"r{n}", s, s + length) for n, (s, length) in enumerate(lengths)]

    picture = draw(WINDOW, reported, plays)

    bars = [*picture.coverage, *(p.bar for lane in picture.lanes for p in lane.plays)]
    for bar in bars:
        assert bar.left >= 0
        assert bar.width >= 0
        assert bar.left + bar.width <= 100.001


def test_lanes_stand_in_the_order_their_recordings_were_first_heard():
    plays = [sounding("b", 200, 260), sounding("a", 100, 150), sounding("b", 0, 50)]

    lanes = draw(WINDOW, [], plays).lanes

    assert [(lane.title, len(lane.plays)) for lane in lanes] == [("b", 2), ("a", 1)]


def test_the_clock_on_the_line_is_the_clock_on_the_wall_of_the_hall():
    ticks = draw(WINDOW, [], []).ticks

    assert (ticks[0].left, ticks[0].label) == (0, "19:00")
    assert (ticks[-1].left, ticks[-1].label) == (100, "19:10")


def test_ticks_are_round_times_even_when_the_evening_begins_late():
    late = Window(at(7), at(607), "Asia/Almaty")

    assert next(tick.label for tick in draw(late, [], []).ticks) == "19:01"


def test_a_bar_says_what_it_shows():
    (lane,) = draw(WINDOW, [], [sounding("Домбыра", 60, 120)]).lanes

    assert lane.plays[0].bar.says == "Домбыра, 19:01:00 to 19:02:00, 1:00.0 performed, 97% sure"
