"""Laws of a venue's days: they are whole, they meet, and clocks that change do not tear them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.errors import Unacceptable
from central.royalties.calendar import period_of

ZONES = [
    "Asia/Almaty",
    "Asia/Qyzylorda",
    "Europe/Budapest",
    "America/St_Johns",
    "Africa/Cairo",
    "UTC",
]
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


def test_a_day_in_almaty_begins_when_almaty_says_so():
    period = period_of(date(2026, 11, 21), date(2026, 11, 21), time_zone="Asia/Almaty")

    assert datetime(2026, 11, 20, 19, tzinfo=UTC) == period.start
    assert datetime(2026, 11, 21, 19, tzinfo=UTC) == period.end


def test_the_day_the_clocks_go_back_has_twenty_five_hours():
    period = period_of(date(2026, 10, 25), date(2026, 10, 25), time_zone="Europe/Budapest")

    assert timedelta(hours=25) == period.end - period.start


def test_a_day_without_a_midnight_begins_when_the_clocks_have_gone_forward():
    """In Cairo the clocks leap from midnight to one."""
    period = period_of(date(2026, 4, 24), date(2026, 4, 24), time_zone="Africa/Cairo")

    assert datetime(2026, 4, 23, 22, tzinfo=UTC) == period.start
    assert timedelta(hours=23) == period.end - period.start


@given(days, st.sampled_from(ZONES))
def test_a_day_ends_where_the_next_begins(day, zone):
    today = period_of(day, day, time_zone=zone)
    tomorrow = period_of(day + timedelta(days=1), day + timedelta(days=1), time_zone=zone)

    assert today.end == tomorrow.start


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(Unacceptable, match="ends on 2026-11-20, before it begins on 2026-11-21"):
        period_of(date(2026, 11, 21), date(2026, 11, 20), time_zone="UTC")


@pytest.mark.parametrize("day", [date.min, date.max])
def test_days_at_the_ends_of_the_calendar_are_refused_by_name(day):
    with pytest.raises(Unacceptable, match=f"{day} lies outside 1900-01-01 to 2200-01-01"):
        period_of(day, day, time_zone="Asia/Almaty")
