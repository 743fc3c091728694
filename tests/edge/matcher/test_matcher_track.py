import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge.matcher.track import BRIDGE_FRAMES, RESUMED, Reach

NATS = st.lists(st.integers(-40, 40), max_size=200).map(lambda v: np.array(v, float) / 16)


@given(NATS)
def test_without_a_resumption_the_reach_is_the_longest_rising_sum(nats):
    reach = Reach()
    reach.feed(nats)
    sums = np.concatenate(([0.0], np.cumsum(nats)))
    below = sums - np.minimum.accumulate(sums)
    records = [k for k in range(1, len(sums)) if sums[k] > sums[:k].max()]

    if below.max() <= RESUMED:
        assert (records[-1] if records else 0) == reach.frames
    assert reach.frames >= (records[-1] if records else 0)


@given(NATS, st.lists(st.integers(0, 200), max_size=5))
def test_the_reach_does_not_depend_on_how_the_evidence_comes(nats, cuts):
    once, pieces = Reach(), Reach()
    once.feed(nats)
    edges = [0, *sorted(min(cut, len(nats)) for cut in cuts), len(nats)]
    for a, b in itertools.pairwise(edges):
        pieces.feed(nats[a:b])

    assert once == pieces


def test_evidence_after_a_gap_is_bridged_and_after_a_long_one_is_not():
    heard, gap = np.full(100, 1.0), np.full(200, -1.0)
    near, far = Reach(), Reach()
    near.feed(np.concatenate((heard, gap, heard)))
    far.feed(np.concatenate((heard, np.full(BRIDGE_FRAMES, -1.0), heard)))

    assert 400 == near.frames
    assert 100 == far.frames
