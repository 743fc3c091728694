"""Venues, halls and events are kept as announced, or refused with the reason."""

from datetime import datetime

import pytest

EVENT = {
    "title": "Ән кеші",
    "starts_at": "2026-11-21T19:00:00+05:00",
    "ends_at": "2026-11-21T22:00:00+05:00",
    "licence_fee_minor": 10_000_000,
    "currency": "KZT",
}


def announce(office, hall, /, **changes):
    form = EVENT | {"hall_id": hall} | changes
    return office.http.post("/v1/events", json=form)


def test_an_event_is_listed_as_announced(office):
    hall_id = office.hall()
    number = announce(office, hall_id).json()["id"]
    (event,) = office.http.get("/v1/events").json()
    starts_at = datetime.fromisoformat(event.pop("starts_at"))
    ends_at = datetime.fromisoformat(event.pop("ends_at"))

    assert datetime.fromisoformat(EVENT["starts_at"]) == starts_at
    assert datetime.fromisoformat(EVENT["ends_at"]) == ends_at
    assert {
        "id": number,
        "hall_id": hall_id,
        "title": "Ән кеші",
        "licence_fee_minor": 10_000_000,
        "currency": "KZT",
        "use": "concert",
        "licence_id": None,
    } == event


def test_a_venue_and_its_halls_are_listed(office):
    venue_id = office.register(
        "venues", name="Абай опера театры", city="Алматы", time_zone="Asia/Almaty"
    )
    hall_id = office.register("halls", venue_id=venue_id, name="Үлкен зал")

    assert [
        {
            "id": venue_id,
            "name": "Абай опера театры",
            "city": "Алматы",
            "time_zone": "Asia/Almaty",
            "kind": "",
        }
    ] == office.http.get("/v1/venues").json()
    assert [
        {"id": hall_id, "venue_id": venue_id, "name": "Үлкен зал", "seats": None}
    ] == office.http.get("/v1/halls").json()


def test_two_events_never_share_a_minute_of_a_hall(office):
    hall_id = office.hall()
    announce(office, hall_id)
    answer = announce(
        office, hall_id, starts_at="2026-11-21T21:59:00+05:00", ends_at="2026-11-21T23:00:00+05:00"
    )

    assert 409 == answer.status_code
    assert "Ән кеші" in answer.json()["detail"]


def test_events_that_touch_or_are_next_door_do_not_clash(office):
    hall_id, next_door = office.hall(), office.hall()
    announce(office, hall_id)
    touching = announce(
        office, hall_id, starts_at=EVENT["ends_at"], ends_at="2026-11-21T23:00:00+05:00"
    )

    assert [201, 201] == [touching.status_code, announce(office, next_door).status_code]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"ends_at": EVENT["starts_at"]}, "cannot last"),
        ({"ends_at": "2027-11-21T22:00:00+05:00"}, "31 days"),
        ({"starts_at": "2026-11-21T19:00:00"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, "starts_at"),
        ({"title": "two\nlines"}, "title"),
        ({"title": "two\u2028lines"}, "title"),
        ({"title": "two\x85lines"}, "title"),
        ({"licence_fee_minor": -1}, "licence_fee_minor"),
        ({"licence_fee_minor": 0.5}, "licence_fee_minor"),
        ({"licence_fee_minor": 10**18}, "licence_fee_minor"),
        ({"currency": "tenge"}, "tenge"),
        ({"hall_id": 2**40}, "hall_id"),
        ({"title": " "}, "title"),
    ],
)
def test_an_event_that_cannot_be_is_refused(office, changes, named):
    answer = announce(office, office.hall(), **changes)

    assert 422 == answer.status_code
    assert named in answer.json()["detail"]


def test_a_hall_needs_a_venue_and_an_event_a_hall(office):
    orphan = office.http.post("/v1/halls", json={"venue_id": 5, "name": "x"})

    assert (404, "venue 5 is not registered") == (orphan.status_code, orphan.json()["detail"])
    assert 404 == announce(office, 5).status_code


@pytest.mark.parametrize("zone", ["Almaty", "Asia", "../etc/passwd", "UTC+5"])
def test_a_zone_without_rules_is_refused(office, zone):
    answer = office.http.post("/v1/venues", json={"name": "x", "time_zone": zone})

    assert 422 == answer.status_code
    assert repr(zone) in answer.json()["detail"]
