import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.evening import resampled
from demo.hall import (
    BLOCK,
    RATE_HZ,
    applause,
    at_level,
    house_noise,
    impulse_response,
    in_the_hall,
)


def dice():
    return np.random.default_rng(7)


@given(
    rate_hz=st.sampled_from([8000, 22_050, 44_100, 48_000]),
    pitch_hz=st.integers(100, 3500),
)
def test_resampling_keeps_the_pitch_and_the_length(rate_hz, pitch_hz):
    tone = np.sin(2 * np.pi * pitch_hz * np.arange(rate_hz) / rate_hz).astype(np.float32)
    turned = resampled(tone, rate_hz)
    loudest = int(np.argmax(np.abs(np.fft.rfft(turned))))

    assert (len(turned), loudest) == (RATE_HZ, pitch_hz)


def test_the_hall_is_the_same_whatever_the_blocks():
    impulse = impulse_response(dice(), decay_seconds=0.05, direct_to_reverb_db=0.0)
    dry = dice().standard_normal(BLOCK + 5000).astype(np.float32)
    tail = slice(BLOCK - 4000, BLOCK + 4000)
    before = dry[BLOCK - 4000 - len(impulse) : BLOCK + 4000]
    expected = np.convolve(before, impulse)[len(impulse) : len(impulse) + 8000]

    assert np.abs(in_the_hall(dry, impulse)[tail] - expected).max() < 1e-3


def test_the_direct_sound_arrives_first_and_the_reverberation_dies_away():
    impulse = impulse_response(dice(), decay_seconds=1.0, direct_to_reverb_db=0.0)
    halves = np.split(np.square(impulse[1:40_001]), 4)

    assert impulse[0] == 1.0
    assert [h.sum() for h in halves] == sorted((h.sum() for h in halves), reverse=True)


@pytest.mark.parametrize("level_db", [-60.0, -46.0, -20.0])
def test_noise_has_the_level_asked_for(level_db):
    noise = house_noise(dice(), 60 * RATE_HZ, level_db=level_db)

    assert 10 * np.log10(np.mean(np.square(noise))) == pytest.approx(level_db, abs=0.01)


def test_the_same_dice_clap_the_same():
    assert np.array_equal(applause(dice(), RATE_HZ), applause(dice(), RATE_HZ))


def test_silence_has_no_level():
    with pytest.raises(ValueError, match="100 samples of silence"):
        at_level(np.zeros(100, np.float32), -20.0)
