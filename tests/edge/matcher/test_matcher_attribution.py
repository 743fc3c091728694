from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.matcher.activity import Moments, Sound
from edge.matcher.attribution import LONGEST_MOMENTS, Attribution, Known, Live, UnknownMusic
from edge.matcher.detect import Detection
from edge.matcher.recipe import Frame
from edge.matcher.stream import MEMORY_FRAMES
from edge.matcher.texture import MOMENT_FRAMES
from edge.matcher.works.follow import Performance
from edge.matcher.works.semitones import BEAT_FRAMES, Beat


class Watch:
    """What a detector says of itself: how far it is, and what it follows."""

    def __init__(self, decided, follows=()):
        self.decided = Frame(decided * MOMENT_FRAMES)
        self.follows = list(follows)

    def sounding(self):
        return self.follows


def moments(start, *runs):
    sounds = np.concatenate([np.full(count, sound, np.int8) for sound, count in runs])
    return Moments(Frame(start * MOMENT_FRAMES), sounds)


def detection(start, end):
    frames = (Frame(edge * MOMENT_FRAMES) for edge in (start, end))
    return Detection("rec-1", *frames, 0.0, 1.0, 0.99)


def spans(told):
    return [
        (one.start // MOMENT_FRAMES, one.end // MOMENT_FRAMES)
        for one in told
        if isinstance(one, UnknownMusic)
    ]


def test_music_that_no_recording_explains_is_told_with_its_times():
    attribution = Attribution()
    attribution.hear(moments(0, (Sound.SILENCE, 10), (Sound.MUSIC, 20), (Sound.SPEECH, 10)))

    assert [UnknownMusic(Frame(430), Frame(1290), 1.0)] == attribution.settle()


def test_a_recording_is_itself_proof_of_music_so_nothing_in_it_is_unknown():
    attribution = Attribution()
    attribution.hear(moments(0, (Sound.MUSIC, 20), (Sound.SPEECH, 20), (Sound.MUSIC, 20)))
    attribution.take([detection(0, 60)])
    known, *unknown = attribution.settle()

    assert ([], 1 - 20 / 60) == (unknown, known.foreground)


def test_what_may_still_become_known_waits():
    attribution = Attribution()
    attribution.hear(moments(0, (Sound.MUSIC, 100), (Sound.SILENCE, 200)))
    followed = detection(90, 150)

    assert [] == attribution.tell(Watch(100))
    assert [] == attribution.tell(Watch(300, [followed]))[1:]
    assert [(0, 100)] == spans(attribution.going_on(None))


def test_a_stretch_beside_a_known_one_ends_where_that_may_fade():
    attribution = Attribution()
    attribution.hear(moments(0, (Sound.MUSIC, 100)))
    attribution.take([detection(40, 60)])

    assert [(0, 38), (62, 100)] == spans(attribution.settle())


def test_a_detection_waits_until_its_seconds_are_told():
    attribution = Attribution()
    attribution.hear(moments(0, (Sound.MUSIC, 10)))
    attribution.take([detection(2, 12)])

    assert [] == attribution.tell(Watch(12))
    attribution.hear(moments(10, (Sound.BACKGROUND, 10)))
    assert [Known(detection(2, 12), 0.8)] == attribution.tell(Watch(20))


def test_hours_of_unknown_music_are_told_in_parts_and_not_kept():
    attribution, told = Attribution(), []
    for start in range(0, 20_000, 100):
        attribution.hear(moments(start, (Sound.MUSIC, 100)))
        told += attribution.tell(Watch(start + 100))
        assert (
            len(attribution._sounds) <= LONGEST_MOMENTS + 100 + MEMORY_FRAMES // MOMENT_FRAMES + 3
        )
    told += attribution.settle()

    edges = [*range(0, 20_000, LONGEST_MOMENTS), 20_000]
    assert list(pairwise(edges)) == spans(told)


RUNS = st.lists(st.tuples(st.sampled_from(list(Sound)), st.integers(1, 40)), min_size=1)


@settings(deadline=None)
@given(RUNS, st.lists(st.integers(1, 50), min_size=1))
def test_what_is_told_does_not_depend_on_when_it_is_asked_for(runs, steps):
    whole = moments(0, *runs)
    at_once, bit_by_bit, told, start = Attribution(), Attribution(), [], 0
    at_once.hear(whole)
    while start < len(whole.sounds):
        step = steps[start % len(steps)]
        part = whole.sounds[start : start + step]
        bit_by_bit.hear(Moments(Frame(start * MOMENT_FRAMES), part))
        start += len(part)
        told += bit_by_bit.tell(Watch(start))

    assert at_once.settle() == told + bit_by_bit.settle()


def played(start, end):
    """A work played from one beat to another, of a score at its written tempo."""
    return Performance("score-1", Beat(start), Beat(end), 0, end - start, 20.0)


def test_what_was_played_live_is_told_and_not_unknown():
    attribution = Attribution()
    attribution.hear(moments(0, (Sound.MUSIC, 100)))
    attribution.take_live([played(0, 4300 // BEAT_FRAMES)])

    assert [(0, 4300)] == [(one.start, one.end) for one in attribution.settle()]


def test_where_a_recording_sounds_nobody_plays():
    attribution = Attribution()
    attribution.hear(moments(0, (Sound.MUSIC, 200)))
    attribution.take([detection(50, 90)])
    attribution.take_live([played(0, 200 * MOMENT_FRAMES // BEAT_FRAMES)])
    live = [one for one in attribution.settle() if isinstance(one, Live)]

    assert [(0, 2150), (3870, 8600)] == [(one.start, one.end) for one in live]
    assert live[1].from_seconds == pytest.approx(90, abs=0.5)


def test_a_work_that_came_from_a_recording_is_not_told_as_played():
    attribution = Attribution()
    attribution.hear(moments(0, (Sound.MUSIC, 100)))
    attribution.take([detection(0, 98)])
    attribution.take_live([played(0, 4300 // BEAT_FRAMES)])

    assert [Known] == [type(one) for one in attribution.settle()]
