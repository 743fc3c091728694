import os
import threading
import time

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from edge.capture.sources import open_file
from edge.capture.wavefile import PIPE_RATE_HZ, Pipe, WaveFile
from edge.config import Settings
from edge.errors import Deaf, Misconfigured


@pytest.fixture
def ramp(tmp_path):
    """One second of a ramp at 8 kHz, in a lossless file."""
    samples = (np.arange(8000) - 4000).astype(np.int16)
    soundfile.write(tmp_path / "ramp.flac", samples, 8000, subtype="PCM_16")
    return tmp_path / "ramp.flac", samples.astype(np.float32) / 32768


def joined(source):
    pieces = list(source.pieces())
    assert [p.first for p in pieces[1:]] == [p.end for p in pieces[:-1]]
    return np.concatenate([p.samples for p in pieces]) if pieces else np.zeros(0, np.float32)


@pytest.mark.parametrize("block_seconds", [0.0001, 0.1, 0.33, 1.0, 7.0])
def test_a_file_gives_every_sample_once_however_it_is_cut(ramp, block_seconds):
    path, samples = ramp

    assert np.array_equal(samples, joined(WaveFile(path, block_seconds=block_seconds)))


def test_skipping_leaves_out_the_beginning_only(ramp):
    path, samples = ramp

    source = WaveFile(path, block_seconds=0.1, skip_seconds=0.25)

    assert source.length == 6000
    assert np.array_equal(samples[2000:], joined(source))


def test_a_stereo_file_is_mixed_down(tmp_path):
    left_right = np.array([[0.5, -0.25]] * 100)
    soundfile.write(tmp_path / "two.wav", left_right, 48_000)

    assert np.allclose(0.125, joined(WaveFile(tmp_path / "two.wav", block_seconds=1)), atol=1e-4)


def test_a_paced_file_is_not_heard_before_its_time(ramp):
    path, samples = ramp
    began = time.monotonic()

    heard = joined(WaveFile(path, block_seconds=0.1, pace=4.0))

    assert time.monotonic() - began >= 0.25 * 0.9
    assert np.array_equal(samples, heard)


def test_stopping_ends_a_paced_file_within_a_block(ramp):
    source = WaveFile(ramp[0], block_seconds=0.001, pace=0.01)
    pieces = source.pieces()
    next(pieces)

    source.stop()

    assert list(pieces) == []


def test_what_is_no_recording_is_named(tmp_path):
    (tmp_path / "words.txt").write_text("la la la")

    with pytest.raises(Deaf, match=r"words\.txt"):
        WaveFile(tmp_path / "words.txt", block_seconds=1)
    with pytest.raises(Deaf, match=r"absent\.wav"):
        WaveFile(tmp_path / "absent.wav", block_seconds=1)


def test_a_file_shorter_than_the_skip_is_refused(ramp):
    with pytest.raises(Deaf, match=r"shorter than the 2\.0 s"):
        WaveFile(ramp[0], block_seconds=1, skip_seconds=2.0)


def heard_through_pipe(pcm, chunks):
    entrance, exit_ = os.pipe()

    def pour():
        place = 0
        for chunk in chunks:
            os.write(exit_, pcm[place : place + chunk])
            place += chunk
        os.write(exit_, pcm[place:])
        os.close(exit_)

    pourer = threading.Thread(target=pour)
    pourer.start()
    try:
        return joined(Pipe(block_seconds=0.001, descriptor=entrance))
    finally:
        pourer.join()
        os.close(entrance)


@given(st.binary(max_size=2000), st.lists(st.integers(1, 300), max_size=10))
def test_a_pipe_cut_anywhere_gives_the_same_sound(noise, chunks):
    whole = noise[: len(noise) // 2 * 2]

    expected = np.frombuffer(whole, "<i2").astype(np.float32) / 32768

    assert np.array_equal(expected, heard_through_pipe(noise, chunks))


def test_a_stopped_pipe_ends_without_its_writer_closing_it():
    entrance, exit_ = os.pipe()
    pipe = Pipe(block_seconds=0.1, descriptor=entrance)

    pipe.stop()

    assert list(pipe.pieces()) == []
    assert pipe.rate_hz == PIPE_RATE_HZ
    os.close(entrance)
    os.close(exit_)


@pytest.mark.parametrize(
    "manner", [{"pace": 1.0, "skip_seconds": 0}, {"pace": 0, "skip_seconds": 1}]
)
def test_a_pipe_can_be_neither_paced_nor_skipped(manner):
    with pytest.raises(Misconfigured, match="own pace"):
        open_file("-", Settings(), **manner)
