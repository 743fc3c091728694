"""Laws of a box's page: how the box is, in three languages; and the hours that staff set."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from central.web.box_words import box_words, input_text, is_well
from edge.sync import seal
from edge.sync.chain import BEGINNING, content_of, follow
from edge.sync.letters import Hours
from edge.sync.wire import DetectionBatch, Heartbeat, InputNow, Link, SignalFault
from tests.central.conftest import words_of

SAID_AT = datetime(2026, 11, 21, 14, tzinfo=UTC)
MUTED = InputNow(name="main", state="silent_signal", fault="muted_mixer")
FULL = InputNow(name="foyer", state="heard", is_kept=False)


@pytest.fixture
def box(office):
    return office.box(office.hall())


def beat(box, *inputs):
    letter = Heartbeat(
        device=box.device,
        said_at=SAID_AT,
        software="0.1.0",
        catalogue_version=3,
        waiting=7,
        last_heard_at=SAID_AT,
        inputs_now=inputs,
    )
    assert box.send("/v1/heartbeat", box.seal(letter)).status_code == 204


@pytest.mark.parametrize("tongue", ["kk", "ru", "en"])
def test_a_box_that_is_ill_is_told_so_in_the_readers_language(staff, box, tongue):
    beat(box, MUTED, FULL)

    page = staff.get(f"/boxes/{box.device}?lang={tongue}")

    assert f'<html lang="{tongue}">' in page.text
    said = box_words(tongue)
    for words in (said["muted_mixer"], said["unkept"], said["always"], said["no_chain"]):
        assert words in words_of(page)


def test_what_is_ill_stands_beside_the_box_wherever_it_is_listed(staff, box):
    beat(box, MUTED, FULL)

    for path in ("/", "/venues/1"):
        text = words_of(staff.get(path))
        assert "main: microphone gave no sound: muted at the mixer" in text
        assert "foyer: heard; the card takes nothing" in text
    beat(box, MUTED.model_copy(update={"state": "heard", "fault": None}))
    assert "muted" not in words_of(staff.get("/"))


def test_a_box_that_says_no_more_of_its_inputs_is_not_shown_by_what_it_said_before(staff, box):
    beat(box, MUTED)
    beat(box)

    assert "The box does not say." in words_of(staff.get(f"/boxes/{box.device}?lang=en"))


def link_of(record, before):
    head = follow(before, [content_of(record)]).hex()
    return Link(boot=record.boot, first=record.seq, last=record.seq, before=before.hex(), head=head)


def tell(box, record, link):
    letter = DetectionBatch(device=box.device, records=[record], chain=[link])
    assert box.send("/v1/detections", box.seal(letter)).status_code == 200


def test_how_a_memory_hangs_together_is_told(staff, box):
    first, third = box.heard(1), box.heard(3)
    tell(box, first, link_of(first, BEGINNING))
    assert "hangs together" in words_of(staff.get(f"/boxes/{box.device}?lang=en"))

    tell(box, third, link_of(third, bytes(range(32))))  # what came before it never came here

    text = words_of(staff.get(f"/boxes/{box.device}?lang=en"))
    assert "hangs together" not in text
    assert "Pieces that follow what never came 1" in text


@pytest.mark.parametrize("fault", get_args(SignalFault))
def test_every_fault_has_words_in_every_language(fault):
    one = InputNow(name="main", state="heard", fault=fault)

    assert len({input_text(one, tongue) for tongue in ("kk", "ru", "en")}) == 3
    assert not is_well(one)


@pytest.mark.parametrize("state", ["heard", "muted", "outside_schedule"])
def test_a_box_that_rests_as_it_was_told_is_well(state):
    assert is_well(InputNow(name="main", state=state))


def test_hours_that_staff_set_travel_with_the_next_orders(staff, office, box):
    hall_id = office.http.get("/v1/boxes").json()[0]["hall_id"]
    form = {
        "device": box.device,
        "days": ["5", "6"],
        "begins": "18:00",
        "ends": "01:00",
        "lang": "en",
    }

    page = staff.post(f"/halls/{hall_id}/hours", data=form)

    assert "Fri, Sat 18:00–01:00" in words_of(page)
    answer = box.enrol(office.enrolment_token(hall_id))
    orders = box.orders(answer, central_key=seal.public_pem(office.office.key))
    assert [Hours(days=[5, 6], begins="18:00", ends="01:00")] == orders.hours


def test_hours_can_be_taken_back(staff, office, box):
    hall_id = office.http.get("/v1/boxes").json()[0]["hall_id"]
    hours = [{"days": [1], "begins": "10:00", "ends": "12:00"}]
    office.http.put(f"/v1/halls/{hall_id}/hours", json={"hours": hours})

    page = staff.post(f"/halls/{hall_id}/hours", data={"device": box.device, "lang": "en"})

    assert "at any time" in words_of(page)
    assert {"hours": []} == office.http.get(f"/v1/halls/{hall_id}/hours").json()


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": [8], "begins": "10:00", "ends": "12:00"},
        {"days": [1], "begins": "25:00", "ends": "12:00"},
        {"days": [], "begins": "10:00", "ends": "12:00"},
    ],
)
def test_hours_that_no_clock_shows_are_refused(office, wrong):
    hall_id = office.hall()
    answer = office.http.put(f"/v1/halls/{hall_id}/hours", json={"hours": [wrong]})

    assert answer.status_code == 422


def test_an_unknown_box_has_no_page(staff):
    assert staff.get("/boxes/qb-0123456789abcdef").status_code == 404
