import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.capture.block import Sample
from edge.capture.coverage import Coverage, Span

STATES = st.sampled_from(["heard", "lost", "behind", "unplugged"])
STEPS = st.lists(st.tuples(STATES, st.integers(0, 250)), max_size=40)


def spans_of(steps, longest):
    coverage, end, spans = Coverage(longest=longest), 0, []
    for state, samples in steps:
        end += samples
        spans += coverage.feed(state, Sample(end))
    return spans + coverage.close(), end


@given(STEPS, st.integers(1, 300))
def test_every_sample_belongs_to_exactly_one_span_in_its_own_state(steps, longest):
    told = [state for state, samples in steps for _ in range(samples)]

    spans, end = spans_of(steps, longest)

    assert told == [span.state for span in spans for _ in range(span.end - span.first)]
    assert [0, *(span.end for span in spans)] == [*(span.first for span in spans), end]


@given(STEPS, st.integers(1, 300))
def test_no_span_is_empty_or_longer_than_asked_for(steps, longest):
    spans, _ = spans_of(steps, longest)

    assert all(0 < span.end - span.first <= longest for span in spans)


@given(STEPS, st.integers(1, 300), st.integers(0, 40))
def test_what_is_running_is_what_closing_would_tell(steps, longest, cut):
    coverage, end, finished = Coverage(longest=longest), 0, []
    for state, samples in steps[:cut]:
        end += samples
        finished += coverage.feed(state, Sample(end))

    assert coverage.running() == coverage.close()
    assert coverage.running() == []
    assert coverage.end == end


def test_a_change_of_state_is_told_at_once():
    coverage = Coverage(longest=1000)
    coverage.feed("heard", Sample(100))

    assert [Span("heard", Sample(0), Sample(100))] == coverage.feed("lost", Sample(110))


def test_time_does_not_run_backwards():
    coverage = Coverage(longest=10)
    coverage.feed("heard", Sample(5))

    with pytest.raises(ValueError, match="until sample 4, but 5"):
        coverage.feed("heard", Sample(4))


def test_spans_must_have_room():
    with pytest.raises(ValueError, match="at most 0"):
        Coverage(longest=0)
