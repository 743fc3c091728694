"""Laws of what is announced: read from a file that may be anything, and true only for its hours."""

from datetime import UTC, datetime, timedelta

import pytest

from edge.config import BoxPaths
from edge.errors import Misconfigured
from edge.programme import LARGEST_BYTES, Programme, read_programme
from edge.sync.letters import MOST_WORKS

SEVEN = datetime(2026, 3, 5, 14, tzinfo=UTC)
EVENING = """
[[evening]]
begins = 2026-03-05T19:00:00+05:00
ends = 2026-03-05T22:00:00+05:00
works = ["score-12", "score-40"]

[[evening]]
begins = 2026-03-05T21:00:00+05:00
ends = 2026-03-05T23:00:00+05:00
works = ["score-7"]
"""


@pytest.fixture
def file(tmp_path):
    path = BoxPaths(tmp_path).programme
    path.parent.mkdir()
    return path


def test_works_are_expected_from_the_beginning_to_the_end_of_their_evening(file):
    file.write_text(EVENING)
    expected = read_programme(file).expected

    assert {} == expected(SEVEN - timedelta(seconds=1))
    assert {"score-12": 0, "score-40": 0} == expected(SEVEN)
    assert {"score-12": 0, "score-40": 0, "score-7": 0} == expected(SEVEN + timedelta(hours=2))
    assert {"score-7": 0} == expected(SEVEN + timedelta(hours=3))
    assert {} == expected(SEVEN + timedelta(hours=4))


def test_an_evening_is_played_at_another_pitch_and_a_work_in_another_key(file):
    asked = 'works = ["score-7"]\nsemitones = -1\n'
    more = 'works = ["score-12", "score-40"]\ntransposed = {"score-40" = 2}\n'
    file.write_text(
        EVENING.replace('works = ["score-7"]\n', asked).replace(
            'works = ["score-12", "score-40"]\n', more
        )
    )

    assert {"score-12": 0, "score-40": 2, "score-7": -1} == read_programme(file).expected(
        SEVEN + timedelta(hours=2)
    )


def test_without_a_file_nothing_is_announced(file):
    assert Programme() == read_programme(file)


@pytest.mark.parametrize(
    ("was", "becomes", "named"),
    [
        ("19:00:00+05:00", "19:00:00", "no zone"),
        ("2026-03-05T19:00:00+05:00", "2026-03-05T22:00:00+05:00", "not after"),
        ("2026-03-05T19:00:00+05:00", '"seven"', "seven"),
        ("works", "pieces", "pieces"),
        ("evening", "night", "night"),
        ('"score-12"', "12", "12"),
        ('"score-12"', ", ".join(['"s"'] * MOST_WORKS), "at most"),
        ("begins =", "begins", "no programme"),
        ('["score-12", "score-40"]', "5", "no programme"),
        ('works = ["score-7"]', 'works = ["score-7"]\nsemitones = 3', "at most 2"),
        ('works = ["score-7"]', 'works = ["score-7"]\nsemitones = true', "at most 2"),
        ('works = ["score-7"]', 'works = ["score-7"]\ntransposed = {x = 1}', "not among"),
    ],
)
def test_what_is_no_programme_is_refused_by_name(file, was, becomes, named):
    file.write_text(EVENING.replace(was, becomes, 2))

    with pytest.raises(Misconfigured, match=named):
        read_programme(file)


def test_a_file_too_large_is_refused_unread(file):
    file.write_bytes(b"#" * (LARGEST_BYTES + 1))

    with pytest.raises(Misconfigured, match="bytes"):
        read_programme(file)
