"""The real office in the test's own process: boxes' requests go through all of its doors."""

import asyncio
import hashlib
import threading
from contextlib import contextmanager
from datetime import UTC, datetime

import uvicorn
from sqlalchemy import select

from central.app import create_app
from central.catalogue import vouching
from central.catalogue.store import Catalogue, put_catalogue
from central.database import reading, writing
from central.devices import store as devices
from central.devices.routes import take_handover, take_heartbeat
from central.errors import CentralError
from central.founding import found, open_office
from central.ingest.chain_store import memory_of
from central.ingest.routes import check_inventory, take_detections
from central.ingest.tables import coverage, detections, records
from central.serving import listen
from central.settings import Home, Settings
from central.venues.store import put_hall, put_venue
from edge.errors import QulaqError
from edge.sync.letters import BoxIdentity, BoxInput
from edge.sync.packing import unpack
from edge.sync.protocol import Answer, Request
from edge.sync.seal import public_pem
from edge.sync.wire import BatchReceipt, Manifest, Sealed, Segment
from tests.fakes.evenings import SEVEN

COUNTERS = {
    "/v1/detections": take_detections,
    "/v1/inventory": check_inventory,
    "/v1/heartbeat": take_heartbeat,
    "/v1/keys": take_handover,
}
KEPT = " UNION ALL ".join(
    f"SELECT '{table}', boot, seq FROM {table} WHERE device = :device"
    for table in ("records", "detections", "coverage", "forks")
)
ENROLLED = datetime(2026, 1, 1, tzinfo=UTC)


class InProcess:
    """An office in a folder, and the way to it."""

    def __init__(self, folder):
        if not Home(folder).key.exists():
            found(Home(folder), at=ENROLLED)
        self.office = open_office(Home(folder), Settings())
        self.books = self.office.books
        self.public_key = public_pem(self.office.key)
        self._app = create_app(self.office)
        # in a thread of its own: a browser's tests leave a loop running in this one
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        with writing(self.books) as connection:
            venue = put_venue(connection, name="Philharmonic", city="", time_zone="UTC")
            self.hall_id = put_hall(connection, venue_id=venue, name="Small hall")

    @property
    def root(self):
        """Whom its boxes believe about the catalogue; its first question makes the keys."""
        return vouching.root_in_force(self.office).content.decode()

    def close(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self.office.close()

    @contextmanager
    def served(self):
        """The same behind a real port on loopback; gives host and port."""
        with listen(self.office.settings.but({"port": 0})) as door:
            config = uvicorn.Config(self._app, ws="none", log_level="error")
            server = uvicorn.Server(config)
            thread = threading.Thread(target=server.run, args=([door],))
            thread.start()
            try:
                yield door.getsockname()
            finally:
                server.should_exit = True
                thread.join()

    def enrol(self, identity):
        """Take a box in."""
        box = BoxIdentity(device=identity.device, public_key=identity.public_key)
        slot = devices.Slot(hall_id=self.hall_id, inputs=[BoxInput(device="USB Audio")])
        with writing(self.books) as connection:
            devices.put_box(connection, box, slot, now=ENROLLED)

    def answer(self, request: Request) -> Answer:
        """What the office says to one request."""
        return asyncio.run_coroutine_threadsafe(self._ask(request), self._loop).result()

    def answer_at_the_counter(self, request: Request) -> Answer:
        """What it says behind its doors: unpacked, and straight to the counter it is for."""
        packed = request.headers.get("Content-Encoding") == "zstd"
        body = unpack(request.body, longest=10_000_000) if packed else request.body
        try:
            said = COUNTERS[request.path](self.office, Sealed.model_validate_json(body))
        except (CentralError, QulaqError) as refusal:
            return Answer(400, str(refusal).encode())
        return Answer(200, said.model_dump_json().encode()) if said else Answer(204, b"")

    def receipt(self, sealed) -> BatchReceipt:
        """Hand in a sealed batch; its receipt."""
        headers = {"Content-Type": "application/json"}
        body = sealed.model_dump_json().encode()
        answer = self.answer(Request("POST", "/v1/detections", body, headers))
        assert answer.status == 200, answer.body
        return BatchReceipt.model_validate_json(answer.body)

    async def _ask(self, request):
        headers = {"host": "central.example", **request.headers}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": request.path,
            "raw_path": request.path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(name.lower().encode(), said.encode()) for name, said in headers.items()],
            "client": ("192.0.2.1", 1),
            "server": ("central.example", 80),
        }
        heard = iter([{"type": "http.request", "body": request.body, "more_body": False}])
        told = []

        async def receive():
            for message in heard:
                return message
            await asyncio.Event().wait()  # the line stays open until all is said

        async def send(message):
            told.append(message)

        await self._app(scope, receive, send)
        names = {name.decode(): said.decode() for name, said in told[0]["headers"]}
        body = b"".join(message.get("body", b"") for message in told[1:])
        return Answer(told[0]["status"], body, names)

    def kept(self, device):
        """Keys in the books of a box, each with how often it is told there, and the forks."""
        with reading(self.books) as connection:
            rows = connection.exec_driver_sql(KEPT, {"device": device}).all()
        told, books, forked = (
            sorted((boot, seq) for where, boot, seq in rows if where in names)
            for names in (("records",), ("detections", "coverage"), ("forks",))
        )
        return told, books, forked

    def memory(self, device):
        """How what a box told hangs together."""
        with reading(self.books) as connection:
            return memory_of(connection, device)

    def contents(self, device):
        """The digest the books have of each record of a box."""
        with reading(self.books) as connection:
            rows = connection.execute(select(records).filter_by(device=device))
            return {(row.boot, row.seq): row.content for row in rows}

    def lose(self, device, keys):
        """As a backup that came back: these records were never here."""
        with writing(self.books) as connection:
            for table in (detections, coverage, records):
                for boot, seq in keys:
                    connection.execute(table.delete().filter_by(device=device, boot=boot, seq=seq))


def proclaim(office, content):
    """A catalogue so small that a download of it can be cut at every byte."""
    digest = hashlib.sha256(content).hexdigest()
    segment = Segment(name=f"{digest}.qseg", size_bytes=300, sha256=digest, recordings=1)
    (office.home.segments / segment.name).write_bytes(content)
    manifest = Manifest(version=1, made_at=SEVEN, recipe="r", segments=[segment])
    with writing(office.books) as connection:
        put_catalogue(connection, Catalogue(digest, 1, 300, manifest))
        # the box's own profile has this; everything would be something else
        named = {"all.json": b"{}", "other.json": manifest.to_bytes()}
        vouching.publish(connection, office, named)
