"""The list of what was played and could not be paid, so that whoever it belongs to can claim it."""

from collections.abc import Iterator

from sqlalchemy import Connection

from central.exchange.frame import columns, hall_clock, totals_of
from central.exchange.report import Report, Row
from central.exchange.tongues import word
from central.royalties import store
from central.royalties.closed import ClosedEvent, Distribution
from central.royalties.distribution import Allocation

KEYS = (
    "reference",
    "reason",
    "recording_id",
    "recording",
    "performer",
    "work",
    "venue",
    "event",
    "day",
    "performed_milliseconds",
    "amount",
    "currency",
    "distribution_id",
)
_WIDTHS = {
    "reference": 26,
    "reason": 24,
    "recording": 24,
    "performer": 18,
    "work": 22,
    "venue": 20,
    "day": 12,
    "performed_milliseconds": 11,
    "amount": 16,
}


def unidentified_report(connection: Connection, distribution_id: int, tongue: str) -> Report:
    """What waits of that closing, with the reason for each.

    Raises:
        Unknown: there is no such closing.
    """
    distribution = store.distribution(connection, distribution_id)
    events = store.closed_events(connection, distribution_id)
    waiting = [
        (event, part) for event in events for part in event.allocations if part.party_id is None
    ]
    return Report(
        name=f"unidentified-{distribution_id}",
        title=f"{word('unidentified', tongue)}: {distribution.venue}",
        tongue=tongue,
        dated=distribution.closed_at,
        columns=columns(KEYS, tongue, _WIDTHS),
        rows=_rows(waiting, distribution),
        totals=totals_of((part.amount for _, part in waiting), word("total", tongue)),
    )


def _rows(
    waiting: list[tuple[ClosedEvent, Allocation]], distribution: Distribution
) -> Iterator[Row]:
    for event, part in waiting:
        play = next((play for play in event.plays if play.id == part.play_id), None)
        day = hall_clock(play.started_at if play else event.starts_at, distribution)
        yield (
            f"{event.event_id}/{part.play_id or 'none'}",
            part.reason,
            play.recording_id if play else "",
            play.recording_title if play else "",
            play.performer if play else "",
            play.work_title if play else "",
            distribution.venue,
            event.title,
            f"{day:%Y-%m-%d}",
            play.milliseconds if play else 0,
            part.amount,
            part.amount.currency,
            distribution.id,
        )
