"""Of two channels one may be dead: the mix of both would hide it, so it is named."""

import numpy as np
import pytest
import soundfile

from edge.capture.block import Sample, from_pcm, peaks_of_pcm
from edge.capture.level import Meter
from edge.capture.ring import Grab
from edge.capture.signal import BASELINE_MINUTES, Baseline, Signal
from edge.capture.timeline import Timeline
from edge.capture.wavefile import WaveFile
from tests.edge.capture.signals import converted, dead_cable, digital_zero, quiet_hall

RATE_HZ = 8_000
NS = 1_000_000_000
HALL = {"rate_hz": RATE_HZ}


def pcm(*channels):
    return np.round(np.stack(channels, axis=1) * 32_768).clip(-32_768, 32_767).astype("<i2")


def judged(frames):
    """State and fault of every second of stereo sound, as the hearing process judges it."""
    meter = Meter(RATE_HZ)
    signal = Signal(meter.low_rate_hz, baseline=Baseline([-70.0] * BASELINE_MINUTES))
    told, place = [], Sample(0)
    for start in range(0, len(frames), RATE_HZ // 10):
        block = frames[start : start + RATE_HZ // 10].tobytes()
        for second in meter.feed(from_pcm(block, 2), peaks_of_pcm(block, 2)):
            place = Sample(place + second.samples)
            told += signal.feed(second, place)
    return [(one.state, one.fault) for one in [*told, *signal.close()]]


@pytest.mark.parametrize("dead", ["zeros", "hiss"])
@pytest.mark.parametrize("side", [0, 1])
def test_a_channel_that_dies_is_named_and_the_other_is_heard(dead, side):
    hall = 30 * quiet_hall(100, **HALL)  # a hall in which something is played
    nothing = digital_zero(70, **HALL) if dead == "zeros" else dead_cable(70, level_db=-92, **HALL)
    channels = [converted(hall), converted(hall * 0.8)]
    channels[side] = np.concatenate([channels[side][: 30 * RATE_HZ], nothing])

    told = judged(pcm(*channels))

    assert {("heard", None), ("heard", "dead_channel")} == set(told)
    assert 30 <= told.index(("heard", "dead_channel")) <= 30 + 45
    assert ("heard", "dead_channel") == told[-1]


def test_a_channel_that_is_only_quieter_is_alive():
    hall = 30 * quiet_hall(100, **HALL)

    assert {("heard", None)} == set(judged(pcm(converted(hall), converted(hall * 0.03))))


def test_two_dead_channels_are_silence_and_not_one_dead_channel():
    zeros = digital_zero(70, **HALL)

    assert {("silent_signal", "digital_zero")} == set(judged(pcm(zeros, zeros)))


def test_a_mono_source_has_no_channel_to_lose():
    sound = pcm(quiet_hall(1, **HALL))

    assert peaks_of_pcm(sound.tobytes(), 1) == ()


def test_card_and_file_tell_how_loud_each_channel_is(tmp_path):
    sound = pcm(np.full(RATE_HZ, 0.5), np.full(RATE_HZ, -1.0))
    soundfile.write(tmp_path / "stereo.wav", sound, RATE_HZ, subtype="PCM_16")
    timeline = Timeline(RATE_HZ, began_ns=None)
    timeline.begin_stream(is_exclusive=True)
    grab = Grab(first=0, frames=RATE_HZ, came_ns=NS, overflowed=False, pcm=sound.tobytes())

    card = [*timeline.feed(grab), *timeline.end_stream("ended")]
    file = list(WaveFile(tmp_path / "stereo.wav", block_seconds=1).pieces())

    assert {(0.5, 1.0)} == {piece.peaks for piece in card}
    assert {(0.5, 1.0)} == {piece.peaks for piece in file}
