"""What is said of an evening: every second once, in every tongue, and never more than was heard."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.ingest.coverage import BEST_FIRST, CoverageSpan, merge_coverage
from central.ingest.listening import TONGUES, lengths_of, missed_in_words, sentence, state_in_words

SEVEN = datetime(2026, 11, 21, 19, tzinfo=UTC)


def evening(minutes, *spans):
    """An evening of so many minutes; spans by state, first and last minute."""
    told = [
        CoverageSpan(state, SEVEN + timedelta(minutes=begin), SEVEN + timedelta(minutes=end))
        for state, begin, end in spans
    ]
    return merge_coverage(told, start=SEVEN, end=SEVEN + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("tongue", "said"),
    [
        ("en", "listened to 97 of 104 min (93.2 %); 7 min microphone unplugged"),
        ("ru", "прослушано 97 из 104 мин (93.2 %); 7 мин микрофон отключён"),
        ("kk", "104 мин ішінен 97 тыңдалды (93.2 %); 7 мин микрофон ажыратылған"),
    ],
)
def test_an_evening_is_told_in_three_tongues(tongue, said):
    covered = evening(104, ("heard", 0, 40), ("unplugged", 40, 47), ("heard", 47, 104))

    assert said == sentence(covered, tongue)


def test_seconds_are_told_where_they_are_not_whole_minutes():
    covered = evening(104, ("heard", 0, 96.8), ("silent_signal", 96.8, 104))

    assert sentence(covered) == (
        "listened to 96 min 48 s of 104 min (93.0 %); 7 min 12 s microphone gave no sound"
    )


def test_a_dead_microphone_and_a_hall_without_music_are_not_told_alike():
    quiet, dead = (evening(90, (state, 0, 90)) for state in ("heard", "silent_signal"))

    assert missed_in_words(quiet) == ""
    assert missed_in_words(dead) == "90 min microphone gave no sound"
    assert sentence(dead) == "listened to 0 of 90 min (0.0 %); 90 min microphone gave no sound"


SPANS = st.lists(
    st.tuples(st.sampled_from(BEST_FIRST), st.floats(-10, 100), st.floats(0, 60)).map(
        lambda span: (span[0], span[1], span[1] + span[2])
    ),
    max_size=10,
)


@given(st.integers(1, 240), SPANS, st.sampled_from(TONGUES))
def test_what_is_said_adds_up_to_the_whole_evening(minutes, spans, tongue):
    covered = evening(minutes, *spans)

    assert sum(lengths_of(covered).values()) == minutes * 60_000
    found = re.findall(
        r"([\d.]+)(?: (мин|min|с\b|s\b))?", re.sub(r" ?\([^)]*%\)", "", sentence(covered, tongue))
    )
    in_seconds = minutes <= 10
    default = Decimal(1 if in_seconds else 60)
    sizes = [
        Decimal(number) * {"": default, "мин": 60, "min": 60, "с": 1, "s": 1}[unit]
        for number, unit in found
    ]
    assert sum(sizes) == 2 * minutes * 60  # once as the whole, once in its parts


def test_every_state_has_its_words_in_every_tongue():
    for tongue in TONGUES:
        said = [state_in_words(state, tongue) for state in BEST_FIRST]
        assert len(said) == len(set(said)) == len(list(filter(None, said)))
