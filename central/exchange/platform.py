"""What a national platform is told of a closing: each play, its codes, and where its money is."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection

from central.exchange.frame import allocated, columns, facts_of, hall_clock, notes_of, totals_of
from central.exchange.registry import isrcs, iswcs
from central.exchange.report import Report, Row
from central.exchange.tongues import word
from central.royalties import store
from central.royalties.closed import ClosedEvent, Distribution
from central.royalties.distribution import Allocation
from central.royalties.money import Money, total_of

KEYS = (
    "distribution_id",
    "rule",
    "venue",
    "hall",
    "event_id",
    "event",
    "play_id",
    "started_at",
    "ended_at",
    "performed_milliseconds",
    "isrc",
    "recording",
    "performer",
    "iswc",
    "work_id",
    "work",
    "amount",
    "waiting",
    "currency",
)


def platform_report(connection: Connection, distribution_id: int, tongue: str) -> Report:
    """The plays of that closing; `amount` went to rightholders, `waiting` is in suspense.

    Raises:
        Unknown: there is no such closing.
    """
    distribution = store.distribution(connection, distribution_id)
    events = store.closed_events(connection, distribution_id)
    plays = [play for event in events for play in event.plays]
    return Report(
        name=f"platform-{distribution_id}",
        title=word("platform", tongue),
        tongue=tongue,
        dated=distribution.closed_at,
        columns=columns(KEYS, tongue, {}),
        rows=_rows(
            events,
            distribution,
            recorded=isrcs(connection, (play.recording_id for play in plays)),
            written=iswcs(connection, (p.work_id for p in plays if p.work_id is not None)),
        ),
        facts=facts_of(distribution, tongue),
        totals=totals_of(allocated(events), word("total", tongue)),
        notes=notes_of(distribution, tongue),
    )


def _rows(
    events: Sequence[ClosedEvent],
    distribution: Distribution,
    *,
    recorded: Mapping[str, str],
    written: Mapping[int, str],
) -> Iterator[Row]:
    for event in events:
        where = (distribution.id, distribution.rule, distribution.venue)
        place = (*where, event.hall, event.event_id, event.title)
        parts = _by_play(event)
        for play in event.plays:
            yield (
                *place,
                play.id,
                hall_clock(play.started_at, distribution),
                hall_clock(play.ended_at, distribution),
                play.milliseconds,
                recorded.get(play.recording_id, ""),
                play.recording_title,
                play.performer,
                written.get(play.work_id or 0, ""),
                play.work_id,
                play.work_title,
                *_money(parts.get(play.id, []), event.fee.currency),
            )
        if None in parts:  # money of no play: nothing was recognised
            yield (*place, *([None] * 10), *_money(parts[None], event.fee.currency))


def _by_play(event: ClosedEvent) -> Mapping[str | None, list[Allocation]]:
    parts: dict[str | None, list[Allocation]] = {}
    for part in event.allocations:
        parts.setdefault(part.play_id, []).append(part)
    return parts


def _money(parts: Sequence[Allocation], currency: str) -> tuple[Money, Money, str]:
    paid = total_of((part.amount for part in parts if part.party_id is not None), currency)
    waiting = total_of((part.amount for part in parts if part.party_id is None), currency)
    return paid, waiting, currency
