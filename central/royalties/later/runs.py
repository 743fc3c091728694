"""Runs after a closing: what one would do, a second person's word, and doing it once."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, Row, insert, select

from central.database import put
from central.errors import Taken, Unknown, Unwelcome
from central.royalties import store
from central.royalties.later import adjusting, expired, release
from central.royalties.later.books import book
from central.royalties.later.moves import Move, Run
from central.royalties.later.window import window_of
from central.royalties.later_tables import later_approvals, later_proposals

Planned = Literal["release", "redistribution", "adjustment"]


@dataclass(frozen=True, slots=True)
class RunProposed:
    """A run somebody prepared; `distribution_id` is None until another approved it."""

    id: int
    closing_id: int
    kind: Planned
    figures: str
    prepared_by: str
    prepared_at: datetime
    approved_by: str
    distribution_id: int | None


def planned(connection: Connection, kind: Planned, closing_id: int, *, now: datetime) -> Run:
    """What a run would do now; the books are only read.

    Raises:
        Unknown: no such distribution, or not a closing.
        Unacceptable: the closing's rule has no such run.
    """
    if store.distribution(connection, closing_id).later is not None:
        raise Unknown(f"distribution {closing_id} is no closing but came after one; name that")
    today = now.astimezone(window_of(connection, closing_id).zone).date()
    if kind == "release":
        return release.plan(connection, closing_id, today=today)
    if kind == "redistribution":
        return expired.plan(connection, closing_id, today=today)
    return adjusting.plan(connection, closing_id)


def do(connection: Connection, kind: Planned, closing_id: int, *, by: str, now: datetime) -> int:
    """Plan a run and book it; answers the number of its distribution.

    Raises:
        Unknown, Unacceptable: as the plan would.
        Taken: there is nothing to move; what was moved stays moved.
    """
    return book(connection, planned(connection, kind, closing_id, now=now), by=by, now=now)


def prepare(
    connection: Connection, kind: Planned, closing_id: int, *, by: str, now: datetime
) -> RunProposed:
    """Propose a run for another person to approve; only its figures' SHA-256 is kept.

    Raises:
        Unknown, Unacceptable: as the plan would.
        Taken: there is nothing to move.
    """
    run = planned(connection, kind, closing_id, now=now)
    if not run.moves:
        raise Taken(f"distribution {closing_id} has nothing to move: no {kind} is due")
    row = {
        "closing_id": closing_id,
        "kind": kind,
        "figures": figures(run),
        "prepared_by": by,
        "prepared_at": now,
    }
    return proposal(connection, put(connection, later_proposals, row))


def approve(connection: Connection, proposal_id: int, *, by: str, now: datetime) -> int:
    """Do what another person prepared; answers its distribution; approving twice is once.

    Raises:
        Unknown: there is no such proposal.
        Unwelcome: the same person prepared it.
        Taken: what would be moved is no longer what was prepared.
    """
    one = proposal(connection, proposal_id)
    if one.distribution_id is not None:
        return one.distribution_id
    if one.prepared_by == by:
        raise Unwelcome(f"proposal {one.id} was prepared by {by}; another person must approve it")
    run = planned(connection, one.kind, one.closing_id, now=now)
    if figures(run) != one.figures:
        raise Taken(
            f"proposal {one.id} no longer says what would be moved: claims, shares or days have"
            " changed since; prepare it again"
        )
    number = book(connection, run, by=f"{one.prepared_by}, {by}", now=now)
    row = {"proposal_id": one.id, "distribution_id": number}
    connection.execute(insert(later_approvals).values(**row, approved_by=by, approved_at=now))
    return number


def figures(run: Run) -> str:
    """SHA-256 of all that a run takes back and pays."""
    said = [run.kind, run.closing_id, run.because, [_move_figures(move) for move in run.moves]]
    words = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(words.encode()).hexdigest()


def _move_figures(move: Move) -> list[object]:
    taken = [[one.reference, one.amount.minor, one.amount.currency] for one in move.taken]
    paid = [
        [one.play.id if one.play else "", one.party_id, one.role, one.amount.minor, one.reason]
        for one in move.paid
    ]
    return [move.event_id, taken, paid]


def proposal(connection: Connection, proposal_id: int) -> RunProposed:
    """One proposal.

    Raises:
        Unknown: there is none of that number.
    """
    for one in all_proposals(connection):
        if one.id == proposal_id:
            return one
    raise Unknown(f"there is no proposal {proposal_id} of what comes after a closing")


def all_proposals(connection: Connection) -> list[RunProposed]:
    """Every proposal, the latest first."""
    table, word = later_proposals, later_approvals.c
    joined = table.outerjoin(later_approvals)
    wanted = select(table, word.approved_by, word.distribution_id).select_from(joined)
    rows = connection.execute(wanted.order_by(table.c.id.desc()))
    return [_proposal(row) for row in rows]


def _proposal(row: Row[tuple[object, ...]]) -> RunProposed:
    return RunProposed(
        id=row.id,
        closing_id=row.closing_id,
        kind=row.kind,
        figures=row.figures,
        prepared_by=row.prepared_by,
        prepared_at=row.prepared_at,
        approved_by=row.approved_by or "",
        distribution_id=row.distribution_id,
    )
