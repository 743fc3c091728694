"""The bench and the real office: what one asks the other answers."""

import re
import subprocess
import sys

import httpx
import pytest

from edge.errors import Refused
from edge.sync import seal
from provisioning.enrol import enrol, enrolment

pytestmark = pytest.mark.slow
INPUT = {"name": "main", "device": "USB Audio", "kind": "line"}


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """`qulaq-central serve` on a port of its own, and a way to ask it as staff."""
    home = str(tmp_path_factory.mktemp("office"))
    program = [sys.executable, "-m", "central"]
    founded = subprocess.run(
        [*program, "init", "--home", home], capture_output=True, text=True, timeout=60, check=True
    )
    serving = subprocess.Popen(
        [*program, "serve", "--home", home, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    address = next(
        found[0] for line in serving.stdout if (found := re.search(r"http://127\S+:[1-9]\d*", line))
    )
    bearer = {"Authorization": f"Bearer {founded.stdout.split()[-1]}"}
    with httpx.Client(base_url=f"{address}/v1", headers=bearer, timeout=300) as staff:
        yield staff, address
    serving.terminate()
    serving.communicate(timeout=20)


def token_for(staff, hall):
    def made(path, **body):
        answer = staff.post(path, json=body)

        assert answer.status_code == 201, answer.text
        return answer.json()

    venue = made("/venues", name="Опера театры", city="Алматы", time_zone="Asia/Almaty")["id"]
    place = made("/halls", venue_id=venue, name=hall)["id"]
    return made("/enrolment-tokens", hall_id=place, inputs=[INPUT])["token"]


def test_a_token_of_the_offices_places_a_box_in_its_hall(office, new_box):
    staff, address = office
    token = token_for(staff, "Үлкен зал")
    first, second = new_box(), new_box()
    sealed, bundle = enrol(address, enrolment(token, first.identity))
    opened = seal.unseal(sealed, type(bundle), signer="central", public_key=bundle.central_key)

    assert (bundle.device, bundle.hall, bundle.serial) == (first.device, "Үлкен зал", 1)
    assert bundle == opened
    with pytest.raises(Refused):
        enrol(address, enrolment(token, second.identity))


def test_a_token_the_office_never_gave_is_refused(office, box):
    with pytest.raises(Refused, match="token"):
        enrol(office[1], enrolment("never-given-by-anyone", box.identity))
