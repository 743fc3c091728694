from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matcher_sounds import RATE_HZ, hiss, listen, play

from edge.matcher.cadence import STEP_FRAMES
from edge.matcher.detect import Detector
from edge.matcher.fingerprint import Fingerprint, fingerprint
from edge.matcher.index import Index
from edge.matcher.landmarks import Landmarks, join
from edge.matcher.recipe import RECIPE
from edge.matcher.search import THOROUGH
from edge.matcher.warp import Warp, deck
from edge.matcher.write import write_segment


def detections(index, sound, cuts=None):
    detector, found = Detector(index), []
    for part in listen(sound, cuts):
        found += detector.feed(part)
    return found + detector.close()


def seconds(found):
    return RECIPE.seconds(found.start), RECIPE.seconds(found.end)


def silence(length):
    return np.zeros(round(length * RATE_HZ), np.float32)


@pytest.fixture(scope="module")
def evening(songs):
    """Noise, a song from its middle, noise, a whole song, a stranger."""
    parts = [
        silence(7),
        songs["song-2"][8 * RATE_HZ : 28 * RATE_HZ],
        silence(21),
        songs["song-5"],
        silence(3),
        play(99, 25),
    ]
    sound = np.concatenate(parts)
    return sound + hiss(8, len(sound) / RATE_HZ, 0.003)


@pytest.fixture(scope="module")
def heard(index, evening):
    return detections(index, evening)


def test_an_evening_is_heard_as_it_was_played(heard):
    first, second = heard

    assert ["song-2", "song-5"] == [first.recording_id, second.recording_id]
    assert np.allclose(seconds(first), (7, 27), atol=0.6)
    assert np.allclose(seconds(second), (48, 88), atol=0.6)
    assert abs(first.reference_start_seconds - 8) < 0.6
    assert abs(second.reference_start_seconds - 0) < 0.6
    assert min(first.confidence, second.confidence) > 0.99
    assert (1.0, 1.0) == (first.speed, second.speed)


@settings(max_examples=4, deadline=None)
@given(cuts=st.lists(st.integers(0, 110 * RATE_HZ), min_size=1, max_size=6))
def test_a_stream_cut_anywhere_gives_the_same_detections(index, evening, heard, cuts):
    assert heard == detections(index, evening, cuts)


@pytest.mark.parametrize("speed", [25 / 24, 0.98])
def test_a_song_run_too_fast_or_slow_is_found_and_its_speed_told(index, songs, speed):
    song = songs["song-4"]
    at = np.arange(0, len(song) - 1, speed)
    (found,) = detections(index, np.interp(at, np.arange(len(song)), song).astype(np.float32))

    # Landmarks are true to a frame, 23 ms, and forty seconds of them tell a speed to 0.12 %: what
    # counts is that the place told does not drift from the true one before the song is over.
    drift = (found.speed - speed) * 40 / speed

    assert "song-4" == found.recording_id
    assert abs(drift) < 0.1
    assert np.allclose(seconds(found), (0, 40 / speed), atol=0.6)


def test_a_song_is_still_found_under_noise_as_loud_as_itself(index, songs):
    song = songs["song-1"]
    noisy = song + hiss(4, 40, float(song.std()))

    assert ["song-1"] == [found.recording_id for found in detections(index, noisy)]


def test_half_the_level_or_twice_it_changes_nothing_that_is_told(index, songs):
    found = [detections(index, songs["song-0"] * np.float32(gain)) for gain in (0.05, 1.0)]

    assert [["song-0"], ["song-0"]] == [[one.recording_id for one in ones] for ones in found]


def test_five_seconds_are_enough(index, songs):
    clip = songs["song-4"][20 * RATE_HZ : 25 * RATE_HZ]
    (found,) = detections(index, clip)

    assert "song-4" == found.recording_id
    assert abs(found.reference_start_seconds - RECIPE.seconds(found.start) - 20) < 0.1


