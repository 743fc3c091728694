"""An evening on which everything went wrong, as the office sees it: every second, and why."""

from datetime import timedelta

import httpx
import pytest
from playwright.sync_api import expect

from edge.sync import seal
from edge.sync.letters import BoxIdentity, Enrolment
from edge.sync.wire import DetectionBatch
from tests.fakes import bad_evening
from tests.fakes.spring_evening import PARTIES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STATES = (
    "clipped",
    "lost",
    "silent_signal",
    "muted",
    "outside_schedule",
    "unplugged",
    "clock_unknown",
    "powered_off",
)


class Teller:
    """Puts the evening into an office as staff, bench and box would."""

    def __init__(self, console):
        self._console = console

    def tell(self, folder):
        """Everything, over HTTP; returns the number of the event."""
        with self._console.http() as http, httpx.Client(base_url=self._console.url) as box:

            def put(kind, **fields):
                return _ok(http.post(f"/v1/{kind}", json=fields))["id"]

            venue = put(
                "venues", name="Мәдениет үйі «Үлгі»", city="Алматы", time_zone="Asia/Almaty"
            )
            hall = put("halls", venue_id=venue, name="Үлкен зал")
            ends = bad_evening.BEGINS + timedelta(minutes=bad_evening.MINUTES)
            event = put(
                "events",
                hall_id=hall,
                title="Бәрі бүлінген кеш",
                starts_at=bad_evening.BEGINS.isoformat(),
                ends_at=ends.isoformat(),
                licence_fee_minor=9_000_000,
                currency="KZT",
            )
            recordings = [self._recording(http, put, number) for number in range(4)]
            self._report(http, box, hall, bad_evening.records_of(folder, recordings))
        return event

    def _recording(self, http, put, number):
        title = bad_evening.TITLES[number]
        party = put("parties", name=PARTIES[number])
        share = {"party_id": party, "role": "CA", "basis_points": 10_000}
        work = put("works", title=title, shares=[share])
        fields = {"work_id": work, "title": title, "performer": PARTIES[number]}
        audio = {"audio": ("take.flac", bad_evening.flac(number))}
        return _ok(http.post("/v1/recordings", data=fields, files=audio))["id"]

    def _report(self, http, box, hall, records):
        key = seal.new_key()
        device = seal.device_id(seal.public_pem(key))
        identity = BoxIdentity(device=device, public_key=seal.public_pem(key))
        wanted = {"hall_id": hall, "inputs": [{"device": "USB"}]}
        token = _ok(http.post("/v1/enrolment-tokens", json=wanted))["token"]
        letter = Enrolment(token=token, identity=identity)
        _ok(box.post("/v1/enrol", json=letter.model_dump(mode="json")))
        batch = DetectionBatch(device=device, records=records)
        sealed = seal.seal(batch, signer=device, key=key)
        receipt = _ok(box.post("/v1/detections", json=sealed.model_dump()))
        assert receipt["accepted"] == len(records)


def _ok(answer):
    assert answer.is_success, answer.text
    return answer.json()


def test_every_second_of_a_bad_evening_is_shown_once_with_its_reason(
    visit, console, album, tmp_path
):
    """QULAQ_SCREENSHOTS=docs keeps the picture."""
    event = Teller(console).tell(tmp_path)
    page = visit().sign_in(f"/events/{event}")
    page.set_viewport_size({"width": 1280, "height": 900})

    for state in STATES:
        expect(page.locator(f".coverage .state-{state}").first).to_be_visible()
    expect(page.locator(".coverage .state-unreported")).to_have_count(0)
    said = page.locator("figcaption").inner_text()
    assert "7 min microphone unplugged" in said
    assert "of 104 min" in said
    for title in bad_evening.TITLES:
        expect(page.locator(".lane").filter(has_text=title)).to_be_visible()
    page.locator("figure.timeline").screenshot(path=album / "bad-evening.png")
