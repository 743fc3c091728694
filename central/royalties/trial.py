"""Trying another rule on what was played: read from the books, never written to them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from sqlalchemy import Connection, func, select

from central.errors import Unacceptable, Unknown
from central.repertoire.store import works
from central.royalties import evidence, store
from central.royalties.calendar import period_of
from central.royalties.closed import REASONS_TOLD
from central.royalties.closing import evenings_of
from central.royalties.distribution import distribute
from central.royalties.evidence import OpenEvent
from central.royalties.money import Money
from central.royalties.played import played_at_each
from central.royalties.reckoning import Evening, material_of
from central.royalties.rules import shelf
from central.royalties.rules.pack import Pack
from central.royalties.rules.reading import read_pack
from central.royalties.rules.settle import settle
from central.royalties.simulation import Change, Tally, changes, require_currency, sums_of
from central.royalties.standing import Rules
from central.royalties.tables import allocations
from central.venues.store import venues

_AT_ONCE = 400  # numbers in one question; databases bound them


@dataclass(frozen=True, slots=True)
class Question:
    """Which plays a pack is to be tried on; both days included, by each venue's own calendar.

    Attributes:
        venue_id: None for all venues.
        family: of packs, that the office follows where nothing was closed yet.
    """

    first_day: date
    last_day: date
    venue_id: int | None
    pack: Pack
    family: str


@dataclass(frozen=True, slots=True)
class Simulation:
    """Both rules on the same plays, side by side; sums in minor units of `currency`.

    Attributes:
        venues: how many had events on these days.
        by_then: whether the tried pack, as written, is the rule on these very days.
        sums: fees, then what was paid, taken and kept waiting, each as one sum.
        other_currencies: events paid in another currency; they are left out.
        booked: what the books say rightholders received of those events that are closed; None when
            it is what the same rule gives on today's plays and shares.
        unaccounted: what the tried rule pays beyond the money there is, negative, or leaves over;
            not 0 only where a pack fixes the value of a point.
    """

    question: Question
    currency: str
    venues: int
    events: int
    plays: int
    by_then: bool
    sums: tuple[Change, ...]
    parties: tuple[Change, ...]
    categories: tuple[Change, ...]
    deductions: tuple[Change, ...]
    waiting: tuple[Change, ...]
    other_currencies: int
    booked: Money | None
    unaccounted: Money
    carried: int


def simulate(
    connection: Connection,
    question: Question,
    *,
    now: datetime,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Simulation:
    """Settle the events of some days by the rule that held and by the pack that is tried.

    Both are settled on today's plays and shares, so that every difference is the rule's. Closed
    events are settled anew by the very words they were closed by; open ones by the standing rule.
    One venue is in memory at a time, unless the pack divides the money of all together.

    Args:
        connection: to the books; only read.
        question: which days, venues and pack.
        now: events that have not ended by then are left out.
        progress: told after each venue how many of how many are done.

    Raises:
        Unknown: no such venue, or no event on these days.
        Unacceptable: the days are in the wrong order, or the pack cannot rule these plays.
        Unlawful: the pack deducts more than its own legal cap.
    """
    houses = _houses(connection, question, now)
    currency = _currency(question.pack, [event for _, _, events in houses for event in events])
    run = _Run(connection, question, currency)
    for done, (venue_id, time_zone, events) in enumerate(houses, start=1):
        run.visit(venue_id, time_zone, events)
        progress(done, len(houses))
    return run.told()


def _houses(
    connection: Connection, question: Question, now: datetime
) -> list[tuple[int, str, list[OpenEvent]]]:
    """Each venue with its zone and those of its events that are over."""
    wanted = select(venues.c.id, venues.c.time_zone).order_by(venues.c.id)
    if question.venue_id is not None:
        evidence.time_zone_of(connection, question.venue_id)  # refuses one that is not there
        wanted = wanted.where(venues.c.id == question.venue_id)
    houses = []
    for row in connection.execute(wanted).all():
        period = period_of(question.first_day, question.last_day, time_zone=row.time_zone)
        over = [e for e in evidence.events_of(connection, row.id, period) if e.ends_at <= now]
        houses += [(row.id, row.time_zone, over)] if over else []
    if not houses:
        days = f"{question.first_day} to {question.last_day}"
        raise Unknown(f"no event that is over lies in {days}; there is nothing to try a rule on")
    return houses


def _currency(pack: Pack, events: Iterable[OpenEvent]) -> str:
    """The pack's own currency if any event is paid in it, else the one most events are paid in."""
    there = Counter(event.fee.currency for event in events)
    if pack.currency in there:
        return pack.currency
    commonest = min(there, key=lambda currency: (-there[currency], currency))
    require_currency(pack, commonest)
    return commonest


def pack_tried(pack_id: str, words: str, changes: Mapping[str, str]) -> Pack:
    """The pack somebody wants to try: one of the office's, or his own words.

    Args:
        pack_id: of a pack that came with the office; empty when `words` are given.
        words: TOML; empty when `pack_id` is given.
        changes: other values for single figures, by key.

    Raises:
        Unacceptable: both or neither were given.
        Unknown: there is no such pack.
        PackError: it cannot be used as written, or there is no figure under a key.
    """
    if bool(pack_id) == bool(words.strip()):
        raise Unacceptable("name a pack to try, or give the words of one: one of the two")
    if pack_id:
        return read_pack(shelf.words_of(pack_id), file=f"{pack_id}.toml", changes=changes)
    return read_pack(words, file="the pack given", changes=changes)