@pytest.mark.parametrize(("after", "surer", "told"), [
    (24, 3.0, ["song-4"]),
    (24, np.inf, []),
    (0, np.inf, ["song-4"]),
])  # fmt: skip
def test_who_is_found_when_all_is_over_and_was_long_gone_must_be_surer(
    index, songs, monkeypatch, after, surer, told
):
    """Nobody is looked for but when the stream ends."""
    monkeypatch.setattr("edge.matcher.cadence.THOROUGH", replace(THOROUGH, candidates=0))
    monkeypatch.setattr("edge.matcher.hold._SURER", surer)
    sound = np.concatenate([songs["song-4"][: 6 * RATE_HZ], silence(after)])

    found = detections(index, sound + hiss(5, len(sound) / RATE_HZ, 0.003))

    assert told == [one.recording_id for one in found]


@pytest.mark.parametrize(("relief", "told"), [(0.0, []), (4985.2, ["song-4"])])
def test_when_a_stream_ends_less_is_asked(index, songs, monkeypatch, relief, told):
    monkeypatch.setattr("edge.matcher.detect.CERTAIN", 5000.0)
    monkeypatch.setattr("edge.matcher.detect._RELIEF", relief)
    detector = Detector(index)

    assert [] == detector.feed(join(listen(songs["song-4"][: 20 * RATE_HZ])))
    assert told == [one.recording_id for one in detector.close()]


@pytest.mark.parametrize("kind", ["as recorded", "too fast"])
def test_of_who_is_not_believed_it_is_known_what_he_lacks(index, songs, monkeypatch, kind):
    song = songs["song-4"][: 20 * RATE_HZ]
    if kind == "too fast":
        at = np.arange(0, len(song) - 1, 25 / 24)
        song = np.interp(at, np.arange(len(song)), song).astype(np.float32)
    doubted = []
    for asked in (5000.0, 5020.0):
        monkeypatch.setattr("edge.matcher.detect.CERTAIN", asked)
        detector = Detector(index)
        assert [] == detector.feed(join(listen(song)))
        doubted.append(detector.closest)

    assert ["song-4", "song-4"] == [one.recording_id for one in doubted]
    assert 0 < doubted[0].lack < 5000
    assert np.isclose(doubted[1].lack - doubted[0].lack, 20)


def test_of_who_was_not_believed_before_nothing_is_known_any_more(index):
    detector = Detector(index)
    sound = np.concatenate([play(77, 20), silence(130)])
    closest = []
    for part in listen(sound, [20 * RATE_HZ, 100 * RATE_HZ])[:3]:
        detector.feed(part)
        closest.append(detector.closest)

    assert closest[0].lack > 0
    assert closest[2] is None


def test_a_song_laid_over_another_is_heard_too(index, songs):
    both = np.zeros(60 * RATE_HZ, np.float32)
    both[: 40 * RATE_HZ] += songs["song-0"]
    both[20 * RATE_HZ :] += songs["song-3"]
    heard = {one.recording_id: seconds(one) for one in detections(index, both)}

    assert {"song-0", "song-3"} == set(heard)
    assert np.allclose(heard["song-0"], (0, 40), atol=1.5)
    assert np.allclose(heard["song-3"], (20, 60), atol=1.5)


def test_a_gap_of_a_few_seconds_does_not_end_a_song(index, songs):
    song = songs["song-1"].copy()
    song[15 * RATE_HZ : 21 * RATE_HZ] = 0
    (found,) = detections(index, song)

    assert np.allclose(seconds(found), (0, 40), atol=0.6)


@pytest.mark.parametrize("since", [8, 20])
def test_a_loop_joined_in_a_doubtful_round_is_told_once_and_in_the_right_place(tmp_path, since):
    bar = play(31, 12)
    song = np.concatenate((bar, bar, bar, play(32, 25)))
    write_segment(tmp_path / "loop.qseg", [("loop", fingerprint(song, RATE_HZ))])
    (found,) = detections(Index.open([tmp_path / "loop.qseg"]), song[since * RATE_HZ :])

    assert np.allclose(seconds(found), (0, 61 - since), atol=0.6)
    assert abs(found.reference_start_seconds - since) < 0.6


def test_a_song_played_twice_is_told_twice(index, songs):
    clip = songs["song-2"][: 20 * RATE_HZ]
    first, second = detections(index, np.concatenate((clip, silence(25), clip)))

    assert np.allclose(seconds(first), (0, 20), atol=0.6)
    assert np.allclose(seconds(second), (45, 65), atol=0.6)


