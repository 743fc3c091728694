"""Closings and statements as other programs read them: JSON with exact minor units."""

from collections.abc import Sequence
from typing import Any

from central.royalties.closed import (
    ClosedEvent,
    Distribution,
    Later,
    Line,
    Statement,
    StatementHead,
)
from central.royalties.closing import Summary
from central.royalties.distribution import Evidence
from central.royalties.fees import fee_json
from central.royalties.money import Money
from central.royalties.provisional import Provisional
from central.royalties.reckoning import PackUsed
from central.royalties.rehearsal import Proposal, Rehearsal
from central.royalties.simulation import Change
from central.royalties.testimony import testimony_json
from central.royalties.trial import Simulation
from central.royalties.waiting import Waiting


def money_json(money: Money) -> dict[str, Any]:
    """An amount in whole minor units; `text` is for people."""
    return {"minor": money.minor, "currency": money.currency, "text": money.text()}


def distribution_json(distribution: Distribution) -> dict[str, Any]:
    """One closing, without its plays."""
    return {
        "id": distribution.id,
        "venue": {"id": distribution.venue_id, "name": distribution.venue},
        "from": distribution.first_day,
        "to": distribution.last_day,
        "time_zone": distribution.time_zone,
        "rule": distribution.rule,
        "event": distribution.event_id,
        "pack": _pack_json(distribution.pack),
        "closed_at": distribution.closed_at,
        "later": _later_json(distribution.later),
    }


def _later_json(later: Later | None) -> dict[str, Any] | None:
    if later is None:
        return None
    return {
        "closing": later.closing_id,
        "kind": later.kind,
        "because": later.because,
        "made_by": later.made_by,
    }


def _pack_json(pack: PackUsed | None) -> dict[str, Any] | None:
    if pack is None:
        return None
    assumed = [{"key": a.key, "value": a.text, "why": a.why} for a in pack.assumed]
    return {
        "id": pack.id,
        "version": pack.version,
        "sha256": pack.digest,
        "assumed": assumed,
    }


def summary_json(summary: Summary) -> dict[str, Any]:
    """A closing with what came of each event, its statements, and what was left out."""
    return distribution_json(summary.distribution) | {
        "rule_in_words": summary.distribution.rule_in_words,
        "events": [_event_json(event) for event in summary.events],
        "statements": [head_json(head) for head in summary.statements],
        "detections_left_out": summary.left_out,
    }


def rehearsal_json(dry: Rehearsal) -> dict[str, Any]:
    """What a closing would be, and what would change against the last run of the venue."""
    return {
        "closing": summary_json(dry.summary),
        "figures_sha256": dry.figures,
        "last": distribution_json(dry.last) if dry.last else None,
        "differences": [
            {
                "party": {"id": one.party_id, "name": one.party_name},
                "before": money_json(one.before),
                "after": money_json(one.after),
            }
            for one in dry.differences
        ],
    }


def simulation_json(trial: Simulation) -> dict[str, Any]:
    """Both rules side by side: every sum before, after, and what lies between."""
    asked, pack = trial.question, trial.question.pack
    return {
        "from": asked.first_day,
        "to": asked.last_day,
        "venue_id": asked.venue_id,
        "pack": {"id": pack.id, "version": pack.version, "sha256": pack.digest},
        "assumed": [
            {"key": f.key, "value": f.text, "why": f.assumed} for f in pack.figures if f.assumed
        ],
        "holds_on_these_days": trial.by_then,
        "currency": trial.currency,
        "venues": trial.venues,
        "events": trial.events,
        "plays": trial.plays,
        "sums": _changes_json(trial.sums),
        "parties": _changes_json(trial.parties),
        "categories": _changes_json(trial.categories),
        "deductions": _changes_json(trial.deductions),
        "suspense": _changes_json(trial.waiting),
        "events_in_other_currencies": trial.other_currencies,
        "events_carried_forward": trial.carried,
        "booked": money_json(trial.booked) if trial.booked else None,
        "unaccounted": money_json(trial.unaccounted),
        "written": False,
    }


def _changes_json(changes: Sequence[Change]) -> list[dict[str, Any]]:
    return [
        {
            "key": one.key,
            "name": one.name,
            "before": one.before,
            "after": one.after,
            "difference": one.difference,
        }
        for one in changes
    ]


def provisional_json(one: Provisional) -> dict[str, Any]:
    """An open evening as reckoned last night; not owed to anybody yet."""
    return {
        "provisional": True,
        "event": {"id": one.event_id, "title": one.event},
        "venue": {"id": one.venue_id, "name": one.venue},
        "day": one.day,
        "rule": one.rule,
        "reckoned_at": one.reckoned_at,
        "plays": one.plays,
        "fee": money_json(one.fee),
        "deducted": money_json(one.deducted),
        "suspended": money_json(one.waiting),
        "to_rightholders": money_json(one.paid),
        "sums": [
            {"party": {"id": number, "name": name}, "amount": money_json(amount)}
            for number, name, amount in one.sums
        ],
    }


