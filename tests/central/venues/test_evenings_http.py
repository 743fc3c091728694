"""An evening beside its sound: parts, productions and box office stay as they were told."""

from datetime import datetime

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError

from central.database import reading, writing
from central.venues.accounts import account_of, receipts

EVENT = {
    "title": "Балет кеші",
    "starts_at": "2026-11-21T19:00:00+05:00",
    "ends_at": "2026-11-21T22:00:00+05:00",
    "licence_fee_minor": 10_000_000,
    "currency": "KZT",
}
FOYER = {
    "starts_at": "2026-11-21T19:00:00+05:00",
    "ends_at": "2026-11-21T19:30:00+05:00",
    "use": "foyer",
}


def announce(office, **changes):
    return office.http.post("/v1/events", json=EVENT | {"hall_id": office.hall()} | changes)


def stage(office, **production):
    """Register a production; returns its number."""
    return office.http.post("/v1/productions", json=production).json()["id"]


def test_the_use_of_music_is_that_of_the_part_it_sounds_in(office):
    number = announce(office, use="stage", parts=[FOYER]).json()["id"]
    with reading(office.books) as connection:
        account = account_of(connection, number)
    times = [f"2026-11-21T{clock}:00+05:00" for clock in ("19:00", "19:29", "19:30", "21:59")]

    assert ["foyer", "foyer", "stage", "stage"] == [
        account.use_at(datetime.fromisoformat(time)) for time in times
    ]


def test_an_event_gives_productions_by_their_acts(office):
    ballet = stage(office, title="Қозы Көрпеш", kind="ballet", acts=2)
    number = announce(office, performances=[{"production_id": ballet, "acts": 1}]).json()["id"]
    (given,) = office.http.get(f"/v1/events/{number}").json()["performances"]

    assert (1, 2, "ballet") == (
        given["acts"],
        given["production"]["acts"],
        given["production"]["kind"],
    )
    assert [ballet] == [one["id"] for one in office.http.get("/v1/productions").json()]


def test_the_box_office_is_corrected_by_saying_it_anew(office):
    number = announce(office).json()["id"]
    for gross in (5_000, 6_000):
        office.register(f"events/{number}/receipts", gross_minor=gross, tickets=3)
    told = office.http.get(f"/v1/events/{number}").json()["receipts"]

    assert [5_000, 6_000] == [one["gross_minor"] for one in told]
    assert all(one["told_by"] for one in told)
    for act in (delete(receipts), update(receipts).values(tickets=0)):
        with pytest.raises(DatabaseError, match="never changed"), writing(office.books) as books:
            books.execute(act)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"use": "sleeping"}, "sleeping"),
        ({"parts": [FOYER | {"ends_at": FOYER["starts_at"]}]}, "cannot last"),
        ({"parts": [FOYER | {"ends_at": "2026-11-21T23:00:00+05:00"}]}, "cannot last"),
        ({"parts": [FOYER, FOYER | {"starts_at": "2026-11-21T19:10:00+05:00"}]}, "before another"),
    ],
)
def test_an_evening_that_cannot_be_parted_so_is_refused(office, changes, named):
    answer = announce(office, **changes)

    assert 422 == answer.status_code
    assert named in answer.json()["detail"]


def test_more_acts_than_there_are_cannot_be_given(office):
    opera = stage(office, title="Абай", kind="opera", acts=4)
    answer = announce(office, performances=[{"production_id": opera, "acts": 5}])

    assert (422, []) == (answer.status_code, office.http.get("/v1/events").json())
    assert "4 acts, not 5" in answer.json()["detail"]


def test_receipts_need_an_event_and_a_performance_a_production(office):
    nowhere = office.http.post("/v1/events/7/receipts", json={"gross_minor": 1, "tickets": 1})

    assert (404, "event 7 is not registered") == (nowhere.status_code, nowhere.json()["detail"])
    assert 404 == announce(office, performances=[{"production_id": 9}]).status_code
