"""The verifier's own arithmetic: each operation does what it says, and refuses what it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.verify import Reckoning, Untrue, told

AMOUNTS = st.integers(-(10**15), 10**15)


def reckoned(step, **inputs):
    reckoning = Reckoning(inputs)
    reckoning.follow(*told([{"name": "it", **step}]))
    return reckoning.amount("it")


@pytest.mark.parametrize(
    ("of", "rate", "rounding", "gives"),
    [
        (125_000_001, [1, 5], "toward-zero", 25_000_000),
        (125_000_001, [1, 5], "half-up", 25_000_000),
        (3, [1, 2], "half-up", 2),
        (3, [1, 2], "toward-zero", 1),
        (-3, [1, 2], "half-up", -2),
        (-3, [1, 2], "toward-zero", -1),
        (300_000, [15, 200], "toward-zero", 22_500),
    ],
)
def test_a_rate_is_the_fraction_rounded_as_it_says(of, rate, rounding, gives):
    step = {"op": "rate", "of": "fee", "rate": rate, "round": rounding, "gives": gives}

    assert gives == reckoned(step, fee=of)


@pytest.mark.parametrize(("op", "gives"), [("sum", 120), ("less", 80), ("least", 5), ("most", 100)])
def test_many_amounts_become_one(op, gives):
    step = {"op": op, "of": ["fee", "cut", 5], "gives": gives}

    assert gives == reckoned(step, fee=100, cut=15)


@given(fee=AMOUNTS, over=st.integers(0, 100))
def test_what_is_taken_and_what_is_left_is_the_whole(fee, over):
    product = abs(fee) * over
    cut = (product // 100) * (-1 if fee < 0 else 1)
    reckoning = Reckoning({"fee": fee})
    rate = {"op": "rate", "of": "fee", "rate": [over, 100], "round": "toward-zero"}
    steps = [
        {"name": "cut", **rate, "gives": cut},
        {"name": "left", "op": "less", "of": ["fee", "cut"], "gives": fee - cut},
        {"name": "whole", "op": "sum", "of": ["cut", "left"], "gives": fee},
    ]
    reckoning.follow(*told(steps))

    assert fee == reckoning.amount("whole")


@pytest.mark.parametrize(
    "step",
    [
        {"op": "rate", "of": "fee", "rate": [1, 5], "round": "toward-zero", "gives": 21},
        {"op": "rate", "of": "fee", "rate": [1, 0], "round": "toward-zero", "gives": 0},
        {"op": "rate", "of": "fee", "rate": [1, 5], "round": "up", "gives": 20},
        {"op": "rate", "of": "nothing", "rate": [1, 5], "round": "half-up", "gives": 20},
        {"op": "sum", "of": [], "gives": 0},
        {"op": "sum", "of": ["fee"], "gives": 99},
        {"op": "product", "of": ["fee"], "gives": 100},
        {"op": "share", "of": "fee", "weights": [0, 0], "part": 0, "gives": 0},
        {"op": "share", "of": "fee", "weights": [1, 1], "part": 2, "gives": 50},
        {"op": "share", "of": "fee", "weights": "pool", "part": 0, "gives": 100},
    ],
)
def test_a_step_that_is_not_so_is_refused(step):
    with pytest.raises(Untrue):
        reckoned(step, fee=100)


def test_a_name_is_given_once():
    step = {"name": "fee", "op": "sum", "of": ["fee"], "gives": 100}

    with pytest.raises(Untrue):
        Reckoning({"fee": 100}).follow(*told([step]))
