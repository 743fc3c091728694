from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matcher_sounds import RATE_HZ, hiss, listen

from edge.matcher.alignment import Alignment, span, unexplained
from edge.matcher.detect import CERTAIN
from edge.matcher.fingerprint import fingerprint
from edge.matcher.index import Index
from edge.matcher.landmarks import Landmarks, join
from edge.matcher.recipe import RECIPE
from edge.matcher.refine import refined
from edge.matcher.score import OCTAVES, hear, nats_by_frame, weigh
from edge.matcher.search import DEEP, frames_of, log_odds, score_at, search
from edge.matcher.warp import AS_RECORDED, LADDER, Warp, deck
from edge.matcher.write import write_segment
from edge.selftest import made_up_music

TEN = 430  # frames, 10 s


@pytest.fixture(scope="module")
def marks(songs):
    """What is heard of song-1 in a hiss a quarter as loud."""
    song = songs["song-1"]
    return join(listen(song + hiss(2, 40, float(song.std()) / 4)))


@pytest.fixture(scope="module")
def laid(index):
    """Song-1 as it lies along `marks`."""
    segment = index.segments[0]
    number = segment.recordings.index("song-1")
    return Alignment(0, number, 0, float(segment.starts[number]))


@given(first=st.integers(0, 1200), aside=st.integers(20, 400))
def test_where_a_recording_lies_explains_a_window_better_than_any_other_place(
    index, marks, laid, first, aside
):
    heard = hear(marks, first, first + TEN, RECIPE)
    there = weigh(index.segments[0], laid, heard, RECIPE)
    elsewhere = weigh(index.segments[0], replace(laid, place=laid.place + aside), heard, RECIPE)

    assert there.score > 100 > elsewhere.score


def only(octaves, marks):
    """The landmarks of some octaves, and not how loud it was."""
    own = np.searchsorted(OCTAVES, np.rint(marks.bins * 4), "right")
    return replace(marks.where(np.isin(own, octaves)), presence=np.zeros((0, 0), np.uint8))


@pytest.mark.parametrize("octaves", [(0, 1), (1, 2), (0, 2)])
def test_two_octaves_say_more_than_each_of_them_alone(index, marks, laid, octaves):
    said = [
        weigh(index.segments[0], laid, hear(only(some, marks), 0, TEN, RECIPE), RECIPE).score
        for some in (octaves, octaves[:1], octaves[1:])
    ]

    assert min(said[1:]) > 0
    assert said[0] > 2 * sum(said[1:])


@pytest.mark.parametrize("octave", range(4))
def test_who_has_one_octave_only_is_known_by_it(songs, tmp_path, marks, octave):
    whole = fingerprint(songs["song-1"], RATE_HZ)
    write_segment(
        tmp_path / "one.qseg", [("low", replace(whole, landmarks=only([octave], whole.landmarks)))]
    )
    found = search(Index.open([tmp_path / "one.qseg"]), marks, hear(marks, 0, TEN, RECIPE))

    assert found[0].log_odds > CERTAIN


def test_two_notes_in_common_are_not_a_recording_in_common_but_eight_are(index, marks, laid):
    bands = np.rint(marks.bins * 4).astype(int) // 12  # 16 Hz
    fullest = np.argsort(-np.bincount(bands))
    two, eight = (
        replace(marks.where(np.isin(bands, fullest[:n])), presence=np.zeros((0, 0), np.uint8))
        for n in (2, 8)
    )
    said = [
        weigh(index.segments[0], laid, hear(some, 0, TEN, RECIPE), RECIPE).score
        for some in (two, eight)
    ]

    assert said[0] < 0
    assert said[1] > 50


