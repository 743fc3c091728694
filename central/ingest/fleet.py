"""The boxes of the office, and what somebody must look at in each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from central.catalogue.store import newest_or_none
from central.devices.directions import refusing
from central.devices.lists import Box, boxes
from central.ingest.alarms import Alarm, alarms_of
from central.ingest.tables import chain_links, coverage, forks
from central.venues.store import halls, venues

_LATELY = timedelta(hours=2)  # in which a box that hears has told something


@dataclass(frozen=True, slots=True)
class Looked:
    """A box, where it hangs, and what ails it.

    Attributes:
        alarms: the worst first; none where all is well.
        uncertainty_ms: of the time of what it told last; None where nobody knows.
    """

    device: str
    venue: str
    hall: str
    alarms: list[Alarm]
    seen_at: datetime | None
    last_heard_at: datetime | None
    waiting: int | None
    catalogue_version: int | None
    software: str | None
    uncertainty_ms: int | None


def fleet(connection: Connection, *, after: str = "", now: datetime) -> list[Looked]:
    """A page of boxes by device id, each looked at.

    Args:
        connection: of the books.
        after: the last device of the page before.
        now: the office's clock.
    """
    page = boxes(connection, after=after)
    names = [box.device for box in page]
    places = _places(connection, {box.hall_id for box in page})
    doubled, unsure = _forks(connection, names), _uncertainty(connection, page, now=now)
    refused = refusing(connection, names)
    catalogue = newest_or_none(connection)
    newest = (catalogue.version, catalogue.made_at) if catalogue else (0, now)
    return [
        Looked(
            device=box.device,
            venue=places[box.hall_id][0],
            hall=places[box.hall_id][1],
            alarms=list(
                alarms_of(
                    box,
                    forks=doubled[box.device],
                    uncertainty_ms=unsure.get(box.device),
                    newest=newest,
                    refuses=box.device in refused,
                    now=now,
                )
            ),
            seen_at=box.seen_at,
            last_heard_at=box.last_heard_at,
            waiting=box.waiting,
            catalogue_version=box.catalogue_version,
            software=box.software,
            uncertainty_ms=unsure.get(box.device),
        )
        for box in page
    ]


def _places(connection: Connection, hall_ids: set[int]) -> Mapping[int, tuple[str, str]]:
    wanted = select(halls.c.id, venues.c.name.label("venue"), halls.c.name.label("hall"))
    rows = connection.execute(wanted.join(venues).where(halls.c.id.in_(hall_ids)))
    return {row.id: (row.venue, row.hall) for row in rows}


def _forks(connection: Connection, names: Sequence[str]) -> Counter[str]:
    told = select(forks.c.device).where(forks.c.device.in_(names))
    links = select(chain_links.c.device).where(chain_links.c.device.in_(names))
    broken = links.where(chain_links.c.broken.is_not(None))
    return Counter([*connection.scalars(told), *connection.scalars(broken)])


def _uncertainty(
    connection: Connection, page: Sequence[Box], *, now: datetime
) -> Mapping[str, int]:
    """How surely each knew the time of what it told last."""
    table = coverage
    rows = connection.execute(
        select(table.c.device, table.c.uncertainty_ms)
        .where(table.c.hall_id.in_({box.hall_id for box in page}))
        .where(table.c.ended_at > now - _LATELY)
        .where(table.c.uncertainty_ms.is_not(None))
        .order_by(table.c.ended_at)
    )
    return {row.device: row.uncertainty_ms for row in rows}
