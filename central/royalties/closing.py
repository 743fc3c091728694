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
from central.royalties.distribution import RULE, Allocation, PlayUsed, distribute
from central.royalties.ledger import licence_fee, payout
from central.royalties.money import Money, sums_by
from central.royalties.payouts import settle_accounts
from central.royalties.reckoning import Evening, Settled, settle_evenings
from central.royalties.rules import shelf


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
    """

    venue_id: int
    first_day: date
    last_day: date
    pack: str = ""


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
    events = evidence.events_of(connection, days.venue_id, period)
    _refuse(connection, days, events, now=now)
    plays = evidence.plays_at_each(connection, events)
    if days.pack:
        evenings = evenings_of(events, plays, time_zone=period.time_zone)
        pack, settled = settle_evenings(shelf.pack(days.pack), evenings)
    else:
        pack, settled = None, {}
    distribution_id = books.put_distribution(
        connection, period, venue_id=days.venue_id, rule=pack.name if pack else RULE, at=now
    )
    if pack:
        words = shelf.words_of(days.pack)
        books.put_pack(connection, pack, words=words, distribution_id=distribution_id)
    closed = [_closed(event, plays[event.id], settled.get(event.id)) for event in events]
    for event in closed:
        books.put_event(connection, event, distribution_id=distribution_id)
        entering = licence_fee(days.venue_id, event.event_id, event.fee)
        leaving = payout(event.event_id, event.allocations, event.deductions())
        for transaction in (entering, leaving):
            books.post(connection, transaction, distribution_id=distribution_id, at=now)
    _open_statements(connection, closed, distribution_id=distribution_id)
    rule = shelf.pack(days.pack) if days.pack else None
    settle_accounts(connection, distribution_id, pack=rule, at=now)
    return summary(connection, distribution_id)


def summary(connection: Connection, distribution_id: int) -> Summary:
    """A closing as the books have it, and what has been left out of it by now.

    Raises:
        Unknown: there is no such distribution.
    """
    distribution = store.distribution(connection, distribution_id)
    events = tuple(store.closed_events(connection, distribution_id))
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
            event.event_id: evidence.unknown_at(connection, event.event_id) for event in events
        },
    )


def same_closing(connection: Connection, days: Days, distribution_id: int) -> bool:
    """Whether that distribution closed exactly these days of this venue, by this rule."""
    earlier = store.distribution(connection, distribution_id)
    pack = earlier.pack.id if earlier.pack else ""
    return days == Days(earlier.venue_id, earlier.first_day, earlier.last_day, pack)


def _period(connection: Connection, days: Days) -> Period:
    zone = evidence.time_zone_of(connection, days.venue_id)
    return period_of(days.first_day, days.last_day, time_zone=zone)


def _refuse(
    connection: Connection, days: Days, events: Sequence[evidence.OpenEvent], *, now: datetime
) -> None:
    if not events:
        raise Unknown(
            f"venue {days.venue_id} has no event from {days.first_day} to {days.last_day}"
        )
    for event_id, earlier in store.earlier_closing(connection, [e.id for e in events]).items():
        raise ClosedAlready(
            f"event {event_id} was closed already, by distribution {earlier}", earlier
        )
    for event in events:
        if event.ends_at > now:
            raise Unacceptable(
                f"event {event.id} {event.title!r} ends at {event.ends_at.isoformat()};"
                " close the period when it is over"
            )


def evenings_of(
    events: Sequence[evidence.OpenEvent],
    plays: Mapping[int, Sequence[PlayUsed]],
    *,
    time_zone: str,
) -> list[Evening]:
    """Events with their plays as a rule pack takes them, each on the day it began in its hall."""
    zone = ZoneInfo(time_zone)
    return [
        Evening(event.id, event.starts_at.astimezone(zone).date(), event.fee, plays[event.id])
        for event in events
    ]


def _closed(
    event: evidence.OpenEvent, plays: Sequence[PlayUsed], settled: Settled | None
) -> ClosedEvent:
    simple = () if settled else distribute(event.id, event.fee, plays)
    return ClosedEvent(
        event_id=event.id,
        title=event.title,
        hall=event.hall,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        fee=event.fee,
        plays=tuple(plays),
        allocations=settled.allocations if settled else tuple(simple),
        reckoning=settled.reckoning if settled else None,
    )


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
