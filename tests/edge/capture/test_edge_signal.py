"""What ails a signal is named within a minute, from where it began; a quiet hall is not ill."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.capture.level import Meter, Second
from edge.capture.signal import BASELINE_MINUTES, RULES, Baseline, Signal
from edge.selftest import made_up_music
from tests.edge.capture.signals import FAULTS, RATE_HZ, digital_zero, humming, quiet_hall

KNOWN_SITE = [-62.0] * BASELINE_MINUTES  # its quietest seconds, minute by minute


def judged(*parts, floors=KNOWN_SITE, rate_hz=RATE_HZ):
    """What comes of sound fed second by second: (seconds fed when told, verdict)."""
    meter = Meter(rate_hz)
    signal = Signal(meter.low_rate_hz, baseline=Baseline(floors))
    told, place = [], 0
    for second in meter.feed(np.concatenate(parts)):
        place += second.samples
        told += [(place // rate_hz, one) for one in signal.feed(second, place)]
    return told + [(place // rate_hz, one) for one in signal.close()]


def states(told):
    """State and fault of every second, in order."""
    return [(one.state, one.fault) for _, one in told]


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_named_within_a_minute_and_is_over_when_it_is_over(fault):
    state, make = FAULTS[fault]
    told = judged(quiet_hall(20), make(80), quiet_hall(20, seed=4))
    ill = [one.end // RATE_HZ for _, one in told if one.fault == fault]
    named_at = next(fed for fed, one in told if one.fault == fault)

    assert named_at <= 20 + 60
    assert {fault} == {one.fault for _, one in told if one.fault}
    assert {state} == {one.state for _, one in told if one.fault}
    assert list(range(ill[0], ill[-1] + 1)) == ill
    assert 99 <= ill[-1] <= 110


@pytest.mark.parametrize(
    "fault", ["digital_zero", "muted_mixer", "stuck", "clipping", "below_floor"]
)
def test_what_is_no_hearing_is_none_from_its_first_second(fault):
    told = judged(quiet_hall(20), FAULTS[fault][1](60), quiet_hall(20, seed=4))

    assert 20 <= states(told).index((FAULTS[fault][0], fault)) <= 21


@pytest.mark.parametrize("grid_hz", [50.0, 60.0])
def test_both_grids_hum(grid_hz):
    assert ("heard", "hum") in states(judged(humming(60, grid_hz=grid_hz)))


@pytest.mark.parametrize("level_db", [-45, -55, -62, -70, -78])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_quiet_hall_is_not_ill(seed, level_db):
    floors = [level_db + 8.0] * BASELINE_MINUTES  # it was never as quiet as this before
    told = judged(quiet_hall(120, level_db=level_db, seed=seed), floors=floors)

    assert {("heard", None)} == set(states(told))


def test_music_is_not_ill():
    told = judged(made_up_music(7, 90, rate_hz=RATE_HZ), digital_zero(12), quiet_hall(20))

    assert {("heard", None)} == set(states(told))


def test_an_organ_is_no_hum():
    time = np.arange(90 * RATE_HZ) / RATE_HZ
    chord = sum(np.sin(2 * np.pi * tone * time) for tone in (49.0, 98.0, 146.8, 196.0, 246.9))

    assert {("heard", None)} == set(states(judged((0.1 * chord).astype(np.float32))))


def test_a_site_that_is_not_yet_known_has_no_floor():
    assert {("heard", None)} == set(states(judged(FAULTS["below_floor"][1](80), floors=())))


def test_a_site_is_known_once_it_was_heard_long_enough_and_a_few_bad_minutes_are_forgiven():
    bad = BASELINE_MINUTES // 200
    floors = [-60.0] * (BASELINE_MINUTES - bad - 1) + [-99.0] * bad

    baseline = Baseline(floors)
    assert baseline.lowest_db is None
    for _ in range(60):
        baseline.learn(second(square=1e-6))
    assert -60.0 == baseline.lowest_db


def second(*, square=1e-5, loud=False, nothing=False, mean=0.0, rate_hz=RATE_HZ):
    """A second in figures."""
    swing = 0.0 if nothing else 0.5
    return Second(
        samples=rate_hz,
        mean=mean,
        square=0.0 if nothing else square,
        lowest=-swing,
        highest=swing,
        clipped=rate_hz // 10 if loud else 0,
        whiteness=0.01,
        weighted=(0.0,) * 10,
        low=np.zeros(1000),
    )


EVENINGS = st.lists(
    st.tuples(
        st.fixed_dictionaries(
            {},
            optional={
                "nothing": st.booleans(),
                "loud": st.booleans(),
                "mean": st.sampled_from([0.0, 0.1]),
            },
        ),
        st.integers(1, 40),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(EVENINGS, st.sets(st.integers(0, 300)))
def test_every_second_is_judged_exactly_once_in_order_and_within_a_minute(evening, breaks):
    signal = Signal(1000.0, baseline=Baseline())
    told, place = [], 0
    for number, kind in enumerate(kind for kind, length in evening for _ in range(length)):
        place += RATE_HZ
        told += signal.feed(second(**kind), place)
        assert place - (told[-1].end if told else 0) <= 60 * RATE_HZ
        if number in breaks:
            told += signal.close()
            assert told[-1].end == place
    told += signal.close()

    assert [RATE_HZ * (n + 1) for n in range(place // RATE_HZ)] == [one.end for one in told]
    assert all(one.end < other.end for one, other in pairwise(told))


@given(st.integers(0, 60), st.integers(1, 60))
def test_only_silence_that_lasts_is_a_fault(before, length):
    signal = Signal(1000.0, baseline=Baseline())
    told = []
    for number in range(before + length + 10):
        told += signal.feed(second(nothing=before <= number < before + length), number + 1)

    silent = [one.end - 1 for one in told if one.state == "silent_signal"]
    proven = length >= RULES["silent"].needs
    assert (list(range(before, before + length)) if proven else []) == silent
