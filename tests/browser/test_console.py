"""What staff see in a real browser: the evening as it was heard, the money as it went."""

import re

import pytest
from playwright.sync_api import expect

from tests.fakes.spring_evening import LANES, PARTIES, WORKS

pytestmark = pytest.mark.browser


def tiyn(written):
    """The minor units of an amount as a page writes it."""
    return int(re.sub(r"\D", "", written))


def test_the_evening_is_seen_as_it_was_heard(visit, console):
    page = visit().sign_in(f"/events/{console.registered.event_id}")

    expect(page.get_by_role("heading", level=1)).to_have_text("Наурыз кеші")
    lanes = page.locator(".lane")
    expect(lanes).to_have_count(LANES)
    for title, _, _ in WORKS:
        expect(lanes.filter(has_text=title)).to_be_visible()
    expect(page.locator("figcaption")).to_have_text(
        "Listened to 592.5 of 600 s (98.7 %); 1.5 s sound lost; 6 s powered off."
    )


def test_bars_lie_where_the_clock_says(visit, console):
    """19:03:00 to 19:03:06 the power was off: three tenths along the line, for a hundredth."""
    page = visit().sign_in(f"/events/{console.registered.event_id}")

    line = page.locator(".coverage svg").bounding_box()
    off = page.locator(".coverage .state-powered_off").bounding_box()

    assert abs((off["x"] - line["x"]) / line["width"] - 180 / 600) < 0.002
    assert abs(off["width"] / line["width"] - 6 / 600) < 0.002


def test_a_play_across_the_power_cut_is_one_bar_of_two_detections(visit, console):
    page = visit().sign_in(f"/events/{console.registered.event_id}")

    lane = page.locator(".lane").filter(has_text="Алатау баурайында")

    expect(lane.locator(".whole")).to_have_count(1)
    expect(lane.locator(".heard")).to_have_count(2)


def test_a_play_opens_to_its_detections(visit, console):
    page = visit().sign_in(f"/events/{console.registered.event_id}")
    row = page.locator("tr").filter(has_text="Алатау баурайында")
    evidence = row.locator("ul.evidence li")
    expect(evidence.first).to_be_hidden()

    row.get_by_text("2 detections").click()

    expect(evidence).to_have_count(2)
    for one in evidence.all():
        expect(one).to_be_visible()
        expect(one).to_contain_text(console.registered.device)


def test_the_statement_adds_up_before_the_eyes_of_its_reader(visit, console):
    head = console.closed["statements"][0]
    page = visit().sign_in(f"/statements/{head['id']}")

    expect(page.get_by_role("heading", level=1)).to_have_text(PARTIES[0])
    amounts = page.locator(".entry summary .amount").all_inner_texts()
    assert sum(map(tiyn, amounts)) == tiyn(page.locator(".total strong").inner_text())
    assert tiyn(page.locator(".total strong").inner_text()) == head["total"]["minor"]
    expect(page.locator(".equation")).not_to_contain_text("≠")

    entry = page.locator(".entry").first
    expect(entry.locator(".behind")).to_be_hidden()
    entry.locator("summary").click()
    expect(entry.locator(".behind")).to_be_visible()
    expect(entry.locator(".detection")).to_have_count(1)
    expect(entry.locator(".detection")).to_contain_text(console.registered.device)


def test_one_can_walk_from_the_venue_to_a_statement(visit, console):
    page = visit().sign_in("/")
    silent = page.locator(".box.silent", has_text=console.registered.silent_device)
    expect(silent).to_be_visible()

    page.get_by_role("link", name="Қуыршақ театры «Үлгі»").click()
    page.get_by_role("link", name="Наурыз кеші").click()
    page.get_by_role("link", name="distributed").click()
    expect(page.locator(".trail .node.rightholder")).to_have_count(len(PARTIES))
    expect(page.locator(".trail .node.suspense .amount")).to_have_text("KZT\u00a013,448.68")
    page.get_by_role("link", name=PARTIES[0]).click()

    expect(page.get_by_role("heading", level=1)).to_have_text(PARTIES[0])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/events/1", "/distributions/1", "/statements/1"])
def test_every_page_fits_a_phone(visit, path, scheme):
    page = visit(width=390, scheme=scheme).sign_in(path)

    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_on_paper_every_amount_lies_open(visit):
    page = visit().sign_in("/statements/1")
    page.emulate_media(media="print")

    for behind in page.locator(".behind").all():
        expect(behind).to_be_visible()


def fullest_statement(office):
    """The statement of the distribution with the most lines."""
    with office.http() as http:
        heads = http.get("/v1/distributions/1").json()["statements"]
        lines = {h["id"]: len(http.get(f"/v1/statements/{h['id']}").json()["lines"]) for h in heads}
    return max(lines, key=lambda number: (lines[number], number))


def test_pictures_can_be_taken_of_the_evening_and_of_its_money(visit, pictured, album):
    """QULAQ_SCREENSHOTS=docs QULAQ_OFFICE=.cache/demo/office keeps those of the demo's evening."""
    page = visit(pictured).sign_in("/events/1")
    page.set_viewport_size({"width": 1280, "height": 1240})
    page.screenshot(path=album / "evening.png")
    page.goto("/distributions/1")
    page.screenshot(path=album / "distribution.png")
    page.goto(f"/statements/{fullest_statement(pictured)}")
    page.locator(".entry summary").first.click()
    page.locator("h1").hover()
    page.screenshot(path=album / "statement.png", full_page=True)

    for name in ("evening", "distribution", "statement"):
        header = (album / f"{name}.png").read_bytes()[:24]
        assert (header[:8], int.from_bytes(header[16:20])) == (b"\x89PNG\r\n\x1a\n", 1280)
