"""A film is told by two of its cues that agree on its start; one cue, or chance, tells none."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from central.ingest.films import LONGEST_PAUSE, SLACK, Cue, Film, showings, zero_of
from central.ingest.reconcile import Sounded

BEGAN = datetime(2026, 11, 21, 14, tzinfo=UTC)


def seconds(number):
    return timedelta(seconds=number)


def film(key, *cues, zero=0):
    """A film of these cues: work, second in the film, length in seconds; keys count from 1."""
    made = tuple(
        Cue(100 * key + place, frozenset({work}), seconds(at), seconds(at + long))
        for place, (work, at, long) in enumerate(cues, start=1)
    )
    return Film(key, made, seconds(zero), max(cue.ends for cue in made) - seconds(zero))


def play(key, work, at, long):
    """A play so many seconds after the film began."""
    begins = BEGAN + seconds(at)
    return Sounded(key, work, begins, begins + seconds(long), long * 1000)


@st.composite
def shown(draw):
    """A film whose works all differ, and plays each within its cue, the first from its start."""
    gaps = draw(
        st.lists(st.tuples(st.integers(11, 900), st.integers(10, 300)), min_size=2, max_size=12)
    )
    cues, at = [], 0
    for work, (gap, long) in enumerate(gaps, start=1):
        cues.append((work, at + gap, long))
        at += gap + long
    plays = []
    for work, begins, long in cues:
        late = draw(st.integers(0, long - 5)) if plays else 0
        heard = draw(st.integers(5, long - late))
        plays.append(play(f"p{work}", work, begins + late, heard))
    return film(1, *cues), plays


@st.composite
def confusion(draw):
    """Films that share works, and plays of these works at any time."""
    works = st.integers(1, 4)
    cue = st.tuples(works, st.integers(0, 1200), st.integers(1, 200))
    films = [film(key, *draw(st.lists(cue, min_size=1, max_size=5))) for key in (1, 2, 3)]
    heard = st.tuples(st.none() | works, st.integers(-300, 2400), st.integers(1, 120))
    told = enumerate(draw(st.lists(heard, max_size=10)))
    return films, [play(f"p{number}", *one) for number, one in told]


@given(shown())
def test_a_film_is_told_with_the_instant_it_began_and_every_cue_that_was_heard(drawn):
    one, plays = drawn
    (found,) = showings([one], plays)

    assert (BEGAN, BEGAN + one.length, ()) == (found.starts_at, found.ends_at, found.rivals)
    assert [(cue.key, f"p{place}") for place, cue in enumerate(one.cues, start=1)] == list(
        found.heard
    )


@given(confusion())
def test_no_film_is_told_by_one_cue_or_by_one_work_or_by_a_play_outside_its_cue(drawn):
    films, plays = drawn
    cue_of = {cue.key: cue for one in films for cue in one.cues}
    play_of = {one.key: one for one in plays}

    for found in showings(films, plays):
        pairs = [(cue_of[cue], play_of[name]) for cue, name in found.heard]
        assert 2 <= len({cue.key for cue, _ in pairs})
        assert 2 <= len({one.work for _, one in pairs})
        assert len(pairs) == len({one.key for _, one in pairs})
        for cue, one in pairs:
            assert one.work in cue.works
            assert found.starts_at + cue.begins <= one.started_at
            assert one.ended_at <= found.starts_at + cue.ends + 2 * SLACK + LONGEST_PAUSE


@given(confusion(), st.randoms(use_true_random=False))
def test_the_order_of_the_news_changes_nothing(drawn, dice):
    films, plays = drawn
    before = showings(films, plays)
    dice.shuffle(films)
    dice.shuffle(plays)

    assert before == showings(films, plays)


@given(confusion(), st.integers(-(10**6), 10**6))
def test_a_day_later_the_same_is_told_a_day_later(drawn, by):
    films, plays = drawn
    later = [
        replace(one, started_at=one.started_at + seconds(by), ended_at=one.ended_at + seconds(by))
        for one in plays
    ]
    expected = [
        replace(one, starts_at=one.starts_at + seconds(by), ends_at=one.ends_at + seconds(by))
        for one in showings(films, plays)
    ]

    assert expected == showings(films, later)


@given(confusion())
def test_two_films_told_at_one_time_are_each_other_s_rivals(drawn):
    found = showings(*drawn)

    for one in found:
        over = {
            other.film
            for other in found
            if other.film != one.film
            and min(one.ends_at, other.ends_at) - max(one.starts_at, other.starts_at) > 2 * SLACK
        }
        assert over == set(one.rivals)


@given(shown(), st.integers(2, 9), st.integers(0, 1800))
def test_a_pause_delays_the_rest_and_parts_nothing(drawn, after, pause):
    one, _ = drawn
    plays = [
        play(f"p{cue.key}", *cue.works, _whole(cue.begins), _whole(cue.ends - cue.begins))
        for cue in one.cues
    ]
    assume(2 <= len(plays) - after and seconds(pause) < one.length)  # else it is shown twice
    delayed = [
        replace(x, started_at=x.started_at + seconds(pause), ended_at=x.ended_at + seconds(pause))
        for x in plays[after:]
    ]
    (found,) = showings([one], [*plays[:after], *delayed])

    assert BEGAN == found.starts_at
    assert found.ends_at - BEGAN - one.length in (seconds(0), seconds(pause))
    assert {x.key for x in plays} == found.plays


def _whole(length):
    return int(length.total_seconds())


FILM = film(1, (1, 60, 40), (2, 1500, 90), (3, 3000, 30), (1, 4000, 60))


def test_the_same_work_in_two_cues_is_not_two_cues():
    assert [] == showings([FILM], [play("a", 1, 60, 40), play("b", 1, 4000, 60)])


def test_two_cues_that_disagree_on_the_start_tell_no_film():
    apart = _slack() * 2 + 1

    assert [] == showings([FILM], [play("a", 1, 60, 40), play("b", 2, 1500 + apart, 90)])
    assert [] != showings([FILM], [play("a", 1, 60, 40), play("b", 2, 1500 + apart - 1, 90)])


def _slack():
    return int(SLACK.total_seconds())


def test_whole_tracks_of_the_soundtrack_in_the_foyer_are_no_film():
    album = [play("a", 1, 0, 200), play("b", 2, 205, 200), play("c", 3, 410, 200)]

    assert [] == showings([FILM], album)


def test_the_trailer_before_the_film_does_not_move_its_start():
    trailer = [play("t1", 1, -200, 20), play("t2", 2, -170, 30), play("t3", 3, -140, 20)]
    (found,) = showings([FILM], [*trailer, play("a", 2, 1500, 90), play("b", 3, 3000, 30)])

    assert (BEGAN, {"a", "b"}) == (found.starts_at, found.plays)


def test_a_film_shown_twice_is_told_twice():
    plays = [play(f"{at}-{work}", work, at + begins, 30)
             for at in (0, 7200) for work, begins in ((1, 60), (2, 1500))]  # fmt: skip
    found = showings([FILM], plays)

    assert [BEGAN, BEGAN + seconds(7200)] == [one.starts_at for one in found]


def test_films_of_the_same_library_music_are_told_apart_by_more_of_their_own_or_not_at_all():
    episode = film(2, (1, 60, 40), (2, 1500, 90), (9, 2000, 60))
    shared = [play("a", 1, 60, 40), play("b", 2, 1500, 90)]

    assert [(1, (2,)), (2, (1,))] == [
        (one.film, one.rivals) for one in showings([FILM, episode], shared)
    ]
    assert [(2, ())] == [
        (one.film, one.rivals)
        for one in showings([FILM, episode], [*shared, play("c", 9, 2000, 60)])
    ]
    both = [*shared, play("c", 9, 2000, 60), play("d", 3, 3000, 30)]
    assert [(1, (2,)), (2, (1,))] == [
        (one.film, one.rivals) for one in showings([FILM, episode], both)
    ]


def test_films_one_after_the_other_are_no_rivals():
    short = film(2, (8, 10, 40), (9, 300, 60))
    before = [play("a", 8, 10 - 365, 40), play("b", 9, 300 - 365, 60)]
    found = showings([FILM, short], [*before, play("c", 2, 1500, 90), play("d", 3, 3000, 30)])

    assert [(2, ()), (1, ())] == [(one.film, one.rivals) for one in found]


def test_time_codes_that_count_from_an_hour_tell_the_same_start():
    hour = zero_of(seconds(3660))
    coded = film(1, (1, 3660, 40), (2, 5100, 90), zero=hour.total_seconds())
    (found,) = showings([coded], [play("a", 1, 60, 40), play("b", 2, 1500, 90)])

    assert (BEGAN, BEGAN + seconds(1590)) == (found.starts_at, found.ends_at)
    assert [seconds(0), seconds(0), seconds(36000)] == [
        zero_of(seconds(at)) for at in (0, 3599, 36001)
    ]


def test_a_chance_agreement_under_a_film_that_was_well_heard_is_nothing():
    other = film(2, (3, 10, 30), (7, 400, 60))
    heard = [play("a", 1, 60, 40), play("b", 2, 1500, 90), play("c", 3, 3000, 30),
             play("d", 7, 3390, 60), play("e", 1, 4000, 60)]  # fmt: skip

    assert [(1, ())] == [(one.film, one.rivals) for one in showings([FILM, other], heard)]
