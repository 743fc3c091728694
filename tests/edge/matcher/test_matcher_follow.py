"""From where to where a work was played, when not all of it is heard."""

from dataclasses import replace

import numpy as np
import pytest
from works_sounds import RATE_HZ, applause, beats, compose, hall, perform

from edge.matcher.works.alignment import ACCEPTED, BLOCK, MOVED, UNIT
from edge.matcher.works.follow import Follower
from edge.matcher.works.references import References
from edge.matcher.works.score import Note, beats_of
from edge.matcher.works.semitones import BEAT_SECONDS
from edge.sync.letters import MOST_SEMITONES

LONG, OTHER = compose(21, 240.0), compose(22, 90.0)
QUIET = 20.0  # s before and after


@pytest.fixture(scope="module")
def references():
    return References.of([("long", beats_of(LONG)), ("other", beats_of(OTHER))])


@pytest.fixture(scope="module")
def played():
    """The long work, 240 s of it."""
    return perform(LONG, seed=1)


def told(references, *parts):
    """What is told of sounds one after the other: work, from when to when, s."""
    silence = np.zeros(round(QUIET * RATE_HZ), np.float32)
    sound = np.concatenate([silence, *parts, applause(2 * QUIET, seed=3)])
    follower = Follower(references)
    found = [*follower.feed(beats(sound)), *follower.close()]
    return [
        (one.reference_id, one.start * BEAT_SECONDS - QUIET, one.end * BEAT_SECONDS - QUIET)
        for one in found
    ]


def seconds(sound, first, last):
    return sound[round(first * RATE_HZ) : round(last * RATE_HZ)]


def drowned(sound, first, last):
    """The same, with people much louder than the music between two moments, s."""
    noise = applause(len(sound) / RATE_HZ + 1, seed=4)[: len(sound)]
    gain = np.zeros(len(sound), np.float32)
    gain[round(first * RATE_HZ) : round(last * RATE_HZ)] = 1
    return sound * (1 - 0.99 * gain) + noise * gain


def near(seconds):
    return pytest.approx(seconds, abs=3)


def whole(sound):
    return [("long", near(0), near(len(sound) / RATE_HZ))]


def test_a_work_that_is_drowned_in_its_midst_is_one_performance(references, played):
    assert told(references, drowned(played, 90, 150)) == whole(played)


def test_a_work_whose_first_and_last_seconds_are_drowned_was_played_whole(references, played):
    end = len(played) / RATE_HZ

    assert told(references, drowned(played, 0, 10)) == whole(played)
    assert told(references, drowned(played, end - 20, end)) == whole(played)


def slowed(notes, first, last, tempo):
    """The same notes, but what is written from one second to another is played at another tempo."""
    written = (0, first, last, 1000)
    played = np.concatenate(([0], np.cumsum(np.diff(written) / (1, tempo, 1))))
    return [
        replace(note, start=float(start), end=float(end))
        for note in notes
        for start, end in [np.interp((note.start, note.end), written, played)]
    ]


def test_first_pages_that_are_played_much_slower_than_written_belong_to_a_work(references):
    slow = perform(slowed(LONG, 0, 20, 0.4), seed=1)

    assert told(references, slow) == whole(slow)


def test_last_pages_that_are_played_much_slower_than_written_belong_to_a_work(references):
    slow = perform(slowed(LONG, 220, 240, 0.4), seed=1)

    assert told(references, slow) == whole(slow)


def test_other_music_after_a_work_that_is_broken_off_is_not_its_end(references, played):
    broken_off = seconds(played, 0, 130)
    strange = perform(compose(33, 120.0), seed=2)

    assert told(references, broken_off, strange) == [("long", near(0), near(130))]


def test_a_slow_work_is_never_told_from_before_its_first_beat(references):
    slow = perform(LONG, seed=6, tempo=0.7)
    silence = np.zeros(60 * RATE_HZ, np.float32)
    follower = Follower(references)

    found = [*follower.feed(beats(np.concatenate([silence, drowned(slow, 0, 25)])))]
    [one] = [*found, *follower.close()]

    assert one.from_beat == 0
    assert one.start * BEAT_SECONDS == near(60)


def test_a_work_may_be_announced_in_every_key_that_an_announcement_can_name():
    assert MOVED == MOST_SEMITONES


def test_a_last_chord_that_is_held_belongs_to_its_work(references, played):
    last = round(0.9 * RATE_HZ)
    chord = played[-2 * last : -last]
    faded = [chord * np.float32(0.8**n) for n in range(8)]
    held = np.concatenate([played[:-last], *faded])

    assert told(references, held) == whole(held)


