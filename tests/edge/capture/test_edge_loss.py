import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.capture.loss import NS, LossFinder
from edge.capture.ring import Grab

RATE_HZ = 48_000
BORN_NS = 7_000 * NS  # how long the machine has been up when it begins


def a_stream(seconds, *, losses=None, ppm=0.0, jitter_ms=1.0, seed=1, period_s=0.1, flag=False):
    """Grabs of a card whose clock runs `ppm` fast and that loses frames before some of them.

    Each comes late by chance: a little always, a lot sometimes, and never early.
    """
    dice, losses, period = np.random.default_rng(seed), losses or {}, round(period_s * RATE_HZ)
    taken, came_ns, grabs = 0, 0, []
    for index in range(round(seconds / period_s)):
        taken += losses.get(index, 0) + period
        late_ms = dice.exponential(jitter_ms) + (
            dice.exponential(200) if dice.random() < 0.02 else 0
        )
        due_ns = BORN_NS + round(taken / RATE_HZ / (1 + ppm * 1e-6) * NS) + round(late_ms * 1e6)
        came_ns = max(came_ns, due_ns)  # one after the other
        grabs.append(Grab(index * period, period, came_ns, flag and index in losses, b""))
    return grabs


def judge(grabs):
    finder = LossFinder(RATE_HZ)
    return finder, [*(one for grab in grabs for one in finder.feed(grab)), *finder.close()]


seeds = st.integers(0, 2**32 - 1)
clocks = st.floats(-150, 150)


@settings(max_examples=60, deadline=None)
@given(
    seed=seeds,
    ppm=clocks,
    losses=st.dictionaries(st.integers(1, 12), st.integers(480, 3 * RATE_HZ), max_size=4),
    flag=st.booleans(),
)
def test_any_loss_of_ten_milliseconds_or_more_is_found_to_one_period(seed, ppm, losses, flag):
    at = {90 * place: lost for place, lost in losses.items()}  # nine seconds between two of them
    grabs = a_stream(115, losses=at, ppm=ppm, seed=seed, flag=flag)

    _, judged = judge(grabs)

    assert grabs == [one.grab for one in judged]
    found = {one.grab.first // 4800: one.lost for one in judged if one.lost}
    for place, lost in at.items():
        near = sum(n for index, n in found.items() if abs(index - place) <= 20)
        assert abs(near - lost) <= RATE_HZ * 0.005
    assert abs(sum(at.values()) - sum(found.values())) <= RATE_HZ * 0.005 * max(1, len(at))


@settings(max_examples=30, deadline=None)
@given(seed=seeds, ppm=clocks)
def test_a_grab_that_is_only_late_is_no_loss(seed, ppm):
    _, judged = judge(a_stream(120, ppm=ppm, seed=seed, jitter_ms=3))

    assert {0} == {one.lost for one in judged}


@settings(max_examples=20, deadline=None)
@given(seed=seeds, ppm=clocks, losses=st.sets(st.integers(300, 5000), max_size=5))
def test_drift_is_found_to_two_parts_per_million_in_ten_minutes(seed, ppm, losses):
    at = {index: 4800 for index in losses}

    finder, _ = judge(a_stream(600, ppm=ppm, seed=seed, losses=at))

    assert finder.drift_ppm == pytest.approx(ppm, abs=2)


def test_a_stall_that_is_made_up_for_holds_sound_back_and_loses_none():
    grabs = a_stream(10, jitter_ms=0.1)
    stalled_ns = grabs[60].came_ns
    late = [Grab(g.first, g.frames, max(g.came_ns, stalled_ns), False, b"") for g in grabs]
    for at in range(45, 60):
        late[at] = Grab(late[at].first, 4800, stalled_ns + at, False, b"")

    _, judged = judge(late)

    assert late == [one.grab for one in judged]
    assert {0} == {one.lost for one in judged[:45] + judged[60:]}


def test_what_the_ring_had_no_room_for_is_not_called_lost_by_the_card():
    grabs = [g for i, g in enumerate(a_stream(60, jitter_ms=0.1)) if not 200 <= i < 260]

    _, judged = judge(grabs)

    assert {0} == {one.lost for one in judged}


def test_loss_told_in_error_is_made_good_by_the_next_one():
    hoard_ns = 100_000_000  # the driver holds a tenth of a second back, then hands it over
    grabs = [
        Grab(g.first, g.frames, g.came_ns + (hoard_ns if 200 <= i < 300 else 0), False, b"")
        for i, g in enumerate(a_stream(60, losses={400: 9600}, jitter_ms=0.1))
    ]

    _, judged = judge(grabs)

    assert sum(one.lost for one in judged) == pytest.approx(9600, abs=240)


@pytest.mark.parametrize(("says_hz", "fast"), [(48_000, False), (44_100, True), (32_000, True)])
def test_a_card_that_brings_more_frames_than_time_is_not_at_the_rate_it_says(says_hz, fast):
    finder = LossFinder(says_hz)
    for grab in a_stream(60):
        finder.feed(grab)

    assert fast == finder.is_fast


def test_time_is_told_by_the_least_delayed_grab():
    finder, _ = judge(a_stream(30, jitter_ms=2))

    assert finder.taken_ns(48_000) == pytest.approx(BORN_NS + NS, abs=1_000_000)


def test_nothing_is_known_about_time_before_the_first_grab():
    with pytest.raises(ValueError, match="no grab"):
        LossFinder(RATE_HZ).taken_ns(0)
