from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matcher_sounds import RATE_HZ

from edge.matcher.alignment import Alignment
from edge.matcher.beat import usual
from edge.matcher.detect import CERTAIN
from edge.matcher.fingerprint import fingerprint
from edge.matcher.index import Index
from edge.matcher.landmarks import Landmarks
from edge.matcher.recipe import RECIPE, Frame
from edge.matcher.score import hear
from edge.matcher.search import suspect
from edge.matcher.write import write_segment

TEN = 430  # frames, 10 s
CYMBALS = (612, 655, 671, 702, 733, 750, 777, 801, 820, 843)  # quarter bins


def places(*, beat, seed, by_chance):
    """Frames and quarter bins: cymbals on every beat, if there is one, and notes by dice."""
    dice = np.random.default_rng(seed)
    notes = [(int(dice.integers(TEN)), int(dice.integers(140, 850))) for _ in range(by_chance)]
    struck = [(t, pitch) for t in range(0, TEN, beat) for pitch in CYMBALS] if beat else []
    return np.array(sorted(notes + struck))


def marked(places):
    frames, quarters = places.T
    bins = (quarters / 4).astype(np.float32)
    return Landmarks(frames.astype(np.int32), bins, np.ones_like(bins), Frame(TEN))


def expected(places):
    frames, quarters = places.T
    begins = np.searchsorted(frames, np.arange(TEN + 1)).astype(np.int64)
    return usual(begins, quarters.astype(np.int64))


@given(beat=st.integers(12, 80), seed=st.integers(0, 99))
def test_who_is_struck_with_every_beat_is_expected_and_who_is_not_is_no_more_than_by_chance(
    beat, seed
):
    both = places(beat=beat, seed=seed, by_chance=100)
    struck = (both[:, 0] % beat == 0) & np.isin(both[:, 1], CYMBALS)
    said = expected(both)

    assert said[struck].min() >= 0.7
    assert np.median(said[~struck]) == 0


@given(beat=st.integers(12, 80), seed=st.integers(0, 99))
def test_as_many_are_found_beats_aside_as_who_looks_at_each_beat_would_find(beat, seed):
    both = places(beat=beat, seed=seed, by_chance=100)
    aside = both[:, None] - both[None]

    def share(n):
        at = both[n, 0] + beat * np.array((-4, -3, -2, -1, 1, 2, 3, 4))
        at = at[(at >= 0) & (at < TEN)]
        near = (np.abs(at[:, None] - both[:, 0]) <= 2) & (np.abs(aside[n, :, 1]) <= 2)
        return near.any(axis=1).mean()

    struck = (both[:, 0] % beat == 0) & np.isin(both[:, 1], CYMBALS)
    shares = np.array([share(n) for n in np.flatnonzero(struck)])

    assert np.all(expected(both)[struck] >= shares - 1e-9)


@given(seed=st.integers(0, 999))
def test_dice_have_no_beat(seed):
    assert np.mean(expected(places(beat=0, seed=seed, by_chance=400)) > 0) < 0.1


def test_where_nothing_is_heard_nothing_is_expected():
    assert len(usual(np.zeros(TEN + 1, np.int64), np.zeros(0, np.int64))) == 0


@pytest.mark.parametrize(("seed", "believed"), [(1, True), (2, False)])
def test_a_beat_in_common_is_not_a_recording_in_common(tmp_path, songs, seed, believed):
    known = marked(places(beat=22, seed=1, by_chance=80))
    whole = fingerprint(songs["song-1"][: 10 * RATE_HZ], RATE_HZ)
    write_segment(tmp_path / "one.qseg", [("known", replace(whole, landmarks=known))])
    index = Index.open([tmp_path / "one.qseg"])
    heard = marked(places(beat=22, seed=seed, by_chance=80))
    found = suspect(index, Alignment(0, 0, 0, 0.0), hear(heard, 0, TEN, RECIPE))

    assert (found.log_odds > CERTAIN) == believed
