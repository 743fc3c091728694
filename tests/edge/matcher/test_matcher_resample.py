import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matcher_sounds import hiss

from edge.matcher.resample import Resampler


def resampled(sound, rate_hz, cuts=()):
    tool = Resampler(rate_hz, to_hz=11025)
    edges = [0, *sorted(cuts), len(sound)]
    pieces = [tool.feed(sound[a:b]) for a, b in itertools.pairwise(edges)]
    return np.concatenate([*pieces, tool.close()])


def tone(pitch_hz, rate_hz, seconds=1.0):
    return np.sin(2 * np.pi * pitch_hz * np.arange(round(seconds * rate_hz)) / rate_hz)


@settings(max_examples=30, deadline=None)
@given(
    rate_hz=st.sampled_from([8000, 11025, 16000, 44100, 44101, 48000, 192000]),
    cuts=st.lists(st.integers(0, 6000), max_size=8),
)
def test_a_stream_cut_anywhere_resamples_the_same(rate_hz, cuts):
    sound = hiss(1, 6000 / rate_hz, 0.3, rate_hz)
    cuts = [min(cut, len(sound)) for cut in cuts]

    assert resampled(sound, rate_hz).tobytes() == resampled(sound, rate_hz, cuts).tobytes()


@pytest.mark.parametrize("rate_hz", [8000, 11025, 22050, 32000, 44100, 48000, 96000, 192000])
def test_a_tone_keeps_its_pitch_and_its_level(rate_hz):
    made = resampled(tone(1000, rate_hz).astype(np.float32), rate_hz)
    wanted = tone(1000, 11025)

    assert len(wanted) == len(made)
    assert np.abs(made - wanted)[300:-300].max() < 2e-3


@pytest.mark.parametrize("rate_hz", [22050, 44100, 48000, 192000])
def test_what_would_fold_into_the_band_is_taken_out(rate_hz):
    made = resampled(tone(7000, rate_hz).astype(np.float32), rate_hz)

    assert np.abs(made[300:-300]).max() < 1e-3


@pytest.mark.parametrize("rate_hz", [0, -1, 7999, 192_001])
def test_a_rate_no_card_has_is_refused_by_name(rate_hz):
    with pytest.raises(ValueError, match=str(rate_hz)):
        Resampler(rate_hz, to_hz=11025)
