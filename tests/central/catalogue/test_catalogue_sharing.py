"""What two recordings share is found where it is, and called what it is."""

import numpy as np
import pytest

from central.catalogue.sharing import kind_of, shared
from central.catalogue.suspects import suspects
from edge.matcher.fingerprint import fingerprint
from edge.matcher.index import Index
from edge.matcher.write import write_segment
from tests.edge.matcher.matcher_sounds import RATE_HZ, hiss, play

FRAMES_PER_SECOND = 11025 / 256


def heard(*pieces):
    """The fingerprint of pieces of sound, one after another."""
    return fingerprint(np.concatenate(pieces).astype(np.float32), RATE_HZ)


def marks(*pieces):
    return heard(*pieces).landmarks


def kind(one, other, speed=1.0):
    found = shared(one, other, speed=speed)
    return kind_of(found, one_frames=one.until, other_frames=other.until)


def in_seconds(stretches):
    rates = [(s.first, s.other, s.frames) for s in stretches]
    return [tuple(round(n / FRAMES_PER_SECOND) for n in one) for one in rates]


def cut(sound, first, until):
    return sound[round(first * RATE_HZ) : round(until * RATE_HZ)]


def faster(sound, by):
    at = np.arange(0, len(sound) - 1, by)
    return np.interp(at, np.arange(len(sound)), sound).astype(np.float32)


def test_a_copy_with_noise_and_another_beginning_is_the_same_master():
    sound = play(1, 40)
    one, other = marks(sound), marks(cut(sound, 1.5, 40) * 0.5 + hiss(2, 38.5, 0.002))
    (found,) = shared(one, other)

    assert kind(one, other) == "same"
    assert in_seconds([found]) == [(2, 0, 38)]


def test_a_piece_with_its_middle_cut_out_is_an_edit():
    sound = play(3, 60)
    one, other = marks(sound), marks(cut(sound, 0, 20), cut(sound, 35, 60))

    assert kind(one, other) == "edit"
    assert in_seconds(shared(one, other)) == [(0, 0, 20), (35, 20, 25)]


def test_a_copy_at_another_speed_is_found_at_that_speed():
    sound = play(4, 40)
    one, other = marks(faster(sound, 25 / 24)), marks(sound)

    assert shared(one, other) == []
    assert kind(one, other, 25 / 24) == "same"


def test_one_section_in_common_is_a_part_and_a_phrase_is_a_sample():
    section = play(5, 20)
    one, other = marks(play(6, 20), section), marks(section, play(7, 30))
    long = marks(play(8, 90), cut(section, 0, 8))

    assert (kind(one, other), in_seconds(shared(one, other))) == ("part", [(20, 0, 20)])
    assert kind(one, long) == "sample"


def test_a_loop_is_found_wherever_it_is_played():
    loop = play(9, 6)
    one, other = marks(play(10, 10), loop), marks(loop, play(11, 10), loop)

    assert sorted(in_seconds(shared(one, other))) == [(10, 0, 6), (10, 16, 6)]


def test_other_music_shares_nothing():
    assert shared(marks(play(12, 60)), marks(play(13, 60))) == []


@pytest.mark.parametrize("pieces", [[hiss(1, 0.5, 0.0)], [hiss(1, 30, 0.0)]])
def test_silence_shares_nothing_with_anything(pieces):
    silent = marks(*pieces)

    assert shared(silent, silent) == []
    assert shared(silent, marks(play(1, 10))) == []


def test_it_does_not_matter_which_of_two_is_asked():
    section = play(14, 15)
    one, other = marks(play(15, 10), section), marks(section, play(16, 20), section)
    there = shared(one, other)
    back = [stretch.turned() for stretch in shared(other, one)]

    assert in_seconds(sorted(back, key=lambda s: (s.first, s.other))) == in_seconds(there)


@pytest.fixture(scope="module")
def registered():
    """Recordings of which some share sound."""
    sound, loop = play(20, 40), play(21, 8)
    return {
        "album": heard(sound),
        "faster": heard(faster(sound, 25 / 24)),
        "loop": heard(play(22, 12), loop),
        "other": heard(play(23, 40)),
        "single": heard(cut(sound, 0, 18) + hiss(1, 18, 0.002)),
        "with loop": heard(loop, play(24, 20)),
    }


def suspected(prints, path, asked):
    write_segment(path, prints)
    index = Index.open([path])
    return {
        frozenset((name, other))
        for name, print_ in prints
        if name in asked
        for other, _ in suspects(index, name, print_.landmarks)
    }


def test_those_that_share_sound_are_suspected_in_whatever_order_they_came(registered, tmp_path):
    names = sorted(registered)
    rising = [(name, registered[name]) for name in names]
    found = suspected(rising, tmp_path / "rising.qseg", names)
    falling = suspected(rising[::-1], tmp_path / "falling.qseg", names)

    wanted = [("album", "faster"), ("album", "single"), ("faster", "single"), ("loop", "with loop")]
    assert found == {frozenset(pair) for pair in wanted}
    assert falling == found


def test_whoever_comes_later_finds_those_that_were_there(registered, tmp_path):
    names = sorted(registered)
    found = set()
    for count in range(1, len(names) + 1):
        known = [(name, registered[name]) for name in names[:count]]
        found |= suspected(known, tmp_path / f"{count}.qseg", {names[count - 1]})

    assert found == suspected(
        [(name, registered[name]) for name in names], tmp_path / "whole.qseg", names
    )
