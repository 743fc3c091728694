"""The counter for venues: houses, their halls, and the evenings they announce."""

from fastapi import APIRouter

from central import forms
from central.access import Staff
from central.database import reading, writing
from central.desk import Desk
from central.venues import lists, store
from central.venues.calendar import require_span, require_time_zone

router = APIRouter(prefix="/v1", tags=["venues"], dependencies=[Staff])
"""Everything staff may register about places and evenings."""


class NewVenue(forms.Form):
    """A house with one or more halls; its zone says when its days begin."""

    name: forms.Name
    city: forms.Remark = ""
    time_zone: forms.Code


class NewHall(forms.Form):
    """A room of a venue in which something is played."""

    venue_id: forms.Number
    name: forms.Name


class NewEvent(forms.Form):
    """One evening in one hall, and the fee for it in minor units of the currency."""

    hall_id: forms.Number
    title: forms.Title
    starts_at: forms.Moment
    ends_at: forms.Moment
    licence_fee_minor: forms.Minor
    currency: forms.Currency


@router.post("/venues", status_code=201)
def register_venue(desk: Desk, venue: NewVenue) -> forms.Registered:
    """Register a venue."""
    require_time_zone(venue.time_zone)
    with writing(desk.books) as connection:
        number = store.put_venue(
            connection, name=venue.name, city=venue.city, time_zone=venue.time_zone
        )
    return forms.Registered(id=number)


@router.post("/halls", status_code=201)
def register_hall(desk: Desk, hall: NewHall) -> forms.Registered:
    """Register a hall of a venue."""
    with writing(desk.books) as connection:
        number = store.put_hall(connection, venue_id=hall.venue_id, name=hall.name)
    return forms.Registered(id=number)


@router.post("/events", status_code=201)
def register_event(desk: Desk, event: NewEvent) -> forms.Registered:
    """Register an event in a hall."""
    require_span(event.starts_at, event.ends_at)
    with writing(desk.books) as connection:
        number = store.put_event(
            connection,
            store.Event(
                hall_id=event.hall_id,
                title=event.title,
                starts_at=event.starts_at,
                ends_at=event.ends_at,
                licence_fee_minor=event.licence_fee_minor,
                currency=event.currency,
            ),
        )
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