def test_what_few_votes_do_not_show_a_deeper_look_into_a_longer_window_finds(index, songs):
    song = songs["song-3"]
    drowned = join(listen(song + hiss(5, 40, 6 * float(song.std()))))
    first = 8 * 43
    few = replace(DEEP, votes=60, candidates=1)
    short = search(index, drowned, hear(drowned, first, first + TEN, RECIPE), pace=few)
    found = search(index, drowned, hear(drowned, first, first + 2 * TEN, RECIPE), pace=DEEP)
    laid = found[0].laid

    assert all(one.log_odds < CERTAIN for one in short)
    assert "song-3" == index.segments[laid.segment].recordings[laid.recording]
    assert found[0].log_odds > CERTAIN


def test_a_deeper_look_longer_than_the_guard_finds_who_ended_early_in_it(index, songs):
    last = songs["song-3"][-10 * RATE_HZ :]
    heard = join(listen(np.concatenate((last, hiss(7, 20, 0.1 * float(last.std()))))))
    found = search(index, heard, hear(heard, 0, 3 * TEN, RECIPE), pace=DEEP)
    laid = found[0].laid

    assert "song-3" == index.segments[laid.segment].recordings[laid.recording]
    assert found[0].log_odds > CERTAIN


def test_chords_struck_at_the_same_instants_are_not_yet_the_same_sound(tmp_path):
    """For six seconds the chords of these two happen to begin together."""
    known, other = (made_up_music(seed, 60, rate_hz=RATE_HZ) for seed in (118, 902))
    write_segment(tmp_path / "known.qseg", [("known", fingerprint(known, RATE_HZ))])
    index = Index.open([tmp_path / "known.qseg"])
    marks = join(listen(other))
    odds = [
        one.log_odds
        for first in range(0, int(marks.until) - TEN, 43)
        for one in search(index, marks, hear(marks, first, first + TEN, RECIPE))
    ]

    assert max(odds) < CERTAIN - 3


def landmarks_at(frames):
    """Landmarks at these frames, each of another frequency."""
    bins = (40 + 7 * np.arange(len(frames)) % 800).astype(np.float32)
    return Landmarks(np.sort(frames).astype(np.int32), bins, np.ones_like(bins), TEN)


@given(st.integers(0, 2**32))
def test_where_all_moments_are_alike_none_counts_as_crowded(seed):
    frames = np.random.default_rng(seed).integers(0, TEN, 900)

    assert np.abs(hear(landmarks_at(frames), 0, TEN, RECIPE).crowd - 1).mean() < 0.15


@given(st.integers(2, 12), st.integers(10, 40))
def test_a_landmark_among_many_that_begin_together_is_that_much_less_of_a_wonder(chord, apart):
    struck = np.arange(10, TEN - 10, apart)
    crowd = hear(landmarks_at(np.repeat(struck, chord)), 0, TEN, RECIPE).crowd

    assert crowd[struck].min() > 0.2 * apart * (chord - 1) / chord
    assert np.delete(crowd, (struck[:, None] + np.arange(-2, 3)).ravel()).max() == 0.5


def test_the_one_landmark_in_ten_that_comes_through_still_speaks_for_a_recording(
    index, marks, laid
):
    """In a crowd or beneath a voice; the nine missing ones do not speak against it."""
    dice = np.random.default_rng(3)
    few = marks.where(dice.random(len(marks.frames)) < 0.1)
    scores = []
    for aside in (0, 150, -150):
        there = replace(laid, place=laid.place + aside)
        heard = hear(few, 200, 200 + 3 * TEN, RECIPE)
        scores.append(weigh(index.segments[0], there, heard, RECIPE).score)

    assert scores[0] > 10 * abs(max(scores[1:]))


def test_evidence_by_frame_sums_to_about_the_score(index, marks, laid):
    heard = hear(marks, 0, TEN, RECIPE)
    weight = weigh(index.segments[0], laid, heard, RECIPE)
    nats = nats_by_frame(index.segments[0], laid, heard, share=weight.share, recipe=RECIPE)

    assert nats.shape == (TEN,)
    assert nats.sum() > 0.9 * weight.score > 0


