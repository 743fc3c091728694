"""How loud it is, by the book: EBU Tech 3341 and ITU-R BS.1770, however the stream was cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.capture.level import Meter, decibels, loudness, momentary
from edge.capture.minutes import LevelBook
from edge.selftest import made_up_music

RATE_HZ = 48_000


def tone(seconds, dbfs, *, hz=1000.0, rate_hz=RATE_HZ):
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    return (10 ** (dbfs / 20) * np.sin(2 * np.pi * hz * time)).astype(np.float32)


def measured(*parts, rate_hz=RATE_HZ):
    meter = Meter(rate_hz)
    return [*meter.feed(np.concatenate(parts)), *meter.close()]


def lufs(*parts, rate_hz=RATE_HZ):
    return loudness([tenth for one in measured(*parts, rate_hz=rate_hz) for tenth in one.weighted])


@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 96_000])
def test_full_scale_at_997_hertz_is_three_below(rate_hz):
    assert abs(lufs(tone(20, 0, hz=997, rate_hz=rate_hz), rate_hz=rate_hz) + 3.01) < 0.02


# Tech 3341, tests 1 to 5, whose tones sound in two channels; in one they are 3.01 LU softer.
ONE_CHANNEL = -3.01
BY_THE_BOOK = [
    ([(20, -23)], -23.0),
    ([(20, -33)], -33.0),
    ([(10, -36), (60, -23), (10, -36)], -23.0),
    ([(10, -72), (10, -36), (60, -23), (10, -36), (10, -72)], -23.0),
    ([(20, -26), (20.1, -20), (20, -26)], -23.0),
]


@pytest.mark.parametrize(("parts", "expected"), BY_THE_BOOK)
def test_loudness_is_that_of_the_book(parts, expected):
    found = lufs(*(tone(seconds, dbfs) for seconds, dbfs in parts))

    assert abs(found - (expected + ONE_CHANNEL)) < 0.1


def test_momentary_loudness_follows_within_400_milliseconds():
    seconds = measured(tone(2, -60), tone(2, -20))
    blocks = momentary([tenth for one in seconds for tenth in one.weighted])
    loud = [-0.691 + decibels(block) for block in blocks]

    assert abs(loud[16] - (-63.0)) < 0.3  # the last that ends before the step
    assert abs(loud[20] - (-23.0)) < 0.3


def test_what_is_below_the_gate_has_no_loudness():
    assert lufs(tone(5, -80)) is None
    assert loudness([]) is None


def test_peak_rms_and_offset_are_those_of_the_tone():
    (one,) = measured(tone(1, -6.02, hz=100) + np.float32(0.25))

    assert abs(one.peak - 0.75) < 1e-3
    assert abs(one.mean - 0.25) < 1e-6
    assert abs(one.rms_db + 9.03) < 0.01


def test_three_samples_at_the_rail_are_clipped_and_two_are_not():
    sound = np.zeros(RATE_HZ, np.float32)
    sound[100:103], sound[200:202], sound[300:310] = 1.0, -1.0, -1.0

    assert [13] == [one.clipped for one in measured(sound)]


def test_rumble_is_not_white_and_noise_is():
    noise = np.random.default_rng(1).normal(0, 0.1, RATE_HZ).astype(np.float32)

    assert abs(measured(noise)[0].whiteness - 1) < 0.02
    assert measured(tone(1, -20, hz=60))[0].whiteness < 1e-3


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(1, 40_000), min_size=1, max_size=12))
def test_the_figures_are_the_same_however_the_stream_was_cut(sizes):
    rate_hz = 11_025  # which ten does not divide
    sound = made_up_music(1, 4, rate_hz=rate_hz)
    whole, cut = Meter(rate_hz), Meter(rate_hz)
    expected = [*whole.feed(sound), *whole.close()]
    found, start = [], 0
    for size in [*sizes, sound.size]:
        found += cut.feed(sound[start : start + size])
        start += size
    found += cut.close()

    assert len(expected) == len(found)
    for one, other in zip(expected, found, strict=True):
        assert (one.samples, one.square, one.clipped) == (
            other.samples,
            other.square,
            other.clipped,
        )
        assert (one.weighted, one.low.tolist()) == (other.weighted, other.low.tolist())


def test_a_stretch_is_as_loud_as_its_seconds():
    book, place = LevelBook(), 0
    for one in measured(tone(2, -40), tone(3, -20)):
        place += one.samples
        book.note(one, place)

    quiet, loud = book.over(0, 2 * RATE_HZ), book.over(2 * RATE_HZ, 5 * RATE_HZ)
    assert abs(quiet.rms_db + 43.01) < 0.01
    assert abs(loud.peak_db + 20) < 0.01
    assert abs(book.over(0, 5 * RATE_HZ).floor_db + 43.01) < 0.01
    assert abs(loud.loudness_lufs + 23.0) < 0.2
    book.forget(2 * RATE_HZ)
    assert book.over(0, 2 * RATE_HZ) is None
    assert loud == book.over(0, 5 * RATE_HZ)
