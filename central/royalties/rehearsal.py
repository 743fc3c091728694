"""Before a closing: what it would come to, what that changes, and a second person's word."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select

from central.database import put
from central.errors import Taken, Unknown, Unwelcome
from central.royalties import closing, store
from central.royalties.closed import ClosedEvent, Distribution
from central.royalties.closing import Days, Summary
from central.royalties.later_tables import later_runs
from central.royalties.money import Money
from central.royalties.tables import approvals, distributions, proposals


@dataclass(frozen=True, slots=True)
class Difference:
    """One rightholder's sum in the last distribution of the venue, and in this one."""

    party_id: int
    party_name: str
    before: Money
    after: Money


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a closing would do; nothing of it is written.

    Attributes:
        summary: as the closing would say it; its numbers are only those that would come next.
        figures: SHA-256 of every fee, play, deduction and allocation.
        last: the last distribution of the venue, if there is one.
        differences: by rightholder, only those whose sum is another.
    """

    summary: Summary
    figures: str
    last: Distribution | None
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A closing somebody prepared; `distribution_id` is None until another approved it."""

    id: int
    days: Days
    figures: str
    prepared_by: str
    prepared_at: datetime
    approved_by: str
    distribution_id: int | None


def rehearse(connection: Connection, days: Days, *, now: datetime) -> Rehearsal:
    """Close a period and take it back at once: the same figures, and not a row is kept.

    Raises:
        Unknown, Unacceptable, ClosedAlready, Unlawful: as the closing itself would.
    """
    last = _last_of(connection, days.venue_id)
    before = store.statement_heads(connection, last.id) if last else []
    taken_back = connection.begin_nested()
    try:
        summary = closing.close_period(connection, days, now=now)
    finally:
        taken_back.rollback()
    was = {(h.party_id, h.total.currency): h for h in before}
    becomes = {(h.party_id, h.total.currency): h for h in summary.statements}
    differences = []
    for key in sorted({*was, *becomes}):
        nothing = Money(0, key[1])
        old = was[key].total if key in was else nothing
        new = becomes[key].total if key in becomes else nothing
        if old != new:
            name = (becomes.get(key) or was[key]).party_name
            differences.append(Difference(key[0], name, old, new))
    return Rehearsal(summary, _figures(summary), last, tuple(differences))


def _last_of(connection: Connection, venue_id: int) -> Distribution | None:
    latest = select(distributions.c.id).filter_by(venue_id=venue_id)
    closings = latest.where(distributions.c.id.not_in(select(later_runs.c.distribution_id)))
    number = connection.scalar(closings.order_by(distributions.c.id.desc()).limit(1))
    return None if number is None else store.distribution(connection, number)


def _figures(summary: Summary) -> str:
    pack = summary.distribution.pack
    said = {
        "rule": summary.distribution.rule,
        "pack": pack.digest if pack else "",
        "events": [_event_figures(event) for event in summary.events],
    }
    words = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(words.encode()).hexdigest()


def _event_figures(event: ClosedEvent) -> list[object]:
    return [
        event.key,
        event.fee.minor,
        event.fee.currency,
        [[name, amount.minor] for name, amount in event.deductions()],
        [[p.id, p.work_id, p.milliseconds, p.basis, p.use, p.waits] for p in event.plays],
        [[one.name, one.why] for one in event.aside],
        [[a.play_id, a.party_id, a.role, a.amount.minor, a.reason] for a in event.allocations],
    ]


def prepare(connection: Connection, days: Days, *, by: str, now: datetime) -> Proposal:
    """Propose a closing for another person to approve; only its figures' SHA-256 is kept.

    Raises:
        Unknown, Unacceptable, ClosedAlready, Unlawful: as the closing itself would.
    """
    figures = rehearse(connection, days, now=now).figures
    row = {
        "venue_id": days.venue_id,
        "first_day": days.first_day,
        "last_day": days.last_day,
        "event_id": days.event_id,
        "pack_id": days.pack,
        "figures": figures,
        "prepared_by": by,
        "prepared_at": now,
    }
    return proposal(connection, put(connection, proposals, row))


def approve(connection: Connection, proposal_id: int, *, by: str, now: datetime) -> Summary:
    """Close what another person prepared; approving twice is approving once.

    Raises:
        Unknown: there is no such proposal.
        Unwelcome: the same person prepared it.
        Taken: what would be closed is no longer what was prepared, or is closed already.
    """
    one = proposal(connection, proposal_id)
    if one.distribution_id is not None:
        return closing.summary(connection, one.distribution_id)
    if one.prepared_by == by:
        raise Unwelcome(f"proposal {one.id} was prepared by {by}; another person must approve it")
    summary = closing.close_period(connection, one.days, now=now)
    if _figures(summary) != one.figures:
        raise Taken(
            f"proposal {one.id} no longer says what would be closed: plays, shares or fees have"
            " changed since; prepare it again"
        )
    row = {"proposal_id": one.id, "distribution_id": summary.distribution.id}
    connection.execute(insert(approvals).values(**row, approved_by=by, approved_at=now))
    return summary


def proposal(connection: Connection, proposal_id: int) -> Proposal:
    """One proposal.

    Raises:
        Unknown: there is none of that number.
    """
    found = [one for one in all_proposals(connection) if one.id == proposal_id]
    if not found:
        raise Unknown(f"proposal {proposal_id} does not exist")
    return found[0]


def all_proposals(connection: Connection) -> list[Proposal]:
    """Every proposal, the latest first."""
    joined = proposals.outerjoin(approvals)
    wanted = select(proposals, approvals.c.approved_by, approvals.c.distribution_id)
    rows = connection.execute(wanted.select_from(joined).order_by(proposals.c.id.desc()))
    return [_proposal(row) for row in rows]


def _proposal(row: Row[tuple[object, ...]]) -> Proposal:
    return Proposal(
        id=row.id,
        days=Days(row.venue_id, row.first_day, row.last_day, row.pack_id, row.event_id),
        figures=row.figures,
        prepared_by=row.prepared_by,
        prepared_at=row.prepared_at,
        approved_by=row.approved_by or "",
        distribution_id=row.distribution_id,
    )
