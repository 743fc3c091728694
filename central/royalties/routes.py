"""Closing a period and reading statements over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from central.access import Staff, Teller
from central.database import reading, writing
from central.desk import Desk
from central.forms import Code, Day, Form, Moment, Number, Registered, Remark
from central.royalties import (
    accounts,
    closing,
    provisional,
    queue,
    rehearsal,
    store,
    trial,
    waiting,
)
from central.royalties.fees import require_tariff
from central.royalties.later.reading import statement_of
from central.royalties.rules import shelf
from central.turnstile import EachInTurn
from central.venues.licences import Licence, LicenceBasis, put_licence

router = APIRouter(prefix="/v1", tags=["royalties"], dependencies=[Staff])


public = APIRouter(prefix="/v1", tags=["royalties"], dependencies=[EachInTurn])


@public.get("/unidentified")
def list_unidentified(desk: Desk) -> list[dict[str, Any]]:
    """Plays nobody could be paid for: what was heard, why it waits, until when to claim it."""
    with reading(desk.books) as connection:
        found = waiting.waiting_plays(connection, today=desk.now().date())
    return [accounts.waiting_json(one) for one in found]


class PeriodToClose(Form):
    """Which days of which venue, in its own calendar; both ends included; by which rule pack."""

    venue_id: Number
    first_day: Day = Field(alias="from")
    last_day: Day = Field(alias="to")
    pack: str = Field(default="", max_length=64)
    event_id: Number | None = None  # the only one to close; one that came late

    def days(self) -> closing.Days:
        """As the closing takes them."""
        span = self.first_day, self.last_day
        return closing.Days(self.venue_id, *span, self.pack, self.event_id)


@router.get("/reconciliations")
def list_waiting(desk: Desk, *, start: Moment, end: Moment) -> list[queue.Waiting]:
    """Open evenings with something to settle, those with the most money first."""
    with reading(desk.books) as connection:
        return queue.waiting(connection, start, end)


@router.get("/queue")
def list_open_lines(desk: Desk, *, start: Moment, end: Moment) -> list[queue.OpenLine]:
    """What a person has to settle on all open evenings, line by line, the most money first."""
    with reading(desk.books) as connection:
        return queue.open_lines(connection, start, end)


class NewLicence(Form):
    """By which tariff a house is licensed; the basis is named here or by the tariff, nowhere else.

    `family` is of the rule packs that hold the tariff, such as `kz-venues`.
    """

    venue_id: Number
    family: Code
    tariff: Annotated[str, Field(min_length=1, max_length=64)]
    basis: LicenceBasis = ""
    screens: Annotated[int, Field(ge=1, le=1_000)] | None = None
    valid_from: Day
    valid_to: Day | None = None
    reference: Remark = ""


@router.post("/licences", status_code=201)
def register_licence(desk: Desk, teller: Teller, licence: NewLicence) -> Registered:
    """Register a licence; it is refused if no pack could ever reckon it."""
    require_tariff(list(shelf.packs()), licence.family, licence.tariff, licence.basis)
    said = Licence(id=0, told_by=teller, told_at=desk.now(), **licence.model_dump())
    with writing(desk.books) as connection:
        return Registered(id=put_licence(connection, said))


@router.post("/periods/rehearse")
def rehearse_period(desk: Desk, period: PeriodToClose) -> dict[str, Any]:
    """What closing would come to, and its difference against the last run; nothing is written."""
    with writing(desk.books) as connection:
        dry = rehearsal.rehearse(connection, period.days(), now=desk.now())
    return accounts.rehearsal_json(dry)


@router.post("/periods/prepare", status_code=201)
def prepare_period(desk: Desk, period: PeriodToClose, who: Teller) -> dict[str, Any]:
    """Propose a closing, for another person to approve."""
    with writing(desk.books) as connection:
        one = rehearsal.prepare(connection, period.days(), by=who, now=desk.now())
    return accounts.proposal_json(one)


class RuleToTry(Form):
    """A rule and the plays to try it on; one of `pack` (the office's) and `words` (TOML)."""

    first_day: Day = Field(alias="from")
    last_day: Day = Field(alias="to")
    venue_id: Number | None = None
    pack: str = Field(default="", max_length=64)
    words: str = Field(default="", max_length=200_000)
    changes: dict[str, str] = Field(default={}, max_length=200)


@router.post("/simulations")
def simulate(desk: Desk, asked: RuleToTry) -> dict[str, Any]:
    """What another rule would have come to on the same plays; nothing is written."""
    pack = trial.pack_tried(asked.pack, asked.words, asked.changes)
    question = trial.Question(
        asked.first_day, asked.last_day, asked.venue_id, pack, desk.settings.pack_family
    )
    with reading(desk.books) as connection:
        return accounts.simulation_json(trial.simulate(connection, question, now=desk.now()))


@router.get("/proposals")
def list_proposals(desk: Desk) -> list[dict[str, Any]]:
    """Every closing that was prepared, the latest first."""
    with reading(desk.books) as connection:
        return [accounts.proposal_json(one) for one in rehearsal.all_proposals(connection)]


@router.post("/proposals/{proposal_id}/approve")
def approve_period(desk: Desk, proposal_id: Number, who: Teller) -> dict[str, Any]:
    """Close what another person prepared, if it still says the same; once and for good."""
    with writing(desk.books) as connection:
        made = rehearsal.approve(connection, proposal_id, by=who, now=desk.now())
    return accounts.summary_json(made)


@router.post("/periods/close", status_code=201)
def close_period(desk: Desk, period: PeriodToClose) -> dict[str, Any]:
    """Distribute the fees of the period's events and freeze how; closing twice is refused."""
    with writing(desk.books) as connection:
        return accounts.summary_json(
            closing.close_period(connection, period.days(), now=desk.now())
        )


@router.get("/provisional")
def list_provisional(desk: Desk, venue_id: Number | None = None) -> list[dict[str, Any]]:
    """What open evenings would come to, as reckoned last night: provisional, owed to nobody."""
    with reading(desk.books) as connection:
        found = provisional.provisional(connection, venue_id=venue_id)
    return [accounts.provisional_json(one) for one in found]


@router.get("/parties/{party_id}/provisional")
def show_provisional(desk: Desk, party_id: Number) -> list[dict[str, Any]]:
    """What a rightholder would get of each open evening, as reckoned last night."""
    with reading(desk.books) as connection:
        found = provisional.provisional_of(connection, party_id)
    return [accounts.provisional_json(one) for one, _ in found]


@router.get("/distributions")
def list_distributions(desk: Desk) -> list[dict[str, Any]]:
    """Every closing, the latest first."""
    with reading(desk.books) as connection:
        return [accounts.distribution_json(one) for one in store.all_distributions(connection)]


@router.get("/distributions/{distribution_id}")
def show_distribution(desk: Desk, distribution_id: Number) -> dict[str, Any]:
    """One closing: its events, its statements, and what has been left out of it by now."""
    with reading(desk.books) as connection:
        return accounts.summary_json(closing.summary(connection, distribution_id))


@router.get("/statements/{statement_id}")
def show_statement(desk: Desk, statement_id: Number) -> dict[str, Any]:
    """A statement whose every amount carries the plays and detections behind it."""
    with reading(desk.books) as connection:
        return accounts.statement_json(statement_of(connection, statement_id))
