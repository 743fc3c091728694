"""The counter for venues: houses, their halls, and the evenings they announce."""

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Path
from pydantic import Field

from central import forms
from central.access import Staff, Teller
from central.database import reading, writing
from central.desk import Desk
from central.errors import Unacceptable
from central.repertoire.store import require_party
from central.venues import accounts, credits, declarations, licences, lists, store
from central.venues.announced import PITCHES_HZ
from central.venues.calendar import require_parts, require_span, require_time_zone
from central.venues.uses import ProductionKind, Use, VenueKind
from edge.sync.letters import Hours

router = APIRouter(prefix="/v1", tags=["venues"], dependencies=[Staff])
"""Everything staff may register about places and evenings."""

HallId = Annotated[int, Path(ge=1, le=forms.LARGEST)]
EventId = Annotated[int, Path(ge=1, le=forms.LARGEST)]


class NewVenue(forms.Form):
    """A house with one or more halls; its zone says when its days begin."""

    name: forms.Name
    city: forms.Remark = ""
    time_zone: forms.Code
    kind: VenueKind = ""


class NewHall(forms.Form):
    """A room of a venue in which something is played."""

    venue_id: forms.Number
    name: forms.Name
    seats: Annotated[int, Field(ge=0, le=1_000_000)] | None = None


class HallHours(forms.Form):
    """When the boxes of a hall may listen, by the clock on its wall; none: always."""

    hours: Annotated[tuple[Hours, ...], Field(max_length=32, strict=False)] = ()


class NewPart(forms.Form):
    """A stretch of an evening in which music has another use: foyer, interval, trailers."""

    starts_at: forms.Moment
    ends_at: forms.Moment
    use: Use


class NewPerformance(forms.Form):
    """A production given at an event, and how many of its acts; all of them if not said."""

    production_id: forms.Number
    acts: Annotated[int, Field(ge=1, le=50)] | None = None


class NewEvent(forms.Form):
    """One evening in one hall, and its fee in minor units of the currency, or its licence.

    With a licence the fee is reckoned at closing by the licence's tariff; `use` holds wherever no
    part says otherwise. `pitch_hz` is that of the A, if it is not today's: 415 for much of what is
    older than the piano. The boxes of the hall follow what is announced by it.
    """

    hall_id: forms.Number
    title: forms.Title
    starts_at: forms.Moment
    ends_at: forms.Moment
    licence_fee_minor: forms.Minor | None = None
    licence_id: forms.Number | None = None
    currency: forms.Currency
    use: Use = "concert"
    pitch_hz: Annotated[int, Field(ge=PITCHES_HZ[0], le=PITCHES_HZ[1])] | None = None
    parts: Annotated[tuple[NewPart, ...], Field(max_length=100, strict=False)] = ()
    performances: Annotated[tuple[NewPerformance, ...], Field(max_length=100, strict=False)] = ()


class NewProduction(forms.Form):
    """A staging or a film: what is performed again and again, act by act."""

    title: forms.Title
    kind: ProductionKind
    acts: Annotated[int, Field(ge=1, le=50)] = 1
    code: forms.Remark = ""


class NewCredit(forms.Form):
    """Who made a production in a role, as packs call it, such as `author` or `costume`.

    Without a party the role is nobody's any more, and nothing is owed for it.
    """

    role: Annotated[str, Field(pattern=r"^[a-z][a-z-]{0,31}$")]
    party_id: forms.Number | None = None


class NewReceipts(forms.Form):
    """What the box office says of an event: gross in minor units, and tickets."""

    gross_minor: forms.Minor
    tickets: Annotated[int, Field(ge=0, le=10_000_000)]


@router.post("/venues", status_code=201)
def register_venue(desk: Desk, venue: NewVenue) -> forms.Registered:
    """Register a venue."""
    require_time_zone(venue.time_zone)
    with writing(desk.books) as connection:
        number = store.put_venue(
            connection, name=venue.name, city=venue.city, time_zone=venue.time_zone, kind=venue.kind
        )
    return forms.Registered(id=number)


@router.post("/halls", status_code=201)
def register_hall(desk: Desk, hall: NewHall) -> forms.Registered:
    """Register a hall of a venue."""
    with writing(desk.books) as connection:
        number = store.put_hall(
            connection, venue_id=hall.venue_id, name=hall.name, seats=hall.seats
        )
    return forms.Registered(id=number)


@router.get("/halls/{hall_id}/hours")
def show_hours(desk: Desk, hall_id: HallId) -> HallHours:
    """When the boxes of a hall may listen; none: always."""
    with reading(desk.books) as connection:
        return HallHours(hours=tuple(store.hours_of(connection, hall_id)))


@router.put("/halls/{hall_id}/hours", status_code=204)
def set_hours(desk: Desk, hall_id: HallId, wanted: HallHours) -> None:
    """Let the boxes of a hall listen only then; it holds from their next orders on."""
    with writing(desk.books) as connection:
        store.set_hours(connection, hall_id, wanted.hours)


