"""A central that behaves, small enough to read: it opens seals and counts once.

It answers `Request`s directly, or over a real loopback connection through `on_loopback`.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from edge.errors import BadSeal
from edge.sync.letters import BoxInput, Bundle, DirectionsReceipt
from edge.sync.packing import CODING, unpack
from edge.sync.protocol import Answer, Request
from edge.sync.seal import device_id, new_key, public_pem, seal, unseal
from edge.sync.trust import Anchor
from edge.sync.wire import (
    BatchReceipt,
    DetectionBatch,
    Gaps,
    Heartbeat,
    Inventory,
    Manifest,
    Rejection,
    Sealed,
    Segment,
    SiblingsFile,
    Span,
    TimeTold,
)
from tests.fakes.vouching import Vouching

MADE_AT = datetime(2026, 3, 1, tzinfo=UTC)
ONE_INPUT = (BoxInput(device="USB Audio"),)


class CentralSimulator:
    def __init__(self, *, recipe="q1-test", key=None):
        self.key = key or new_key()
        self.public_key = public_pem(self.key)
        self.recipe = recipe
        self.boxes = {}  # device → public key
        self.records = {}  # (device, boot, seq) → record
        self.times_taken = {}  # the same key → how often it was counted as new
        self.heartbeats = []
        self.directions = None  # sealed, for every box
        self.receipts = []  # what boxes did with them
        self.manifest = None
        self.vouching = Vouching()
        self.profile = None  # of every box: whose part of the catalogue it is told to take
        self.now = MADE_AT
        self.segments = {}  # name → bytes
        self.unwanted = set()  # recording ids this central will never take
        self.requests = []  # everything that came in, byte for byte
        self._lock = threading.Lock()

    def enrol(self, public_key, *, url, hall="Small hall", inputs=ONE_INPUT):
        """Take a box in; its orders, sealed."""
        device = device_id(public_key)
        self.boxes[device] = public_key
        return self.sealed(
            Bundle(
                serial=1,
                device=device,
                issued_at=MADE_AT,
                venue="Philharmonic",
                hall=hall,
                time_zone="Asia/Almaty",
                inputs=list(inputs),
                central_url=url,
                central_key=self.public_key,
                catalogue_root=self.anchor.root,
            )
        )

    def publish(self, contents, *, version, siblings=None, packed=(), profile="all"):
        """Serve a catalogue of these segments, or these packed ones, and of a file of siblings.

        Those of other profiles stay as they were.
        """
        manifest = Manifest(
            version=version,
            made_at=MADE_AT,
            recipe=self.recipe,
            segments=[self._keep(content) for content in contents],
            packed=[self._keep(content) for content in packed],
            siblings=None if siblings is None else self._keep_siblings(siblings),
        )
        self.manifest = manifest
        self.vouching.publish(manifest.to_bytes(), name=f"{profile}.json")
        return manifest

    def _keep(self, content):
        digest = hashlib.sha256(content).hexdigest()
        name = f"{digest}.qseg"
        self.segments[name] = content
        return Segment(name=name, size_bytes=len(content), sha256=digest, recordings=1)

    @property
    def anchor(self):
        """What a box needs to believe this central's catalogue."""
        return Anchor(root=self.vouching.root.decode(), central_key=self.public_key)

    def _keep_siblings(self, content):
        digest = hashlib.sha256(content).hexdigest()
        name = f"{digest}.qsib"
        self.segments[name] = content
        return SiblingsFile(name=name, size_bytes=len(content), sha256=digest)

    def sealed(self, letter):
        return seal(letter, signer="central", key=self.key)

    def answer(self, request: Request) -> Answer:
        """What central says to one request."""
        with self._lock:
            self.requests.append(request)
            match request.method, request.path:
                case "POST", "/v1/detections":
                    return self._opened(request, DetectionBatch, self.take)
                case "POST", "/v1/inventory":
                    return self._opened(request, Inventory, self._compare)
                case "POST", "/v1/heartbeat":
                    return self._opened(request, Heartbeat, self._note)
                case _, path if path.startswith(("/v1/directions", "/v1/catalogue/profile/")):
                    return self._tell(request)
                case "GET", path if path in self.vouching.files:
                    return Answer(200, self.vouching.files[path])
                case "GET", path if path.removeprefix("/v1/catalogue/segments/") in self.segments:
                    return self._piece(path.rsplit("/", 1)[1], request.headers.get("Range", ""))
                case _:
                    return Answer(404, b"no such thing")

    def opened(self, request) -> bytes:
        """The body of a request as it was before it was packed."""
        is_packed = request.headers.get("Content-Encoding") == CODING
        return unpack(request.body, longest=2_000_000) if is_packed else request.body

    def _opened(self, request, words, then: Callable[..., Answer]) -> Answer:
        sealed = Sealed.model_validate_json(self.opened(request))
        try:
            known = self.boxes.get(sealed.signer, "")
            return then(unseal(sealed, words, signer=sealed.signer, public_key=known))
        except BadSeal as e:
            return Answer(403, str(e).encode())

    def take(self, batch: DetectionBatch) -> Answer:
        accepted, duplicates, rejected = 0, 0, []
        for record in batch.records:
            key = (batch.device, record.boot, record.seq)
            if getattr(record, "recording_id", None) in self.unwanted:
                rejected.append(Rejection(boot=record.boot, seq=record.seq, reason="not wanted"))
            elif key not in self.records:
                self.records[key] = record
                self.times_taken[key] = self.times_taken.get(key, 0) + 1
                accepted += 1
            elif self.records[key] == record:
                duplicates += 1
            else:
                reason = "another record has this number"
                rejected.append(Rejection(boot=record.boot, seq=record.seq, reason=reason))
        receipt = BatchReceipt(accepted=accepted, duplicates=duplicates, rejected=rejected)
        return Answer(200, receipt.model_dump_json().encode())

    def _compare(self, inventory: Inventory) -> Answer:
        missing = [
            Span(boot=span.boot, first=seq, last=seq)
            for span in inventory.delivered
            for seq in range(span.first, span.last + 1)
            if (inventory.device, span.boot, seq) not in self.records
        ]
        return Answer(200, Gaps(missing=tuple(missing)).model_dump_json().encode())

    def _tell(self, request) -> Answer:
        last = request.path.rsplit("/", 1)[1]
        if "/profile/" in request.path:
            told = TimeTold(nonce=last, at=self.now, profile=self.profile)
            return Answer(200, self.sealed(told).model_dump_json().encode())
        if request.method == "POST":
            return self._opened(request, DirectionsReceipt, self._note_receipt)
        return self._direct(int(last))

    def _direct(self, have: int) -> Answer:
        if self.directions is None or json.loads(self.directions.payload)["number"] == have:
            return Answer(204, b"")
        return Answer(200, self.directions.model_dump_json().encode())

    def _note_receipt(self, receipt: DirectionsReceipt) -> Answer:
        self.receipts.append(receipt)
        return Answer(204, b"")

    def _note(self, heartbeat: Heartbeat) -> Answer:
        self.heartbeats.append(heartbeat)
        return Answer(204, b"")

    def _piece(self, name, wanted) -> Answer:
        content = self.segments[name]
        if not wanted:
            return Answer(200, content)
        first, last = (int(n) for n in wanted.removeprefix("bytes=").split("-"))
        piece = content[first : last + 1]
        place = f"bytes {first}-{first + len(piece) - 1}/{len(content)}"
        return Answer(206, piece, {"content-range": place})


@contextmanager
def on_loopback(answer: Callable[[Request], Answer]) -> Iterator[str]:
    """A real server on 127.0.0.1 in front of `answer`, at any free port; gives its address."""

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = Request(self.command, self.path, body, dict(self.headers))
            said = answer(request)
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            if said.status != 204:
                self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        do_GET = do_POST = _serve

        def log_message(self, *_words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
