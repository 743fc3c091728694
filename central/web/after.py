"""Pages of what comes after a closing: the queue of what waits, and what people say on claims."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection

from central import forms
from central.access import bearer_of
from central.database import reading, writing
from central.desk import Desk
from central.royalties.closed import REASONS_TOLD
from central.royalties.later import claim_books, claims
from central.royalties.later.claim_books import Filing
from central.royalties.later.window import CLAIMABLE
from central.royalties.money import sums_by
from central.royalties.suspense import suspended
from central.web.pages import HEADERS, PageRoute, page
from central.web.session import COOKIE, FromHere, SignedIn

after = APIRouter(route_class=PageRoute, include_in_schema=False, dependencies=[SignedIn])

Reference = Annotated[str, Path(pattern=r"^[AL][0-9]{1,9}$")]
Digits = Annotated[str, Form(pattern=r"^\d{0,9}$")]
Words = Annotated[str, Form(min_length=1, max_length=2000)]


@after.get("/suspense")
def show_suspense(desk: Desk) -> Response:
    """All that waits, the greatest amounts first."""
    with reading(desk.books) as connection:
        waiting = suspended(connection)
        latest = claim_books.latest_claims(connection)
    sums = sums_by(((one.amount.currency, one.reason), one.amount) for one in waiting)
    content = {"waiting": waiting, "sums": sums, "claims": latest, "today": desk.now().date()}
    words = {"reasons": REASONS_TOLD, "refusals": claims.REFUSALS, "claimable": CLAIMABLE}
    return page("suspense", content | words)


@after.post("/suspense/{reference}/claims", dependencies=[FromHere])
def file_claim(
    desk: Desk,
    request: Request,
    reference: Reference,
    *,
    claimant: Annotated[forms.Name, Form()],
    contact: Annotated[forms.Name, Form()],
    evidence: Words,
    party: Digits = "",
    work: Digits = "",
) -> Response:
    """File a claim for somebody who came or wrote."""
    filing = Filing(reference, claimant, contact, evidence, _number(party), _number(work))
    with writing(desk.books) as connection:
        claims.file_claim(connection, filing, by=_who(connection, request), now=desk.now())
    return RedirectResponse("/suspense#claims", 303, HEADERS)


@after.post("/claims/{claim_id}", dependencies=[FromHere])
def decide(
    desk: Desk,
    request: Request,
    claim_id: forms.Number,
    *,
    verdict: Annotated[Literal["accept", "refuse", "withdraw"], Form()],
    work: Digits = "",
    reason: Annotated[str, Form(max_length=32)] = "",
    why: Annotated[forms.Remark, Form()] = "",
) -> Response:
    """Accept a claim, refuse it for a reason, or note that it was withdrawn."""
    now = desk.now()
    with writing(desk.books) as connection:
        who = _who(connection, request)
        if verdict == "accept":
            claims.accept(connection, claim_id, work_id=_number(work), why=why, by=who, now=now)
        elif verdict == "refuse":
            claims.refuse(connection, claim_id, reason=reason, why=why, by=who, now=now)
        else:
            claims.withdraw(connection, claim_id, why=why, by=who, now=now)
    return RedirectResponse("/suspense#claims", 303, HEADERS)


def _number(digits: str) -> int | None:
    return int(digits) if digits else None


def _who(connection: Connection, request: Request) -> str:
    return bearer_of(connection, request.cookies.get(COOKIE, "")) or ""
