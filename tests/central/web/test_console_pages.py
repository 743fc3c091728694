"""Laws of the console: staff see evenings and money as they are; nobody else sees anything."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from central.web.session import COOKIE
from tests.central.conftest import words_of
from tests.fakes.spring_evening import LANES, WORKS, Filler


@pytest.fixture
def browser(office):
    """A browser that has not signed in, and does not follow where it is sent."""
    with httpx.Client(base_url=office.url, timeout=300) as browser:
        yield browser


@pytest.fixture
def filled(office):
    filler = Filler(office.http, office.stranger)
    registered = filler.fill()
    return registered, filler.close(registered)


PAGES = ["/", "/venues/1", "/events/1", "/distributions", "/distributions/1", "/statements/1"]


@pytest.mark.parametrize("path", [*PAGES, "/statements/1.csv"])
def test_without_signing_in_there_is_only_the_door(browser, path):
    answer = browser.get(path)

    assert (answer.status_code, answer.headers["location"]) == (303, f"/login?then={path}")


def test_a_bearer_of_an_api_token_still_needs_the_door(office):
    assert office.http.get("/").status_code == 303


@pytest.mark.parametrize("token", ["x" * 40, "x" * 4_000, "", "\x00"])
def test_a_wrong_token_is_refused_without_a_cookie(browser, token):
    answer = browser.post("/login", data={"token": token})

    assert answer.status_code == 403
    assert "not known here" in answer.text
    assert "set-cookie" not in answer.headers


def test_the_cookie_is_for_this_site_and_no_script(office, browser):
    answer = browser.post("/login", data={"token": office.token, "then": "/venues/1"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/venues/1")
    kept = answer.headers["set-cookie"].lower()
    assert kept.startswith(f"{COOKIE}=")
    assert "httponly" in kept
    assert "samesite=strict" in kept


def test_behind_a_web_server_with_a_certificate_the_cookie_travels_over_https_alone(
    office, browser
):
    behind = {"X-Forwarded-Proto": "https"}
    answer = browser.post("/login", data={"token": office.token}, headers=behind)

    assert "; secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_the_door_leads_nowhere_else(office, browser, elsewhere):
    answer = browser.post("/login", data={"token": office.token, "then": elsewhere})

    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_no_page_of_another_site_can_open_or_close_the_door(office, browser, site):
    headers = {"Sec-Fetch-Site": site}
    answers = [
        browser.post("/login", data={"token": office.token}, headers=headers),
        browser.post("/logout", headers=headers),
    ]

    assert [403, 403] == [answer.status_code for answer in answers]
    assert not any("set-cookie" in answer.headers for answer in answers)


def test_leaving_closes_the_door(staff):
    staff.post("/logout")

    assert staff.get("/").url.path == "/login"


def test_every_page_forbids_everything_it_does_not_bring(staff, filled):
    for path in [*PAGES, "/login", "/nowhere"]:
        page = staff.get(path)
        policy = page.headers["content-security-policy"]

        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert page.headers["cache-control"] == "no-store"
        assert re.findall(r"<script|\sstyle=|\son\w+=|https?://", page.text) == []


def test_venues_show_which_boxes_are_silent(staff, filled):
    registered, _ = filled
    page = words_of(staff.get("/"))

    assert "Қуыршақ театры «Үлгі»" in page
    assert f"Үлкен зал seen just now {registered.device}" in page
    assert f"Кіші зал never seen silent {registered.silent_device}" in page


def test_the_evening_shows_every_recording_its_authors_and_what_was_missed(staff, filled):
    page = staff.get("/events/1")
    text = words_of(page)

    assert page.text.count('class="line lane') == LANES
    for title, _, _ in WORKS:
        assert title in text
    assert "Listened to 592.5 of 600 s (98.7 %); 1.5 s sound lost; 6 s powered off." in text
    assert "1 of these plays is of a recording that no work is registered for" in text
    assert "2 detections" in text


def test_the_distribution_shows_that_nothing_is_missing(staff, filled):
    text = words_of(staff.get("/distributions/1"))

    assert "+ suspense KZT 13,448.68 = licence fees KZT 150,000.00" in text.replace("\u00a0", " ")
    assert "follow-the-money-v1" in text


def test_a_statement_shows_the_same_sum_three_times_and_the_detections_behind_it(staff, filled):
    _, closed = filled
    for head in closed["statements"]:
        page = staff.get(f"/statements/{head['id']}")
        total = head["total"]["text"]

        assert f"statement {total} = ledger {total}".replace("\u00a0", " ") in words_of(page)
        assert head["party"]["name"] in page.text
        assert page.text.count('class="detection"') >= page.text.count('class="entry"') > 0


def test_the_spreadsheet_opens_from_the_page(staff, filled):
    answer = staff.get("/statements/1.csv")

    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.startswith("statement_id,")


@pytest.mark.parametrize(
    "path", ["/nowhere", "/venues/99", "/events/99", "/events/x", "/statements/0"]
)
def test_what_does_not_exist_is_said_on_a_page(staff, path):
    answer = staff.get(path)

    assert answer.status_code == 404
    assert "There is no such page" in answer.text


def test_programs_are_told_in_json_what_does_not_exist(office):
    answer = office.http.get("/v1/nowhere")

    assert (answer.status_code, answer.json()) == (
        404,
        {"detail": "nothing answers at /v1/nowhere"},
    )


def test_a_title_is_text_and_never_markup(office, staff):
    office.register("venues", name="<script>alert(1)</script>", time_zone="UTC")

    page = staff.get("/")

    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text


def test_an_evening_that_goes_on_speaks_only_of_what_has_been(office, staff):
    now = datetime.now(UTC)
    window = {"starts_at": now - timedelta(seconds=90), "ends_at": now + timedelta(hours=2)}
    event_id = office.register(
        "events",
        hall_id=office.hall(),
        title="Бүгін кеш",
        licence_fee_minor=0,
        currency="KZT",
        **{name: instant.isoformat() for name, instant in window.items()},
    )

    text = words_of(staff.get(f"/events/{event_id}"))

    assert re.search(r"So far listened to 0 of 9\d(\.\d+)? s \(0\.0 %\)", text)


def test_an_evening_to_come_says_so(office, staff):
    begins = datetime.now(UTC) + timedelta(days=1)
    event_id = office.register(
        "events",
        hall_id=office.hall(),
        title="Ертең кеш",
        starts_at=begins.isoformat(),
        ends_at=(begins + timedelta(hours=2)).isoformat(),
        licence_fee_minor=0,
        currency="KZT",
    )

    assert "This event has not begun." in words_of(staff.get(f"/events/{event_id}"))


def begun_event(office, hall_id):
    """An event of 104 minutes that is over."""
    begins = datetime(2026, 3, 20, 14, tzinfo=UTC)
    event_id = office.register(
        "events",
        hall_id=hall_id,
        title="Көктем кеші",
        starts_at=begins.isoformat(),
        ends_at=(begins + timedelta(minutes=104)).isoformat(),
        licence_fee_minor=0,
        currency="KZT",
    )
    return event_id, begins


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("heard", "No music of the catalogue was recognised; all of it was listened to."),
        (
            "unplugged",
            "Nothing was listened to: 104 min microphone unplugged. "
            "Whether music was played is not known.",
        ),
    ],
)
def test_a_silent_hall_and_a_dead_microphone_do_not_look_alike(office, staff, state, said):
    hall_id = office.hall()
    event_id, begins = begun_event(office, hall_id)
    box = office.box(hall_id)
    box.receipt(box.covered(1, state, begins, begins + timedelta(minutes=104)))

    assert said in words_of(staff.get(f"/events/{event_id}"))


def test_beside_every_event_stands_how_it_was_listened_to(office, staff):
    hall_id = office.hall()
    event_id, begins = begun_event(office, hall_id)
    box = office.box(hall_id)
    box.receipt(
        box.covered(1, "heard", begins, begins + timedelta(minutes=97)),
        box.covered(2, "unplugged", begins + timedelta(minutes=97), begins + timedelta(hours=3)),
    )
    said = "istened to 97 of 104 min (93.2 %); 7 min microphone unplugged"

    for page in ("/", "/venues/1", f"/events/{event_id}"):
        assert said in words_of(staff.get(page)), page


def test_a_play_whose_time_is_not_well_known_is_marked(office, staff):
    hall_id = office.hall()
    event_id, begins = begun_event(office, hall_id)
    box = office.box(hall_id)
    fields = {"started_at": begins, "ended_at": begins + timedelta(minutes=3)}
    doubt = {"clock_synced": False, "uncertainty_ms": 720_000}
    box.receipt(
        box.heard(1, **fields, **doubt),
        box.covered(2, "heard", *fields.values()).model_copy(update=doubt),
    )
    page = words_of(staff.get(f"/events/{event_id}"))

    assert "time known within 12 min 0 s only" in page
    assert "Of 1 of these plays the box did not know well when it was" in page
    assert "istened to 0 of 104 min (0.0 %); 3 min time not known; 101 min not reported" in page
