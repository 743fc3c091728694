"""What comes after closings as other programs read it: the queue, claims, runs, balances."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from central.royalties.accounts import account_json, distribution_json, head_json, money_json
from central.royalties.closed import StatementHead
from central.royalties.later.claim_books import Claim
from central.royalties.later.moves import Run, totals_of
from central.royalties.later.objections import Filed
from central.royalties.later.reading import LaterRun
from central.royalties.later.runs import RunProposed
from central.royalties.money import Money, sums_by
from central.royalties.suspense import Suspended


def suspended_json(one: Suspended, *, today: date) -> dict[str, Any]:
    """An amount that waits, with its money; for staff."""
    return {
        "reference": one.reference,
        "amount": money_json(one.amount),
        "reason": one.reason,
        "age_days": one.age_days(today),
        "claim_until": one.claim_until,
        "claimed": one.claimed,
        "closing": one.closing_id,
        "event": {"id": one.event_id, "title": one.event_title},
        "venue": one.venue,
        "day": one.day,
        "play": one.play_id or None,
        "milliseconds": one.milliseconds,
        "recording": {
            "id": one.recording_id,
            "title": one.recording_title,
            "performer": one.performer,
        },
        "work": {"id": one.work_id, "title": one.work_title},
    }


def claim_json(one: Claim) -> dict[str, Any]:
    """A claim with every word that was said on it."""
    filing = one.filing
    return {
        "id": one.id,
        "reference": filing.reference,
        "claimant": filing.claimant,
        "contact": filing.contact,
        "evidence": filing.evidence,
        "party_id": filing.party_id,
        "work_id": filing.work_id,
        "filed_by": one.filed_by,
        "filed_at": one.filed_at,
        "filed_on": one.filed_on,
        "status": one.status,
        "history": [
            {
                "verdict": step.verdict,
                "reason": step.reason,
                "why": step.why,
                "work_id": step.work_id,
                "distribution": step.distribution_id,
                "by": step.decided_by,
                "at": step.decided_at,
            }
            for step in one.steps
        ],
    }


def receipt_json(one: Claim) -> dict[str, Any]:
    """What a claimant who came from outside is told of his claim."""
    reason = one.steps[-1].reason if one.steps else ""
    return {
        "id": one.id,
        "reference": one.filing.reference,
        "status": one.status,
        "reason": reason,
        "why": one.steps[-1].why if one.steps else "",
    }


def run_json(run: LaterRun) -> dict[str, Any]:
    """What came after a closing: what it took back, what it paid, and its statements."""
    return distribution_json(run.distribution) | {
        "lines": [
            {
                "id": f"L{line.id}",
                "event": line.event_id,
                "play": line.play.id if line.play else None,
                "takes_back": line.takes or None,
                "party": line.party_id,
                "role": line.role,
                "basis_points": line.basis_points,
                "reason": line.reason,
                "amount": money_json(line.amount),
            }
            for line in run.lines
        ],
        "statements": [head_json(head) for head in run.statements],
    }


def plan_json(run: Run, names: Mapping[int, str]) -> dict[str, Any]:
    """What a run would move, by rightholder, and what it would leave; nothing is written."""
    return {
        "closing": run.closing_id,
        "kind": run.kind,
        "because": run.because,
        "events": sorted({move.event_id for move in run.moves}),
        "taken_back": [one.reference for move in run.moves for one in move.taken],
        "rightholders": [
            {"party": {"id": party, "name": names[party]}, "amount": money_json(total)}
            for party, total in totals_of(run.moves)
        ],
        "suspense": [money_json(amount) for amount in suspense_of(run)],
        "left": [{"reference": reference, "why": why} for reference, why in run.left],
    }


def suspense_of(run: Run) -> Sequence[Money]:
    """By how much what waits would grow, or become less, by currency."""
    taken = [one.amount for move in run.moves for one in move.taken if one.party_id is None]
    paid = [one.amount for move in run.moves for one in move.paid if one.party_id is None]
    amounts = [-one for one in taken] + paid
    return list(sums_by((one.currency, one) for one in amounts).values())


def run_proposed_json(one: RunProposed) -> dict[str, Any]:
    """A run that was prepared, and who approved it."""
    return {
        "id": one.id,
        "closing": one.closing_id,
        "kind": one.kind,
        "figures_sha256": one.figures,
        "prepared_by": one.prepared_by,
        "prepared_at": one.prepared_at,
        "approved_by": one.approved_by,
        "distribution": one.distribution_id,
    }


def objection_json(one: Filed) -> dict[str, Any]:
    """An objection with every word that was said on it."""
    said = one.objection
    return {
        "id": one.id,
        "event": said.event_id,
        "play": said.play_id or None,
        "side": said.side,
        "objector": said.objector,
        "contact": said.contact,
        "words": said.words,
        "filed_by": one.filed_by,
        "filed_at": one.filed_at,
        "status": one.status,
        "history": [
            {
                "status": step.status,
                "why": step.why,
                "by": step.decided_by,
                "at": step.decided_at,
            }
            for step in one.steps
        ],
    }


def balance_json(
    party_id: int, balances: Mapping[tuple[int, str], int], heads: Iterable[StatementHead]
) -> dict[str, Any]:
    """A rightholder's account: what the ledger says is owed, and how each statement ended."""
    owed = [Money(minor, code) for (party, code), minor in balances.items() if party == party_id]
    return {
        "party": party_id,
        "balance": [money_json(one) for one in owed],
        "statements": [
            {
                "id": head.id,
                "distribution": head.distribution_id,
                "total": money_json(head.total),
                "account": account_json(head),
            }
            for head in heads
        ],
    }
