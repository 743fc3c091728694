"""Laws of works played live: followed by their scores, at any tempo, and never guessed."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from works_sounds import RATE_HZ, REED, applause, beats, compose, hall, melody, perform

from edge.errors import BadCatalogue
from edge.matcher.works.follow import Follower
from edge.matcher.works.references import References
from edge.matcher.works.score import Note, beats_of
from edge.matcher.works.semitones import BEAT_SECONDS, Semitones

PIECES = {f"work-{seed}": compose(seed, 70) for seed in range(6)}


def followed(references, heard, cuts=()):
    follower = Follower(references)
    edges = [0, *sorted(cuts), len(heard)]
    ended = [one for a, b in itertools.pairwise(edges) for one in follower.feed(heard[a:b])]
    return [*ended, *follower.close()]


@pytest.fixture(scope="module")
def references():
    return References.of((name, beats_of(notes)) for name, notes in PIECES.items())


@pytest.fixture(scope="module")
def concert():
    """Silence, a work at another tempo and tuning, applause, another work, applause."""
    parts = [
        hall(8, seed=1),
        perform(PIECES["work-2"], seed=1, tempo=1.2, cents=30),
        applause(8, seed=2),
        perform(PIECES["work-4"], seed=2, tempo=0.75),
        applause(8, seed=3),
    ]
    edges = np.cumsum([0, *(len(part) for part in parts)]) / RATE_HZ / BEAT_SECONDS
    sound = np.concatenate(parts)
    return beats(sound + hall(len(sound) / RATE_HZ, seed=4)), edges


def test_works_are_told_with_their_times_whoever_plays_them(references, concert):
    heard, edges = concert
    told = followed(references, heard)

    assert ["work-2", "work-4"] == [one.reference_id for one in told]
    for one, start, end in zip(told, edges[[1, 3]], edges[[2, 4]], strict=True):
        assert abs(one.start - start) * BEAT_SECONDS < 3
        assert abs(one.end - end) * BEAT_SECONDS < 3
        assert one.confidence > 0.99
    assert told[0].tempo == pytest.approx(1.2, abs=0.1)
    assert told[1].tempo == pytest.approx(0.75, abs=0.1)


def test_a_work_is_followed_at_little_more_than_a_third_of_its_scores_tempo(references):
    (told,) = followed(references, beats(perform(PIECES["work-1"], seed=6, tempo=0.37)))

    assert told.reference_id == "work-1"
    assert told.tempo == pytest.approx(0.37, abs=0.05)


def test_a_work_is_known_on_instruments_that_are_louder_in_their_overtones(references):
    sound = perform(PIECES["work-1"], seed=5, tempo=0.9, timbre=REED)
    told = followed(references, beats(sound + hall(len(sound) / RATE_HZ, seed=6)))

    assert ["work-1"] == [one.reference_id for one in told]


def test_one_tone_that_is_held_sounds():
    heard = beats_of([Note(0, 12, 69)])

    assert heard[: int(12 / BEAT_SECONDS)].any(axis=1).all()


def test_a_work_of_one_voice_is_told_from_others_of_one_voice():
    alone = References.of((name, beats_of(melody(notes))) for name, notes in PIECES.items())
    sound = perform(melody(PIECES["work-3"]), seed=7, tempo=1.1)
    told = followed(alone, beats(sound + hall(len(sound) / RATE_HZ, seed=8)))

    assert ["work-3"] == [one.reference_id for one in told]


def test_music_in_the_style_of_all_of_them_is_none_of_them(references):
    heard = beats(perform(compose(99, 120), seed=9))

    assert [] == followed(references, heard)


def test_silence_noise_and_applause_are_no_works(references):
    sound = np.concatenate([np.zeros(30 * RATE_HZ, np.float32), hall(30, seed=5, loud=0.1)])
    heard = beats(np.concatenate([sound, applause(30, seed=6)]))

    assert [] == followed(references, heard)


@settings(max_examples=8)
@given(st.lists(st.integers(0, 300), max_size=4))
def test_a_stream_cut_anywhere_gives_the_same_answers(references, concert, cuts):
    heard, _ = concert

    assert followed(references, heard) == followed(references, heard, cuts)


@settings(max_examples=5)
@given(st.lists(st.integers(0, 40 * RATE_HZ), max_size=4))
def test_sound_cut_anywhere_gives_the_same_beats(cuts):
    sound = perform(PIECES["work-1"], seed=3)[: 40 * 11025]
    semitones, edges = Semitones(), [0, *sorted(cuts), len(sound)]
    parts = [semitones.feed(sound[a:b]) for a, b in itertools.pairwise(edges)]
    once = Semitones()

    np.testing.assert_array_equal(
        np.concatenate([once.feed(sound), once.close()]),
        np.concatenate([*parts, semitones.close()]),
    )


def test_the_order_of_the_references_changes_nothing(references, concert):
    heard, _ = concert
    backwards = References.of((name, beats_of(PIECES[name])) for name in reversed(PIECES))

    assert references.to_bytes() == backwards.to_bytes()
    assert followed(references, heard) == followed(backwards, heard)


def test_other_works_beside_it_change_nothing_of_a_work(references, concert):
    heard, _ = concert
    alone = References.of([("work-2", beats_of(PIECES["work-2"]))])

    assert followed(alone, heard) == followed(references, heard)[:1]


def test_a_repeat_is_one_performance(references):
    piece = perform(PIECES["work-3"], seed=5)
    half = 40 * RATE_HZ
    (told,) = followed(references, beats(np.concatenate([piece[:half], piece])))

    assert "work-3" == told.reference_id
    assert (told.end - told.start) * BEAT_SECONDS == pytest.approx(111, abs=4)


def test_what_is_sounding_is_known_before_it_ends(references, concert):
    heard, edges = concert
    follower = Follower(references)
    follower.feed(heard[: int(edges[1]) + 100])
    (one,) = follower.sounding()

    assert one.reference_id == "work-2"
    assert one.start - 64 <= follower.settled <= one.start


def test_scores_survive_their_file(references):
    again = References.from_bytes(references.to_bytes())

    assert (references.ids, references.bands.tolist()) == (again.ids, again.bands.tolist())


@given(st.data())
def test_an_altered_file_is_refused(references, data):
    stored = bytearray(references.to_bytes())
    at = data.draw(st.integers(0, len(stored) - 1))
    stored[at] ^= data.draw(st.integers(1, 255))

    with pytest.raises(BadCatalogue):
        References.from_bytes(bytes(stored))


@given(st.integers(0, 200))
def test_a_torn_file_is_refused(references, kept):
    with pytest.raises(BadCatalogue):
        References.from_bytes(references.to_bytes()[:kept])


def test_an_announced_work_is_believed_sooner_and_no_other_is(references, concert):
    heard, edges = concert
    alone, told = Follower(references), Follower(references)
    told.expect({"work-2": 0, "work-5": 0, "a work without a score": 0})
    first = {}
    for at in range(0, int(edges[2]), 8):
        for name, follower in (("alone", alone), ("told", told)):
            follower.feed(heard[at : at + 8])
            if follower.sounding():
                first.setdefault(name, (at, [one.reference_id for one in follower.sounding()]))

    assert first["told"][0] < first["alone"][0]
    assert ["work-2"] == first["told"][1] == first["alone"][1]
    assert min(one.confidence for one in told.sounding()) > 0.9


def test_a_programme_makes_no_work_out_of_other_music(references):
    follower = Follower(references)
    follower.expect(dict.fromkeys(PIECES, 0))
    heard = beats(perform(compose(99, 90), seed=9))

    assert [] == [*follower.feed(heard), *follower.close()]


@pytest.mark.parametrize(("cents", "semitones"), [(-101, -1), (8, 0), (200, 2), (-200, -2)])
def test_a_work_is_followed_at_the_pitch_and_in_the_key_that_is_asked_for(
    references, cents, semitones
):
    heard = beats(perform(PIECES["work-2"], seed=4, cents=cents))
    asked, unasked = Follower(references), Follower(references)
    asked.expect(dict.fromkeys(PIECES, semitones))
    (told,) = [*asked.feed(heard), *asked.close()]
    others = [*unasked.feed(heard), *unasked.close()]

    assert told.reference_id == "work-2"
    assert (told.end - told.start) * BEAT_SECONDS == pytest.approx(70, abs=4)
    assert ["work-2"] * (semitones == 0) == [one.reference_id for one in others]
