import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge.matcher.decoy import MONTH_SECONDS, Decoys


def taken(scores):
    decoys = Decoys()
    for score in scores:
        decoys.take(float(score))
    return decoys


def test_a_gumbel_law_is_recognised_and_foretells_its_own_tail():
    scores = np.random.default_rng(3).gumbel(12.0, 2.0, 5000)
    foretold = taken(scores).false_a_month(30.0, every_seconds=5.0)
    true = MONTH_SECONDS / 5 * np.exp(-(30.0 - 12.0) / 2.0)

    assert 0.5 < foretold / true < 2.0


@given(st.lists(st.integers(-30, 90), min_size=30, max_size=200), st.integers(0, 80))
def test_who_demands_more_expects_no_more_false_ones(scores, demanded):
    decoys = taken(scores)
    more, less = (decoys.false_a_month(d, every_seconds=5.0) for d in (demanded + 5, demanded))

    assert 0 <= more <= less <= MONTH_SECONDS / 5


def test_nothing_is_foretold_from_a_few_windows():
    assert taken(range(29)).false_a_month(30.0, every_seconds=5.0) is None


def test_mean_and_variance_are_those_of_all_that_was_taken():
    scores = np.random.default_rng(5).normal(9.0, 3.0, 400)
    decoys = taken(scores)

    assert np.allclose((decoys.mean, decoys.variance), (scores.mean(), scores.var()))
