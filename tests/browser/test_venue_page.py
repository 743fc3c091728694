"""What the venue sees of its box, on a phone, in three languages, in a real browser."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from edge import signs
from edge.sync.outbox import Outbox
from edge.view.glance import look_at
from edge.view.serve import opened
from tests.fakes.central_simulator import CentralSimulator
from tests.fakes.evenings import checkpoint, heard, make_box

pytestmark = pytest.mark.browser

NOW = datetime(2026, 3, 5, 15, 46, tzinfo=UTC)  # 20:46 in the hall

HEADLINES = {"kk": "Тыңдап тұр", "ru": "Слушает", "en": "Hearing"}
# An evening so far: minutes in each state, oldest first.
EVENING = [("heard", 48), ("unplugged", 7), ("heard", 47), ("lost", 1), ("heard", 1)]


def an_evening():
    """Coverage that ends now, and a recording that ended three minutes ago."""
    at = NOW - timedelta(minutes=sum(minutes for _, minutes in EVENING))
    records = []
    for state, minutes in EVENING:
        until = at + timedelta(minutes=minutes)
        span = {"seq": len(records) + 1, "started_at": at, "ended_at": until}
        records.append(heard(1, state=state).model_copy(update=span))
        at = until
    sounded = {"started_at": NOW - timedelta(minutes=6), "ended_at": NOW - timedelta(minutes=3)}
    return [*records, heard(len(records) + 1).model_copy(update=sounded)]


class Hall:
    """A box in a hall whose page is shown, and the signs its hearing process would leave."""

    def __init__(self, box, memory):
        self.box, self.memory = box, memory

    def says(self, state, peak_dbfs=-11.0):
        now = time.monotonic()
        signs.heard(self.memory, signs.Heard("main", now, state, peak_dbfs, peak_dbfs - 9))
        signs.answered(self.memory, signs.Answered(now))


@pytest.fixture
def hall(tmp_path):
    """A box in the middle of its evening, and the address of its page."""
    central = CentralSimulator()
    hall = Hall(make_box(tmp_path / "box", central, "http://127.0.0.1:9"), tmp_path)
    manifest = central.publish([b"a segment"], version=12)
    hall.box.shelf.mkdir()
    hall.box.manifest.write_text(manifest.model_dump_json())
    outbox = Outbox.open(hall.box.outbox)
    outbox.put(an_evening(), checkpoint())
    outbox.close()
    hall.says("heard")

    def look():
        return look_at(hall.box, [tmp_path], now=NOW, seconds=time.monotonic())

    with opened(look, address="127.0.0.1", port=0) as (hall.url, _glass):
        yield hall


@pytest.fixture
def phone(chromium, hall):
    """A phone's browser that complains of nothing and asks nobody else."""
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=2, locale="kk-KZ"
    )
    page, complaints, requested = context.new_page(), [], []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requested.append(request.url))
    yield page
    context.close()
    assert complaints == []
    assert [url for url in requested if not url.startswith((hall.url, "data:"))] == []


@pytest.mark.parametrize("tongue", HEADLINES)
def test_a_phone_shows_how_the_box_is(phone, hall, tongue, album):
    phone.goto(f"{hall.url}?lang={tongue}")

    expect(phone.get_by_role("heading", level=1)).to_have_text(HEADLINES[tongue])
    expect(phone.locator("main")).to_contain_text("104")
    expect(phone.get_by_role("meter")).to_have_attribute("aria-valuenow", "-11")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert phone.evaluate("document.documentElement.lang") == tongue
    # QULAQ_SCREENSHOTS=docs keeps these pictures
    phone.screenshot(path=album / f"venue-{tongue}.png", full_page=True)


def test_the_reader_changes_the_language_and_nothing_else(phone, hall):
    phone.goto(hall.url)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Тыңдап тұр")

    phone.get_by_role("link", name="Русский").click()

    expect(phone.get_by_role("heading", level=1)).to_have_text("Слушает")
    assert phone.locator("button, input, select, textarea, form").count() == 0


def test_what_happens_to_the_box_is_seen_without_reloading(phone, hall):
    phone.goto(f"{hall.url}?lang=en")
    phone.evaluate("window.untouched = true")

    hall.says("unplugged", peak_dbfs=-100.0)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Microphone unplugged")
    expect(phone.locator(".state")).to_contain_text("plug it into the box again")
    hall.says("heard", peak_dbfs=-3.0)
    expect(phone.get_by_role("meter")).to_have_attribute("aria-valuenow", "-3")

    assert phone.evaluate("window.untouched")


def test_the_evening_is_drawn_to_scale(phone, hall):
    phone.goto(f"{hall.url}?lang=en")

    day = phone.locator(".day svg").bounding_box()
    off = phone.locator(".day .unplugged").bounding_box()

    assert abs(off["width"] / day["width"] - 7 / 104) < 0.005
