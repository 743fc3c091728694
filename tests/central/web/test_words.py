"""Laws of plain words: what is said is never more than is known."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.web.words import (
    SILENT_AFTER,
    days_text,
    foreground_text,
    is_silent,
    length_text,
    percent_text,
    seconds_text,
    share_text,
    since,
)

NOW = datetime(2025, 3, 21, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "seen just now"),
        (45, "seen 45 s ago"),
        (180, "seen 3 min ago"),
        (7_300, "seen 2 h ago"),
        (86_400, "seen 1 day ago"),
        (5 * 86_400, "seen 5 days ago"),
    ],
)
def test_a_sign_of_life_is_said_in_the_largest_unit_that_fits(seconds, said):
    assert since(NOW - timedelta(seconds=seconds), now=NOW) == said


def test_a_box_that_never_spoke_is_silent():
    assert since(None, now=NOW) == "never seen"
    assert is_silent(None, now=NOW)


def test_a_box_is_silent_only_after_its_time():
    assert not is_silent(NOW - SILENT_AFTER, now=NOW)
    assert is_silent(NOW - SILENT_AFTER - timedelta(seconds=1), now=NOW)


@given(st.integers(0, 10**8))
def test_seconds_are_written_exactly(milliseconds):
    assert round(float(seconds_text(milliseconds)) * 1000) == milliseconds


@pytest.mark.parametrize(
    ("milliseconds", "said"),
    [(0, "0:00.0"), (61_249, "1:01.2"), (59_950, "1:00.0"), (3_723_000, "1:02:03.0")],
)
def test_a_length_reads_like_a_record_sleeve(milliseconds, said):
    assert length_text(milliseconds) == said


def test_a_confidence_keeps_its_tenth():
    assert (percent_text(999), percent_text(970)) == ("99.9 %", "97 %")


def test_a_share_keeps_its_hundredths():
    assert (share_text(3334), share_text(5000)) == ("33.34 %", "50 %")


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2025, 3, 21), date(2025, 3, 21), "21 March 2025"),
        (date(2025, 3, 1), date(2025, 3, 31), "1 – 31 March 2025"),
        (date(2025, 3, 21), date(2025, 4, 2), "21 March – 2 April 2025"),
        (date(2025, 12, 31), date(2026, 1, 1), "31 December 2025 – 1 January 2026"),
    ],
)
def test_a_period_is_said_without_repeating_itself(first, last, said):
    assert days_text(first, last) == said


@pytest.mark.parametrize(
    ("share", "text"),
    [(1.0, "foreground"), (0.05, "background"), (0.604, "60 % in the foreground")],
)
def test_how_music_stood_to_voices_is_said_in_words(share, text):
    assert text == foreground_text(share)