@given(st.floats(0, 500), st.floats(0, 500), st.integers(0, 10**10), st.integers(0, 10**10))
def test_odds_rise_with_the_score_and_fall_with_the_catalogue(score, more, frames, further):
    odds = log_odds(score, frames)

    assert odds <= log_odds(score + more, frames)
    assert odds >= log_odds(score, frames + further)
    assert abs(score_at(odds, frames) - score) < 1e-6


@given(st.floats(0, 500), st.integers(0, 10**10), st.integers(1, 4000), st.integers(1, 4000))
def test_the_longer_a_window_the_more_is_asked_of_it_up_to_forty_seconds(score, frames, one, other):
    odds = [log_odds(score, frames, length) for length in (min(one, other), max(one, other))]
    bounds = [log_odds(score, frames, length) for length in (TEN, 4 * TEN)]

    assert bounds[0] >= odds[0] >= odds[1] >= bounds[1]
    assert np.isclose(bounds[0] - bounds[1], 9 / 1.6, atol=0.1)  # 0.3 nats a second


def test_a_search_names_the_recording_and_its_place(index, marks, laid):
    best = search(index, marks, hear(marks, 500, 500 + TEN, RECIPE))[0]

    assert laid.who == best.laid.who
    assert abs(best.laid.place_at(500) - laid.place_at(500)) <= 1
    assert best.log_odds > log_odds(100, frames_of(index))


@pytest.mark.parametrize("by", [1.001, 0.9985])
def test_a_speed_nearly_right_is_put_right(index, songs, laid, by):
    song = songs["song-1"]
    at = np.arange(0, len(song) - 1, by)
    run = np.interp(at, np.arange(len(song)), song).astype(np.float32)
    marks = join(listen(run))
    for length in (TEN, 2 * TEN):
        laid = refined(index, laid, hear(marks, 0, length, RECIPE))

    assert abs(laid.warp.speed - by) < 0.0006
    assert laid.warp.speed == laid.warp.pitch


def test_what_is_as_recorded_stays_as_recorded(index, marks, laid):
    assert AS_RECORDED == refined(index, laid, hear(marks, 0, TEN, RECIPE)).warp


def test_a_recording_accounts_for_most_of_its_own_sound(index, songs, laid):
    marks = join(listen(songs["song-1"])).strongest(30)
    other = join(listen(songs["song-3"])).strongest(30)
    left = unexplained(marks, index.segments[0], laid, RECIPE)
    spared = unexplained(other, index.segments[0], laid, RECIPE)

    assert len(left.frames) < 0.1 * len(marks.frames)
    assert len(spared.frames) > 0.7 * len(other.frames)


def test_a_recording_run_faster_is_over_sooner(index, laid):
    length = int(index.segments[0].lengths[laid.recording])

    assert (0, length) == span(index.segments[0], laid)
    assert (0, round(length / 1.25)) == span(index.segments[0], replace(laid, warp=deck(1.25)))


def test_the_ladder_reaches_eight_per_cent_and_two_semitones_without_gaps():
    decks = sorted({1.0, *(warp.speed for warp in LADDER if warp.speed == warp.pitch)})
    tempos = sorted({1.0, *(warp.speed for warp in LADDER if warp.pitch == 1.0)})
    pitches = {round(12 * np.log2(warp.pitch)) for warp in LADDER if warp.speed == 1.0}

    assert (decks[0], decks[-1]) <= (0.92, 1.08) <= (decks[-1], decks[-1])
    assert max(np.diff(decks)) < 0.0041
    assert max(np.diff(tempos)) < 0.0101
    assert {-2, -1, 1, 2} == pitches


@given(st.sampled_from(LADDER))
def test_a_warp_undone_and_done_again_is_what_was_heard(marks, warp):
    back = warp.undone(marks, first=0)
    again = Warp(1 / warp.speed, 1 / warp.pitch).undone(back, first=0)

    assert np.abs(again.frames - marks.frames).max() <= 1
    assert np.allclose(again.bins, marks.bins, rtol=1e-5)
