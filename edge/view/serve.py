"""The door to the venue's page: it answers questions, takes nothing in, and changes nothing."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from threading import Lock, Thread
from typing import Final
from urllib.parse import parse_qs, urlsplit

import structlog

from edge import notify
from edge.errors import Misconfigured, QulaqError
from edge.stopping import Asked, asked_to_stop
from edge.view.health import LIGHTS, Light, Look, verdict
from edge.view.lamp import BEAT_SECONDS, Lamp
from edge.view.page import page
from edge.view.words import Words, preferred

FRESH_SECONDS: Final = 1.0  # however many phones look, the box looks at itself once in so long
LOOK_SECONDS: Final = 2.0  # between two looks for the lamp
VISITORS: Final = 16  # at once; more must wait
PATIENCE_SECONDS: Final = 10.0  # for a visitor to say what he wants
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src data:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

log = structlog.get_logger()


class Glass:
    """What was seen of the box a moment ago, shared by all who look."""

    def __init__(self, look: Callable[[], Look]) -> None:
        """Look through `look`, at most once in `FRESH_SECONDS`."""
        self._look = look
        self._lock = Lock()
        self._seen: Look | None = None
        self.complaint = ""  # why it could not be looked at the last time that was told
        self._seen_at = 0.0

    def look(self) -> Look:
        """How the box is.

        Raises:
            QulaqError: it cannot be looked at.
        """
        with self._lock:
            now = time.monotonic()
            if self._seen is None or now - self._seen_at >= FRESH_SECONDS:
                self._seen, self._seen_at = self._look(), now
            return self._seen


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = VISITORS

    def __init__(self, address: tuple[str, int], glass: Glass) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self.glass = glass
        super().__init__(address, _Door)


class _Door(BaseHTTPRequestHandler):
    """One visitor: whatever the method but GET and HEAD, the answer is no."""

    server: _Server
    timeout = PATIENCE_SECONDS
    server_version = "Qulaq"
    sys_version = ""

    def do_GET(self) -> None:
        """Show the page, its style or its script."""
        status, kind, text = self._answer()
        body = text.encode()
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def _answer(self) -> tuple[HTTPStatus, str, str]:
        asked = urlsplit(self.path)
        match asked.path:
            case "/view.css":
                return HTTPStatus.OK, "text/css", _beside("view.css")
            case "/view.js":
                return HTTPStatus.OK, "text/javascript", _beside("view.js")
            case "/":
                return self._page(parse_qs(asked.query).get("lang", [""])[0])
            case _:
                return HTTPStatus.NOT_FOUND, "text/plain", "Qulaq: /"

    def _page(self, asked: str) -> tuple[HTTPStatus, str, str]:
        words = Words(preferred(asked, self.headers.get("Accept-Language", "")))
        try:
            return HTTPStatus.OK, "text/html", page(self.server.glass.look(), words)
        except QulaqError as e:
            return HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", str(e)

    def log_message(self, *_words: object) -> None:
        """Who looked, and when, is nobody's business."""


def _beside(name: str) -> str:
    return files("edge.view").joinpath(name).read_text(encoding="utf-8")


@contextmanager
def opened(look: Callable[[], Look], *, address: str, port: int) -> Iterator[tuple[str, Glass]]:
    """The page, served until the block ends; gives its URL and the glass it looks through.

    Raises:
        Misconfigured: the address is not this machine's, or the port is taken.
    """
    glass = Glass(look)
    try:
        server = _Server((address, port), glass)
    except OSError as e:
        raise Misconfigured(
            f"the page cannot be shown at {address}:{port}: {e}; see view_address and view_port"
        ) from e
    thread = Thread(target=server.serve_forever, name="visitors", daemon=True)
    thread.start()
    shown = f"[{address}]" if ":" in address else address
    try:
        yield f"http://{shown}:{server.server_address[1]}/", glass
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def serve(
    look: Callable[[], Look],
    *,
    address: str,
    port: int,
    lamp: Lamp | None,
    say: Callable[[str], None],
) -> None:
    """Show the page and the lamp until SIGTERM or SIGINT.

    Raises:
        Misconfigured: the page cannot be shown, or the lamp cannot be set.
    """
    with asked_to_stop() as asked, opened(look, address=address, port=port) as (url, glass):
        say(url)
        notify.tell("READY=1")
        while not asked.is_set():
            light = _light(glass)
            notify.tell("WATCHDOG=1")  # only whoever can still look at the box is alive
            _show(lamp, light, asked)
        notify.tell("STOPPING=1")


def _show(lamp: Lamp | None, light: Light, asked: Asked) -> None:
    """Let the lamp say so until it is time to look again."""
    if lamp is None:
        asked.wait(LOOK_SECONDS)
        return
    for _ in range(round(LOOK_SECONDS / BEAT_SECONDS)):
        lamp.beat(light)
        if asked.wait(BEAT_SECONDS):
            return


def _light(glass: Glass) -> Light:
    try:
        return LIGHTS[verdict(glass.look())]
    except QulaqError as e:
        if str(e) != glass.complaint:  # every two seconds it would fill the journal
            log.warning("box_unseen", error=type(e).__name__, reason=str(e))
        glass.complaint = str(e)
        return Light.RED
