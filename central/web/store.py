"""What the console shows, read from the books of the other rooms."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from central.devices.store import boxes
from central.errors import Unknown
from central.ingest.coverage import CoverageSpan
from central.ingest.listening import sentence
from central.ingest.store import coverage_of, foreground_of, uncertainty_of, unknown_music_of
from central.ingest.unknown import UnknownSpan
from central.royalties import evidence, played
from central.royalties.distribution import PlayUsed
from central.royalties.evidence import OpenEvent
from central.royalties.money import Money
from central.royalties.store import earlier_closing, fees_of
from central.venues.store import Place, events, halls, place_of, venues
from central.web.shared import Take, others_at
from edge.sync.wire import InputNow


@dataclass(frozen=True, slots=True)
class BoxShown:
    """A box as the office last knew it."""

    device: str
    hall: str
    seen_at: datetime | None
    last_heard_at: datetime | None
    waiting: int | None
    catalogue_version: int | None
    software: str
    source: str
    revoked_because: str | None
    inputs_now: Sequence[InputNow]  # how each input is, as it says; none where it does not
    hall_id: int
    venue_id: int
    venue: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class VenueShown:
    """A venue with its halls and boxes."""

    id: int
    name: str
    city: str
    time_zone: str
    halls: Sequence[str]
    boxes: Sequence[BoxShown]


@dataclass(frozen=True, slots=True)
class EventShown:
    """An event in a list.

    Attributes:
        fee: None while it is open and a licence is to give it.
        distribution_id: None while its period is open.
    """

    id: int
    title: str
    hall: str
    venue: str
    time_zone: str
    starts_at: datetime
    ends_at: datetime
    fee: Money | None
    licence_id: int | None
    distribution_id: int | None
    listened: str  # how it was listened to, in words; empty before it begins


@dataclass(frozen=True, slots=True)
class Evening:
    """An event with everything its boxes reported of it.

    Attributes:
        fee: None while it is open and a licence is to give it.
    """

    event: OpenEvent
    fee: Money | None
    place: Place
    venue_id: int
    coverage: Sequence[CoverageSpan]
    unknown_music: Sequence[UnknownSpan]
    foreground: Mapping[str, float]  # of each detection whose box told, by its key
    uncertainty: Mapping[str, int]  # ms, of each detection whose box told how surely, by its key
    coverage_until: datetime  # the end of the event, or now while it goes on
    plays: Sequence[PlayUsed]
    names: Mapping[int, str]
    distribution_id: int | None
    others: Mapping[str, Sequence[Take]]  # by play: what it cannot be told apart from


def all_venues(connection: Connection) -> list[VenueShown]:
    """Every venue, by name."""
    rows = connection.execute(select(venues).order_by(venues.c.name, venues.c.id)).all()
    in_venue, hung = _halls(connection), _boxes(connection)
    return [
        VenueShown(
            id=row.id,
            name=row.name,
            city=row.city,
            time_zone=row.time_zone,
            halls=in_venue[row.id],
            boxes=hung[row.id],
        )
        for row in rows
    ]


def venue(connection: Connection, venue_id: int) -> VenueShown:
    """One venue.

    Raises:
        Unknown: no such venue.
    """
    for shown in all_venues(connection):
        if shown.id == venue_id:
            return shown
    raise Unknown(f"venue {venue_id} is not registered")


def box(connection: Connection, device: str) -> BoxShown:
    """One box.

    Raises:
        Unknown: no such box.
    """
    for hung in _boxes(connection).values():
        for shown in hung:
            if shown.device == device:
                return shown
    raise Unknown(f"box {device} is not enrolled here")


def _halls(connection: Connection) -> dict[int, list[str]]:
    names: dict[int, list[str]] = defaultdict(list)
    for row in connection.execute(select(halls).order_by(halls.c.name, halls.c.id)):
        names[row.venue_id].append(row.name)
    return names


def _boxes(connection: Connection) -> dict[int, list[BoxShown]]:
    rows = connection.execute(
        select(
            boxes,
            halls.c.name.label("hall"),
            halls.c.venue_id,
            venues.c.name.label("venue"),
            venues.c.time_zone,
        )
        .join_from(boxes, halls, boxes.c.hall_id == halls.c.id)
        .join(venues, halls.c.venue_id == venues.c.id)
        .order_by(halls.c.name, boxes.c.device)
    )
    hung: dict[int, list[BoxShown]] = defaultdict(list)
    for row in rows:
        hung[row.venue_id].append(
            BoxShown(
                device=row.device,
                hall=row.hall,
                seen_at=row.seen_at,
                last_heard_at=row.last_heard_at,
                waiting=row.waiting,
                catalogue_version=row.catalogue_version,
                software=row.software or "",
                source=row.source or "",
                revoked_because=row.revoked_because,
                inputs_now=[InputNow.model_validate(one) for one in row.inputs_now or ()],
                hall_id=row.hall_id,
                venue_id=row.venue_id,
                venue=row.venue,
                time_zone=row.time_zone,
            )
        )
    return hung


def events_of(connection: Connection, venue_id: int, *, now: datetime) -> list[EventShown]:
    """The events of a venue, the latest first."""
    return _events(connection, _latest_first().where(halls.c.venue_id == venue_id), now=now)


def latest_events(connection: Connection, *, at_most: int, now: datetime) -> list[EventShown]:
    """The latest events of all venues."""
    return _events(connection, _latest_first().limit(at_most), now=now)


def _latest_first() -> Select[Any]:
    names = halls.c.name.label("hall"), venues.c.name.label("venue"), venues.c.time_zone
    everything = select(events, *names).join_from(events, halls).join(venues)
    return everything.order_by(events.c.starts_at.desc(), events.c.id.desc())


def _events(connection: Connection, wanted: Select[Any], *, now: datetime) -> list[EventShown]:
    rows = connection.execute(wanted).all()
    closed = earlier_closing(connection, [row.id for row in rows])
    fees = fees_of(connection, closed)
    return [
        EventShown(
            id=row.id,
            title=row.title,
            hall=row.hall,
            venue=row.venue,
            time_zone=row.time_zone,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            fee=fees.get(row.id)
            or (Money(row.licence_fee_minor, row.currency) if row.licence_id is None else None),
            licence_id=row.licence_id,
            distribution_id=closed.get(row.id),
            listened=_listened(connection, row, now=now),
        )
        for row in rows
    ]


def _listened(connection: Connection, event: Row[Any], *, now: datetime) -> str:
    until = min(event.ends_at, now)
    if until <= event.starts_at:
        return ""
    return sentence(coverage_of(connection, event.hall_id, event.starts_at, until))


def evening(connection: Connection, event_id: int, *, now: datetime) -> Evening:
    """An event as it was heard, up to now while it goes on.

    Raises:
        Unknown: no such event.
    """
    event = evidence.event_of(connection, event_id)
    plays = sorted(played.plays_at(connection, event), key=lambda play: (play.started_at, play.id))
    until = min(event.ends_at, max(now, event.starts_at))
    parties = {share.party_id for play in plays for share in play.shares}
    keys = [heard.key for play in plays for heard in play.detections]
    hall = select(halls.c.venue_id).filter_by(id=event.hall_id)
    fee = fees_of(connection, [event.id]).get(event.id)
    return Evening(
        event=event,
        fee=fee if fee is not None else None if event.licensed else event.fee,
        place=place_of(connection, event.hall_id),
        venue_id=connection.execute(hall).scalar_one(),
        coverage=coverage_of(connection, event.hall_id, event.starts_at, until),
        unknown_music=unknown_music_of(connection, event.hall_id, event.starts_at, until),
        foreground=foreground_of(connection, keys),
        uncertainty=uncertainty_of(connection, keys),
        coverage_until=until,
        plays=plays,
        names=evidence.names_of(connection, parties),
        distribution_id=earlier_closing(connection, [event.id]).get(event.id),
        others=others_at(connection, event),
    )
