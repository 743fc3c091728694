"""The books of claims: what was claimed, by whom, and every word that was said on it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, insert, select

from central.errors import Unknown
from central.royalties.later_tables import claim_steps, claims

MOST = 500  # of the latest claims in one answer
Verdict = Literal["accepted", "refused", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Filing:
    """What a claimant says.

    Attributes:
        reference: of the waiting amount, from the public list.
        contact: how to reach the claimant; shown to staff only.
        evidence: in the claimant's own words.
        party_id: who the claimant is in the repertoire, if that is known.
        work_id: what was played, where it is registered.
    """

    reference: str
    claimant: str
    contact: str
    evidence: str
    party_id: int | None = None
    work_id: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One word that was said on a claim."""

    verdict: Verdict
    reason: str
    why: str
    decided_by: str
    decided_at: datetime
    work_id: int | None = None
    distribution_id: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim with all that was said on it."""

    id: int
    filing: Filing
    filed_by: str
    filed_at: datetime
    filed_on: date
    steps: tuple[Step, ...]

    @property
    def status(self) -> str:
        """What holds: the last word, `open` while there is none."""
        return self.steps[-1].verdict if self.steps else "open"


def put_step(connection: Connection, claim_id: int, step: Step) -> None:
    """Add a word to the history of a claim."""
    row = {
        "claim_id": claim_id,
        "verdict": step.verdict,
        "reason": step.reason,
        "why": step.why,
        "work_id": step.work_id,
        "distribution_id": step.distribution_id,
        "decided_by": step.decided_by,
        "decided_at": step.decided_at,
    }
    connection.execute(insert(claim_steps).values(**row))


def claim(connection: Connection, claim_id: int) -> Claim:
    """One claim with its history.

    Raises:
        Unknown: there is none of that number.
    """
    row = connection.execute(select(claims).filter_by(id=claim_id)).first()
    if row is None:
        raise Unknown(f"claim {claim_id} does not exist")
    steps = connection.execute(
        select(claim_steps).filter_by(claim_id=claim_id).order_by(claim_steps.c.id)
    )
    return _claim(row, tuple(_step(step) for step in steps))


def latest_claims(connection: Connection) -> list[Claim]:
    """The latest claims, each with its history."""
    numbers = connection.scalars(select(claims.c.id).order_by(claims.c.id.desc()).limit(MOST))
    return [claim(connection, number) for number in numbers.all()]


def claims_on(connection: Connection, reference: str) -> int:
    """How many claims there are on an amount, decided or not."""
    column = claims.c.allocation_id if reference.startswith("A") else claims.c.line_id
    counted = select(func.count()).where(column == int(reference[1:]))
    return int(connection.scalar(counted) or 0)


def claimed(connection: Connection) -> set[str]:
    """References of the amounts on which a claim is open: they wait for a person's word."""
    decided = select(claim_steps.c.claim_id)
    rows = connection.execute(select(claims).where(claims.c.id.not_in(decided)))
    return {_reference(row) for row in rows}


def _reference(row: Row[Any]) -> str:
    return f"L{row.line_id}" if row.allocation_id is None else f"A{row.allocation_id}"


def _claim(row: Row[Any], steps: tuple[Step, ...]) -> Claim:
    filing = Filing(
        reference=_reference(row),
        claimant=row.claimant,
        contact=row.contact,
        evidence=row.evidence,
        party_id=row.party_id,
        work_id=row.work_id,
    )
    return Claim(row.id, filing, row.filed_by, row.filed_at, row.filed_on, steps)


def _step(row: Row[Any]) -> Step:
    return Step(
        verdict=row.verdict,
        reason=row.reason,
        why=row.why,
        work_id=row.work_id,
        distribution_id=row.distribution_id,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
