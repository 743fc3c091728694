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
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from central.ingest.coverage import CoverageSpan
from central.ingest.plays import MILLISECOND
from central.royalties.closed import ClosedEvent, Distribution, StatementHead
from central.royalties.distribution import RULE, Allocation, PlayUsed
from central.royalties.fees import fee_json
from central.royalties.opening import Steps, in_order, openings, pool_name, shared_out
from central.royalties.reckoning import PackUsed, state_of
from central.royalties.testimony import testimony_json

__all__ = ["pool_name"]  # a document's name, beside the others

Document = dict[str, Any]


def words_of(document: Mapping[str, Any]) -> str:
    """A document in its normal form: names in order, no spaces, letters as they are."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def statement_name(statement_id: int) -> str:
    """What the document of a statement is called."""
    return f"statement/{statement_id}"


def testimony_name(distribution_id: int, event_id: int, play_id: str) -> str:
    """What the document of what people said of a play is called."""
    return f"testimony/{distribution_id}/{event_id}/{play_id}"


def testimony_document(event_id: int, play: PlayUsed) -> Document:
    """What people said of one play: the piece as declared, and a person's word on it."""
    return {
        "format": "qulaq/testimony/v1",
        "event": event_id,
        "play": play.id,
        "work": play.work_id,
        "milliseconds": play.milliseconds,
        "basis": play.basis,
        "length_by": play.length_by,
        "said": testimony_json(play.testimony),
    }


def pool_document(event: ClosedEvent, coverage: Sequence[CoverageSpan], *, rule: str) -> Document:
    """An event's fee and the weights it is shared by: of every play how long, but not which.

    Args:
        event: as it was closed.
        coverage: how its hall was listened to.
        rule: by which it was shared.
    """
    head = pool_head(event, coverage, rule=rule)
    reckoning = event.reckoning
    staged = {} if event.production_id is None else {"production": event.production_id}
    said = {
        "performed": [] if staged else [performed(play) for play in in_order(event.plays)],
        "set_aside": [[one.milliseconds, one.why] for one in event.aside],
        "inputs": dict(reckoning.inputs) if reckoning else {"fee": event.fee.minor},
        "licence": fee_json(event.fee_used) or {},
    }
    return staged | head | said | shared_out(event)


def performed(play: PlayUsed) -> list[int | str]:
    """How long, whether protected, what says so, and what use: of a play nobody can name."""
    return [play.milliseconds, state_of(play), play.basis, play.use]


def pool_head(event: ClosedEvent, coverage: Sequence[CoverageSpan], *, rule: str) -> Document:
    """What every pool of an event begins with."""
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
    }


def _listened(coverage: Sequence[CoverageSpan]) -> dict[str, int]:
    milliseconds: dict[str, int] = {}
    for span in coverage:
        lasted = (span.ended_at - span.started_at) // MILLISECOND
        milliseconds[span.state] = milliseconds.get(span.state, 0) + lasted
    return milliseconds


@dataclass(frozen=True, slots=True)
class OwnLine:
    """An amount that a rightholder earned at an event, with the steps that lead to it."""

    event: ClosedEvent
    play: PlayUsed
    part: Allocation
    steps: Steps


OwnLines = Mapping[tuple[int, str], Sequence[OwnLine]]


def lines_by_party(distribution: Distribution, events: Sequence[ClosedEvent]) -> OwnLines:
    """What each rightholder earned in each currency; each event is opened once for all of them."""
    lines: dict[tuple[int, str], list[OwnLine]] = defaultdict(list)
    for event in events:
        plays = {play.id: play for play in event.plays}
        stated = event.reckoning is None and distribution.rule != RULE
        opened = [()] * len(event.allocations) if stated else openings(event)
        for part, steps in zip(event.allocations, opened, strict=True):
            if part.party_id is not None and part.play_id is not None:
                own = OwnLine(event, plays[part.play_id], part, steps)
                lines[part.party_id, event.fee.currency].append(own)
    return lines


