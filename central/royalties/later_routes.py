"""What comes after a closing, over HTTP: the queue of what waits, and claims."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from central.access import Staff, Teller
from central.database import reading, writing
from central.desk import Desk
from central.forms import Form, Name, Number, Remark
from central.royalties import later_accounts
from central.royalties.later import claim_books, claims
from central.royalties.later.claim_books import Filing
from central.royalties.later.reading import later_run
from central.royalties.suspense import suspended
from central.turnstile import EachInTurn

later = APIRouter(prefix="/v1", tags=["royalties"], dependencies=[Staff])
"""What staff do after a closing."""
from_outside = APIRouter(prefix="/v1", tags=["royalties"], dependencies=[EachInTurn])
"""What anybody may ask for."""

Reference = Annotated[str, StringConstraints(pattern=r"^[AL][0-9]{1,9}$")]
Evidence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class NewClaim(Form):
    """Whose a waiting play is, in the words of whoever says so."""

    reference: Reference
    claimant: Name
    contact: Name
    evidence: Evidence
    work_id: Number | None = None

    def filing(self, party_id: int | None = None) -> Filing:
        """As the books of claims take it."""
        return Filing(
            self.reference, self.claimant, self.contact, self.evidence, party_id, self.work_id
        )


class NewClaimAtTheDesk(NewClaim):
    """The same, filed by staff for somebody they know."""

    party_id: Number | None = None


class Acceptance(Form):
    """Which work was played; empty for the one the claim names."""

    work_id: Number | None = None
    why: Remark = ""


class Refusal(Form):
    """Why a claim is refused: `claim-too-late`, `claim-taken` or `not-shown`; and in words."""

    reason: str = Field(max_length=32)
    why: Remark = ""


class Withdrawal(Form):
    """Why a claimant gave up."""

    why: Remark = ""


@from_outside.post("/claims/request", status_code=201)
def request_claim(desk: Desk, claim: NewClaim) -> dict[str, Any]:
    """Claim a play of the public list as yours; staff will look at it."""
    with writing(desk.books) as connection:
        one = claims.file_claim(connection, claim.filing(), by="", now=desk.now())
    return later_accounts.receipt_json(one)


@later.get("/suspense")
def list_suspense(desk: Desk) -> list[dict[str, Any]]:
    """All that waits, the greatest amounts first, with its reason, age and last day."""
    today = desk.now().date()
    with reading(desk.books) as connection:
        return [later_accounts.suspended_json(one, today=today) for one in suspended(connection)]


@later.post("/claims", status_code=201)
def file_claim(desk: Desk, claim: NewClaimAtTheDesk, who: Teller) -> dict[str, Any]:
    """File a claim for somebody; another person will have to accept it."""
    with writing(desk.books) as connection:
        filing = claim.filing(claim.party_id)
        return later_accounts.claim_json(
            claims.file_claim(connection, filing, by=who, now=desk.now())
        )


@later.get("/claims")
def list_claims(desk: Desk) -> list[dict[str, Any]]:
    """The latest claims, each with its history."""
    with reading(desk.books) as connection:
        return [later_accounts.claim_json(one) for one in claim_books.latest_claims(connection)]


@later.get("/claims/{claim_id:int}")  # `request` is no number, and nothing to be shown
def show_claim(desk: Desk, claim_id: Number) -> dict[str, Any]:
    """One claim with its history."""
    with reading(desk.books) as connection:
        return later_accounts.claim_json(claim_books.claim(connection, claim_id))


@later.post("/claims/{claim_id}/accept")
def accept_claim(desk: Desk, claim_id: Number, word: Acceptance, who: Teller) -> dict[str, Any]:
    """Pay what waited to the work it was; accepting twice is accepting once."""
    with writing(desk.books) as connection:
        one = claims.accept(
            connection, claim_id, work_id=word.work_id, why=word.why, by=who, now=desk.now()
        )
    return later_accounts.claim_json(one)


@later.post("/claims/{claim_id}/refuse")
def refuse_claim(desk: Desk, claim_id: Number, word: Refusal, who: Teller) -> dict[str, Any]:
    """Refuse a claim for a reason; the amount goes on waiting."""
    with writing(desk.books) as connection:
        one = claims.refuse(
            connection, claim_id, reason=word.reason, why=word.why, by=who, now=desk.now()
        )
    return later_accounts.claim_json(one)


@later.post("/claims/{claim_id}/withdraw")
def withdraw_claim(desk: Desk, claim_id: Number, word: Withdrawal, who: Teller) -> dict[str, Any]:
    """Note that the claimant gave up."""
    with writing(desk.books) as connection:
        one = claims.withdraw(connection, claim_id, why=word.why, by=who, now=desk.now())
    return later_accounts.claim_json(one)


@later.get("/distributions/{distribution_id}/moves")
def show_moves(desk: Desk, distribution_id: Number) -> dict[str, Any]:
    """What a distribution that came after a closing took back, and what it paid instead."""
    with reading(desk.books) as connection:
        return later_accounts.run_json(later_run(connection, distribution_id))