def test_half_of_a_work_is_half_of_it(references, played):
    assert told(references, seconds(played, 0, 120)) == [("long", near(0), near(120))]


def test_a_work_that_is_begun_anew_later_was_played_twice(references, played):
    part = seconds(played, 0, 100)
    twice = told(references, part, hall(40, seed=5, loud=0.1), part)

    assert twice == [("long", near(0), near(100)), ("long", near(140), near(240))]


def test_another_work_between_its_halves_is_told_between_them(references, played):
    other = perform(OTHER, seed=2)
    between = len(other) / RATE_HZ
    parts = [seconds(played, 0, 100), other, seconds(played, 100, 170)]

    assert told(references, *parts) == [
        ("long", near(0), near(100)),
        ("other", near(100), near(100 + between)),
        ("long", near(100 + between), near(170 + between)),
    ]


def first_told(references, heard):
    """What is told first of it: after how many beats, and the performance as it is known then."""
    follower = Follower(references)
    for at in range(0, len(heard), BLOCK):
        follower.feed(heard[at : at + BLOCK])
        if here := follower.sounding():
            return at, here[0]
    raise AssertionError("nothing was told")


def test_a_work_is_told_sooner_where_nothing_speaks_for_another(references, played):
    heard = beats(seconds(played, 0, 90))
    pages = beats_of(LONG)
    twins = References.of([("long", pages), ("other", beats_of(OTHER)), ("twin", pages)])
    alone, sure = first_told(references, heard)
    beside, _ = first_told(twins, heard)

    assert alone < beside
    assert sure.reference_id == "long"
    assert sure.score * UNIT >= ACCEPTED


def test_what_is_played_spoke_most_of_late_before_it_is_believed(references, played):
    follower = Follower(references)

    assert follower.feed(beats(seconds(played, 60, 69))) == follower.sounding() == []
    assert references.ids[np.argmax(follower.lately)] == "long"


@pytest.mark.parametrize(
    ("heard_again", "until"),
    [((130, 136), 136), ((30, 36), 100), ((200, 206), 100)],
    ids=["where it would be", "where it was", "where it cannot be yet"],
)
def test_a_lost_work_is_taken_up_where_it_would_be(references, played, heard_again, until):
    between = hall(30, seed=6, loud=0.1)
    parts = [seconds(played, 0, 100), between, seconds(played, *heard_again)]

    assert told(references, *parts) == [("long", near(0), near(until))]


def tuning(seconds, *, seed):
    """Players looking for their A, and the fifths above and below it."""
    dice = np.random.default_rng(seed)
    at = np.sort(dice.uniform(0, seconds - 1, round(4 * seconds))).tolist()
    return [Note(first, first + 1.0, int(dice.choice((57, 62, 69, 76)))) for first in at]


def later(notes, seconds):
    return [replace(one, start=one.start + seconds, end=one.end + seconds) for one in notes]


@pytest.fixture(scope="module")
def pedal():
    """A work that begins with half a minute over open fifths, and one that does not."""
    begins = [*tuning(30, seed=7), *later(compose(23, 90.0), 30)]
    return References.of([("begins", beats_of(begins)), ("other", beats_of(OTHER))])


def told_if_announced(references, sound):
    follower = Follower(references)
    follower.expect(dict.fromkeys(references.ids, 0))
    heard = beats(np.concatenate([sound, applause(QUIET, seed=3)]))
    return [*follower.feed(heard), *follower.close()]


def test_an_orchestra_that_tunes_plays_no_work_that_is_announced(pedal):
    for seed in range(3):
        assert told_if_announced(pedal, perform(tuning(12, seed=40 + seed), seed=seed)) == []


def test_tuning_that_goes_over_into_another_work_is_not_the_beginning_of_the_first(pedal):
    tuned, other = perform(tuning(12, seed=41), seed=1), perform(OTHER, seed=2)
    [one] = told_if_announced(pedal, np.concatenate([tuned, other]))

    assert one.reference_id == "other"


def test_a_work_that_stands_still_is_told_once_as_much_speaks_for_it_as_for_any():
    drone = [Note(at, at + 1.5, pitch) for at in np.arange(0, 90, 1.5) for pitch in (57, 64, 69)]
    known = References.of([("drone", beats_of(drone))])
    [one] = told_if_announced(known, perform(drone, seed=5))

    assert one.reference_id == "drone"
    assert (one.end - one.start) * BEAT_SECONDS == pytest.approx(90, abs=6)
