"""What is promised of a closing: each event's pool and each statement, as exact documents.

A document is JSON in one normal form, so that its words have one SHA-256. It says its reckoning in
small steps over whole numbers, which anyone can do again without knowing us:

    {"op": "share", "of": X, "weights": [...], "part": N}    largest remainder, ties to the first
    {"op": "rate", "of": X, "rate": [N, D], "round": "half-up" or "toward-zero"}
    {"op": "less", "of": [X, Y, ...]}                        the first less all others
    {"op": "sum", "of": [X, Y, ...]}, "least", "most"

Each has a `name`, by which later steps may call its result, and `gives`, the result.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from central.ingest.coverage import CoverageSpan
from central.ingest.plays import MILLISECOND
from central.royalties.closed import ClosedEvent, Distribution, StatementHead
from central.royalties.distribution import RULE, Allocation, PlayUsed
from central.royalties.reckoning import PackUsed, Reckoning

Document = dict[str, Any]


def words_of(document: Mapping[str, Any]) -> str:
    """A document in its normal form: names in order, no spaces, letters as they are."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def pool_name(distribution_id: int, event_id: int) -> str:
    """What the document of an event's pool is called."""
    return f"pool/{distribution_id}/{event_id}"


def statement_name(statement_id: int) -> str:
    """What the document of a statement is called."""
    return f"statement/{statement_id}"


def pool_document(event: ClosedEvent, coverage: Sequence[CoverageSpan], *, rule: str) -> Document:
    """An event's fee and the weights it is shared by: of every play how long, but not which.

    Args:
        event: as it was closed.
        coverage: how its hall was listened to.
        rule: by which it was shared.
    """
    return {
        "format": "qulaq/pool/v1",
        "event": event.event_id,
        "title": event.title,
        "hall": event.hall,
        "starts_at": event.starts_at.isoformat(),
        "ends_at": event.ends_at.isoformat(),
        "listened": _listened(coverage),
        "rule": rule,
        "currency": event.fee.currency,
        "inputs": {"fee": event.fee.minor},
        **_shared_out(event),
    }


def _shared_out(event: ClosedEvent) -> Document:
    """The steps from the fee to what is divided, and what each part of it counts."""
    reckoning = event.reckoning
    if reckoning is None:
        lengths = [play.milliseconds for play in _in_order(event.plays)]
        return {"steps": [], "pool": "fee", "weights": lengths}
    steps = [dict(step) for step in reckoning.steps]
    return {"steps": steps, "pool": reckoning.pool, "weights": reckoning.weights}


def _listened(coverage: Sequence[CoverageSpan]) -> dict[str, int]:
    milliseconds: dict[str, int] = {}
    for span in coverage:
        lasted = (span.ended_at - span.started_at) // MILLISECOND
        milliseconds[span.state] = milliseconds.get(span.state, 0) + lasted
    return milliseconds


def _in_order(plays: Sequence[PlayUsed]) -> list[PlayUsed]:
    # As the rule takes them: left-over units fall to the same plays.
    return sorted(plays, key=lambda play: (play.started_at, play.recording_id, play.id))


def statement_document(
    distribution: Distribution, head: StatementHead, events: Sequence[ClosedEvent]
) -> Document:
    """A statement with the way to each amount, and the detections it rests on by name.

    Args:
        distribution: whose statement it is.
        head: of the statement.
        events: all that the distribution closed.
    """
    return {
        "format": "qulaq/statement/v1",
        "id": head.id,
        "distribution": distribution.id,
        "venue": distribution.venue,
        "from": distribution.first_day.isoformat(),
        "to": distribution.last_day.isoformat(),
        "time_zone": distribution.time_zone,
        "closed_at": distribution.closed_at.isoformat(),
        "rule": distribution.rule,
        "pack": _pack(distribution.pack),
        "party": {"id": head.party_id, "name": head.party_name},
        "currency": head.total.currency,
        "total": head.total.minor,
        "lines": [
            line
            for event in events
            if event.fee.currency == head.total.currency
            for line in _lines(event, head.party_id, rule=distribution.rule)
        ],
    }


def _pack(pack: PackUsed | None) -> Document:
    if pack is None:
        return {}
    assumed = [{"key": one.key, "value": one.text, "why": one.why} for one in pack.assumed]
    return {"id": pack.id, "version": pack.version, "sha256": pack.digest, "assumed": assumed}


def _lines(event: ClosedEvent, party_id: int, *, rule: str) -> list[Document]:
    if event.reckoning is not None:
        return _drawn_lines(event, event.reckoning, party_id)
    parts: dict[str, list[Allocation]] = {}
    for part in event.allocations:
        parts.setdefault(part.play_id or "", []).append(part)
    lines = []
    for place, play in enumerate(_in_order(event.plays)):
        siblings = parts.get(play.id, [])
        for number, part in enumerate(siblings):
            if part.party_id == party_id:
                reckoned = _reckoned(siblings, number, place=place, rule=rule)
                named = {"event": event.event_id, "play": _play(play), "role": part.role}
                lines.append(named | reckoned)
    return lines


def _drawn_lines(event: ClosedEvent, reckoning: Reckoning, party_id: int) -> list[Document]:
    """By a pack: the pool is shared among lines, and a line among the plays of its work."""
    plays = {play.id: play for play in event.plays}
    placed = list(zip(event.allocations, reckoning.places(), strict=True))
    earned: dict[int, int] = {}
    for part, (number, _) in placed:
        earned[number] = earned.get(number, 0) + part.amount.minor
    lines = []
    for part, (number, place) in placed:
        if part.party_id != party_id or part.play_id is None:
            continue
        drawn = {"op": "share", "of": "pool", "weights": "pool", "part": number}
        counted = list(reckoning.lines[number].counted)
        played = {"op": "share", "of": "work", "weights": counted, "part": place}
        steps = [
            drawn | {"name": "work", "gives": earned[number]},
            played | {"name": "line", "gives": part.amount.minor},
        ]
        named = {"event": event.event_id, "play": _play(plays[part.play_id]), "role": part.role}
        lines.append(named | {"inputs": {}, "steps": steps, "amount": "line"})
    return lines


def _reckoned(
    siblings: Sequence[Allocation], number: int, *, place: int, rule: str
) -> dict[str, Any]:
    amount = siblings[number].amount.minor
    if rule != RULE:  # what another rule did is stated, not opened
        return {"inputs": {"amount": amount}, "steps": [], "amount": "amount"}
    earned = sum(part.amount.minor for part in siblings)
    shares = [part.basis_points for part in siblings]
    played = {"op": "share", "of": "pool", "weights": "pool", "part": place}
    shared = {"op": "share", "of": "play", "weights": shares, "part": number}
    steps = [played | {"name": "play", "gives": earned}, shared | {"name": "line", "gives": amount}]
    return {"inputs": {}, "steps": steps, "amount": "line"}


def _play(play: PlayUsed) -> Document:
    return {
        "id": play.id,
        "recording": play.recording_id,
        "title": play.recording_title,
        "performer": play.performer,
        "work": play.work_id,
        "work_title": play.work_title,
        "started_at": play.started_at.isoformat(),
        "ended_at": play.ended_at.isoformat(),
        "milliseconds": play.milliseconds,
        "detections": [heard.key for heard in play.detections],
    }
