"""Films shown at an event, in the books: told by their cues, and what a person says of them."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection

from central.ingest.decisions import Decision
from central.ingest.films import Cue, Film, Showing, at_once, showings, zero_of
from central.ingest.reconcile import Sounded
from central.venues.accounts import Account, Production, require_production
from central.venues.cues import cues_with
from central.venues.declarations import Declared, cues_of
from central.venues.meaning import works_meant

AROUND = timedelta(minutes=15)  # a film may run over what was announced of its event by this much

Fate = Literal["shown", "in part", "waits", "not shown"]
"""What becomes of a film that was told: it brings its sheet; it brings it, but its event was too
short for all of it; a person has to say; it brings nothing."""


@dataclass(frozen=True, slots=True)
class Screening:
    """A film as its cues tell that it was shown.

    Attributes:
        name: how decisions call the film; all its showings at an event are one.
        cues: its sheet, in order.
        zero: what the sheet calls the film's first instant.
        heard: which cue each play was: numbers of cues, ids of plays.
        rivals: films that cannot be told from it by what was heard, by number.
        decision: a person's last word on the film.
    """

    name: str
    production: Production
    cues: tuple[Declared, ...]
    zero: timedelta
    starts_at: datetime
    ends_at: datetime
    heard: tuple[tuple[int, str], ...]
    rivals: tuple[int, ...]
    decision: Decision | None
    fate: Fate

    def sounds_at(self, cue: Declared) -> datetime | None:
        """When a cue of it sounded, if its sheet has its place."""
        begins = cue.piece.from_milliseconds
        return None if begins is None else self.starts_at + _ms(begins) - self.zero

    def covers(self, instant: datetime) -> bool:
        """Whether it was running then."""
        return self.starts_at <= instant < self.ends_at


@dataclass(frozen=True, slots=True)
class Entry:
    """A piece or a cue that should have sounded at an event.

    Attributes:
        name: how decisions call its line; the cue of a second showing has another.
        film: how they call its film; empty in a programme.
        by_sheet: the showing is paid by its cue sheet, whatever was heard.
        sounds_at: when, if its film's start is known.
        plays: those that told the film as this cue, by id.
    """

    declared: Declared
    name: str
    film: str = ""
    by_sheet: bool = False
    sounds_at: datetime | None = None
    plays: tuple[str, ...] = ()


def entries_of(
    declared: Sequence[Declared], told: Sequence[Screening], *, whole: Collection[int]
) -> list[Entry]:
    """What should have sounded: as declared, and by the sheets of films that their cues tell.

    Args:
        declared: the programme, or the cues of announced productions.
        told: screenings, by start.
        whole: productions that were announced whole, by number.
    """
    brought = [one for one in told if one.fate in ("shown", "in part")]
    announced = {one.production_id for one in declared}
    known = {one.production.id for one in brought}
    entries = [_announced(one, whole) for one in declared if one.production_id not in known]
    times = Counter[int]()
    for one in brought:
        number = one.production.id
        times[number] += 1
        sheet = number in whole if number in announced else one.fate == "shown"
        entries += [_brought(one, cue, times[number], by_sheet=sheet) for cue in one.cues]
    return entries


def _announced(declared: Declared, whole: Collection[int]) -> Entry:
    film = declared.production_id
    named = "" if film is None else film_name(film)
    return Entry(declared, f"piece-{declared.id}", named, by_sheet=film in whole)


def _brought(one: Screening, cue: Declared, time: int, *, by_sheet: bool) -> Entry:
    return Entry(
        declared=cue,
        name=f"piece-{cue.id}" if time == 1 else f"piece-{cue.id}-{time}",
        film=one.name,
        by_sheet=by_sheet,
        sounds_at=one.sounds_at(cue),
        plays=tuple(play for number, play in one.heard if number == cue.id),
    )


def film_name(production_id: int) -> str:
    """How decisions on an event call a film."""
    return f"film-{production_id}"


def screenings_at(
    connection: Connection,
    account: Account,
    heard: Sequence[Sounded],
    *,
    last: Mapping[str, Decision],
) -> tuple[Screening, ...]:
    """The films that the plays of an event tell of, by start; those a person denied are the last.

    Args:
        connection: to the books.
        account: of the event.
        heard: its plays.
        last: the last word on each line, play and film of it.
    """
    works = {one.work for one in heard if one.work is not None}
    sheets = _sheets(connection, works)
    films = [_film(connection, number, *sheet) for number, sheet in sheets.items()]
    announced = {one.production.id for one in account.performances}
    words = {number: word for number in sheets if (word := _word(last, number)) is not None}
    verdicts = dict.fromkeys(sheets, "open") | dict.fromkeys(announced, "played")
    verdicts |= {number: word.verdict for number, word in words.items()}
    told, denied, guessed = (
        showings((film for film in films if verdicts[film.key] == verdict), heard)
        for verdict in ("played", "not played", "open")
    )
    told += [one for one in guessed if not any(at_once(one, other) for other in told)]
    told.sort(key=lambda one: (one.starts_at, one.film))
    return tuple(
        _screening(
            one,
            require_production(connection, one.film),
            sheets[one.film][0],
            decision=words.get(one.film),
            fate=_fate(one, verdicts[one.film], account),
        )
        for one in (*told, *denied)
    )


def _word(last: Mapping[str, Decision], film: int) -> Decision | None:
    """What a person says of a film, unless it was taken back."""
    word = last.get(film_name(film))
    return None if word is None or word.verdict == "open" else word


def _sheets(
    connection: Connection, works: Collection[int]
) -> dict[int, tuple[tuple[Declared, ...], frozenset[int]]]:
    """Of each film that may have been shown its cues, and the numbers of those likely heard."""
    likely = {film: cues for film, cues in cues_with(connection, works).items() if len(cues) > 1}
    return {
        film: (tuple(cues_of(connection, film)), frozenset(cues)) for film, cues in likely.items()
    }


def _film(
    connection: Connection, number: int, cues: Sequence[Declared], likely: Collection[int]
) -> Film:
    placed = [one for one in cues if one.piece.from_milliseconds is not None]
    made = [_cue(connection, one, likely=one.id in likely) for one in placed]
    zero = _zero(cues)
    return Film(number, tuple(made), zero, max(one.ends for one in made) - zero)


def _cue(connection: Connection, cue: Declared, *, likely: bool) -> Cue:
    begins = _ms(cue.piece.from_milliseconds or 0)
    works = works_meant(connection, cue.piece) if likely else frozenset[int]()
    return Cue(cue.id, works, begins, begins + _ms(cue.piece.milliseconds or 0))


def _zero(cues: Sequence[Declared]) -> timedelta:
    begins = [one.piece.from_milliseconds for one in cues]
    return zero_of(_ms(min(one for one in begins if one is not None)))


def _screening(
    showing: Showing,
    production: Production,
    cues: tuple[Declared, ...],
    *,
    decision: Decision | None,
    fate: Fate,
) -> Screening:
    return Screening(
        name=film_name(production.id),
        production=production,
        cues=cues,
        zero=_zero(cues),
        starts_at=showing.starts_at,
        ends_at=showing.ends_at,
        heard=showing.heard,
        rivals=showing.rivals,
        decision=decision,
        fate=fate,
    )


def _fate(showing: Showing, verdict: str, account: Account) -> Fate:
    if verdict == "not played":
        return "not shown"
    if showing.rivals and verdict != "played":
        return "waits"
    early = showing.starts_at < account.starts_at - AROUND
    late = account.ends_at + AROUND < showing.ends_at
    return "in part" if early or late else "shown"


def _ms(milliseconds: int) -> timedelta:
    return timedelta(milliseconds=milliseconds)