def statement_document(
    distribution: Distribution, head: StatementHead, lines: OwnLines
) -> Document:
    """A statement with the way to each amount, and the detections it rests on by name.

    Args:
        distribution: whose statement it is.
        head: of the statement.
        lines: all that the distribution closed, by rightholder.
    """
    own = lines.get((head.party_id, head.total.currency), ())
    said = [_line(distribution.id, line) for line in own]
    return statement_head(distribution, head) | said_once(said)


def statement_head(distribution: Distribution, head: StatementHead) -> Document:
    """What every statement begins with."""
    return {
        "format": "qulaq/statement/v3",
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
    } | _account(head)


def _account(head: StatementHead) -> Document:
    """How the statement ended; one from before that was kept says nothing of it."""
    if head.account is None:
        return {}
    ends = head.account
    return {"account": {"brought": ends.brought, "paid": ends.paid, "carried": ends.carried}}


def _pack(pack: PackUsed | None) -> Document:
    if pack is None:
        return {}
    assumed = [{"key": one.key, "value": one.text, "why": one.why} for one in pack.assumed]
    return {"id": pack.id, "version": pack.version, "sha256": pack.digest, "assumed": assumed}


def _line(distribution_id: int, line: OwnLine) -> Document:
    """One line; a play that people said something of names the leaf that opens it."""
    event, play = line.event, play_document(line.play)
    if line.play.testimony is not None:
        play["testimony"] = testimony_name(distribution_id, event.event_id, line.play.id)
    staged = {} if event.production_id is None else {"production": event.production_id}
    said = {"event": event.event_id, "play": play, "role": line.part.role, "steps": line.steps}
    if not line.steps:  # what another rule did is stated, not opened
        said["inputs"] = {"amount": line.part.amount.minor}
    return said | staged


def said_once(lines: Sequence[Document]) -> Document:
    """Lines that have `steps`, with what is the same in many of them told once.

    A way is the steps without what differs from line to line: which part each `share` takes
    (`parts`) and what each step gives (`gives`). What was played is a play without its times.
    """
    ways, music = Told(), Told()
    said = []
    for line in lines:
        steps, play = line["steps"], line["play"]
        bare = [{k: v for k, v in step.items() if k not in ("part", "gives")} for step in steps]
        told = {
            "way": ways.number({"steps": bare, "amount": bare[-1]["name"] if bare else "amount"}),
            "parts": [step["part"] for step in steps if step["op"] == "share"],
            "gives": [step["gives"] for step in steps],
            "music": music.number({k: v for k, v in play.items() if k in _OF_MUSIC}),
            "play": {k: v for k, v in play.items() if k not in _OF_MUSIC},
        }
        said.append({k: v for k, v in line.items() if k != "steps"} | told)
    return {"ways": ways.all, "music": music.all, "lines": said}


_OF_MUSIC = {"recording", "title", "performer", "work", "work_title", "basis", "use", "also"}


class Told:
    """Documents that are told once, by number.

    Attributes:
        all: the documents, in the order they came in.
    """

    def __init__(self) -> None:
        self.all: list[Document] = []
        self._numbers: dict[str, int] = {}

    def number(self, document: Document) -> int:
        """The number of this document, new if it was not told yet."""
        number = self._numbers.setdefault(words_of(document), len(self.all))
        if number == len(self.all):
            self.all.append(document)
        return number


def play_document(play: PlayUsed) -> Document:
    """A play, with the detections it rests on by name."""
    also = sorted({h.recording_id for h in play.detections} - {play.recording_id, ""})
    return ({"also": also} if also else {}) | {
        "id": play.id,
        "recording": play.recording_id,
        "title": play.recording_title,
        "performer": play.performer,
        "work": play.work_id,
        "work_title": play.work_title,
        "started_at": play.started_at.isoformat(),
        "ended_at": play.ended_at.isoformat(),
        "milliseconds": play.milliseconds,
        "basis": play.basis,
        "use": play.use,
        "detections": [heard.key for heard in play.detections],
    }
