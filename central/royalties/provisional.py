"""What open evenings would come to by tonight's knowledge: replaced every night, never booked."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, insert, select

from central.database import PAGE
from central.repertoire.store import parties
from central.royalties import evidence, store
from central.royalties.closing import evenings_of
from central.royalties.distribution import RULE, distribute
from central.royalties.fees import is_reckonable
from central.royalties.money import Money, total_of
from central.royalties.played import played_at_each
from central.royalties.reckoning import Evening, material_of, require_closable
from central.royalties.rules.outcome import Allocation
from central.royalties.rules.pack import Pack
from central.royalties.rules.settle import settle
from central.royalties.simulation import Tally
from central.royalties.standing import Rules
from central.royalties.tables import distributed_events, provisional_events, provisional_sums
from central.venues.store import events, halls, venues


@dataclass(frozen=True, slots=True)
class Estimate:
    """What one open evening would come to; sums in minor units of its fee's currency.

    Attributes:
        rule: the pack it was reckoned by, or the simple rule.
        parties: what each rightholder would get, zeros left out.
    """

    event_id: int
    rule: str
    fee: Money
    deducted: int
    waiting: int
    plays: int
    parties: Mapping[int, int]


def estimates(
    connection: Connection, venue_id: int, *, family: str, now: datetime
) -> list[Estimate]:
    """What the open evenings of a venue that are over would come to, each by its standing rule.

    Args:
        connection: to the books; only read.
        venue_id: whose evenings.
        family: of packs, that the office follows.
        now: evenings that have not ended by then are left out.

    Raises:
        Unknown: no such venue.
        Unacceptable: the standing rule cannot settle what was played, or not event by event.
        Unlawful: it deducts more than the law allows.
    """
    zone = evidence.time_zone_of(connection, venue_id)
    over = [e for e in evidence.all_events_of(connection, venue_id) if e.ends_at <= now]
    closed = store.closings_of_venue(connection, venue_id)
    open_ones = [event for event in over if event.id not in closed]
    played = played_at_each(connection, open_ones)
    evenings = evenings_of(open_ones, played, time_zone=zone)
    ruled = Rules(connection, family).by_rule(venue_id, evenings, {})
    return [one for rule, group in ruled for one in _estimated(rule, group)]


def _estimated(rule: Pack | None, evenings: Sequence[Evening]) -> Iterator[Estimate]:
    # Its box office has not been told yet, or its licence is of another family: no figure tonight.
    evenings = [one for one in evenings if is_reckonable(rule, one.licensed)]
    tallies = _by_simple_rule(evenings) if rule is None else _by_pack(rule, evenings)
    for one in evenings:
        tally = tallies[one.event_id]
        yield Estimate(
            event_id=one.event_id,
            rule=rule.name if rule else RULE,
            fee=Money(tally.fees, one.fee.currency),
            deducted=sum(tally.deductions.values()),
            waiting=sum(tally.waiting.values()),
            plays=len(one.plays),
            parties={number: minor for number, minor in tally.parties.items() if minor},
        )


def _by_simple_rule(evenings: Sequence[Evening]) -> Mapping[int, Tally]:
    tallies: dict[int, Tally] = defaultdict(Tally)
    for one in evenings:
        parts = distribute(one.event_id, one.fee, one.plays)
        tallies[one.event_id].add_allocations(one.fee.minor, parts, genres={})
    return tallies


def _by_pack(pack: Pack, evenings: Sequence[Evening]) -> Mapping[int, Tally]:
    """All evenings at once, as a closing would: what recurs in a month counts across them."""
    require_closable(pack)
    outcome = settle(pack, material_of(evenings, pack))
    allocations: dict[str, list[Allocation]] = defaultdict(list)
    for owed in outcome.allocations:
        allocations[owed.pool].append(owed)
    tallies: dict[int, Tally] = defaultdict(Tally)
    for pool in outcome.pools:
        alone = dataclasses.replace(
            outcome, pools=(pool,), allocations=tuple(allocations[pool.id]), carried=()
        )
        tallies[pool.events[0]].add_outcome(alone, genres={})
    return tallies


def replace(
    connection: Connection, venue_id: int, found: Iterable[Estimate], *, at: datetime
) -> int:
    """Put tonight's estimates of a venue in the place of last night's; answers how many.

    Evenings that were closed meanwhile are left out: their figures are in the ledger.
    """
    here = select(events.c.id).join_from(events, halls).where(halls.c.venue_id == venue_id)
    for table in (provisional_sums, provisional_events):
        connection.execute(delete(table).where(table.c.event_id.in_(here)))
    found = list(found)
    closed = store.earlier_closing(connection, [one.event_id for one in found])
    kept = [one for one in found if one.event_id not in closed]
    for one in kept:
        connection.execute(insert(provisional_events).values(**_row(one), reckoned_at=at))
        sums = [
            {"event_id": one.event_id, "party_id": party, "amount_minor": minor}
            for party, minor in sorted(one.parties.items())
        ]
        if sums:
            connection.execute(insert(provisional_sums), sums)
    return len(kept)


def _row(one: Estimate) -> dict[str, Any]:
    return {
        "event_id": one.event_id,
        "rule": one.rule,
        "fee_minor": one.fee.minor,
        "currency": one.fee.currency,
        "deducted_minor": one.deducted,
        "waiting_minor": one.waiting,
        "plays": one.plays,
    }


@dataclass(frozen=True, slots=True)
class Provisional:
    """An open evening as it was reckoned last night; `paid` is what all rightholders would get."""

    event_id: int
    event: str
    venue_id: int
    venue: str
    day: date
    time_zone: str
    rule: str
    fee: Money
    deducted: Money
    waiting: Money
    paid: Money
    plays: int
    reckoned_at: datetime
    sums: tuple[tuple[int, str, Money], ...]


def provisional(connection: Connection, *, venue_id: int | None = None) -> list[Provisional]:
    """The open evenings as reckoned last night, of one venue or of all; the latest 500, by time."""
    wanted = _wanted().limit(PAGE)
    if venue_id is not None:
        wanted = wanted.where(venues.c.id == venue_id)
    rows = connection.execute(wanted).all()
    sums = _sums(connection, provisional_sums.c.event_id.in_([row.event_id for row in rows]))
    return [_provisional(row, sums.get(row.event_id, [])) for row in rows]


def provisional_of(connection: Connection, party_id: int) -> list[tuple[Provisional, Money]]:
    """What a rightholder would get of each open evening, the latest first."""
    mine = select(provisional_sums.c.event_id).where(provisional_sums.c.party_id == party_id)
    rows = connection.execute(_wanted().where(provisional_events.c.event_id.in_(mine))).all()
    sums = _sums(connection, provisional_sums.c.party_id == party_id)
    found = [_provisional(row, sums[row.event_id]) for row in rows]
    return [(one, one.sums[0][2]) for one in found]


def _wanted() -> Select[Any]:
    names = (
        events.c.title,
        events.c.starts_at,
        venues.c.id.label("venue_id"),
        venues.c.name.label("venue"),
        venues.c.time_zone,
    )
    joined = (
        provisional_events.join(events)
        .join(halls)
        .join(venues)
        .outerjoin(distributed_events, distributed_events.c.event_id == events.c.id)
    )
    return (
        select(provisional_events, *names)
        .select_from(joined)
        .where(distributed_events.c.event_id.is_(None))  # closed since: the ledger says it now
        .order_by(events.c.starts_at.desc(), events.c.id.desc())
    )


def _sums(
    connection: Connection, which: ColumnElement[bool]
) -> dict[int, list[tuple[int, str, int]]]:
    wanted = (
        select(provisional_sums, parties.c.name)
        .join_from(provisional_sums, parties)
        .where(which)
        .order_by(provisional_sums.c.event_id, provisional_sums.c.party_id)
    )
    sums: dict[int, list[tuple[int, str, int]]] = {}
    for row in connection.execute(wanted):
        sums.setdefault(row.event_id, []).append((row.party_id, row.name, row.amount_minor))
    return sums


def _provisional(row: Row[Any], sums: Sequence[tuple[int, str, int]]) -> Provisional:
    money = [(number, name, Money(minor, row.currency)) for number, name, minor in sums]
    fee, deducted, waiting = (
        Money(minor, row.currency)
        for minor in (row.fee_minor, row.deducted_minor, row.waiting_minor)
    )
    return Provisional(
        event_id=row.event_id,
        event=row.title,
        venue_id=row.venue_id,
        venue=row.venue,
        day=row.starts_at.astimezone(ZoneInfo(row.time_zone)).date(),
        time_zone=row.time_zone,
        rule=row.rule,
        fee=fee,
        deducted=deducted,
        waiting=waiting,
        paid=fee - deducted - waiting,
        plays=row.plays,
        reckoned_at=row.reckoned_at,
        sums=tuple(money),
    )


def total_by_currency(found: Sequence[tuple[Provisional, Money]]) -> list[Money]:
    """What those sums come to in each currency."""
    there = sorted({amount.currency for _, amount in found})
    return [
        total_of((amount for _, amount in found if amount.currency == currency), currency)
        for currency in there
    ]
