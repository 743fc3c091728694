"""When a recording began and ceased, told from landmarks that came through or did not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.matcher.alignment import Alignment
from edge.matcher.edges import LAG_FRAMES, Expected, began, ceased
from edge.matcher.hold import Hold
from edge.matcher.presence import CLASSES
from edge.matcher.recipe import RECIPE
from edge.matcher.score import SHARES, UNSEEN
from edge.matcher.track import Reach

NOW = 2580
FOUND = 60.0  # times sooner than by chance a landmark of the recording stands in its place
CHANCE = 0.03  # of the places expected something stands anyway


def played(seed, *, share, end, fade=1, last=4000, listed_until=4000, words=0, rising=False):
    """A recording's landmarks, thirty a second, of which a share comes through until an end.

    Where there are words of so many frames, with pauses as long, it comes through in the pauses.
    How loud places are is known if they are rising.
    """
    dice = np.random.default_rng(seed)
    frames = np.sort(dice.choice(min(NOW, listed_until), round(min(NOW, listed_until) * 0.7)))
    left = np.clip((end - frames) / fade, 1e-9, 1)
    through = dice.random(len(frames)) < np.maximum(0, share + 0.3 * np.log10(left))
    through &= frames // words % 2 == 0 if words else True
    ratios = np.where(through, FOUND, 0.0)
    ratios[dice.random(len(frames)) < CHANCE] = 2.0
    there = share + 0.3 * np.log10(left) > 0
    there &= frames // words % 2 == 0 if words else True
    return expecting(frames, ratios, last, levels(dice, share, there) if rising else None)


def levels(dice, share, there):
    """Classes of how loud places are, as they are where a recording sounds and by chance."""
    chance = np.append(np.full(9, 0.1), (0.05, 0.03, 0.02))
    row = chance * UNSEEN[np.searchsorted(SHARES, share), :CLASSES]
    sounding = dice.choice(CLASSES, len(there), p=row / row.sum())
    return np.where(there, sounding, dice.choice(CLASSES, len(there), p=chance))


def expecting(frames, ratios, last, louds=None):
    """Landmarks of which it is known, or not, how loud their places are."""
    louds = np.full(len(frames), CLASSES) if louds is None else louds
    louds = louds.astype(np.uint8)
    return Expected(frames.astype(np.int64), ratios, louds, 0, last)


def told(expected, now=NOW, **how):
    highest = np.cumsum(np.log(0.9 + 0.1 * expected.ratios))
    reached = int(expected.frames[np.argmax(highest)]) + 1
    return ceased(expected, start=0, reached=min(reached, now), now=now, **how), reached


def many(**how):
    """How many frames late an end is told, and the last evidence stands, forty times."""
    ends = [told(played(seed, end=2000, **how)) for seed in range(40)]
    return np.array(ends).T - 2000


@pytest.mark.parametrize("share", [0.15, 0.3, 0.6])
def test_what_is_cut_off_ends_within_a_second_of_the_cut(share):
    late, _ = many(share=share)

    assert np.mean(np.abs(late) <= RECIPE.frame(1)) > 0.9


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_where_levels_are_heard_too_a_cut_is_told_within_a_second(share):
    late, _ = many(share=share, rising=True)

    assert np.mean(np.abs(late) <= RECIPE.frame(1)) > 0.9


@pytest.mark.parametrize("share", [0.15, 0.2, 0.3])
@pytest.mark.parametrize("fade", [86, 129])
def test_what_is_faded_out_lasts_longer_than_it_is_heard(share, fade):
    late, heard_late = many(share=share, fade=fade)

    assert np.mean(np.abs(late) <= np.abs(heard_late)) > 0.9
    assert abs(np.median(late)) <= RECIPE.frame(1)


def test_what_comes_through_between_words_is_taken_to_be_faded_out():
    late, _ = many(share=0.3, fade=129, words=30)

    assert abs(np.median(late)) <= RECIPE.frame(0.3)


def test_what_ends_beneath_another_recording_was_faded_slowly():
    parts = [played(seed, share=0.4, end=2000, fade=258) for seed in range(40)]
    alone, beneath = (np.array([told(one, beneath=so)[0] for one in parts]) for so in (False, True))

    assert np.all(beneath >= alone)
    assert abs(np.median(beneath - 2000)) < abs(np.median(alone - 2000))


def test_a_recording_that_dies_away_is_played_to_its_end():
    fading = played(1, share=0.4, end=1800, last=2200, listed_until=1830)

    assert 2200 + LAG_FRAMES == told(fading)[0]


def test_a_recording_cut_before_its_end_is_not_played_to_its_end():
    cut = played(1, share=0.4, end=1800, last=2000)

    assert abs(told(cut)[0] - 1800) < 43


@pytest.mark.parametrize(("silent", "begins"), [(40, 0), (200, 200), (300, 300)])
def test_a_recording_is_played_from_its_beginning_if_little_speaks_against_it(silent, begins):
    dice = np.random.default_rng(2)
    frames = np.sort(dice.choice(NOW, 1800))
    ratios = np.where((frames >= silent) & (dice.random(1800) < 0.4), FOUND, 0.0)
    expected = expecting(frames, ratios, NOW)

    assert begins == began(expected, reached=silent, since=0)
    assert silent == began(expected, reached=silent, since=1)


@given(
    seed=st.integers(0, 1000), end=st.integers(100, NOW), last=st.integers(100, 4000),
    now=st.integers(100, NOW), fade=st.integers(1, 300),
)  # fmt: skip
def test_nothing_ends_before_it_began_or_after_now_or_beyond_itself(seed, end, last, now, fade):
    expected = played(seed, share=0.3, end=min(end, last), fade=fade, listed_until=last, last=last)
    start = min(50, now)
    ended = ceased(expected, start=start, reached=min(end, last, now), now=now)

    assert start <= ended <= min(now, last + LAG_FRAMES)


@given(odds=st.floats(14.8, 40), frames=st.integers(86, 2000), left=st.booleans())
def test_only_what_is_short_and_barely_believed_is_fleeting(odds, frames, left):
    one = Hold(Alignment(0, 0, 0, 0.0), odds, 0.1, 0, 0, Reach(frames), 0 if left else None)

    assert (odds < 17.8 and frames < 645 and not left) == one.fleeting(14.8)