class _Run:
    """One trial, venue by venue."""

    def __init__(self, connection: Connection, question: Question, currency: str) -> None:
        self._connection = connection
        self._question = question
        self._currency = currency
        self._rules = Rules(connection, question.family)
        self._before, self._after = Tally(), Tally()
        self._together: list[Evening] = []  # only of a pack that divides all venues' money as one
        self._genres: dict[int, str] = {}
        self._counts = Counter[str]()
        self._booked, self._is_as_booked = 0, True

    def visit(self, venue_id: int, time_zone: str, events: Sequence[OpenEvent]) -> None:
        """Settle the events of a venue by both rules."""
        mine = [event for event in events if event.fee.currency == self._currency]
        played = played_at_each(self._connection, mine)
        evenings = evenings_of(mine, played, time_zone=time_zone)
        self._genres |= _genres(self._connection, evenings)
        self._counts["left out"] += len(events) - len(mine)
        self._counts["venues"] += bool(mine)
        self._counts["events"] += len(mine)
        self._counts["plays"] += sum(len(one.plays) for one in evenings)
        self._hold_up(venue_id, evenings)
        if self._question.pack.pool_by in ("category", "all"):
            self._together += evenings
        else:
            _add(self._after, self._question.pack, evenings, self._genres)

    def _hold_up(self, venue_id: int, evenings: Sequence[Evening]) -> None:
        """The rule that held, and whether it still gives what was booked."""
        closed = store.earlier_closing(self._connection, [one.event_id for one in evenings])
        anew = Tally()
        for rule, ruled in self._rules.by_rule(venue_id, evenings, closed):
            _add(self._before, rule, ruled, self._genres)
            _add(anew, rule, [one for one in ruled if one.event_id in closed], self._genres)
        booked = _booked(self._connection, closed)
        self._booked += sum(booked.values())
        self._is_as_booked &= booked == {n: minor for n, minor in anew.parties.items() if minor}

    def told(self) -> Simulation:
        """Both rules, side by side."""
        if self._together:
            _add(self._after, self._question.pack, self._together, self._genres)
        before, after, pack = self._before, self._after, self._question.pack
        names = evidence.names_of(self._connection, {*before.parties, *after.parties})
        return Simulation(
            question=self._question,
            currency=self._currency,
            venues=self._counts["venues"],
            events=self._counts["events"],
            plays=self._counts["plays"],
            by_then=pack.holds_on(self._question.first_day)
            and pack.holds_on(self._question.last_day),
            sums=sums_of(before, after),
            parties=changes(
                _by_text(before.parties), _by_text(after.parties), {str(n): names[n] for n in names}
            ),
            categories=changes(before.categories, after.categories, {}),
            deductions=changes(before.deductions, after.deductions, {}),
            waiting=changes(before.waiting, after.waiting, REASONS_TOLD),
            other_currencies=self._counts["left out"],
            booked=None if self._is_as_booked else Money(self._booked, self._currency),
            unaccounted=Money(after.unaccounted, self._currency),
            carried=after.carried,
        )


def _add(
    tally: Tally, pack: Pack | None, evenings: Sequence[Evening], genres: Mapping[int, str]
) -> None:
    if pack is not None and evenings:
        tally.add_outcome(settle(pack, material_of(evenings, pack)), genres=genres)
        return
    for one in evenings:
        parts = distribute(one.event_id, one.fee, one.plays)
        of_plays = {play.id: genres.get(play.work_id or 0, "") for play in one.plays}
        tally.add_allocations(one.fee.minor, parts, genres=of_plays)


def _by_text(sums: Mapping[int, int]) -> dict[str, int]:
    return {str(number): amount for number, amount in sums.items()}


def _genres(connection: Connection, evenings: Iterable[Evening]) -> dict[int, str]:
    numbers = {play.work_id for one in evenings for play in one.plays if play.work_id}
    wanted = select(works.c.id, works.c.genre)
    return {
        row.id: row.genre
        for some in _batches(numbers)
        for row in connection.execute(wanted.where(works.c.id.in_(some)))
    }


def _booked(connection: Connection, event_ids: Iterable[int]) -> dict[int, int]:
    """What the books say rightholders received of those events, by party; zeros left out."""
    sums = Counter[int]()
    wanted = (
        select(allocations.c.party_id, func.sum(allocations.c.amount_minor).label("minor"))
        .where(allocations.c.party_id.is_not(None))
        .group_by(allocations.c.party_id)
    )
    for some in _batches(event_ids):
        for row in connection.execute(wanted.where(allocations.c.event_id.in_(some))):
            sums[row.party_id] += int(row.minor)
    return {number: minor for number, minor in sums.items() if minor}


def _batches(numbers: Iterable[int]) -> Iterator[list[int]]:
    waiting = iter(sorted(numbers))
    while some := list(islice(waiting, _AT_ONCE)):
        yield some
