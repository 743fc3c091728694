"""Laws of plays of works heard live: each minute once, and never a recording's."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from central.ingest.live import HeardLive, plays_live

START = datetime(2026, 11, 21, 14, tzinfo=UTC)
WORKS = {"score-a": 1, "score-b": 1, "score-c": 2}


def at(second):
    return START + timedelta(seconds=second)


def heard(key, score, start, end):
    return HeardLive(f"qb/boot/{key}", 1, score, at(start), at(end), 0.9)


many = st.lists(
    st.tuples(st.sampled_from(sorted(WORKS)), st.integers(0, 50), st.integers(1, 30)), max_size=8
)


def plays(told, recorded=()):
    records = [heard(n, score, at, at + long) for n, (score, at, long) in enumerate(told)]
    return plays_live(records, recorded, works=WORKS)


@given(many, st.randoms(use_true_random=False))
def test_the_order_of_the_news_and_telling_twice_change_nothing(told, random):
    records = [heard(n, score, at, at + long) for n, (score, at, long) in enumerate(told)]
    again = random.sample(records * 2, 2 * len(records))

    assert plays_live(records, (), works=WORKS) == plays_live(again, (), works=WORKS)


@given(many)
def test_every_second_of_a_work_counts_once(told):
    for work in (1, 2):
        own = [one for one in told if WORKS[one[0]] == work]
        seconds = {s for _, start, long in own for s in range(start, start + long)}
        found = [play for play in plays(told) if WORKS[play.recording_id] == work]

        assert 1000 * len(seconds) == sum(play.milliseconds for play in found)


def test_what_a_recording_explains_for_the_most_part_nobody_played():
    told = [("score-a", 0, 40)]

    assert [] == plays(told, [(at(10), at(35))])
    assert [40_000] == [play.milliseconds for play in plays(told, [(at(30), at(60))])]
