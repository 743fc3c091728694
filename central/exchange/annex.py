"""The annex to a venue's invoice: what each event costs, and how much music was known in it."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection

from central.exchange.frame import columns, facts_of, hall_clock, notes_of, totals_of
from central.exchange.report import Report, Row
from central.exchange.tongues import word
from central.ingest.said import listened_at
from central.royalties import store
from central.royalties.closed import ClosedEvent, Distribution

KEYS = (
    "event_id",
    "event",
    "hall",
    "started_at",
    "ended_at",
    "plays",
    "performed_milliseconds",
    "identified_milliseconds",
    "fee",
    "currency",
    "listened",
)
_WIDTHS = {
    "event": 34,
    "hall": 20,
    "started_at": 17,
    "ended_at": 17,
    "plays": 10,
    "performed_milliseconds": 11,
    "identified_milliseconds": 11,
    "fee": 18,
}


def annex_report(connection: Connection, distribution_id: int, tongue: str) -> Report:
    """The annex of that closing.

    Raises:
        Unknown: there is none.
    """
    distribution = store.distribution(connection, distribution_id)
    events = store.everything_closed(connection, distribution_id)
    listened = listened_at(connection, [event.event_id for event in events], tongue)
    return Report(
        name=f"annex-{distribution_id}",
        title=f"{word('annex', tongue)}: {distribution.venue}",
        tongue=tongue,
        dated=distribution.closed_at,
        columns=columns(KEYS, tongue, _WIDTHS),
        rows=_rows(events, distribution, listened),
        facts=facts_of(distribution, tongue),
        totals=totals_of((event.fee for event in events), word("total", tongue)),
        notes=(
            *(
                f"{event.title}, {event.hall}: {listened[event.event_id]}."
                for event in events
                if event.production_id is None
            ),
            *notes_of(distribution, tongue),
        ),
    )


def _rows(
    events: Sequence[ClosedEvent], distribution: Distribution, listened: Mapping[int, str]
) -> Iterator[Row]:
    for event in events:
        known = [play.milliseconds for play in event.plays if play.work_id is not None]
        yield (
            event.event_id,
            event.title,
            event.hall,
            hall_clock(event.starts_at, distribution),
            hall_clock(event.ends_at, distribution),
            len(event.plays),
            sum(play.milliseconds for play in event.plays),
            sum(known),
            event.fee,
            event.fee.currency,
            listened[event.event_id],
        )