@pytest.mark.parametrize(
    "sound",
    [silence(40), silence(40) + np.float32(0.5), hiss(5, 60, 0.2), play(77, 60), silence(0)],
    ids=["silence", "direct current", "noise", "an unknown song", "nothing"],
)
def test_nothing_is_told_where_nothing_known_sounds(index, sound):
    assert [] == detections(index, sound)


def test_what_is_sounding_is_told_before_it_ends(index, songs):
    detector, ended = Detector(index), []
    for part in listen(songs["song-3"], [25 * RATE_HZ])[:1]:
        ended += detector.feed(part)
    (sounding,) = detector.sounding()

    assert [] == ended
    assert "song-3" == sounding.recording_id
    assert 10 < RECIPE.seconds(sounding.end) <= 25


def test_a_closed_stream_is_forgotten(index, songs):
    detector = Detector(index)
    for part in listen(songs["song-3"]):
        detector.feed(part)

    assert 1 == len(detector.close())
    assert [] == detector.sounding()
    assert [] == detector.close()


def test_memory_does_not_grow_with_the_stream(index, songs):
    detector = Detector(index)
    kept = []
    for part in listen(
        np.concatenate(list(songs.values())), list(range(0, 200 * RATE_HZ, RATE_HZ))
    ):
        detector.feed(part)
        kept.append(len(detector._stream.heard.frames))

    assert max(kept) <= 50 * 90


def test_a_detector_that_joins_a_stream_after_months_hears_only_what_follows(index, songs):
    joined = 2_000_000 * STEP_FRAMES  # four months; searched step by step it would take an hour
    detector, found = Detector(index, since=joined), []
    for part in listen(songs["song-3"]):
        frames = (part.frames + joined).astype(np.int32)
        found += detector.feed(Landmarks(frames, part.bins, part.heights, part.until + joined))
    found += detector.close()

    (expected,) = detections(index, songs["song-3"])
    assert [(expected.start + joined, expected.end + joined)] == [(d.start, d.end) for d in found]
    assert expected.confidence == found[0].confidence


@pytest.mark.parametrize(("song", "at", "tempo"), [("song-0", 18, 0.94), ("song-1", 18, 1.06)])
def test_a_song_stretched_is_told_at_its_tempo_and_all_of_it(index, songs, song, at, tempo):
    """Around one of its moments it also agrees for two seconds with the song as recorded."""
    marks = join(listen(songs[song])).between(43 * at, 43 * at + round(STEP_FRAMES * tempo))
    detector = Detector(index)
    (found,) = detector.feed(Warp(1 / tempo).undone(marks, first=43 * at)) + detector.close()

    assert song == found.recording_id
    assert abs(found.speed - tempo) < 0.005
    assert found.end - found.start > 0.9 * STEP_FRAMES


@pytest.mark.parametrize(("tempo", "pitch"), [(1.035, 2 ** (2 / 12)), (1.03, 2 ** (-1 / 12))])
def test_a_song_run_too_fast_is_no_other_version_of_it_in_the_key_it_has_now(
    songs, tempo, pitch, tmp_path
):
    """Of two that a rung of the ladder would believe in, it is the one that explains far more."""
    prints = {name: fingerprint(songs[name], RATE_HZ) for name in ("song-1", "song-3", "song-4")}
    other = Warp(1 / (1.08 * tempo), 1 / (1.08 * pitch))
    tracks = [*prints.items()] + [
        (f"{name}, transposed", Fingerprint(other.undone(one.landmarks, first=0)))
        for name, one in prints.items()
    ]
    write_segment(tmp_path / "versions.qseg", tracks)
    for name in prints:
        marks = join(listen(songs[name])).between(430, 430 + round(430 * 1.08))
        detector = Detector(Index.open([tmp_path / "versions.qseg"]))
        told = detector.feed(deck(1 / 1.08).undone(marks, first=430)) + detector.close()

        assert [name] == [one.recording_id for one in told]
        assert abs(told[0].speed - 1.08) < 0.002
