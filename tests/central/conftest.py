"""An office open for business: a real server on a loopback port, and boxes that talk to it."""

import html
import os
import re
import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import httpx
import pytest
import uvicorn
from alembic import command
from hypothesis import settings
from sqlalchemy import delete

from central.access import staff_tokens
from central.app import create_app
from central.catalogue.vouching import root_in_force
from central.database import open_books, open_server, writing
from central.founding import found, open_office
from central.serving import listen
from central.settings import Home, Settings
from central.upgrading import migrations, upgrade
from edge.sync import seal
from edge.sync.letters import BoxIdentity, Bundle, Enrolment
from edge.sync.protocol import Answer
from edge.sync.trust import Anchor, newest_manifest
from edge.sync.wire import BatchReceipt, CoverageRecord, DetectionBatch, DetectionRecord, Sealed
from tests.fakes import postgres
from tests.fakes.spring_evening import tune

EVENING = datetime(2026, 11, 21, 14, tzinfo=UTC)  # 19:00 in Almaty

# A law holds on a busy machine too: nothing here is judged by how long it took.
settings.register_profile("office", deadline=None)
settings.load_profile("office")


class Front:
    """A server on a loopback port; whose office it serves can be changed between tests."""

    def __init__(self, home, settings):
        self.door = listen(settings)
        self.settings = settings.but({"port": self.door.getsockname()[1]})
        self.url = f"http://{settings.host}:{self.settings.port}"
        self.app = create_app(open_office(home, self.settings))
        self.server = uvicorn.Server(uvicorn.Config(self.app, ws="none", log_level="error"))
        self.thread = threading.Thread(target=self.server.run, args=([self.door],))
        self.thread.start()

    def close(self):
        self.server.should_exit = True
        self.thread.join()
        self.door.close()
        self.app.state.office.close()


class OfficeOpen:
    """An office that answers at `url`; `http` comes with a staff token, `stranger` without."""

    def __init__(self, front, token):
        self.office = front.app.state.office
        self.home = self.office.home
        self.books = self.office.books
        self.token = token
        self.url = front.url
        # no TLS on loopback, so no certificates to load either
        self.http = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {token}"},
            timeout=300,  # the first catalogue in a new environment compiles first
            verify=False,
        )
        self.stranger = httpx.Client(
            base_url=self.url,
            headers={"Content-Type": "application/json"},
            timeout=300,
            verify=False,
        )

    def close(self):
        self.http.close()
        self.stranger.close()
        self.office.close()

    def register(self, kind, **fields):
        """Register something and return its number."""
        answer = self.http.post(f"/v1/{kind}", json=fields)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def hall(self, name="Үлкен зал"):
        """A venue with one hall; returns the hall's number."""
        venue_id = self.register("venues", name="Әуезов театры", time_zone="Asia/Almaty")
        return self.register("halls", venue_id=venue_id, name=name)

    def work(self, title="Көктем"):
        """A work that one author owns whole; returns its number."""
        party_id = self.register("parties", name="Абай Сұлтанов")
        share = {"party_id": party_id, "role": "CA", "basis_points": 10_000}
        return self.register("works", title=title, shares=[share])

    def send_recording(self, audio, **fields):
        """Upload a recording; returns the answer, whatever it is."""
        fields = {"title": "Көктем (студия)", **fields}
        return self.http.post("/v1/recordings", data=fields, files={"audio": ("take.flac", audio)})

    def enrolment_token(self, hall_id):
        """A fresh one-time token for a box in that hall."""
        wanted = {"hall_id": hall_id, "inputs": [{"device": "USB"}]}
        answer = self.http.post("/v1/enrolment-tokens", json=wanted)
        assert answer.status_code == 201, answer.text
        return answer.json()["token"]

    def anchor(self):
        """Whom a box believes that is enrolled now."""
        root = root_in_force(self.office).content.decode()
        return Anchor(root=root, central_key=seal.public_pem(self.office.key))

    def manifest(self, anchor=None):
        """The manifest that a box gets which was enrolled now, or then."""

        def send(request):
            answer = self.http.request(request.method, request.path, headers=request.headers)
            return Answer(answer.status_code, answer.content, dict(answer.headers))

        anchor = anchor or self.anchor()
        with TemporaryDirectory() as folder:
            return newest_manifest(Path(folder), anchor, send, nonce=uuid4().hex)

    def box(self, hall_id):
        """A box enrolled in that hall."""
        box = Box(self)
        answer = box.enrol(self.enrolment_token(hall_id))
        assert answer.status_code == 200, answer.text
        return box


