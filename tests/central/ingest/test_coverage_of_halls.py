"""What a hall's boxes say together about how it was listened to."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from central.ingest.coverage import BEST_FIRST, CoverageSpan, merge_coverage

START = datetime(2026, 11, 21, 14, tzinfo=UTC)
SECONDS = 40  # the window


def at(second):
    return START + timedelta(seconds=second)


spans = st.builds(
    lambda state, began, lasted: CoverageSpan(state, at(began), at(began + lasted)),
    st.sampled_from(BEST_FIRST[:-1]),
    st.integers(-20, 60),
    st.integers(0, 30),
)


def window(told):
    return merge_coverage(told, start=at(0), end=at(SECONDS))


@given(st.lists(spans, max_size=10))
def test_the_spans_cover_the_window_exactly(told):
    merged = window(told)

    assert (at(0), at(SECONDS)) == (merged[0].started_at, merged[-1].ended_at)
    assert all(left.ended_at == right.started_at for left, right in pairwise(merged))


@given(st.lists(spans, max_size=10))
def test_neighbours_differ(told):
    assert all(left.state != right.state for left, right in pairwise(window(told)))


@given(st.lists(spans, max_size=10))
def test_every_second_has_the_best_state_anyone_told(told):
    merged = window(told)
    for second in range(SECONDS):
        middle = at(second + 0.5)
        said = [span.state for span in told if span.started_at < middle < span.ended_at]
        (found,) = [span.state for span in merged if span.started_at < middle < span.ended_at]

        assert min(said, key=BEST_FIRST.index, default="unreported") == found


@given(st.lists(spans, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_the_news_changes_nothing(told, random):
    assert window(told) == window(random.sample(told, len(told)))


def test_nobody_having_spoken_is_not_silence():
    assert [CoverageSpan("unreported", at(0), at(SECONDS))] == window([])
