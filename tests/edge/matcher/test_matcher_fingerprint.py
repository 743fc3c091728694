import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matcher_sounds import RATE_HZ, hiss, listen, play, whole

from edge.errors import BadCatalogue
from edge.matcher.fingerprint import Fingerprint, Fingerprinter, fingerprint
from edge.matcher.landmarks import join
from edge.matcher.peaks import BLOCK_FRAMES, ranks_of, strongest
from edge.matcher.recipe import RECIPE, Recipe

GOLDEN = Path(__file__).with_name("golden_recipe_v1.qfp")
SONG = play(11, 9.3)
PRINT = fingerprint(play(5, 4), RATE_HZ)
STORED = PRINT.to_bytes()


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, len(SONG)), max_size=12))
def test_a_stream_cut_anywhere_gives_the_same_landmarks(cuts):
    assert whole(listen(SONG)) == whole(listen(SONG, cuts))


def test_a_stream_fed_in_crumbs_gives_the_same_landmarks():
    crumbs = list(range(0, 3 * RATE_HZ, 37))

    assert whole(listen(SONG[: 3 * RATE_HZ])) == whole(listen(SONG[: 3 * RATE_HZ], crumbs))


@settings(max_examples=10, deadline=None)
@given(cuts=st.lists(st.integers(0, len(SONG)), max_size=6))
def test_nothing_before_until_is_given_later(cuts):
    parts = listen(SONG, cuts)
    settled = [0, *(int(part.until) for part in parts)]

    assert sorted(settled) == settled
    for part, before in zip(parts, settled, strict=False):
        assert (part.frames >= before).all()
        assert (part.frames < part.until).all()


def test_ranks_count_the_higher_ones_of_the_same_second():
    marks = join(listen(SONG))
    ranks = ranks_of(marks.frames, marks.heights)
    seconds = marks.frames // BLOCK_FRAMES
    for second in np.unique(seconds):
        within = seconds == second
        highest_first = np.argsort(-marks.heights[within], kind="stable")

        assert list(range(within.sum())) == ranks[within][highest_first].tolist()
    for per_second in (1, 14, 60):
        assert (ranks < per_second).tolist() == strongest(
            marks.frames, marks.heights, per_second
        ).tolist()


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, 0.3, 1e-5])
def test_silence_and_direct_current_have_no_landmarks(level):
    still = np.full(12 * RATE_HZ, level, np.float32)

    assert 0 == len(fingerprint(still, RATE_HZ).landmarks.frames)


def test_silence_between_music_is_silent_and_leaves_no_trace():
    quiet = np.zeros(8 * RATE_HZ, np.float32)
    marks = join(listen(np.concatenate((SONG, quiet, SONG))))
    low, high = len(SONG) / RATE_HZ, len(SONG) / RATE_HZ + 8
    inside = (marks.frames > RECIPE.frame(low)) & (marks.frames < RECIPE.frame(high) - 8)

    assert 0 == int(inside.sum())
    assert np.isfinite(marks.heights).all()


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf, 3e38])
def test_a_sample_that_is_no_number_deafens_for_seconds_only(broken):
    sound = play(3, 20)
    cracked = sound.copy()
    cracked[RATE_HZ] = broken
    whole_one, one = (fingerprint(heard, RATE_HZ).landmarks for heard in (sound, cracked))
    late = RECIPE.frame(6)

    assert whole_one.between(late, 9999).frames.tolist() == one.between(late, 9999).frames.tolist()
    assert np.isfinite(one.heights).all()


def test_gain_does_not_move_a_landmark():
    heard = SONG + hiss(1, len(SONG) / RATE_HZ, 0.003)
    loud, soft = (fingerprint(heard * np.float32(gain), RATE_HZ).landmarks for gain in (0.9, 0.1))
    both = set(zip(loud.frames.tolist(), loud.bins.tolist(), strict=True)) & set(
        zip(soft.frames.tolist(), soft.bins.tolist(), strict=True)
    )

    assert len(both) > 0.95 * len(loud.frames)


def test_a_second_has_no_more_landmarks_than_are_kept():
    marks = fingerprint(hiss(3, 10, 0.2), RATE_HZ).landmarks

    assert np.bincount(marks.frames // 43).max() <= 30


def test_an_empty_recording_has_an_empty_fingerprint():
    empty = fingerprint(np.zeros(0, np.float32), RATE_HZ)

    assert 0.0 == empty.duration_seconds
    assert 0 == len(Fingerprint.from_bytes(empty.to_bytes()).landmarks.frames)


def test_the_length_is_the_recordings_to_a_quarter_of_a_second():
    assert abs(PRINT.duration_seconds - 4) < 0.25


def test_stereo_or_whole_numbers_are_refused():
    with pytest.raises(ValueError, match="float32"):
        Fingerprinter(RATE_HZ).feed(np.zeros((10, 2), np.float32))
    with pytest.raises(ValueError, match="int16"):
        Fingerprinter(RATE_HZ).feed(np.zeros(10, np.int16))


def test_a_fingerprint_survives_storage():
    again = Fingerprint.from_bytes(STORED)

    assert PRINT.landmarks.frames.tolist() == again.landmarks.frames.tolist()
    assert PRINT.landmarks.bins.tolist() == again.landmarks.bins.tolist()
    assert np.abs(PRINT.landmarks.heights - again.landmarks.heights).max() < 1e-3
    assert PRINT.duration_seconds == again.duration_seconds
    assert STORED == again.to_bytes()


def test_a_fingerprint_torn_anywhere_is_refused():
    for size in range(len(STORED)):
        with pytest.raises(BadCatalogue):
            Fingerprint.from_bytes(STORED[:size])


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, len(STORED) - 1), flip=st.integers(1, 255))
def test_a_fingerprint_altered_anywhere_is_refused(at, flip):
    altered = bytearray(STORED)
    altered[at] ^= flip

    with pytest.raises(BadCatalogue):
        Fingerprint.from_bytes(bytes(altered))


@given(st.binary(max_size=300))
def test_bytes_that_are_no_fingerprint_are_refused(rubbish):
    with pytest.raises(BadCatalogue):
        Fingerprint.from_bytes(rubbish)


def test_another_recipes_fingerprint_is_refused():
    with pytest.raises(BadCatalogue, match="q1-"):
        Fingerprint.from_bytes(STORED, recipe=Recipe(version=2))


def test_recipe_one_still_makes_the_landmarks_it_was_frozen_with():
    frozen = Fingerprint.from_bytes(GOLDEN.read_bytes()).landmarks
    now = fingerprint(play(2026, 20), RATE_HZ).landmarks
    was = set(zip(frozen.frames.tolist(), frozen.bins.tolist(), strict=True))
    same = was & set(zip(now.frames.tolist(), now.bins.tolist(), strict=True))

    assert len(was) > 500
    assert len(same) >= 0.99 * max(len(was), len(now.frames))


def test_without_compilation_the_landmarks_are_the_same():
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); from matcher_sounds import *;"
        "print(whole(listen(play(7, 1.5))))"
    )
    command = [sys.executable, "-c", script, str(Path(__file__).parent)]
    plain = subprocess.run(
        command,
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )

    assert str(whole(listen(play(7, 1.5)))) == plain.stdout.strip()
