import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edge.capture.block import AudioBlock, Sample, from_pcm, mono

PCM = arrays(np.dtype("<i2"), st.tuples(st.integers(0, 50), st.integers(1, 4)))


@given(PCM)
def test_a_mixdown_lies_between_its_channels(pcm):
    whole = pcm.astype(np.float32) / 32768

    mixed = from_pcm(pcm.tobytes(), pcm.shape[1])

    assert mixed.dtype == np.float32
    assert mixed.shape == (pcm.shape[0],)
    assert np.all(mixed <= whole.max(axis=1, initial=-1) + 1e-6)
    assert np.all(mixed >= whole.min(axis=1, initial=1) - 1e-6)


@given(arrays(np.dtype("<i2"), st.integers(0, 50)))
def test_mono_sound_passes_bit_for_bit(pcm):
    assert np.array_equal(pcm, (from_pcm(pcm.tobytes(), 1) * 32768).astype(np.int16))


def test_a_block_cannot_be_written_to():
    block = AudioBlock(np.zeros(4, np.float32), Sample(10), 48_000)

    with pytest.raises(ValueError, match="read-only"):
        block.samples[0] = 1


def test_a_block_ends_after_its_last_sample():
    assert AudioBlock(np.zeros(4, np.float32), Sample(10), 48_000).end == 14


@pytest.mark.parametrize("wrong", [np.zeros(4), np.zeros((2, 2), np.float32)])
def test_only_mono_float32_makes_a_block(wrong):
    with pytest.raises(ValueError, match="mono float32"):
        AudioBlock(wrong, Sample(0), 48_000)


def test_mixing_down_copies_so_that_a_reused_buffer_does_no_harm():
    buffer = np.zeros((4, 1), np.float32)
    kept = mono(buffer)

    buffer[:] = 1

    assert not kept.any()
