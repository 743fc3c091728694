from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.capture.block import Sample
from edge.capture.clock import Anchor

SEVEN = datetime(2026, 3, 5, 19, tzinfo=UTC)
PLACES = st.integers(0, 10**12)  # beyond half a year at 48 kHz
RATES = st.sampled_from([8_000, 11_025, 44_100, 48_000, 96_000])


@given(PLACES, PLACES, RATES)
def test_instants_keep_the_order_of_samples(one, other, rate_hz):
    anchor = Anchor(SEVEN, rate_hz, synced=True)

    first, second = sorted([one, other])

    assert anchor.instant(Sample(first)) <= anchor.instant(Sample(second))


@given(PLACES, RATES)
def test_no_instant_is_off_by_more_than_a_microsecond(place, rate_hz):
    elapsed = Anchor(SEVEN, rate_hz, synced=True).instant(Sample(place)) - SEVEN

    microseconds = elapsed // timedelta(microseconds=1)
    assert microseconds * rate_hz <= place * 1_000_000 < (microseconds + 1) * rate_hz


def test_whole_seconds_are_exact_after_a_year():
    year = 365 * 24 * 3600

    later = Anchor(SEVEN, 44_100, synced=False).instant(Sample(year * 44_100))

    assert SEVEN + timedelta(seconds=year) == later


def test_the_anchor_keeps_its_offset():
    almaty = timezone(timedelta(hours=5))

    assert Anchor(SEVEN.astimezone(almaty), 48_000, True).instant(Sample(48_000)).tzinfo == almaty


def test_an_anchor_needs_to_know_its_offset_and_its_rate():
    with pytest.raises(ValueError, match="aware"):
        Anchor(SEVEN.replace(tzinfo=None), 48_000, synced=True)
    with pytest.raises(ValueError, match="0 Hz"):
        Anchor(SEVEN, 0, synced=True)
