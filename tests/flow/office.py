"""The real central as a process of its own, and a way to speak to it as staff."""

import contextlib
import io
import socket
import sqlite3
import subprocess
import sys
import time

import httpx
import soundfile

from edge.sync.identity import lay_trust, load_or_make
from edge.sync.wire import Sealed

CENTRAL = [sys.executable, "-m", "central"]


def until(condition, what, seconds=60):
    """Wait for something to become true, and say what it was if it does not."""
    end = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.01)
    return result


class Office:
    def __init__(self, home, *, host="127.0.0.1", public_url=""):
        self.home = home
        command = [*CENTRAL, "init", "--home", home]
        founded = subprocess.run(command, capture_output=True, text=True, check=True)
        with socket.create_server((host, 0)) as free:
            port = free.getsockname()[1]
        address = ["--host", host, "--port", str(port)]
        self.process = subprocess.Popen(
            [*CENTRAL, "serve", "--home", home, *address, "--public-url", public_url],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.staff = httpx.Client(
            base_url=f"http://{host}:{port}",
            headers={"Authorization": f"Bearer {founded.stdout.split()[-1]}"},
            timeout=300,
            trust_env=False,
        )
        until(self._answers, "central answers", 300)

    def _answers(self):
        assert self.process.poll() is None, "central has ended"
        with contextlib.suppress(httpx.TransportError):
            return self.staff.get("/health").is_success
        return False

    def post(self, path, **body):
        return self.staff.post(path, json=body).raise_for_status().json()

    def register(self, pieces, *, rate_hz):
        """Pieces by title become recordings in a catalogue; their ids by title."""
        party = self.post("/v1/parties", name="Fictional Author")["id"]
        ids = {}
        for title, samples in pieces.items():
            share = {"party_id": party, "role": "CA", "basis_points": 10_000}
            work = self.post("/v1/works", title=title, shares=[share])["id"]
            file = io.BytesIO()
            soundfile.write(file, samples, rate_hz, format="FLAC")
            answer = self.staff.post(
                "/v1/recordings",
                data={"work_id": work, "title": title},
                files={"audio": ("piece.flac", file.getvalue())},
            )
            ids[title] = answer.raise_for_status().json()["id"]
        self.post("/v1/catalogue")
        return ids

    def hang(self, paths):
        """Take a box in, and lay its orders down."""
        command = [*CENTRAL, "key", "--home", self.home]
        key = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        lay_trust(paths.trust, key)
        box = load_or_make(paths.identity)
        venue = self.post("/v1/venues", name="Philharmonic", time_zone="Asia/Almaty")["id"]
        hall = self.post("/v1/halls", venue_id=venue, name="Small hall")["id"]
        inputs = [{"device": "USB Audio"}]
        token = self.post("/v1/enrolment-tokens", hall_id=hall, inputs=inputs)["token"]
        identity = {"device": box.device, "public_key": box.public_key}
        sealed = Sealed.model_validate(self.post("/v1/enrol", token=token, identity=identity))
        paths.bundle.parent.mkdir(parents=True, exist_ok=True)
        paths.bundle.write_text(sealed.model_dump_json())
        return box.device

    def rows(self, query):
        """What stands in the books."""
        with contextlib.closing(sqlite3.connect(self.home / "central.db")) as books:
            return books.execute(query).fetchall()

    def close(self):
        self.staff.close()
        self.process.terminate()
        self.process.wait(120)
