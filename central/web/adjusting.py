"""The page of what comes after one closing: plans, a second person's word, and objections."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from central import forms
from central.access import bearer_of
from central.database import reading, writing
from central.desk import Desk
from central.errors import Unacceptable
from central.royalties import evidence, store
from central.royalties.later import objections, runs
from central.royalties.later.moves import Run, totals_of
from central.royalties.later.objections import Correction, Objection, ObjectionStep
from central.royalties.later.runs import Planned
from central.royalties.later_accounts import suspense_of
from central.royalties.money import Money
from central.web.pages import HEADERS, PageRoute, page
from central.web.session import COOKIE, FromHere, SignedIn

adjusting = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[SignedIn])

KINDS: tuple[Planned, ...] = ("release", "redistribution", "adjustment")
Digits = Annotated[str, Form(pattern=r"^\d{0,9}$")]


@dataclass(frozen=True, slots=True)
class PlanShown:
    """What one kind of run would do to a closing now; `refused` says why there is none."""

    kind: Planned
    run: Run | None
    totals: tuple[tuple[str, Money], ...]
    suspense: tuple[Money, ...]
    refused: str = ""


@adjusting.get("/distributions/{closing_id}/later")
def show_later(desk: Desk, closing_id: forms.Number) -> Response:
    """What could be done after a closing, and what people object to."""
    with reading(desk.books) as connection:
        closing = store.distribution(connection, closing_id)
        plans = [_plan(connection, kind, closing_id, desk) for kind in KINDS]
        events = store.closed_events(connection, closing_id)
        numbers = {event.event_id for event in events}
        filed = [
            one
            for one in objections.all_objections(connection)
            if one.objection.event_id in numbers
        ]
        prepared = [one for one in runs.all_proposals(connection) if one.closing_id == closing_id]
    content = {"closing": closing, "plans": plans, "events": events, "objections": filed}
    return page("later", content | {"proposals": prepared, "verdicts": objections.VERDICTS})


def _plan(connection: Connection, kind: Planned, closing_id: int, desk: Desk) -> PlanShown:
    try:
        run = runs.planned(connection, kind, closing_id, now=desk.now())
    except Unacceptable as why:
        return PlanShown(kind, None, (), (), str(why))
    totals = totals_of(run.moves)
    names: Mapping[int, str] = evidence.names_of(connection, {party for party, _ in totals})
    shown = tuple((names[party], total) for party, total in totals)
    return PlanShown(kind, run, shown, tuple(suspense_of(run)))


@adjusting.post("/distributions/{closing_id}/later/{kind}", dependencies=[FromHere])
def prepare(desk: Desk, request: Request, closing_id: forms.Number, kind: Planned) -> Response:
    """Propose a run for another person to approve."""
    with writing(desk.books) as connection:
        who = _who(connection, request)
        runs.prepare(connection, kind, closing_id, by=who, now=desk.now())
    return RedirectResponse(f"/distributions/{closing_id}/later", 303, HEADERS)


@adjusting.post("/run-proposals/{proposal_id}", dependencies=[FromHere])
def approve(desk: Desk, request: Request, proposal_id: forms.Number) -> Response:
    """Do what another person prepared."""
    with writing(desk.books) as connection:
        who = _who(connection, request)
        number = runs.approve(connection, proposal_id, by=who, now=desk.now())
    return RedirectResponse(f"/distributions/{number}", 303, HEADERS)


@adjusting.post("/events/{event_id}/objections", dependencies=[FromHere])
def file_objection(
    desk: Desk,
    request: Request,
    event_id: forms.Number,
    *,
    side: Annotated[Literal["author", "venue", "office"], Form()],
    objector: Annotated[forms.Name, Form()],
    contact: Annotated[forms.Name, Form()],
    words: Annotated[str, Form(min_length=1, max_length=2000)],
    play: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Take in what an author or a venue says against a closed play."""
    said = Objection(event_id, play, side, objector, contact, words)
    with writing(desk.books) as connection:
        who = _who(connection, request)
        objections.file_objection(connection, said, by=who, now=desk.now())
        closing_id = store.closing_of(connection, event_id)
    return RedirectResponse(f"/distributions/{closing_id}/later#objections", 303, HEADERS)


@adjusting.post("/objections/{number}", dependencies=[FromHere])
def answer(
    desk: Desk,
    request: Request,
    number: forms.Number,
    *,
    word: Annotated[
        Literal["in-review", "refused", "withdrawn", "work", "not-played", "shares"], Form()
    ],
    work: Digits = "",
    why: Annotated[forms.Remark, Form()] = "",
) -> Response:
    """Look into an objection, refuse it, or accept it by a correction."""
    with writing(desk.books) as connection:
        who, one = _who(connection, request), objections.objection_of(connection, number).objection
        if word == "in-review" or word == "refused" or word == "withdrawn":  # noqa: PLR1714  # narrows
            objections.say(connection, number, ObjectionStep(word, why, who, desk.now()))
        else:
            work_id = int(work) if work and word == "work" else None
            said = Correction(
                one.event_id, one.play_id, word, work_id, why, who, desk.now(), number
            )
            objections.correct(connection, said)
        closing_id = store.closing_of(connection, one.event_id)
    return RedirectResponse(f"/distributions/{closing_id}/later#objections", 303, HEADERS)


def _who(connection: Connection, request: Request) -> str:
    return bearer_of(connection, request.cookies.get(COOKIE, "")) or ""
