"""Laws of the picture of an evening: every second is drawn once, and nothing is drawn outside."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from central.ingest.coverage import BEST_FIRST, CoverageSpan, merge_coverage
from central.ingest.listening import sentence as coverage_sentence
from central.ingest.unknown import UnknownSpan
from central.royalties.distribution import Evidence, PlayUsed
from central.web.timeline import Sounding, Window, draw

START = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
WINDOW = Window(START, START + timedelta(seconds=600), "Asia/Almaty")


def at(seconds):
    return START + timedelta(seconds=seconds)


def sounding(recording, start, end, *, work_id=1):
    play = PlayUsed(
        id=f"{recording}@{start}",
        recording_id=recording,
        recording_title=recording,
        performer="",
        work_id=work_id,
        work_title=recording,
        started_at=at(start),
        ended_at=at(end),
        milliseconds=(end - start) * 1000,
        confidence_per_mille=979,
        detections=(Evidence("qb-1/boot/1", at(start), at(end), 979),),
        shares=(),
    )
    return Sounding(play, recording, "A. Author")


def evening(*spans):
    reported = [CoverageSpan(state, at(start), at(end)) for state, start, end in spans]
    return merge_coverage(reported, start=WINDOW.start, end=WINDOW.end)


coverages = st.lists(
    st.tuples(st.sampled_from(BEST_FIRST), st.floats(-300, 700), st.floats(0, 600)),
    max_size=12,
).map(lambda spans: evening(*((state, start, start + length) for state, start, length in spans)))


def test_the_sentence_says_what_was_missed_and_why():
    covered = evening(("heard", 0, 300), ("powered_off", 300, 306), ("heard", 306, 600))

    assert coverage_sentence(covered) == "listened to 594 of 600 s (99.0 %); 6 s powered off"


@given(coverages)
def test_the_seconds_of_the_sentence_add_up_to_the_whole_evening(covered):
    sentence = coverage_sentence(covered)

    numbers = [Decimal(word) for word in re.findall(r"[\d.]+(?= (?:of|s) )", f"{sentence} ")]
    heard, whole, *rest = numbers
    assert (whole, heard + sum(rest)) == (600, 600)


def test_what_no_box_reported_is_said_to_be_unreported():
    assert coverage_sentence(evening()) == ("listened to 0 of 600 s (0.0 %); 600 s not reported")


def test_a_hundred_percent_is_never_claimed_for_less():
    covered = evening(("heard", 0, 599.9))

    assert coverage_sentence(covered).startswith("listened to 599.9 of 600 s (99.9 %)")


@given(coverages, st.lists(st.tuples(st.integers(-60, 660), st.integers(1, 300)), max_size=8))
def test_nothing_is_drawn_outside_the_evening(covered, lengths):
    plays = [sounding(f"r{n}", s, s + length) for n, (s, length) in enumerate(lengths)]

    picture = draw(WINDOW, covered, plays)

    bars = [*picture.coverage, *(p.bar for lane in picture.lanes for p in lane.plays)]
    for bar in bars:
        assert bar.left >= 0
        assert bar.width >= 0
        assert bar.left + bar.width <= 100.001


def test_lanes_stand_in_the_order_their_recordings_were_first_heard():
    plays = [sounding("b", 200, 260), sounding("a", 100, 150), sounding("b", 0, 50)]

    lanes = draw(WINDOW, evening(), plays).lanes

    assert [(lane.title, len(lane.plays)) for lane in lanes] == [("b", 2), ("a", 1)]


def test_the_clock_on_the_line_is_the_clock_on_the_wall_of_the_hall():
    ticks = draw(WINDOW, evening(), []).ticks

    assert (ticks[0].left, ticks[0].label) == (0, "19:00")
    assert (ticks[-1].left, ticks[-1].label) == (100, "19:10")


def test_ticks_are_round_times_even_when_the_evening_begins_late():
    late = Window(at(7), at(607), "Asia/Almaty")

    assert next(tick.label for tick in draw(late, evening(), []).ticks) == "19:01"


def test_a_bar_says_what_it_shows():
    (lane,) = draw(WINDOW, evening(), [sounding("Домбыра", 60, 120)]).lanes

    assert lane.plays[0].bar.says == "Домбыра, 19:01:00 to 19:02:00, 1:00.0 performed, 97.9 % sure"


def test_unknown_music_has_a_line_of_its_own_and_is_counted():
    length = WINDOW.end - WINDOW.start
    span = UnknownSpan(WINDOW.start, WINDOW.start + length / 4, 1.0)
    picture = draw(WINDOW, evening(), [], unknown=[span])

    assert [(0.0, 25.0)] == [(bar.left, bar.width) for bar in picture.unknown]
    assert picture.unknown_sentence.startswith("music heard, not known: ")


def test_an_evening_whose_music_was_all_known_says_nothing_of_unknown():
    picture = draw(WINDOW, evening(), [])

    assert ("", ()) == (picture.unknown_sentence, picture.unknown)
