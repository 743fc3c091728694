"""The page where staff try another rule on what was played; nothing on it writes to the books."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Response

from central.database import reading
from central.desk import Desk, Office
from central.errors import CentralError, Unacceptable
from central.forms import LARGEST
from central.royalties.rules import shelf
from central.royalties.trial import Question, Simulation, pack_tried, simulate
from central.web import store
from central.web.pages import PageRoute, page
from central.web.session import FromHere, SignedIn
from central.web.shifts import shifts_of

trying = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[SignedIn])


@trying.get("/simulation")
def show_form(desk: Desk) -> Response:
    """Ask which rule is to be tried on which plays; last year's, to begin with."""
    last_year = desk.now().year - 1
    asked = {
        "first": date(last_year, 1, 1).isoformat(),
        "last": date(last_year, 12, 31).isoformat(),
        "venue": "",
        "pack": "",
        "words": "",
        "changes": "",
    }
    return _page(desk, asked)


@trying.post("/simulation", dependencies=[FromHere])
def show_trial(
    desk: Desk,
    *,
    first: Annotated[str, Form(max_length=10)] = "",
    last: Annotated[str, Form(max_length=10)] = "",
    venue: Annotated[str, Form(pattern=r"^\d{0,9}$")] = "",
    pack: Annotated[str, Form(max_length=64)] = "",
    words: Annotated[str, Form(max_length=200_000)] = "",
    changes: Annotated[str, Form(max_length=20_000)] = "",
) -> Response:
    """Both rules side by side, or what is wrong with the one that was given."""
    asked = {
        "first": first,
        "last": last,
        "venue": venue,
        "pack": pack,
        "words": words,
        "changes": changes,
    }
    try:
        trial = _tried(desk, asked)
    except CentralError as refused:
        return _page(desk, asked, wrong=str(refused), status=refused.status)
    return _page(desk, asked, trial=trial)


def _tried(desk: Office, asked: Mapping[str, str]) -> Simulation:
    venue = int(asked["venue"]) if asked["venue"] else None
    if venue is not None and venue > LARGEST:
        raise Unacceptable(f"venue {venue} is not registered")
    question = Question(
        _day(asked["first"]),
        _day(asked["last"]),
        venue,
        pack_tried(asked["pack"], asked["words"], _changes(asked["changes"])),
        desk.settings.pack_family,
    )
    with reading(desk.books) as connection:
        return simulate(connection, question, now=desk.now())


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Unacceptable(f"{text!r} is not a day; write it as 2025-12-31") from error


def _changes(text: str) -> dict[str, str]:
    changes = {}
    for line in filter(str.strip, text.splitlines()):
        key, equals, value = line.partition("=")
        if not equals:
            raise Unacceptable(f"{line.strip()!r}: KEY = VALUE is wanted, one to a line")
        changes[key.strip()] = value.strip()
    return changes


def _page(
    desk: Office,
    asked: Mapping[str, str],
    *,
    trial: Simulation | None = None,
    wrong: str = "",
    status: int = 200,
) -> Response:
    with reading(desk.books) as connection:
        venues = store.all_venues(connection)
    content: dict[str, Any] = {
        "asked": asked,
        "venues": venues,
        "packs": list(shelf.packs()),
        "trial": trial,
        "wrong": wrong,
        "pictures": _pictures(trial) if trial else [],
    }
    return page("simulation", content, status=status)


def _pictures(trial: Simulation) -> list[tuple[str, bool, Any]]:
    """Each table's heading, whether its bars are somebody's gain or loss, and its rows."""
    told = (
        ("Where the money goes", False, trial.sums),
        ("Deductions", False, trial.deductions),
        ("In suspense, by reason", False, trial.waiting),
        ("Rightholders, the greatest loss first", True, trial.parties),
        ("To rightholders, by genre of the work", True, trial.categories),
    )
    return [
        (name, of_people, shifts_of(changes, trial.currency))
        for name, of_people, changes in told
        if changes
    ]
