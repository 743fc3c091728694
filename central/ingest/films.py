"""Which films were shown, and from when to when: two cues of one film that agree on its start.

A play that lies within a cue says when the film can have begun. Where plays of different works,
each within another cue, leave an instant open that suits them all, that is a showing; one cue, or
one work however often, is none. A pause in the middle delays what follows it. Foyer music, a
trailer and a soundtrack know the works too, but not when the film has them.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from central.ingest.reconcile import Sounded

SLACK = timedelta(seconds=5)  # sheets tell whole seconds, plays begin and end a little off
LONGEST_PAUSE = timedelta(minutes=30)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue: the works its title may mean, and where in the film it begins and ends."""

    key: int
    works: frozenset[int]
    begins: timedelta
    ends: timedelta


@dataclass(frozen=True, slots=True)
class Film:
    """A film by its cue sheet; the cues whose works were heard are enough, but for its length.

    Attributes:
        cues: keys unique.
        zero: what its sheet calls the first instant; time codes often count from an hour.
        length: from there to the end of the last cue.
    """

    key: int
    cues: tuple[Cue, ...]
    zero: timedelta
    length: timedelta


@dataclass(frozen=True, slots=True)
class Showing:
    """A film as it was shown.

    Attributes:
        starts_at: no box heard it begin: it is where its cues say, within seconds; a play that
            was heard late in its cue only makes it later.
        ends_at: of its last cue, whatever was heard of it.
        heard: which cue each play was, both by key, in the order they sounded.
        rivals: other films that what was heard may as well have been; a person has to say.
    """

    film: int
    starts_at: datetime
    ends_at: datetime
    heard: tuple[tuple[int, str], ...]
    rivals: tuple[int, ...] = ()

    @property
    def plays(self) -> frozenset[str]:
        """Keys of the plays that are cues of it."""
        return frozenset(play for _, play in self.heard)


@dataclass(frozen=True, slots=True)
class _Fit:
    """A play within a cue: when the film began, if it is that cue."""

    cue: Cue
    play: Sounded
    earliest: datetime
    latest: datetime


def zero_of(first_cue_begins: timedelta) -> timedelta:
    """What a sheet calls a film's first instant: the whole hour before its first cue."""
    return first_cue_begins // _HOUR * _HOUR


def showings(films: Iterable[Film], heard: Iterable[Sounded]) -> list[Showing]:
    """The showings that what was heard in one hall tells of, by start; the order in changes none.

    Args:
        films: keys unique.
        heard: plays, keys unique; those of no known work are passed over.
    """
    sounds = sorted(heard, key=lambda sound: (sound.started_at, sound.key))
    found = [one for film in films for one in _showings_of(film, sounds)]
    found = [one for one in found if not any(_outdone(one, by=other) for other in found)]
    told = [replace(one, rivals=_rivals(one, found)) for one in found]
    return sorted(told, key=lambda one: (one.starts_at, one.film))


def at_once(one: Showing, other: Showing) -> bool:
    """Different films whose times lie over each other by more than they are uncertain."""
    both = min(one.ends_at, other.ends_at) - max(one.starts_at, other.starts_at)
    return one.film != other.film and both > 2 * SLACK


def _outdone(one: Showing, *, by: Showing) -> bool:
    """Two films cannot run at once: the other one explains more than twice as much alone."""
    ours, theirs = one.plays - by.plays, by.plays - one.plays
    return at_once(one, by) and len(theirs) > 2 * len(ours)


def _rivals(one: Showing, found: Iterable[Showing]) -> tuple[int, ...]:
    return tuple(sorted({other.film for other in found if at_once(one, other)}))


def _showings_of(film: Film, sounds: Sequence[Sounded]) -> list[Showing]:
    """All showings of one film, the best first, none over another; a pause parts none in two."""
    kept: list[tuple[Showing, list[_Fit]]] = []
    fits = _fits(film, sounds)
    while agreeing := _most_agreeing(fits):
        used = {fit.play.key for fit in agreeing}
        fits = [fit for fit in fits if fit.play.key not in used]
        _keep(kept, (_showing(film, agreeing), agreeing))
    return [showing for showing, _ in kept]


def _fits(film: Film, sounds: Sequence[Sounded]) -> list[_Fit]:
    fits = []
    for cue in sorted(film.cues, key=lambda cue: (cue.begins, cue.key)):
        begins, ends = cue.begins - film.zero, cue.ends - film.zero
        for play in sounds:
            earliest, latest = play.ended_at - ends - SLACK, play.started_at - begins + SLACK
            if play.work in cue.works and earliest <= latest:
                fits.append(_Fit(cue, play, earliest, latest))
    return fits


def _most_agreeing(fits: Sequence[_Fit]) -> list[_Fit]:
    """Of the fits that one start suits the most, one for each play; none, if they are too few."""
    edges = [(fit.earliest, 0, number) for number, fit in enumerate(fits)]
    edges += [(fit.latest, 1, number) for number, fit in enumerate(fits)]
    cues: Counter[int] = Counter()
    works: Counter[int | None] = Counter()
    best, at = 1, None
    for instant, closes, number in sorted(edges):
        change = -1 if closes else 1
        cues[fits[number].cue.key] += change
        works[fits[number].play.work] += change
        if closes:
            cues, works = +cues, +works  # what is nought falls out
        elif min(len(cues), len(works)) > best:
            best, at = min(len(cues), len(works)), instant
    if at is None:
        return []
    chosen = _one_each([fit for fit in fits if fit.earliest <= at <= fit.latest], at)
    enough = len({fit.cue.key for fit in chosen}) > 1 and len({fit.play.work for fit in chosen}) > 1
    return chosen if enough else []


def _one_each(fits: Sequence[_Fit], at: datetime) -> list[_Fit]:
    """Of several cues that a play may be, the one it begins the nearest to."""
    chosen: dict[str, _Fit] = {}
    for fit in sorted(fits, key=lambda fit: (abs(fit.latest - SLACK - at), fit.cue.key)):
        chosen.setdefault(fit.play.key, fit)
    return sorted(chosen.values(), key=lambda fit: (fit.play.started_at, fit.play.key))


def _showing(film: Film, agreeing: Sequence[_Fit]) -> Showing:
    starts_at = min(fit.latest for fit in agreeing) - SLACK
    heard = tuple((fit.cue.key, fit.play.key) for fit in agreeing)
    return Showing(film.key, starts_at, starts_at + film.length, heard)


def _keep(kept: list[tuple[Showing, list[_Fit]]], new: tuple[Showing, list[_Fit]]) -> None:
    """Take a showing in: alone, or as the rest of one after a pause, or not at all."""
    over = [place for place, (one, _) in enumerate(kept) if _overlap(one, new[0])]
    if not over:
        kept.append(new)
    elif len(over) == 1:
        earlier, later = sorted([kept[over[0]], new], key=lambda it: it[0].starts_at)
        if _goes_on(earlier, later):
            whole = replace(
                earlier[0], ends_at=later[0].ends_at, heard=earlier[0].heard + later[0].heard
            )
            kept[over[0]] = whole, earlier[1] + later[1]


def _overlap(one: Showing, other: Showing) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _goes_on(earlier: tuple[Showing, list[_Fit]], later: tuple[Showing, list[_Fit]]) -> bool:
    """Whether the later is the same showing after a pause: it takes up where that left off."""
    last = max(fit.cue.begins for fit in earlier[1])
    first = min(fit.cue.begins for fit in later[1])
    return later[0].starts_at - earlier[0].starts_at <= LONGEST_PAUSE and last <= first
