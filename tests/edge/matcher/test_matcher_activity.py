import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matcher_sounds import RATE_HZ, hiss, play

from edge.matcher.activity import AHEAD, Activity, Sound
from edge.matcher.fingerprint import Fingerprinter
from edge.matcher.texture import FEATURES, MOMENT_FRAMES, Texture

SECONDS = 30


def seconds_of(samples, cuts=()):
    """What each moment of a stream is told to be, cut at these samples."""
    ear, activity = Fingerprinter(RATE_HZ), Activity()
    told = []
    for piece in np.split(samples, sorted(cuts)):
        ear.feed(piece)
        told.append(activity.feed(ear.levels).sounds)
    ear.close()
    told += [activity.feed(ear.levels).sounds, activity.close().sounds]
    return np.concatenate(told).tolist()


def chord(seconds, loud=0.1):
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    tones = sum(np.sin(2 * np.pi * hz * time) for hz in (261.6, 329.6, 392.0, 523.3, 784.0))
    return (loud * tones / 5).astype(np.float32)


MIXED = np.concatenate([hiss(1, 12, 0.001), play(2, 25), hiss(3, 15, 0.03)])


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(0, len(MIXED)), max_size=6))
def test_what_a_second_is_does_not_depend_on_how_the_stream_was_cut(cuts):
    assert seconds_of(MIXED) == seconds_of(MIXED, cuts)


def test_silence_is_silence():
    told = seconds_of(np.zeros(SECONDS * RATE_HZ, np.float32))

    assert {Sound.SILENCE} == set(told)


@pytest.mark.parametrize("loud", [0.001, 0.03, 0.3])
def test_white_noise_is_no_music(loud):
    told = seconds_of(hiss(4, SECONDS, loud))

    assert not {Sound.MUSIC, Sound.BACKGROUND} & set(told)


def test_a_sustained_chord_is_music_in_the_foreground():
    told = seconds_of(np.concatenate([hiss(5, 10, 0.0005), chord(SECONDS) + hiss(6, 30, 0.0005)]))

    assert {Sound.MUSIC} == set(told[12:-2])


def test_notes_are_music_and_the_quiet_after_them_is_not():
    hall = hiss(7, 90, 0.0005)
    hall[10 * RATE_HZ : 40 * RATE_HZ] += play(8, 30)
    told = seconds_of(hall)

    assert all(sound >= Sound.MUSIC for sound in told[13:38])
    assert {Sound.SILENCE} == set(told[50:85])


@pytest.mark.parametrize(
    "samples",
    [
        np.full(12 * RATE_HZ, 0.5, np.float32),
        np.sign(chord(12)).astype(np.float32),
        np.clip(20 * play(9, 12), -1, 1),
        np.full(12 * RATE_HZ, np.nan, np.float32),
        np.zeros(0, np.float32),
        np.zeros(100, np.float32),
    ],
    ids=["dc", "square", "clipped", "no number", "nothing", "a moment"],
)
def test_every_moment_of_any_sound_is_told_once(samples):
    ear = Fingerprinter(RATE_HZ)
    ear.feed(samples)
    frames = len(ear.levels)
    ear.close()
    frames += len(ear.levels)

    assert frames // MOMENT_FRAMES == len(seconds_of(samples))


def test_what_waits_for_a_verdict_does_not_grow_with_the_stream():
    activity = Activity()
    levels = np.random.default_rng(1).integers(-500_000, 0, (430, 838)).astype(np.int32)
    told, waiting = 0, []
    for step in range(1, 100):
        told += len(activity.feed(levels).sounds)
        waiting.append(10 * step - told)

    assert {AHEAD + 5} == set(waiting[3:])


def test_a_description_names_each_of_its_numbers():
    levels = np.zeros((10 * MOMENT_FRAMES, 838), np.int32)
    texture = Texture()
    described = np.concatenate([texture.feed(levels), texture.close()])

    assert (10, len(FEATURES)) == described.shape
    assert np.isfinite(described).all()
