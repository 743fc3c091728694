"""Closing a period: what was heard becomes what is owed, frozen in one stroke."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from central.errors import Taken, Unacceptable, Unknown
from central.royalties import books, evidence, store
from central.royalties.calendar import Period, period_of
from central.royalties.closed import ClosedEvent, Distribution, StatementHead
from central.royalties.distribution import RULE, Allocation, distribute
from central.royalties.ledger import licence_fee, payout
from central.royalties.money import Money, sums_by
from central.royalties.payouts import settle_accounts
from central.royalties.played import Played, played_at_each, staged_at
from central.royalties.reckoning import Evening, PackUsed, Settled, settle_evenings
from central.royalties.rules import shelf
from central.royalties.rules.pack import Pack
from central.royalties.staging import Staged, as_play, settle_staged
from central.venues.store import place_of


class ClosedAlready(Taken):
    """An event of the period was distributed before; `distribution_id` says where."""

    def __init__(self, text: str, distribution_id: int) -> None:
        super().__init__(text)
        self.distribution_id = distribution_id


@dataclass(frozen=True, slots=True)
class Days:
    """Which days of which venue; both ends included, in the venue's own calendar.

    Attributes:
        pack: id of the rule pack to close by; empty for `follow-the-money-v1`.
        event_id: the only event to close; None for all that start on these days.
    """

    venue_id: int
    first_day: date
    last_day: date
    pack: str = ""
    event_id: int | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """What a closing did, for a person to read.

    Attributes:
        left_out: detections of the period that no event's distribution rests on: heard outside
            events, or arrived after closing. They wait for a later adjustment.
        unknown_milliseconds: of each event, how long music was heard that no recording explains;
            counted, not paid.
    """

    distribution: Distribution
    events: tuple[ClosedEvent, ...]
    statements: tuple[StatementHead, ...]
    left_out: int
    unknown_milliseconds: Mapping[int, int]


def close_period(connection: Connection, days: Days, *, now: datetime) -> Summary:
    """Distribute the fee of every event that starts on these days, and freeze how.

    Args:
        connection: to the books, in a transaction that keeps all of this or nothing.
        days: to close.
        now: events must have ended by then.

    Raises:
        Unknown: no such venue, or no event on these days.
        Unacceptable: the days are in the wrong order, or an event has not ended.
        ClosedAlready: an event was distributed before; nothing is changed.
        Unlawful: the pack deducts more than the law allows.
    """
    period = _period(connection, days)
    events = _wanted(evidence.events_of(connection, days.venue_id, period), days)
    _refuse(connection, days, events, now=now)
    played = played_at_each(connection, events)
    on_stage = staged_at(connection, events, time_zone=period.time_zone)
    rule = shelf.pack(days.pack) if days.pack else None
    if rule is not None:
        evenings = evenings_of(events, played, time_zone=period.time_zone)
        pack, settled = settle_evenings(rule, evenings)
        staged, pack = _closed_stages(rule, on_stage, events, pack=pack)
    else:
        _refuse_stages(on_stage)
        pack, settled, staged = None, {}, []
    distribution_id = books.put_distribution(
        connection,
        period,
        venue_id=days.venue_id,
        rule=pack.name if pack else RULE,
        at=now,
        event_id=days.event_id,
    )
    if pack:
        words = shelf.words_of(days.pack)
        books.put_pack(connection, pack, words=words, distribution_id=distribution_id)
    closed = [_closed(event, played[event.id], settled.get(event.id)) for event in events]
    for event in closed:
        books.put_event(connection, event, distribution_id=distribution_id)
    for event in staged:
        books.put_staged(connection, event)
    closed += staged
    for event in closed:
        entering = licence_fee(days.venue_id, event.key, event.fee)
        leaving = payout(event.key, event.allocations, event.deductions())
        for transaction in (entering, leaving):
            books.post(connection, transaction, distribution_id=distribution_id, at=now)
    _open_statements(connection, closed, distribution_id=distribution_id)
    settle_accounts(connection, distribution_id, pack=rule, at=now)
    return summary(connection, distribution_id)


def summary(connection: Connection, distribution_id: int) -> Summary:
    """A closing as the books have it, and what has been left out of it by now.

    Raises:
        Unknown: there is no such distribution.
    """
    distribution = store.distribution(connection, distribution_id)
    events = tuple(store.everything_closed(connection, distribution_id))
    period = period_of(
        distribution.first_day, distribution.last_day, time_zone=distribution.time_zone
    )
    heard = evidence.detections_heard(connection, distribution.venue_id, period)
    used = store.detections_used(connection, distribution.venue_id, period)
    return Summary(
        distribution=distribution,
        events=events,
        statements=tuple(store.statement_heads(connection, distribution_id)),
        left_out=len(heard - used),
        unknown_milliseconds={
            event.event_id: evidence.unknown_at(connection, event.event_id)
            for event in events
            if event.production_id is None
        },
    )


def same_closing(connection: Connection, days: Days, distribution_id: int) -> bool:
    """Whether that distribution closed exactly these days of this venue, by this rule."""
    earlier = store.distribution(connection, distribution_id)
    pack = earlier.pack.id if earlier.pack else ""
    span = earlier.first_day, earlier.last_day
    return days == Days(earlier.venue_id, *span, pack, earlier.event_id)


def days_of_event(connection: Connection, event_id: int, *, pack: str = "") -> Days:
    """One event by itself: one that came late, on days that are closed already.

    Raises:
        Unknown: no such event.
    """
    place = place_of(connection, evidence.event_of(connection, event_id).hall_id)
    began = evidence.event_of(connection, event_id).starts_at
    day = began.astimezone(ZoneInfo(place.time_zone)).date()
    return Days(place.venue_id, day, day, pack, event_id)


def _wanted(events: Sequence[evidence.OpenEvent], days: Days) -> list[evidence.OpenEvent]:
    return [event for event in events if days.event_id in (None, event.id)]


def _period(connection: Connection, days: Days) -> Period:
    zone = evidence.time_zone_of(connection, days.venue_id)
    return period_of(days.first_day, days.last_day, time_zone=zone)


def _refuse(
    connection: Connection, days: Days, events: Sequence[evidence.OpenEvent], *, now: datetime
) -> None:
    if not events:
        which = "event" if days.event_id is None else f"event {days.event_id}"
        raise Unknown(
            f"venue {days.venue_id} has no {which} from {days.first_day} to {days.last_day}"
        )
    for event_id, earlier in store.earlier_closing(connection, [e.id for e in events]).items():
        raise ClosedAlready(
            f"event {event_id} was closed already, by distribution {earlier}; close what came late"
            " by itself (--event)",
            earlier,
        )
    for event in events:
        if event.licensed is not None and not days.pack:
            raise Unacceptable(
                f"event {event.id} {event.title!r} is licensed by tariff {event.licensed.tariff};"
                f" close it by a pack of {event.licensed.family} (--pack, see `packs list`)"
            )
        if event.ends_at > now:
            raise Unacceptable(
                f"event {event.id} {event.title!r} ends at {event.ends_at.isoformat()};"
                " close the period when it is over"
            )


def evenings_of(
    events: Sequence[evidence.OpenEvent],
    played: Mapping[int, Played],
    *,
    time_zone: str,
) -> list[Evening]:
    """Events with their plays as a rule pack takes them, each on the day it began in its hall."""
    zone = ZoneInfo(time_zone)
    return [
        Evening(
            event_id=event.id,
            day=event.starts_at.astimezone(zone).date(),
            fee=event.fee,
            plays=played[event.id].plays,
            licensed=event.licensed,
        )
        for event in events
    ]


def _closed(event: evidence.OpenEvent, played: Played, settled: Settled | None) -> ClosedEvent:
    simple = () if settled else distribute(event.id, event.fee, played.plays)
    return ClosedEvent(
        event_id=event.id,
        title=event.title,
        hall=event.hall,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        fee=settled.fee if settled else event.fee,
        plays=played.plays,
        allocations=settled.allocations if settled else tuple(simple),
        reckoning=settled.reckoning if settled else None,
        aside=played.aside,
    )


def _refuse_stages(on_stage: Sequence[Staged]) -> None:
    for one in on_stage:
        raise Unacceptable(
            f"production {one.production_id} {one.title!r} at event {one.event_id} has makers to be"
            " paid; close by a pack with grand rights (--pack, see `packs list`)"
        )


def _closed_stages(
    rule: Pack,
    on_stage: Sequence[Staged],
    events: Sequence[evidence.OpenEvent],
    *,
    pack: PackUsed,
) -> tuple[list[ClosedEvent], PackUsed]:
    """Each production's grand right, closed; and the pack with what they had to assume."""
    halls = {event.id: event.hall for event in events}
    closed = []
    for one in on_stage:
        settled, figures = settle_staged(rule, one)
        pack = pack.also_assuming(figures)
        if settled.allocations:
            closed.append(
                ClosedEvent(
                    event_id=one.event_id,
                    title=f"{one.title} (grand right)",
                    hall=halls[one.event_id],
                    starts_at=one.starts_at,
                    ends_at=one.ends_at,
                    fee=settled.fee,
                    plays=(as_play(one),),
                    allocations=settled.allocations,
                    reckoning=settled.reckoning,
                    production_id=one.production_id,
                )
            )
    return closed, pack


def _open_statements(
    connection: Connection, closed: Sequence[ClosedEvent], *, distribution_id: int
) -> None:
    totals = _totals([part for event in closed for part in event.allocations])
    names = evidence.names_of(connection, {party_id for party_id, _ in totals})
    books.put_statements(connection, totals, names=names, distribution_id=distribution_id)


def _totals(parts: Sequence[Allocation]) -> list[tuple[int, Money]]:
    totals = sums_by(
        ((part.party_id, part.amount.currency), part.amount)
        for part in parts
        if part.party_id is not None
    )
    return [(party_id, total) for (party_id, _), total in sorted(totals.items())]
