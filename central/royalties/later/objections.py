"""Objections to what was closed, their history, and the corrections that come of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, insert, select

from central.database import put
from central.errors import Taken, Unacceptable, Unknown
from central.royalties import store
from central.royalties.later.works import registered
from central.royalties.later_tables import corrections, later_plays, objection_steps, objections
from central.royalties.tables import used_plays

Side = Literal["author", "venue", "office"]
Status = Literal["open", "in-review", "accepted", "refused", "withdrawn"]
Verdict = Literal["work", "not-played", "shares"]
MOST_FROM_OUTSIDE = 100  # objections to one event; more are no help to anybody
CLOSED: tuple[Status, ...] = ("accepted", "refused", "withdrawn")
VERDICTS: dict[Verdict, str] = {
    "work": "it was another work",
    "not-played": "it was not played",
    "shares": "its work was paid by wrong shares; those registered today hold",
}


@dataclass(frozen=True, slots=True)
class Objection:
    """What somebody says is wrong with a closed play; `play_id` empty: a play is missing."""

    event_id: int
    play_id: str
    side: Side
    objector: str
    contact: str
    words: str


@dataclass(frozen=True, slots=True)
class ObjectionStep:
    """One word on an objection."""

    status: Status
    why: str
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Filed:
    """An objection with its history."""

    id: int
    objection: Objection
    filed_by: str
    filed_at: datetime
    steps: tuple[ObjectionStep, ...]

    @property
    def status(self) -> Status:
        """What holds: the last word."""
        return self.steps[-1].status if self.steps else "open"


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person found wrong in a closed play, for the next adjustment."""

    event_id: int
    play_id: str
    verdict: Verdict
    work_id: int | None
    why: str
    made_by: str
    made_at: datetime
    objection_id: int | None = None


def file_objection(
    connection: Connection, objection: Objection, *, by: str, now: datetime
) -> Filed:
    """Take an objection in.

    Raises:
        Unknown: the event is not closed, or no such play was counted there.
        Taken: strangers have objected to that event very often already.
    """
    _require_counted(connection, objection.event_id, objection.play_id)
    if not by and _objections_at(connection, objection.event_id) >= MOST_FROM_OUTSIDE:
        raise Taken(
            f"event {objection.event_id} has been objected to often already; write to the office"
        )
    row = {
        "event_id": objection.event_id,
        "play_id": objection.play_id,
        "side": objection.side,
        "objector": objection.objector,
        "contact": objection.contact,
        "words": objection.words,
        "filed_by": by,
        "filed_at": now,
    }
    return objection_of(connection, put(connection, objections, row))


def _objections_at(connection: Connection, event_id: int) -> int:
    counted = select(func.count()).select_from(objections).where(objections.c.event_id == event_id)
    return int(connection.scalar(counted) or 0)


def _require_counted(connection: Connection, event_id: int, play_id: str) -> None:
    store.closing_of(connection, event_id)
    if not play_id:
        return
    for table in (used_plays, later_plays):
        found = select(table.c.play_id).filter_by(event_id=event_id, play_id=play_id)
        if connection.execute(found).first() is not None:
            return
    raise Unknown(f"no play {play_id} was counted at event {event_id}; see its distribution")


def say(connection: Connection, number: int, step: ObjectionStep) -> Filed:
    """Add a word to an objection's history: it is looked into, or settled.

    Raises:
        Unknown: there is no such objection.
        Taken: it is settled already.
    """
    one = objection_of(connection, number)
    if one.status in CLOSED:
        raise Taken(f"objection {number} was {one.status} already; file another if there is news")
    row = {
        "objection_id": number,
        "status": step.status,
        "why": step.why,
        "decided_by": step.decided_by,
        "decided_at": step.decided_at,
    }
    connection.execute(insert(objection_steps).values(**row))
    return objection_of(connection, number)


def correct(connection: Connection, correction: Correction) -> None:
    """Note what was wrong; an objection it answers is accepted. Money moves by an adjustment.

    Raises:
        Unknown: no such play, work or objection.
        Unacceptable: another work is said and not which.
        Taken: the objection is settled already.
    """
    _require_counted(connection, correction.event_id, correction.play_id)
    if not correction.play_id or (correction.verdict == "work") != bool(correction.work_id):
        raise Unacceptable("a correction names a play, and a work exactly if it was another work")
    if correction.work_id is not None:
        registered(connection, correction.work_id)
    if correction.objection_id is not None:
        _answer(connection, correction, correction.objection_id)
    row = {
        "event_id": correction.event_id,
        "play_id": correction.play_id,
        "verdict": correction.verdict,
        "work_id": correction.work_id,
        "why": correction.why,
        "objection_id": correction.objection_id,
        "made_by": correction.made_by,
        "made_at": correction.made_at,
    }
    connection.execute(insert(corrections).values(**row))


def _answer(connection: Connection, correction: Correction, number: int) -> None:
    if objection_of(connection, number).objection.event_id != correction.event_id:
        raise Unacceptable(f"objection {number} is about another event")
    step = ObjectionStep("accepted", correction.why, correction.made_by, correction.made_at)
    say(connection, number, step)


def objection_of(connection: Connection, number: int) -> Filed:
    """One objection with its history.

    Raises:
        Unknown: there is none of that number.
    """
    row = connection.execute(select(objections).filter_by(id=number)).first()
    if row is None:
        raise Unknown(f"objection {number} does not exist")
    steps = connection.execute(
        select(objection_steps).filter_by(objection_id=number).order_by(objection_steps.c.id)
    )
    return _filed(row, tuple(_step(step) for step in steps))


def all_objections(connection: Connection) -> list[Filed]:
    """Every objection, the latest first."""
    numbers = connection.scalars(select(objections.c.id).order_by(objections.c.id.desc()))
    return [objection_of(connection, number) for number in numbers.all()]


def corrections_at(connection: Connection, event_id: int) -> dict[str, Correction]:
    """The last word on each play of an event that somebody found wrong, by play."""
    rows = connection.execute(
        select(corrections).filter_by(event_id=event_id).order_by(corrections.c.id)
    )
    return {row.play_id: _correction(row) for row in rows}


def _filed(row: Row[Any], steps: tuple[ObjectionStep, ...]) -> Filed:
    said = Objection(row.event_id, row.play_id, row.side, row.objector, row.contact, row.words)
    return Filed(row.id, said, row.filed_by, row.filed_at, steps)


def _step(row: Row[Any]) -> ObjectionStep:
    return ObjectionStep(row.status, row.why, row.decided_by, row.decided_at)


def _correction(row: Row[Any]) -> Correction:
    return Correction(
        event_id=row.event_id,
        play_id=row.play_id,
        verdict=row.verdict,
        work_id=row.work_id,
        why=row.why,
        made_by=row.made_by,
        made_at=row.made_at,
        objection_id=row.objection_id,
    )
