"""The staff console: venues and boxes, evenings, distributions, statements; and its door."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, FastAPI, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles

from central.catalogue.shared import settle
from central.database import reading, writing
from central.desk import Desk
from central.forms import After, Number
from central.ingest.said import listened_at
from central.royalties import closing, evidence, provisional
from central.royalties import store as royalties
from central.royalties.closed import REASONS_TOLD
from central.royalties.distribution import ASIDE
from central.royalties.later.reading import later_run, parties_of, runs_after, statement_of
from central.transparency.bundle import bundle_of
from central.venues.licences import licences_of
from central.web import store
from central.web.adjusting import adjusting
from central.web.after import after
from central.web.asking import asking
from central.web.balance import balances_of
from central.web.boxes import box_pages
from central.web.evening import ROLES, evening_shown
from central.web.everybody import everybody, invited
from central.web.films import film_pages
from central.web.pages import HEADERS, PageRoute, page, refusal
from central.web.reconciling import reconciling
from central.web.scores import score_pages
from central.web.session import FromHere, SignedIn, is_known, sign_in, sign_out
from central.web.shared import pairs_shown
from central.web.trying import trying

console = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[SignedIn])
door = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[FromHere])

LATEST = 10  # events on the first page
_STATIC = Path(__file__).parent / "static"


def open_console(app: FastAPI) -> None:
    """Give an application its pages."""
    app.include_router(console)
    app.include_router(door)
    app.include_router(box_pages)
    app.include_router(reconciling)
    app.include_router(film_pages)
    app.include_router(score_pages)
    app.include_router(trying)
    app.include_router(after)
    app.include_router(adjusting)
    app.include_router(everybody)
    app.include_router(asking)
    app.include_router(invited)
    app.mount("/static", StaticFiles(directory=_STATIC))
    app.add_exception_handler(404, _no_such_page)


async def _no_such_page(request: Request, _: Exception) -> Response:
    if request.url.path.startswith("/v1/"):
        return JSONResponse({"detail": f"nothing answers at {request.url.path}"}, 404)
    return refusal(404, f"{request.url.path} is not the address of a page")


@door.get("/login")
def show_door(then: str = "/") -> Response:
    """Ask for the staff token."""
    return page("login", {"then": then, "wrong": False})


@door.post("/login")
def come_in(
    desk: Desk,
    request: Request,
    token: Annotated[str, Form()] = "",
    then: Annotated[str, Form()] = "/",
) -> Response:
    """Let staff in, or say that the token is not known."""
    if not is_known(desk, token.strip()):
        return page("login", {"then": then, "wrong": True}, status=403)
    response = RedirectResponse(_within(then), 303, HEADERS)
    sign_in(response, token.strip(), over_https=request.url.scheme == "https")
    return response


def _within(path: str) -> str:
    # Only ever to a page of ours: `//elsewhere` and `/\elsewhere` would leave the house.
    inside = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if inside else "/"


@door.post("/logout")
def leave() -> Response:
    """Forget who was here."""
    response = RedirectResponse("/login", 303, HEADERS)
    sign_out(response)
    return response


@console.get("/")
def show_venues(desk: Desk) -> Response:
    """Every venue, and whether its boxes give signs of life."""
    with reading(desk.books) as connection:
        venues = store.all_venues(connection)
        events = store.latest_events(connection, at_most=LATEST, now=desk.now())
    return page("venues", {"venues": venues, "events": events, "now": desk.now()})


@console.get("/venues/{venue_id}")
def show_venue(desk: Desk, venue_id: Number) -> Response:
    """A venue: its boxes and its events."""
    with reading(desk.books) as connection:
        venue = store.venue(connection, venue_id)
        events = store.events_of(connection, venue_id, now=desk.now())
        held = licences_of(connection, venue_id)
    content = {"venue": venue, "events": events, "licences": held, "now": desk.now()}
    return page("venue", content)


@console.get("/events/{event_id}")
def show_evening(desk: Desk, event_id: Number) -> Response:
    """An evening on a line: how it was listened to, and what was heard."""
    now = desk.now()
    with reading(desk.books) as connection:
        evening = store.evening(connection, event_id, now=now)
    content = {"evening": evening_shown(evening), "now": now, "reasons": REASONS_TOLD}
    return page("evening", content)


@console.get("/shared")
def show_shared(desk: Desk, after: After = 0) -> Response:
    """Recordings that share sound and wait for a decision."""
    with reading(desk.books) as connection:
        pairs = pairs_shown(connection, after=after)
    return page("shared", {"pairs": pairs})


@console.post("/shared/{pair_id}", dependencies=[FromHere])
def settle_shared(
    desk: Desk, pair_id: Number, leave_out: Annotated[str, Form(max_length=64)] = ""
) -> Response:
    """Keep both recordings of a pair, or leave one out of the next catalogue."""
    with writing(desk.books) as connection:
        settle(connection, pair_id, leave_out=leave_out or None, at=desk.now())
    return RedirectResponse("/shared", 303, HEADERS)


@console.get("/provisional")
def show_provisional(desk: Desk) -> Response:
    """What open evenings would come to, as reckoned last night."""
    with reading(desk.books) as connection:
        found = provisional.provisional(connection)
    return page("provisional", {"found": found})


@console.get("/distributions")
def show_distributions(desk: Desk) -> Response:
    """Every closing, the latest first."""
    with reading(desk.books) as connection:
        distributions = royalties.all_distributions(connection)
    return page("distributions", {"distributions": distributions})


@console.get("/distributions/{distribution_id}")
def show_distribution(desk: Desk, distribution_id: Number) -> Response:
    """A closing: the way of the money, its statements, and what waits."""
    with reading(desk.books) as connection:
        summary = closing.summary(connection, distribution_id)
        runs = runs_after(connection, distribution_id)
        later = later_run(connection, distribution_id) if summary.distribution.later else None
        names = evidence.names_of(connection, parties_of(later) if later else ())
    content = {"summary": summary, "balances": balances_of(summary)}
    content |= {"later": later, "runs": runs, "names": names}
    return page(
        "distribution",
        content
        | {
            "reasons": REASONS_TOLD,
            "aside_because": ASIDE,
            "rule": summary.distribution.rule_in_words,
        },
    )


@console.get("/statements/{statement_id}/bundle")
def download_bundle(desk: Desk, statement_id: Number) -> Response:
    """A statement as a file that proves itself."""
    name = f'attachment; filename="statement-{statement_id}.qulaq"'
    headers = HEADERS | {"content-disposition": name}
    return Response(bundle_of(desk, statement_id), media_type="text/plain", headers=headers)


@console.get("/statements/{statement_id}")
def show_statement(desk: Desk, statement_id: Number) -> Response:
    """A statement whose every amount opens to the plays and detections behind it."""
    with reading(desk.books) as connection:
        statement = statement_of(connection, statement_id)
        open_ones = provisional.provisional_of(connection, statement.head.party_id)
        listened = listened_at(connection, {line.event_id for line in statement.lines})
    content = {
        "statement": statement,
        "listened": listened,
        "rule": statement.distribution.rule_in_words,
        "roles": ROLES,
        "provisional": open_ones,
        "provisional_totals": provisional.total_by_currency(open_ones),
    }
    return page("statement", content)
