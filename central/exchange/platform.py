"""What a national platform is told of a closing, or of a run after it: plays, codes, money."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from central.exchange.frame import columns, facts_of, hall_clock, notes_of, totals_of
from central.exchange.registry import isrcs, iswcs
from central.exchange.report import Report, Row
from central.exchange.tongues import word
from central.royalties import store
from central.royalties.closed import ClosedEvent, Distribution
from central.royalties.distribution import Allocation, PlayUsed
from central.royalties.later.reading import LaterLine, LaterRun, later_run
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


@dataclass(frozen=True, slots=True)
class _Entry:
    """A play of an event, and all amounts of it; None is money of no play."""

    event: ClosedEvent
    play: PlayUsed | None
    parts: Sequence[Allocation | LaterLine]


def platform_report(connection: Connection, distribution_id: int, tongue: str) -> Report:
    """Its plays; `amount` went to rightholders, `waiting` is in suspense.

    Of a run after a closing it tells what was moved: what was taken back is less than nothing, and
    each event sums to nothing.

    Raises:
        Unknown: there is no such distribution.
    """
    distribution = store.distribution(connection, distribution_id)
    if distribution.later is None:
        entries = list(_of_closing(store.closed_events(connection, distribution_id)))
    else:
        entries = list(_of_run(later_run(connection, distribution_id)))
    plays = [one.play for one in entries if one.play]
    return Report(
        name=f"platform-{distribution_id}",
        title=word("platform", tongue),
        tongue=tongue,
        dated=distribution.closed_at,
        columns=columns(KEYS, tongue, {}),
        rows=_rows(
            entries,
            distribution,
            recorded=isrcs(connection, (play.recording_id for play in plays)),
            written=iswcs(connection, (p.work_id for p in plays if p.work_id is not None)),
        ),
        facts=facts_of(distribution, tongue),
        totals=totals_of(
            (part.amount for one in entries for part in one.parts), word("total", tongue)
        ),
        notes=notes_of(distribution, tongue),
    )


def _of_closing(events: Iterable[ClosedEvent]) -> Iterator[_Entry]:
    for event in events:
        parts: dict[str | None, list[Allocation]] = defaultdict(list)
        for part in event.allocations:
            parts[part.play_id].append(part)
        yield from (_Entry(event, play, parts[play.id]) for play in event.plays)
        if None in parts:  # nothing was recognised
            yield _Entry(event, None, parts[None])


def _of_run(run: LaterRun) -> Iterator[_Entry]:
    """Each play as it was and as it is now; they may be of different works."""
    events = {event.event_id: event for event in run.events}
    moved: dict[tuple[int, PlayUsed | None], list[LaterLine]] = defaultdict(list)
    for line in run.lines:
        moved[line.event_id, line.play].append(line)
    for (event_id, play), lines in moved.items():
        yield _Entry(events[event_id], play, lines)


def _rows(
    entries: Iterable[_Entry],
    distribution: Distribution,
    *,
    recorded: Mapping[str, str],
    written: Mapping[int, str],
) -> Iterator[Row]:
    where = (distribution.id, distribution.rule, distribution.venue)
    for one in entries:
        event, play = one.event, one.play
        place = (*where, event.hall, event.event_id, event.title)
        money = _money(one.parts, event.fee.currency)
        if play is None:
            yield (*place, *([None] * 10), *money)
            continue
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
            *money,
        )


def _money(parts: Sequence[Allocation | LaterLine], currency: str) -> tuple[Money, Money, str]:
    paid = total_of((part.amount for part in parts if part.party_id is not None), currency)
    waiting = total_of((part.amount for part in parts if part.party_id is None), currency)
    return paid, waiting, currency
