"""Who stands between a box and its office can hold a catalogue back, and nothing else."""

import hashlib
import shutil
import threading
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from structlog.testing import capture_logs

from central.catalogue import vouching
from central.catalogue.store import Catalogue, next_number, put_catalogue
from central.database import writing
from central.desk import Office
from edge.config import BoxPaths, Settings
from edge.errors import BadCatalogue, BadSeal, Refused, Unreachable
from edge.matcher.fingerprint import Fingerprint
from edge.matcher.index import Index
from edge.matcher.landmarks import Landmarks
from edge.matcher.recipe import RECIPE, Frame
from edge.matcher.write import write_segment
from edge.sync.asking import Asking
from edge.sync.client import Courier
from edge.sync.errands import Desk, restock
from edge.sync.identity import load_or_make
from edge.sync.outbox import Outbox
from edge.sync.protocol import Answer, Request
from edge.sync.shelf import Shelf
from edge.sync.trust import Anchor
from edge.sync.wire import Manifest, Segment
from edge.timekeeping import now
from tests.fakes.evenings import folder_in_memory
from tests.flow.in_process import InProcess


class OtherDay(Office):
    """The same office on another day."""

    ahead = timedelta()

    def now(self):
        return super().now() + type(self).ahead


@pytest.fixture(scope="module")
def founded():
    """An office as on its first day; each test opens copies of it."""
    with folder_in_memory() as folder, capture_logs():
        InProcess(folder / "office").close()
        yield folder / "office"


@contextmanager
def opened_from(founded):
    with folder_in_memory() as folder, capture_logs():
        shutil.copytree(founded, folder / "office")
        opened = InProcess(folder / "office")
        yield opened
        opened.close()


@pytest.fixture
def office(founded):
    with opened_from(founded) as opened:
        parts = {one.name: getattr(opened.office, one.name) for one in fields(Office)}
        opened.office = opened._app.state.office = OtherDay(**parts)
        OtherDay.ahead = timedelta()
        proclaim(opened.office, "first")
        yield opened


@pytest.fixture
def box(office):
    with office.served() as (host, port), folder_in_memory() as folder:
        made = Box(folder, office, f"http://{host}:{port}")
        yield made
        made.close()


def proclaim(office, *ids):
    """A catalogue of these recordings, as the builder proclaims one."""
    draft = office.home.segments / "draft"
    write_segment(draft, [(name, sound_of(name)) for name in ids])
    content = draft.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    at = {"sha256": digest, "size_bytes": len(content), "recordings": len(ids)}
    segment = Segment(name=f"{digest}.qseg", **at)
    draft.rename(office.home.segments / segment.name)
    with writing(office.books) as connection:
        version, made = next_number(connection), office.now()
        manifest = Manifest(version=version, made_at=made, recipe=RECIPE.id, segments=[segment])
        put_catalogue(connection, Catalogue(digest, len(ids), 1, manifest))
        vouching.publish(connection, office, {"all.json": manifest.to_bytes()})


def sound_of(name):
    dice = np.random.default_rng(list(name.encode()))
    frames = np.sort(dice.choice(2000, 600, replace=False)).astype(np.int32)
    bins = dice.uniform(40, 400, 600).astype(np.float32)
    return Fingerprint(Landmarks(frames, bins, np.ones_like(bins), Frame(2000)), RECIPE)


class Box:
    def __init__(self, folder, office, url):
        self.identity = load_or_make(BoxPaths(folder).identity)
        office.enrol(self.identity)
        self.courier = Courier(url, timeout_seconds=60)
        root = vouching.root_in_force(office.office).content.decode()
        self.anchor = Anchor(root=root, central_key=office.public_key)
        self.outbox = Outbox.open(folder / "outbox.db")
        self.shelf = Shelf(folder / "shelf")
        self.between = Between(Asking(self.courier.send, self.identity, now).send)
        self.desk = Desk(
            identity=self.identity,
            outbox=self.outbox,
            shelf=self.shelf,
            settings=Settings(),
            now=now,
            stopping=lambda: False,
        )

    def ask(self):
        """Ask the office for its newest catalogue."""
        return restock(self.desk, self.between, anchor=self.anchor)

    def knows(self):
        """What the box recognises now: its shelf as the hearing process opens it."""
        index = Index.open(self.shelf.segments(self.shelf.manifest()))
        assert any([len(one.landmarks_between(0, 2000)[0]) for one in index.segments])
        return set(index.recordings)

    def close(self):
        self.outbox.close()
        self.courier.close()


