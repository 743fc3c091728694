"""A real office with an evening in it, and a real browser that has signed in."""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
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
    """A served office: its address, and a staff token of it."""

    def __init__(self, url, token):
        self.url = url
        self.token = token

    def http(self):
        """A client with the staff token."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=300)


def central(*arguments):
    return [sys.executable, "-m", "central", *map(str, arguments)]


@contextmanager
def served(home, token):
    """`qulaq-central serve` as a process of its own, as long as the block lasts."""
    command = central("serve", "--home", home, "--port", 0)
    serving = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        said = serving.stdout.readline()
        yield Console(next(word for word in said.split() if word.startswith("http://")), token)
    finally:
        serving.terminate()
        serving.communicate(timeout=30)


def printed(*arguments):
    run = subprocess.run(central(*arguments), capture_output=True, text=True, check=True)
    return run.stdout.strip()


@pytest.fixture(scope="session")
def console(tmp_path_factory):
    """An office of its own, with the evening reported and closed."""
    home = tmp_path_factory.mktemp("office")
    with served(home, printed("init", "--home", home)) as console:
        with console.http() as http, httpx.Client(base_url=console.url, timeout=300) as stranger:
            filler = Filler(http, stranger)
            console.registered = filler.fill()
            console.closed = filler.close(console.registered)
        yield console


@pytest.fixture(scope="session")
def pictured(console):
    """The office that pictures are taken of: the one in QULAQ_OFFICE, else the tests' own."""
    home = os.environ.get("QULAQ_OFFICE")
    if not home:
        yield console
        return
    with served(home, printed("token", "--home", home, "--label", "pictures")) as other:
        yield other


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

    def make(office=console, **looks):
        made.append(Visit(chromium, office, **looks))
        return made[-1]

    yield make
    for one in made:
        one.context.close()
        assert one.complaints == []
        assert [url for url in one.requested if not url.startswith(f"{one.console.url}/")] == []


@pytest.fixture
def album(tmp_path):
    """Where pictures go: QULAQ_SCREENSHOTS if it names a folder."""
    return Path(os.environ.get("QULAQ_SCREENSHOTS", tmp_path))
