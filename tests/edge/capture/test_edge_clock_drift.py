"""A card's crystal runs by itself; what was said of a place is never said differently."""

from itertools import pairwise
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.capture.clock import Moment, SampleClock

RATE_HZ = 48_000
SECOND = 1_000_000_000


def led(drift_ppm, *, hours, began_late_ns=0, jitter_ns=0):
    """Error of the clock every ten seconds, ns, when it is told when sound was taken."""
    dice = np.random.default_rng(1)
    clock, errors = SampleClock(Moment(UUID(int=1), 0), RATE_HZ), []
    for second in range(10, hours * 3600 + 1, 10):
        place = second * RATE_HZ
        true_ns = began_late_ns + round(second * SECOND * (1 + drift_ppm / 1e6))
        clock.correct(place, true_ns + int(dice.normal(0, jitter_ns)))
        errors.append(true_ns - clock.moment(place).monotonic_ns)
    return clock, errors


@pytest.mark.parametrize("drift_ppm", [-80, 0, 80])
def test_a_crystal_is_followed_within_50_ms_for_hours(drift_ppm):
    clock, errors = led(drift_ppm, hours=3, jitter_ns=2_000_000)

    assert max(abs(error) for error in errors) < 50_000_000
    assert max(abs(error) for error in errors[-360:]) < 5_000_000
    assert abs(clock.drift_ppm - drift_ppm) < 20


def test_a_late_beginning_is_made_good_within_minutes():
    _, errors = led(20, hours=1, began_late_ns=300_000_000)

    assert max(abs(error) for error in errors[60:]) < 20_000_000


@given(
    st.lists(st.tuples(st.integers(1, 10**7), st.integers(-(10**9), 10**9)), max_size=12),
    st.lists(st.integers(0, 10**8), min_size=2, max_size=30),
)
def test_time_goes_on_and_what_was_said_of_a_place_stays(corrections, places):
    clock, place, said = SampleClock(Moment(UUID(int=1), 5), RATE_HZ), 0, {}
    for samples, error_ns in corrections:
        said |= {p: clock.moment(p) for p in places if p <= place}
        place += samples
        clock.correct(place, clock.moment(place).monotonic_ns + error_ns)

    assert said == {p: clock.moment(p) for p in said}
    moments = [clock.moment(p).monotonic_ns for p in sorted(places)]
    assert all(one <= other for one, other in pairwise(moments))
