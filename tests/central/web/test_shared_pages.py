"""Pages about shared sound: staff see what fits as well, and decide what stays."""

from datetime import timedelta

from edge.sync.wire import Alternative
from tests.central.catalogue.test_catalogue_shared_http import flac, register
from tests.central.conftest import EVENING, words_of
from tests.edge.matcher.matcher_sounds import play

MINUTES = timedelta(minutes=30)


def evening_with(office, chosen, *others):
    """The page of an evening at which a box heard one recording that others sound like."""
    hall_id = office.hall()
    event_id = office.register(
        "events",
        hall_id=hall_id,
        title="Көктем кеші",
        starts_at=(EVENING - MINUTES).isoformat(),
        ends_at=(EVENING + MINUTES).isoformat(),
        licence_fee_minor=10_000,
        currency="KZT",
    )
    box = office.box(hall_id)
    also = tuple(
        Alternative(recording_id=name, reference_start_seconds=1.0, speed=1.0) for name in others
    )
    box.receipt(box.heard(1, recording_id=chosen, alternatives=also))
    return f"/events/{event_id}"


def test_what_fits_as_well_stands_beside_what_was_heard(office, staff):
    one = register(office, office.work("Көктем"), "album")
    other = register(office, office.work("Жаз"), "other")
    shown = words_of(staff.get(evening_with(office, *one, *other)))

    assert "or: other (Жаз)" in shown
    assert "1 of these plays sounds the same in recordings of different works" in shown


def test_two_recordings_of_one_work_leave_nothing_open(office, staff):
    takes = register(office, office.work("Көктем"), "album", "other")
    shown = words_of(staff.get(evening_with(office, *takes)))

    assert "or: other" in shown
    assert "in recordings of different works" not in shown


def test_a_pair_waits_until_it_is_decided(office, staff):
    titles = register(office, office.work(), "album", "again")
    sound = flac(play(40, 12))
    office.send_recording(sound, title="alone", work_id=office.work("Жаз"))
    office.http.post("/v1/catalogue")
    waiting = words_of(staff.get("/shared"))
    (again,) = (name for name, title in titles.items() if title == "again")
    decided = words_of(staff.post("/shared/1", data={"leave_out": again}))
    built = office.http.post("/v1/catalogue").json()

    assert "one master, registered twice of one work" in waiting
    assert "alone" not in waiting
    assert "No pair waits for a decision." in decided
    assert built["recordings"] == 2


def test_nobody_else_decides(office, staff):
    register(office, office.work(), "album", "again")
    office.http.post("/v1/catalogue")
    elsewhere = {"sec-fetch-site": "cross-site"}
    from_elsewhere = staff.post("/shared/1", data={"leave_out": ""}, headers=elsewhere)
    unknown = office.stranger.post("/shared/1", data={"leave_out": ""})

    assert from_elsewhere.status_code == 403
    assert (unknown.status_code, unknown.headers["location"]) == (303, "/login?then=/shared/1")
    assert len(office.http.get("/v1/catalogue/shared").json()) == 1