class Between:
    """Passes on what is said, remembers it, and says something else where it likes."""

    def __init__(self, send):
        self.send, self.heard, self.asked, self.lies = send, {}, [], {}

    def __call__(self, request):
        path = request.path.removeprefix("/v1/catalogue/")
        self.asked.append(path)
        for place, lie in self.lies.items():
            if path.endswith(place):
                if isinstance(lie, Exception):
                    raise lie
                return lie
        self.heard[path] = self.send(request)
        return self.heard[path]

    def repeat(self, *places):
        """Say what was said before, and nothing new, at these places."""
        self.lies = {place: told for place, told in self.heard.items() if place.endswith(places)}


def test_a_new_catalogue_is_heard_by_and_asked_for_once(office, box):
    box.ask()
    proclaim(office.office, "first", "second")

    assert 2 == box.ask().version
    box.between.asked.clear()
    assert box.ask() is None
    assert {"first", "second"} == box.knows()
    root, timestamp = box.between.asked[1:]  # after the time
    assert ("metadata/2.root.json", "metadata/timestamp.json") == (root, timestamp)


def test_an_older_catalogue_is_not_shown_as_the_newest(office, box):
    box.ask()
    box.between.repeat("timestamp.json", ".snapshot.json", ".targets.json")
    older = dict(box.between.lies)
    box.between.lies = {}
    proclaim(office.office, "second")
    box.ask()
    box.between.lies = older

    with pytest.raises(BadSeal, match="version"):
        box.ask()

    assert {"second"} == box.knows()


def test_nothing_new_for_ever_is_noticed(office, box):
    box.ask()
    proclaim(office.office, "second")
    box.between.repeat("timestamp.json")
    OtherDay.ahead = timedelta(days=13)
    assert box.ask() is None
    OtherDay.ahead = timedelta(days=15)

    with pytest.raises(Refused, match=r"expired.*holds back"):
        box.ask()

    assert {"first"} == box.knows()
    box.between.lies = {}
    assert 2 == box.ask().version


def test_an_old_answer_to_what_time_it_is_does_not_count(office, box):
    box.ask()
    (told,) = (answer for path, answer in box.between.heard.items() if path.startswith("profile/"))
    box.between.send = lambda request: told if "/profile/" in request.path else None

    with pytest.raises(BadSeal, match="was asked the time"):
        box.ask()


def test_a_box_with_a_wrong_clock_gets_its_catalogue(office, box):
    for version, days in ((1, -20_000), (2, 30_000)):
        clock = now() + timedelta(days=days)
        box.between.send = Asking(box.courier.send, box.identity, lambda at=clock: at).send

        assert version == box.ask().version
        proclaim(office.office, "second")


def test_parts_of_two_catalogues_are_not_one(office, box):
    box.ask()
    first = dict(box.between.heard)
    proclaim(office.office, "second")
    newer = [path for path in first if path.endswith(".targets.json")]
    old_targets = first[newer[0]]
    box.between.lies = {".targets.json": old_targets}

    with pytest.raises(BadSeal):
        box.ask()

    box.between.lies = {".all.json": first[next(p for p in first if p.endswith(".all.json"))]}
    with pytest.raises((BadSeal, Unreachable)):
        box.ask()
    assert {"first"} == box.knows()


def test_what_others_sign_is_not_believed(founded, office, box):
    box.ask()
    with opened_from(founded) as other:
        proclaim(other.office, "forged")
        answers = asked_of(other.office)
    proclaim(office.office, "second")
    for place in ("timestamp.json", ".snapshot.json", ".targets.json"):
        box.between.lies = {place: answers[place]}
        with pytest.raises(BadSeal):
            box.ask()
        assert {"first"} == box.knows()


def asked_of(office):
    """What an office says at each place."""
    with vouching.reading(office.books) as connection:
        said = {role: vouching.newest(connection, role) for role in vouching.ROLES}
    return {
        "timestamp.json": Answer(200, said["timestamp"].content),
        ".snapshot.json": Answer(200, said["snapshot"].content),
        ".targets.json": Answer(200, said["targets"].content),
        "2.root.json": Answer(200, said["root"].content),
    }


def test_with_the_offices_key_alone_nobody_becomes_the_office(founded, box):
    """Its key signs orders; that another root is in them does not move a box that has one."""
    box.ask()
    with opened_from(founded) as other:
        proclaim(other.office, "forged")
        box.between.lies = asked_of(other.office)
        box.anchor = replace(box.anchor, root=vouching.root_in_force(other.office).content.decode())

    with pytest.raises(BadSeal):
        box.ask()

    assert {"first"} == box.knows()


