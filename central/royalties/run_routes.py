"""Runs after a closing, objections and balances, over HTTP."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field

from central.access import Staff, Teller
from central.database import reading, writing
from central.desk import Desk
from central.forms import Form, Name, Number, Remark
from central.royalties import evidence, later_accounts, payouts, store
from central.royalties.later import objections, runs
from central.royalties.later.moves import totals_of
from central.royalties.later.objections import Correction, Objection, ObjectionStep
from central.royalties.later.reading import later_run
from central.royalties.later.runs import Planned
from central.turnstile import EachInTurn

router = APIRouter(prefix="/v1", tags=["royalties"], dependencies=[Staff])
from_outside = APIRouter(prefix="/v1", tags=["royalties"], dependencies=[EachInTurn])
"""What anybody may say."""


@router.get("/distributions/{closing_id}/plans/{kind}")
def show_plan(desk: Desk, closing_id: Number, kind: Planned) -> dict[str, Any]:
    """What a release, redistribution or adjustment of a closing would move; nothing is written."""
    with reading(desk.books) as connection:
        run = runs.planned(connection, kind, closing_id, now=desk.now())
        names = evidence.names_of(connection, {party for party, _ in totals_of(run.moves)})
    return later_accounts.plan_json(run, names)


@router.post("/distributions/{closing_id}/plans/{kind}/prepare", status_code=201)
def prepare_run(desk: Desk, closing_id: Number, kind: Planned, who: Teller) -> dict[str, Any]:
    """Propose it, for another person to approve."""
    with writing(desk.books) as connection:
        one = runs.prepare(connection, kind, closing_id, by=who, now=desk.now())
    return later_accounts.run_proposed_json(one)


@router.post("/distributions/{closing_id}/plans/{kind}/do", status_code=201)
def do_run(desk: Desk, closing_id: Number, kind: Planned, who: Teller) -> dict[str, Any]:
    """Do it at once; what was moved stays moved, and doing it twice is refused."""
    with writing(desk.books) as connection:
        number = runs.do(connection, kind, closing_id, by=who, now=desk.now())
        return later_accounts.run_json(later_run(connection, number))


@router.get("/run-proposals")
def list_run_proposals(desk: Desk) -> list[dict[str, Any]]:
    """Every run that was prepared, the latest first."""
    with reading(desk.books) as connection:
        return [later_accounts.run_proposed_json(one) for one in runs.all_proposals(connection)]


@router.post("/run-proposals/{proposal_id}/approve")
def approve_run(desk: Desk, proposal_id: Number, who: Teller) -> dict[str, Any]:
    """Do what another person prepared, if it still says the same; once and for good."""
    with writing(desk.books) as connection:
        number = runs.approve(connection, proposal_id, by=who, now=desk.now())
        return later_accounts.run_json(later_run(connection, number))


class NewObjection(Form):
    """What an author or a venue says is wrong; without a play: something was not counted."""

    event_id: Number
    play_id: str = Field(default="", max_length=64)
    side: Literal["author", "venue", "office"]
    objector: Name
    contact: Name
    words: Annotated[str, Field(min_length=1, max_length=2000)]

    def objection(self) -> Objection:
        """As the books take it."""
        return Objection(
            self.event_id, self.play_id, self.side, self.objector, self.contact, self.words
        )


class NewWord(Form):
    """A word on an objection; `accepted` comes with the correction that answers it."""

    status: Literal["in-review", "refused", "withdrawn"]
    why: Remark = ""


class NewCorrection(Form):
    """What was wrong: another `work` was played, it was `not-played`, or by wrong `shares`."""

    event_id: Number
    play_id: str = Field(min_length=1, max_length=64)
    verdict: objections.Verdict
    work_id: Number | None = None
    why: Remark = ""
    objection_id: Number | None = None


@router.post("/objections", status_code=201)
def file_objection(desk: Desk, said: NewObjection, who: Teller) -> dict[str, Any]:
    """Take in what an author or a venue says against a closed play."""
    with writing(desk.books) as connection:
        one = objections.file_objection(connection, said.objection(), by=who, now=desk.now())
    return later_accounts.objection_json(one)


@from_outside.post("/objections/request", status_code=201)
def object_from_outside(desk: Desk, said: NewObjection) -> dict[str, Any]:
    """Say that a closed play on your statement or invoice is wrong; staff will look into it."""
    with writing(desk.books) as connection:
        one = objections.file_objection(connection, said.objection(), by="", now=desk.now())
    return {"id": one.id, "status": one.status}


@router.get("/objections")
def list_objections(desk: Desk) -> list[dict[str, Any]]:
    """Every objection with its history, the latest first."""
    with reading(desk.books) as connection:
        return [later_accounts.objection_json(o) for o in objections.all_objections(connection)]


@router.post("/objections/{number}/words", status_code=201)
def say_on_objection(desk: Desk, number: Number, word: NewWord, who: Teller) -> dict[str, Any]:
    """Say that an objection is looked into, refused or withdrawn."""
    step = ObjectionStep(word.status, word.why, who, desk.now())
    with writing(desk.books) as connection:
        return later_accounts.objection_json(objections.say(connection, number, step))


@router.post("/corrections", status_code=201)
def correct(desk: Desk, word: NewCorrection, who: Teller) -> dict[str, Any]:
    """Note what was wrong in a closed play; money moves with the next adjustment."""
    correction = Correction(
        event_id=word.event_id,
        play_id=word.play_id,
        verdict=word.verdict,
        work_id=word.work_id,
        why=word.why,
        made_by=who,
        made_at=desk.now(),
        objection_id=word.objection_id,
    )
    with writing(desk.books) as connection:
        objections.correct(connection, correction)
        closing_id = store.closing_of(connection, word.event_id)
    return {"closing": closing_id, "next": f"/v1/distributions/{closing_id}/plans/adjustment"}


@router.get("/parties/{party_id}/account")
def show_account(desk: Desk, party_id: Number) -> dict[str, Any]:
    """What the ledger says a rightholder is owed, and how each of his statements ended."""
    with reading(desk.books) as connection:
        owed = payouts.balances(connection, [party_id])
        heads = store.statements_of_party(connection, party_id)
    return later_accounts.balance_json(party_id, owed, heads)
