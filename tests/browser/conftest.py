"""A real office with an evening in it, and a real browser that has signed in."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import sync_playwright

from tests.fakes.spring_evening import Filler

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


class Console:
    """The served office: its address, its staff token, and what was put into it."""

    def __init__(self, url, token):
        self.url = url
        self.token = token
        headers = {"Authorization": f"Bearer {token}"}
        with (
            httpx.Client(base_url=url, headers=headers, timeout=60) as http,
            httpx.Client(base_url=url, timeout=60) as stranger,
        ):
            filler = Filler(http, stranger)
            self.registered = filler.fill()
            self.closed = filler.close(self.registered)


def central(*arguments):
    return [sys.executable, "-m", "central", *map(str, arguments)]


@pytest.fixture(scope="session")
def console(tmp_path_factory):
    """`qulaq-central serve` as a process of its own, with the evening reported and closed."""
    home = tmp_path_factory.mktemp("office")
    set_up = subprocess.run(
        central("init", "--home", home), capture_output=True, text=True, check=True
    )
    serving = subprocess.Popen(
        central("serve", "--home", home, "--port", 0), stdout=subprocess.PIPE, text=True
    )
    try:
        said = serving.stdout.readline()
        url = next(word for word in said.split() if word.startswith("http://"))
        yield Console(url, set_up.stdout.strip())
    finally:
        serving.terminate()
        serving.communicate(timeout=30)


@pytest.fixture(scope="session")
def chromium():
    """Headless Chromium, as Debian installs it."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    assert program, "no Chromium on PATH; install it with `apt-get install chromium`"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        yield browser
        browser.close()


class Visit:
    """A browser window at the console that notes every complaint and every request."""

    def __init__(self, browser, console, *, width=1280, scheme="light"):
        self.console = console
        self.context = browser.new_context(
            base_url=console.url,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            device_scale_factor=2 if width < 1000 else 1,
        )
        self.page = self.context.new_page()
        self.complaints = []
        self.requested = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requested.append(request.url))

    def sign_in(self, path):
        """Ask for a page, meet the door, go through it."""
        self.page.goto(path)
        self.page.get_by_label("Staff token").fill(self.console.token)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(path)
        return self.page


@pytest.fixture
def visit(chromium, console):
    """The maker of visits: `visit(width=1280, scheme="light")`; none may end in a complaint."""
    made = []

    def make(**looks):
        made.append(Visit(chromium, console, **looks))
        return made[-1]

    yield make
    for one in made:
        one.context.close()
        assert one.complaints == []
        assert [url for url in one.requested if not url.startswith(f"{console.url}/")] == []


@pytest.fixture
def picture():
    """Takes a picture for the documentation, if QULAQ_SCREENSHOTS names a folder for it."""
    folder = os.environ.get("QULAQ_SCREENSHOTS")

    def take(page, name):
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return take