def test_any_altered_byte_is_noticed(office, box):
    box.ask()
    proclaim(office.office, "second")
    said = asked_of(office.office)
    for place in ("timestamp.json", ".snapshot.json", ".targets.json"):
        content = bytearray(said[place].body)
        content[content.index(b"expires") + 14] ^= 1
        box.between.lies = {place: Answer(200, bytes(content))}
        with pytest.raises(BadSeal):
            box.ask()
        assert {"first"} == box.knows()


def test_data_without_end_is_given_up(office, box):
    box.ask()
    proclaim(office.office, "second")
    honest = box.between.send
    for place in ("2.root.json", "timestamp.json"):
        with endless(office, place) as (url, sent):
            courier = Courier(url, timeout_seconds=60)
            box.between.send = Asking(courier.send, box.identity, now).send
            with pytest.raises(Unreachable, match="more than"):
                box.ask()
            courier.close()

        assert sent["bytes"] < 10_000_000
        assert {"first"} == box.knows()
    box.between.send = honest
    assert 2 == box.ask().version


@contextmanager
def endless(office, place):
    """Something before the office that at one place never stops speaking."""
    sent = {"bytes": 0}

    class Door(BaseHTTPRequestHandler):
        def do_GET(self):
            self.close_connection = True
            if self.path.endswith(place):
                self._speak()
                return
            said = office.answer(Request("GET", self.path, headers=dict(self.headers)))
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said.body)

        def _speak(self):
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    sent["bytes"] += self.wfile.write(b" " * 65_536)
            except ConnectionError:
                pass

        def log_message(self, *_words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", sent
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_refresh_cut_off_anywhere_goes_on_and_the_box_hears_meanwhile(office, box):
    box.ask()
    box.between.asked.clear()
    proclaim(office.office, "second")
    box.between.lies = {}
    places = (
        "root.json",
        "timestamp.json",
        ".snapshot.json",
        ".targets.json",
        ".all.json",
        ".qseg",
    )
    for place in places:
        box.between.lies = {place: Unreachable("the line is cut")}
        with pytest.raises(Unreachable):
            box.ask()
        assert {"first"} == box.knows()

    box.between.lies = {}
    assert 2 == box.ask().version
    assert {"second"} == box.knows()


def test_what_power_tears_of_what_was_seen_is_asked_for_again(office, box):
    box.ask()
    proclaim(office.office, "second")
    for path in sorted(box.shelf.vouched.rglob("*.json")):
        if not path.is_symlink():
            path.write_bytes(path.read_bytes()[:100])

    assert 2 == box.ask().version


def test_when_everything_has_ended_a_box_still_hears(office, box):
    box.ask()
    OtherDay.ahead = timedelta(days=4000)
    for path in office.office.home.catalogue_keys.glob("*.pem"):
        path.unlink()

    with pytest.raises(Refused, match="renew its keys"):
        box.ask()

    assert {"first"} == box.knows()


def test_an_office_left_alone_for_years_renews_what_it_says_by_itself(office, box):
    for days in range(0, 1400, 200):
        OtherDay.ahead = timedelta(days=days)
        box.ask()

    assert {"first"} == box.knows()
    assert any(path.startswith("metadata/3.root") for path in box.between.heard)


def test_an_office_without_the_roots_key_signs_once_a_day_however_often_it_is_asked(office, box):
    box.ask()
    (office.office.home.catalogue_keys / "root.pem").unlink()
    OtherDay.ahead = timedelta(days=500)  # the root is in its last year
    box.ask()
    timestamp = box.between.heard["metadata/timestamp.json"].body
    box.ask()

    assert timestamp == box.between.heard["metadata/timestamp.json"].body


def test_a_signed_manifest_that_is_none_is_told(office, box):
    box.ask()
    with writing(office.books) as connection:
        connection.exec_driver_sql(
            "INSERT INTO catalogue_manifests (sha256, version, name, content) VALUES (?, 1, ?, ?)",
            (hashlib.sha256(b"{}").hexdigest(), "all.json", "{}"),
        )
        vouching.publish(connection, office.office, {"all.json": b"{}"})

    with pytest.raises(BadCatalogue, match="no manifest"):
        box.ask()

    assert {"first"} == box.knows()
