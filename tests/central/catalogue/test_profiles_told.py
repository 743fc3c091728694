"""What a hall can recognise is told over HTTP, at the desk, and on the page of its box."""

import pytest
from click.testing import CliRunner

from central.__main__ import main
from central.profiles.grounds import BYTES_PER_SECOND
from tests.central.conftest import words_of

SAID = {
    "kk": "Жинақтың бәрі қорапқа сыяды",
    "ru": "Весь каталог помещается в прибор",
    "en": "All that is registered fits into a box",
}


def test_a_hall_gets_everything_while_it_fits(office, tune):
    hall_id = office.hall()
    office.send_recording(tune(1), work_id=office.work())
    built = office.http.post("/v1/catalogue").json()
    told = office.http.get(f"/v1/catalogue/halls/{hall_id}").json()

    assert {
        "profile": "other",
        "version": 1,
        "is_everything": True,
        "recordings": 1,
        "size_bytes": built["size_bytes"],
        "taken": {},
        "left": {},
    } == told
    assert 404 == office.http.get("/v1/catalogue/halls/9").status_code


def test_a_hall_gets_a_part_where_a_box_has_room_for_little(open_office_with, tune):
    office = open_office_with(box_recordings=1)
    venue = {"name": "Чайка", "time_zone": "Asia/Almaty", "kind": "cinema"}
    venue_id = office.http.post("/v1/venues", json=venue).json()["id"]
    hall_id = office.register("halls", venue_id=venue_id, name="1")
    work_id = office.work()
    for n in (1, 2):
        office.send_recording(tune(n), work_id=work_id)
    office.http.post("/v1/catalogue")
    told = office.http.get(f"/v1/catalogue/halls/{hall_id}").json()

    assert ("cinema", False, 1) == (told["profile"], told["is_everything"], told["recordings"])
    assert ({"room": 1}, {"room": 1}) == (told["taken"], told["left"])


@pytest.mark.parametrize("tongue", SAID)
def test_the_desk_and_the_page_of_a_box_say_it_in_three_tongues(office, staff, tune, tongue):
    hall_id = office.hall()
    box = office.box(hall_id)
    office.send_recording(tune(1), work_id=office.work())
    office.http.post("/v1/catalogue")
    ask = ["explain-catalogue", "--home", str(office.home.path), "--hall", str(hall_id)]
    told = CliRunner().invoke(main, [*ask, "--lang", tongue])

    assert 0 == told.exit_code, told.output
    assert told.output.startswith(SAID[tongue])
    assert SAID[tongue] in words_of(staff.get(f"/boxes/{box.device}?lang={tongue}"))


def test_what_a_recording_is_reckoned_to_take_is_about_what_it_takes(office, tune):
    sent = office.send_recording(tune(1, seconds=60), work_id=office.work()).json()
    office.http.post("/v1/catalogue")
    (segment,) = office.manifest().segments

    assert sent["id"]
    assert 0.3 < 60 * BYTES_PER_SECOND / segment.size_bytes < 3
