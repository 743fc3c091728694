"""The page where declared and heard stand side by side, and its forms for what is open."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from central import forms
from central.access import bearer_of
from central.database import reading, writing
from central.desk import Desk
from central.ingest.decisions import Decision, Verdict
from central.ingest.reconciliation import reconciliation_of, settle
from central.ingest.settled import Settled
from central.royalties.money import Money
from central.royalties.queue import OpenLine, open_lines
from central.venues.intake import take_programme
from central.venues.store import place_of
from central.web.pages import HEADERS, PageRoute, page
from central.web.session import COOKIE, FromHere, SignedIn
from central.web.timeline import Bar, Window
from central.web.tongues import TONGUES, settling_words

LOOKS_BACK = timedelta(days=90)  # of the queue, where nobody names the days
Tongue = Literal["kk", "ru", "en"]

reconciling = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[SignedIn])


@reconciling.get("/events/{event_id}/reconciliation")
def show_reconciliation(desk: Desk, event_id: forms.Number, lang: Tongue = "en") -> Response:
    """What was declared against what was heard, line by line."""
    with reading(desk.books) as connection:
        known = reconciliation_of(connection, event_id)
        place = place_of(connection, known.account.hall_id)
    window = Window(known.account.starts_at, known.account.ends_at, place.time_zone)
    bars = {line.name: _bars(window, line) for line in known.lines}
    content = {"known": known, "place": place, "bars": bars}
    return page("reconciliation", content | _in(lang))


def _in(lang: str) -> dict[str, Any]:
    return {"said": settling_words(lang), "lang": lang, "tongues": TONGUES}


@reconciling.get("/queue")
def show_queue(
    desk: Desk,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
    lang: Tongue = "en",
) -> Response:
    """What waits for a person on all open evenings, the most money first."""
    until = last or desk.now().date()
    since = first or until - LOOKS_BACK
    start = datetime.combine(since, time.min, UTC)
    with reading(desk.books) as connection:
        found = open_lines(connection, start, datetime.combine(until, time.max, UTC))
        zones = {n: place_of(connection, n).time_zone for n in {one.hall_id for one in found}}
    content = {"found": found, "zones": zones, "first": since, "last": until, "stake": _stake}
    return page("queue", content | _in(lang))


def _stake(one: OpenLine) -> Money:
    return Money(one.line.stake_minor, one.currency)


@reconciling.post("/events/{event_id}/programme", dependencies=[FromHere])
def declare(
    desk: Desk,
    request: Request,
    event_id: forms.Number,
    programme: Annotated[str, Form(max_length=200_000)],
    lang: Annotated[Tongue, Form()] = "en",
) -> Response:
    """Take a programme as it is typed or pasted, and say what became of each row."""
    content = programme.strip().encode()
    with writing(desk.books) as connection:
        who = bearer_of(connection, request.cookies.get(COOKIE, "")) or ""
        answer = take_programme(connection, event_id, content, name="typed", by=who, at=desk.now())
    return page("programme", {"answer": answer, "event_id": event_id} | _in(lang))


class Word(forms.Form):
    """A person's word on a line, as the page's form sends it; `back` is where he came from."""

    line: Annotated[str, Field(min_length=1, max_length=64)]
    verdict: Verdict
    piece: Annotated[str, Field(pattern=r"^\d{0,9}$")] = ""
    work: Annotated[str, Field(pattern=r"^\d{0,9}$")] = ""
    note: forms.Remark = ""
    back: Literal["", "/queue"] = ""
    lang: Tongue = "en"


@reconciling.post("/events/{event_id}/decisions", dependencies=[FromHere])
def decide(
    desk: Desk, request: Request, event_id: forms.Number, word: Annotated[Word, Form()]
) -> Response:
    """Keep a person's word on a line."""
    with writing(desk.books) as connection:
        who = bearer_of(connection, request.cookies.get(COOKIE, "")) or ""
        decision = Decision(
            line=word.line,
            verdict=word.verdict,
            piece_id=int(word.piece) if word.piece else None,
            work_id=int(word.work) if word.work else None,
            note=word.note,
            decided_by=who,
            decided_at=desk.now(),
        )
        settle(connection, event_id, decision)
    back = word.back or f"/events/{event_id}/reconciliation"
    return RedirectResponse(f"{back}?lang={word.lang}", 303, HEADERS)


def _bars(window: Window, line: Settled) -> list[Bar]:
    """Where on the evening's line the plays of a line lie."""
    edges = [(window.percent(one.started_at), window.percent(one.ended_at)) for one in line.plays]
    return [Bar(left, round(right - left, 4), "play", line.state) for left, right in edges]
