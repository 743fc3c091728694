"""Central's door for enrolments, really over HTTP, and a stick that was in a box."""

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from edge.stick.blank import make_blank
from edge.stick.labels import identity_name
from edge.stick.medium import open_medium
from edge.sync import seal
from edge.sync.letters import BoxIdentity, BoxInput, Bundle, Enrolment

TOKEN = "a-token-from-the-office"


class Central:
    """Takes a box in for a token it gave, once, and answers with sealed orders."""

    def __init__(self):
        self.key = seal.new_key()
        self.tokens = {TOKEN}
        self.broken = False
        self.headers = {}

    def enrol(self, body):
        """Status and body of the answer."""
        if self.broken:
            return 503, "starting"
        letter = Enrolment.model_validate_json(body)
        if letter.token not in self.tokens:
            return 403, json.dumps({"detail": "this token was used or never given"})
        self.tokens.remove(letter.token)
        return 200, self.orders(letter.identity.device).model_dump_json()

    def orders(self, device, **changes):
        usual = {
            "serial": 1,
            "device": device,
            "issued_at": datetime(2026, 3, 5, 19, 0, tzinfo=UTC),
            "venue": "Опера театры",
            "hall": "Үлкен зал",
            "time_zone": "Asia/Almaty",
            "inputs": [BoxInput(device="USB Audio")],
            "central_url": "https://central.example",
            "central_key": seal.public_pem(self.key),
            "catalogue_root": "{}",
        }
        return seal.seal(Bundle.model_validate(usual | changes), signer="central", key=self.key)


@pytest.fixture
def central():
    office = Central()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = office.enrol(body) if self.path == "/v1/enrol" else (404, "")
            self.send_response(status)
            for name, value in office.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    office.address = f"http://127.0.0.1:{server.server_port}"
    yield office
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def new_box():
    """A box's key and who it is."""

    def new_box():
        key = seal.new_key()
        pem = seal.public_pem(key)
        identity = BoxIdentity(device=seal.device_id(pem), public_key=pem)
        return SimpleNamespace(key=key, identity=identity, device=identity.device)

    return new_box


@pytest.fixture
def box(new_box):
    return new_box()


@pytest.fixture
def introduce():
    """Let a box leave its identity on a stick."""

    def introduce(path, one):
        with open_medium(path) as medium:
            medium.write_file(identity_name(one.device), one.identity.model_dump_json().encode())

    return introduce


@pytest.fixture
def stick(tmp_path, box, introduce):
    """A stick that has been in the box."""
    path = tmp_path / "stick.img"
    make_blank(path, volume_number=1)
    introduce(path, box)
    return path