class Box:
    """A box as central sees it: a key, a boot, and letters sealed with the key."""

    def __init__(self, office):
        self.http = office.stranger
        self.key = seal.new_key()
        public = seal.public_pem(self.key)
        self.identity = BoxIdentity(device=seal.device_id(public), public_key=public)
        self.device = self.identity.device
        self.boot = uuid4()

    def enrol(self, token):
        letter = Enrolment(token=token, identity=self.identity)
        return self.http.post("/v1/enrol", content=letter.model_dump_json())

    def orders(self, answer, *, central_key):
        sealed = Sealed.model_validate_json(answer.content)
        return seal.unseal(sealed, Bundle, signer="central", public_key=central_key)

    def heard(self, seq, **changes):
        """A detection of 60 s, one minute after another by sequence number."""
        began = EVENING + timedelta(minutes=seq % 1000)
        fields = {
            "boot": self.boot,
            "seq": seq,
            "started_at": began,
            "ended_at": began + timedelta(seconds=60),
            "clock_synced": True,
            "recording_id": "rec-1",
            "reference_start_seconds": 0.0,
            "speed": 1.0,
            "confidence": 0.9,
            "catalogue_version": 1,
            "recipe": "r",
        }
        return DetectionRecord(**(fields | changes))

    def covered(self, seq, state, began, ended):
        """A coverage record."""
        return CoverageRecord(
            boot=self.boot,
            seq=seq,
            started_at=began,
            ended_at=ended,
            clock_synced=True,
            state=state,
        )

    def seal(self, letter):
        return seal.seal(letter, signer=self.device, key=self.key)

    def deliver(self, *records):
        """Hand in records; returns the answer, whatever it is."""
        batch = DetectionBatch(device=self.device, records=list(records))
        return self.send("/v1/detections", self.seal(batch))

    def send(self, path, sealed):
        return self.http.post(path, content=sealed.model_dump_json())

    def receipt(self, *records):
        """Hand in records that central takes note of; returns its receipt."""
        answer = self.deliver(*records)
        assert answer.status_code == 200, answer.text
        return BatchReceipt.model_validate_json(answer.content)


@pytest.fixture(scope="session")
def server():
    """The PostgreSQL server that keeps the books, if the run was told so; else None."""
    if os.environ.get("QULAQ_TEST_BOOKS") != "postgresql":
        yield None
        return
    with postgres.server() as started:
        yield started


@pytest.fixture(scope="session")
def blank_books(tmp_path_factory):
    """A file with books of the newest form and nothing in them: made once, then copied."""
    path = tmp_path_factory.mktemp("books") / "central.db"
    engine = open_books(path)
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture
def books(request, server, tmp_path):
    """Books of the newest form, with nothing in them."""
    if server is None:
        engine = open_books(shutil.copy(request.getfixturevalue("blank_books"), tmp_path))
        yield engine
        engine.dispose()
        return
    founded, _ = request.getfixturevalue("founded")
    name = server.make(like=postgres.name_in(Home(founded).elsewhere.read_text()))
    engine = open_server(server.address(name))
    with writing(engine) as connection:
        connection.execute(delete(staff_tokens))
    yield engine
    engine.dispose()
    server.drop(name)


@pytest.fixture
def older_books(server, tmp_path):
    """Opens books of an older form, with nothing in them: `older_books(revision)`."""
    opened = []

    def at(revision):
        name = server and server.make()
        engine = open_server(server.address(name)) if server else open_books(tmp_path / "old.db")
        opened.append((engine, name))
        with writing(engine) as connection:
            config = migrations()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
        return engine

    yield at
    for engine, name in opened:
        engine.dispose()
        if name:
            server.drop(name)


@pytest.fixture(scope="session")
def founded(server, tmp_path_factory):
    """A folder with an office nobody has entered yet, and its staff token."""
    folder = tmp_path_factory.mktemp("founded") / "office"
    books = server.address(server.make()) if server else ""
    return folder, found(Home(folder), at=datetime.now(UTC), books=books)


@pytest.fixture(scope="session")
def front(founded, server, tmp_path_factory):
    """One server for all tests; each puts an office of its own behind it."""
    folder, _ = a_copy(founded, server, tmp_path_factory.mktemp("front") / "office")
    opened = Front(Home(folder), Settings(port=0, questions_per_minute=100_000))
    yield opened
    opened.close()


def a_copy(founded, server, folder):
    """An office as it was founded, in another folder; and its database on the server, if any."""
    shutil.copytree(founded[0], folder)
    if server is None:
        return folder, None
    address = Home(folder).elsewhere
    name = server.make(like=postgres.name_in(address.read_text()))
    address.write_text(server.address(name))
    return folder, name


@pytest.fixture
def home(founded, server, tmp_path):
    """A folder with a fresh office."""
    folder, name = a_copy(founded, server, tmp_path / "office")
    yield Home(folder)
    if name:
        server.drop(name)


@pytest.fixture
def office(founded, front, home):
    """An open office with nothing in its books."""
    front.app.state.office.close()
    front.app.state.office = open_office(home, front.settings)
    opened = OfficeOpen(front, founded[1])
    yield opened
    opened.close()


@pytest.fixture
def open_office_with(founded, home):
    """Opens an office on a server of its own, with some settings changed."""
    opened = []

    def open_with(**changes):
        front = Front(home, Settings().but({"port": 0} | changes))
        opened.append((front, OfficeOpen(front, founded[1])))
        return opened[-1][1]

    yield open_with
    for front, office in opened:
        office.close()
        front.close()


@pytest.fixture(name="tune")
def give_tune():
    """The maker of tunes: `tune(seed, seconds=6)`."""
    return tune


@pytest.fixture
def staff(office):
    """A browser that has signed in, as far as HTTP can tell."""
    with httpx.Client(base_url=office.url, timeout=300, follow_redirects=True) as browser:
        browser.post("/login", data={"token": office.token})
        yield browser


def words_of(page):
    """What stands on a page, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.text)).split())
