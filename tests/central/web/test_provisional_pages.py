"""Provisional figures on pages: marked as such, beside a statement, never part of its sum."""

from datetime import timedelta

from central.royalties.nightly import reckon
from tests.fakes.spring_evening import BEGINS, Filler


def test_an_open_evening_is_shown_as_provisional_and_leaves_when_it_is_closed(office, staff):
    Filler(office.http, office.stranger).fill()
    now = BEGINS + timedelta(days=3)
    reckon(office.books, family="kz-venues", clock=lambda: now)
    page = staff.get("/provisional")
    day = BEGINS.date().isoformat()
    asked = {"venue_id": 1, "from": day, "to": day, "pack": "kz-venues-2025"}
    closed = office.http.post("/v1/periods/close", json=asked).json()
    after = staff.get("/provisional")
    statement = staff.get(f"/statements/{closed['statements'][0]['id']}")

    assert "Owed to nobody and in no ledger" in page.text
    assert "kz-venues-2025 2025.1" in page.text
    assert "No evening is open" in after.text
    assert "Provisional" not in statement.text
