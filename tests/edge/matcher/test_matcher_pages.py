"""How long pages took that were not followed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from works_sounds import compose

from edge.matcher.works.pages import lasting, taken
from edge.matcher.works.score import beats_of

PAGES, OTHER = beats_of(compose(31, 40.0))[:60], beats_of(compose(32, 90.0))
LEFT = len(PAGES) - 1
SILENCE = np.zeros((100, PAGES.shape[1]), np.int8)


@given(st.sampled_from([0.5, 0.6, 0.8, 1.0, 1.5]), st.sampled_from([0.67, 1.0]))
def test_pages_are_found_to_their_end_at_whatever_tempo_they_are_played(tempo, pace):
    at = np.arange(1, LEFT, tempo).round().astype(int)
    heard = np.concatenate([PAGES[at], PAGES[-1:], SILENCE])

    assert taken(PAGES, heard, pace=pace) == (pytest.approx(len(at) + 1, abs=1), True)


def test_pages_that_do_not_fit_into_what_was_heard_were_not_played():
    assert taken(PAGES, PAGES[1 : LEFT // 2 - 1], pace=1.0) == (0, False)


def test_where_nothing_of_them_is_heard_pages_say_nothing():
    assert taken(PAGES, SILENCE, pace=1.0) == (None, False)


def test_other_music_is_not_surely_these_pages():
    _, surely = taken(PAGES, OTHER, pace=1.0)

    assert not surely


def test_a_chord_lasts_as_long_as_it_is_heard():
    held = np.repeat(PAGES[-1:], 12, axis=0)

    assert lasting(PAGES, np.concatenate([held, SILENCE])) == 12