@router.post("/events", status_code=201)
def register_event(desk: Desk, event: NewEvent) -> forms.Registered:
    """Register an event in a hall."""
    require_span(event.starts_at, event.ends_at)
    spans = [(part.starts_at, part.ends_at) for part in event.parts]
    require_parts(event.starts_at, event.ends_at, spans)
    if (event.licence_fee_minor is None) == (event.licence_id is None):
        raise Unacceptable("an event has a fee, licence_fee_minor, or a licence, licence_id")
    with writing(desk.books) as connection:
        if event.licence_id is not None:
            zone = ZoneInfo(store.place_of(connection, event.hall_id).time_zone)
            day = event.starts_at.astimezone(zone).date()
            licences.require_licensed(connection, event.licence_id, event.hall_id, day)
        number = store.put_event(
            connection,
            store.Event(
                hall_id=event.hall_id,
                title=event.title,
                starts_at=event.starts_at,
                ends_at=event.ends_at,
                licence_fee_minor=event.licence_fee_minor or 0,
                currency=event.currency,
                use=event.use,
                licence_id=event.licence_id,
                pitch_hz=event.pitch_hz,
            ),
        )
        parts = [accounts.Part(one.starts_at, one.ends_at, one.use) for one in event.parts]
        accounts.put_parts(connection, number, parts)
        for one in event.performances:
            accounts.put_performance(connection, number, one.production_id, acts=one.acts)
    return forms.Registered(id=number)


@router.get("/venues")
def list_venues(desk: Desk, after: forms.After = 0) -> list[lists.Venue]:
    """Venues by number, at most 500 of those after `after`."""
    with reading(desk.books) as connection:
        return lists.venues(connection, after=after)


@router.get("/halls")
def list_halls(desk: Desk, after: forms.After = 0) -> list[lists.Hall]:
    """Halls by number, at most 500 of those after `after`."""
    with reading(desk.books) as connection:
        return lists.halls(connection, after=after)


@router.get("/events")
def list_events(desk: Desk, after: forms.After = 0) -> list[lists.Event]:
    """Events by number, at most 500 of those after `after`."""
    with reading(desk.books) as connection:
        return lists.events(connection, after=after)


@router.get("/events/{event_id}")
def show_event(desk: Desk, event_id: EventId) -> accounts.Account:
    """All that is known of an event beside its sound: parts, productions, box office."""
    with reading(desk.books) as connection:
        return accounts.account_of(connection, event_id)


@router.get("/events/{event_id}/programme")
def show_programme(desk: Desk, event_id: EventId) -> list[declarations.Declared]:
    """What counts as declared of an event: its latest programme, else its films' cue sheets."""
    with reading(desk.books) as connection:
        store.require_event(connection, event_id)
        return declarations.declared_at(connection, event_id)


@router.post("/events/{event_id}/receipts", status_code=201)
def report_receipts(
    desk: Desk, teller: Teller, event_id: EventId, told: NewReceipts
) -> forms.Registered:
    """Say what an event took in; what was said before stays, and the latest counts."""
    receipts = accounts.Receipts(told.gross_minor, told.tickets, teller, desk.now())
    with writing(desk.books) as connection:
        number = accounts.put_receipts(connection, event_id, receipts)
    return forms.Registered(id=number)


@router.post("/productions", status_code=201)
def register_production(desk: Desk, production: NewProduction) -> forms.Registered:
    """Register a staging or a film; `code` is its EIDR or ISAN if it has one."""
    with writing(desk.books) as connection:
        number = accounts.put_production(
            connection,
            title=production.title,
            kind=production.kind,
            acts=production.acts,
            code=production.code,
        )
    return forms.Registered(id=number)


@router.get("/venues/{venue_id}/licences")
def list_licences(desk: Desk, venue_id: EventId) -> list[licences.Licence]:
    """The licences of a venue, the latest first."""
    with reading(desk.books) as connection:
        return licences.licences_of(connection, venue_id)


@router.post("/productions/{production_id}/credits", status_code=201)
def register_credit(
    desk: Desk, teller: Teller, production_id: EventId, credit: NewCredit
) -> forms.Registered:
    """Say who made a production in a role: its grand right is paid then; the last word counts."""
    with writing(desk.books) as connection:
        if credit.party_id is not None:
            require_party(connection, credit.party_id)
        number = credits.put_credit(
            connection,
            production_id,
            role=credit.role,
            party_id=credit.party_id,
            by=teller,
            at=desk.now(),
        )
    return forms.Registered(id=number)


@router.get("/productions/{production_id}/credits")
def list_credits(desk: Desk, production_id: EventId) -> list[credits.Credit]:
    """Who made a production, by role."""
    with reading(desk.books) as connection:
        accounts.require_production(connection, production_id)
        return credits.credits_of(connection, production_id)


@router.get("/productions")
def list_productions(desk: Desk, after: forms.After = 0) -> list[accounts.Production]:
    """Productions by number, at most 500 of those after `after`."""
    with reading(desk.books) as connection:
        return accounts.productions_after(connection, after)