def waiting_json(one: Waiting) -> dict[str, Any]:
    """A play that waits for its owner, without its money."""
    return {
        "reference": one.reference,
        "venue": one.venue,
        "day": one.day,
        "started_at": one.started_at,
        "milliseconds": one.milliseconds,
        "play": one.play_id,
        "recording": {
            "id": one.recording_id,
            "title": one.recording_title,
            "performer": one.performer,
        },
        "work": one.work_title,
        "reason": one.reason,
        "claim_until": one.claim_until,
    }


def proposal_json(one: Proposal) -> dict[str, Any]:
    """A closing that was prepared, and who approved it."""
    return {
        "id": one.id,
        "venue_id": one.days.venue_id,
        "from": one.days.first_day,
        "to": one.days.last_day,
        "event": one.days.event_id,
        "pack": one.days.pack,
        "figures_sha256": one.figures,
        "prepared_by": one.prepared_by,
        "prepared_at": one.prepared_at,
        "approved_by": one.approved_by,
        "distribution": one.distribution_id,
    }


def _event_json(event: ClosedEvent) -> dict[str, Any]:
    return {
        "id": event.event_id,
        "production": event.production_id,
        "title": event.title,
        "hall": event.hall,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "fee": money_json(event.fee),
        "licence": fee_json(event.fee_used),
        "performed_milliseconds": event.performed.whole_ms,
        "protected_milliseconds": event.performed.protected_ms,
        "deducted": [{"name": n, "amount": money_json(a)} for n, a in event.deductions()],
        "paid": money_json(event.divided() - event.suspended()),
        "suspended": money_json(event.suspended()),
        "plays": len(event.plays),
        "set_aside": [
            {
                "name": one.name,
                "title": one.title,
                "why": one.why,
                "milliseconds": one.milliseconds,
                "testimony": testimony_json(one.testimony),
            }
            for one in event.aside
        ],
        "suspense": [
            {"play": part.play_id, "reason": part.reason, "amount": money_json(part.amount)}
            for part in event.allocations
            if part.party_id is None
        ],
    }


def head_json(head: StatementHead) -> dict[str, Any]:
    """A statement by name, with its sum and how it ended."""
    return {
        "id": head.id,
        "party": {"id": head.party_id, "name": head.party_name},
        "total": money_json(head.total),
        "account": account_json(head),
    }


def account_json(head: StatementHead) -> dict[str, Any] | None:
    """How a statement ended: brought forward, earned, recovered, paid out, carried over."""
    if head.account is None:
        return None
    ends, code = head.account, head.total.currency
    amounts = {
        "brought": ends.brought,
        "earned": ends.earned,
        "recovered": ends.recovered,
        "paid": ends.paid,
        "carried": ends.carried,
    }
    return {name: money_json(Money(minor, code)) for name, minor in amounts.items()}


def statement_json(statement: Statement) -> dict[str, Any]:
    """A statement whose every amount carries the plays and detections behind it."""
    return head_json(statement.head) | {
        "distribution": distribution_json(statement.distribution),
        "rule_in_words": statement.distribution.rule_in_words,
        "lines": [_line_json(line) for line in statement.lines],
        "sum_of_lines": money_json(statement.sum_of_lines),
        "booked": money_json(statement.booked),
        "adds_up": statement.adds_up,
    }


def _line_json(line: Line) -> dict[str, Any]:
    play = line.play
    return {
        "event": {
            "id": line.event_id,
            "title": line.event_title,
            "fee": money_json(line.fee),
            "licence": fee_json(line.fee_used),
        },
        "deductions": [{"name": n, "amount": money_json(a)} for n, a in line.deductions],
        "event_milliseconds": line.event_milliseconds,
        "work": {"id": play.work_id, "title": play.work_title},
        "recording": {
            "id": play.recording_id,
            "title": play.recording_title,
            "performer": play.performer,
        },
        "play": {
            "id": play.id,
            "started_at": play.started_at,
            "ended_at": play.ended_at,
            "milliseconds": play.milliseconds,
            "confidence_per_mille": play.confidence_per_mille,
            "amount": money_json(line.play_amount),
            "basis": play.basis,
            "length_by": play.length_by,
            "use": play.use,
            "placing": play.placing,
            "testimony": testimony_json(play.testimony),
            "detections": [_evidence_json(heard) for heard in play.detections],
        },
        "role": line.role,
        "basis_points": line.basis_points,
        "amount": money_json(line.amount),
        "because": line.because,
    }


def _evidence_json(heard: Evidence) -> dict[str, Any]:
    return {
        "key": heard.key,
        "started_at": heard.started_at,
        "ended_at": heard.ended_at,
        "confidence_per_mille": heard.confidence_per_mille,
    }
