"""The office as a web application: every room's counter behind one set of doors."""

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import DataError, OperationalError
from starlette.routing import Match

from central.access import Staff
from central.catalogue import routes as catalogue
from central.database import reading
from central.desk import Desk, Office
from central.devices import directing
from central.devices import routes as devices
from central.devices.gate import BoxOrStaff
from central.doors import CountedBodies, Unpacked
from central.errors import CentralError
from central.exchange.platform_routes import platform_counter
from central.exchange.routes import downloads
from central.exchange.sister_routes import sister_counter
from central.ingest import posting
from central.ingest import routes as ingest
from central.ingest.reconciling_routes import reconciling
from central.profiles import routes as profiles
from central.refusals import EVERYWHERE, TO_ANYBODY, TO_BOXES, TO_STAFF, refused
from central.repertoire import detail_routes as details
from central.repertoire import routes as repertoire
from central.repertoire import uploads as sound
from central.repertoire.mandates import routes as mandates
from central.royalties import routes as royalties
from central.royalties import run_routes
from central.royalties.later_routes import from_outside, later
from central.rush import Rush
from central.transparency import routes as transparency
from central.turnstile import Turnstile
from central.venues import routes as venues
from central.venues.programme_routes import programmes
from central.web.pages import PageRoute
from central.web.routes import open_console
from central.web.session import SignedIn
from edge.errors import BadSeal, QulaqError

FOR_STAFF = (
    repertoire.router,
    sound.uploads,
    details.router,
    mandates.router,
    venues.router,
    programmes,
    catalogue.staff,
    profiles.staff,
    devices.staff,
    directing.staff,
    ingest.staff,
    reconciling,
    platform_counter,
    sister_counter,
    downloads(prefix="/v1", door=Staff),  # before the rooms whose addresses theirs continue
    royalties.router,
    later,
    run_routes.router,
    transparency.staff,
)
FOR_BOXES = (devices.boxes, directing.boxes, ingest.boxes, posting.boxes)
FOR_ANYBODY = (mandates.public, royalties.public, from_outside, run_routes.from_outside)

RETRY_SECONDS = 30  # what a box is asked to wait when the books cannot be used
LETTERS = frozenset(
    {
        "/v1/detections",
        "/v1/heartbeat",
        "/v1/inventory",
        "/v1/keys",
        "/v1/directions",
        "/v1/post",
    }
)
METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_FORM_BYTES = 1_000_000  # what may stand around the sound in an upload

log = structlog.get_logger()


def create_app(office: Office) -> FastAPI:
    """The application of one office."""
    # The interactive pages would load their scripts from elsewhere; /openapi.json says the same.
    app = FastAPI(title="Qulaq central", docs_url=None, redoc_url=None, responses=EVERYWHERE)
    app.state.office = office
    settings = office.settings
    app.state.turnstile = Turnstile(settings.questions_per_minute)
    app.add_middleware(Unpacked, largest_bytes=settings.largest_body_bytes)
    app.add_middleware(
        CountedBodies,
        largest_bytes=settings.largest_body_bytes,
        wider={
            "/v1/recordings": settings.largest_audio_bytes + _FORM_BYTES,
            sound.SEND: settings.largest_audio_bytes + _FORM_BYTES,
            "/v1/imports/cwr": settings.largest_import_bytes + _FORM_BYTES,
            "/v1/imports/sheet": settings.largest_import_bytes + _FORM_BYTES,
        },
    )
    app.add_middleware(
        Rush,
        paths=LETTERS,
        at_once=settings.letters_at_once,
        per_second=settings.letters_per_second,
    )
    for routers, answers in (
        (FOR_STAFF, TO_STAFF),
        (FOR_BOXES, TO_BOXES),
        (FOR_ANYBODY, TO_ANYBODY),
        ((transparency.public,), refused(404)),
    ):
        for router in routers:
            app.include_router(router, responses=answers)
    for router in (catalogue.boxes, profiles.boxes):
        app.include_router(router, dependencies=[BoxOrStaff], responses=TO_BOXES)
    app.include_router(
        downloads(prefix="", door=SignedIn, route_class=PageRoute), include_in_schema=False
    )
    app.get("/health", tags=["health"])(health)
    open_console(app)
    app.add_exception_handler(QulaqError, _explain)
    app.add_exception_handler(RequestValidationError, _explain_form)
    app.add_exception_handler(OperationalError, _come_later)
    app.add_exception_handler(DataError, _explain_unkept)
    app.add_exception_handler(405, _name_methods)
    return app


def health(desk: Desk) -> dict[str, str]:
    """Whether the office can read its books."""
    with reading(desk.books) as connection:
        connection.execute(text("SELECT 1"))
    return {"status": "ok"}


def _explain(_: Request, error: Exception) -> JSONResponse:
    status = error.status if isinstance(error, CentralError) else 500
    if isinstance(error, BadSeal):
        status = 403
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse({"detail": str(error)}, status, headers)


def _come_later(request: Request, error: Exception) -> JSONResponse:
    """The disk is full or the books are busy: nothing was taken, and the box keeps it."""
    cause = str(getattr(error, "orig", error))
    log.error("books_unavailable", path=request.url.path, cause=cause)
    detail = f"the books cannot be used now ({cause}); try again"
    return JSONResponse({"detail": detail}, 503, {"Retry-After": str(RETRY_SECONDS)})


def _explain_unkept(_: Request, error: Exception) -> JSONResponse:
    """PostgreSQL keeps no NUL in a text, wherever somebody has put one."""
    cause = str(getattr(error, "orig", error))
    return JSONResponse({"detail": f"no books can keep what was sent: {cause}"}, 422)


def _explain_form(_: Request, error: Exception) -> JSONResponse:
    faults = error.errors() if isinstance(error, RequestValidationError) else ()
    said = [
        f"the body is not JSON: {fault['ctx']['error']} at character {fault['loc'][-1]}"
        if fault["type"] == "json_invalid"
        else f"{'.'.join(map(str, fault['loc']))} = {_short(fault.get('input'))}: {fault['msg']}"
        for fault in faults
    ]
    return JSONResponse({"detail": "; ".join(said[:10])}, 422)


def _name_methods(request: Request, _: Exception) -> JSONResponse:
    """An address may answer by several routes, one for each method; all of them are named."""
    routes = request.app.routes
    taken = ", ".join(
        method
        for method in METHODS
        if any(r.matches({**request.scope, "method": method})[0] is Match.FULL for r in routes)
    )
    said = f"{request.url.path} takes {taken}, not {request.method}"
    return JSONResponse({"detail": said}, 405, {"Allow": taken})


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else f"{shown[:77]}..."
