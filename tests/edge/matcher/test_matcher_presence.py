"""How loud it is where no landmark stands, and what that says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matcher_sounds import RATE_HZ, hiss, listen

from edge.matcher.alignment import Alignment
from edge.matcher.fingerprint import Fingerprinter
from edge.matcher.landmarks import join
from edge.matcher.presence import CLASSES, UNKNOWN, Presence, louder_than
from edge.matcher.recipe import RECIPE
from edge.matcher.score import MISSING, SHARES, hear, nats_of, weigh

BINS = 838


def whitened(seed, frames):
    return np.random.default_rng(seed).standard_normal((frames, BINS)).astype(np.float32)


def levels_of(frames, cuts=()):
    presence = Presence(BINS)
    parts = [presence.feed(part) for part in np.split(frames, sorted(cuts))]
    return np.concatenate([*parts, presence.close()])


@settings(max_examples=25, deadline=None)
@given(
    length=st.integers(0, 60),
    cuts=st.lists(st.integers(0, 60), max_size=5).map(sorted),
    seed=st.integers(0, 100),
)
def test_however_a_stream_is_cut_every_frame_has_one_level_and_the_same(length, cuts, seed):
    frames = whitened(seed, length)
    levels = levels_of(frames, [min(cut, length) for cut in cuts])

    assert (length, BINS) == levels.shape
    assert np.array_equal(levels_of(frames), levels)


@given(st.floats(-3, 3), st.integers(0, 20))
def test_what_rises_everywhere_at_once_or_only_stays_is_no_louder(gain, at):
    frames = np.zeros((40, BINS), np.float32)
    frames[at:] += np.float32(gain)  # a bang
    frames[:, 300] += 2  # a tone that lasts

    assert set(np.unique(levels_of(frames)[12:])) <= {64}


def test_a_note_that_begins_is_louder_until_it_only_stays():
    frames = np.zeros((60, BINS), np.float32)
    frames[20:, 300] = 2.0
    note = levels_of(frames)[:, 300].astype(int)

    assert (note[:18] == 64).all()
    assert (note[21:23] >= 64 + 12).all()
    assert (note[40:] == 64).all()


@given(st.integers(0, 1000), st.integers(1, 300), st.floats(0, 1))
def test_classes_divide_the_moments_of_a_bin_and_what_is_not_known_has_its_own(seed, frames, part):
    dice = np.random.default_rng(seed)
    levels = dice.integers(0, 128, (frames, 3)).astype(np.uint8)
    levels[dice.random(levels.shape) < part] = UNKNOWN
    table = louder_than(levels)
    classes = table[np.arange(3), levels]

    assert (CLASSES == classes[levels == UNKNOWN]).all()
    assert (classes[levels != UNKNOWN] < CLASSES).all()
    for bin_, row in enumerate(table):
        known = np.sort(levels[levels[:, bin_] != UNKNOWN, bin_])
        assert (np.diff(row[known].astype(int)) >= 0).all()


def test_who_hears_nothing_of_levels_judges_by_landmarks_alone():
    for share in (0.03, 0.1, 0.5, 0.9):
        assert nats_of(share, 0.0, CLASSES) == pytest.approx(np.log(1 - share), abs=0.06)


@given(st.sampled_from(range(1, len(SHARES))))
def test_the_louder_a_place_the_more_it_speaks_for_a_recording(k):
    row = MISSING[k, :CLASSES]

    assert row[:4].max() < row[7:].min()
    assert row[-1] > row[0]


def test_a_drowned_recording_is_believed_sooner_where_its_levels_are_heard(index, songs):
    """In a hiss four times as loud; and no sooner where another recording is laid along it."""
    song = songs["song-1"]
    heard = join(listen(song + hiss(6, 40, 4 * float(song.std()))))
    deaf = heard.explained(0, int(heard.until))
    segment = index.segments[0]
    gained = {}
    for number, name in enumerate(segment.recordings):
        laid = Alignment(0, number, 0, float(segment.starts[number]))
        with_, without = (
            weigh(segment, laid, hear(one, 200, 630, RECIPE), RECIPE).score for one in (heard, deaf)
        )
        gained[name] = with_ - without

    assert gained["song-1"] > 10
    assert max(gain for name, gain in gained.items() if name != "song-1") < 5


def test_levels_come_with_the_landmarks_of_the_same_frames():
    sound = hiss(1, 12, 0.1)
    ear = Fingerprinter(RATE_HZ)
    parts = [ear.feed(part) for part in np.array_split(sound, 7)] + [ear.close()]
    since = 0
    for part in parts:
        assert int(part.until) - since == len(part.presence)
        since = int(part.until)
    whole = join(parts)

    assert (int(whole.until), BINS) == whole.presence.shape
    assert np.array_equal(whole.presence[100:200], whole.between(100, 200).presence)
    assert 0 == len(join([Fingerprinter(RATE_HZ, presence=False).feed(sound)]).presence)
