"""Who may license a share on a day: the chain of mandates from a rightholder to who answers for it.

Pure: grants and a question in, answers out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, get_args

Use = Literal[
    "concert", "theatre", "cinema", "broadcast", "online", "background", "karaoke", "reproduction"
]
GrantedUse = Literal[
    "any",
    "concert",
    "theatre",
    "cinema",
    "broadcast",
    "online",
    "background",
    "karaoke",
    "reproduction",
]
Right = Literal["performing", "mechanical", "performers", "producers"]
Kind = Literal["mandate", "direct", "opt-out"]
USES: tuple[Use, ...] = get_args(Use)
RIGHTS: tuple[Right, ...] = get_args(Right)
WORLD = "WORLD"  # every territory; all others are ISO 3166-1 alpha-2
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Holder:
    """A party by its number, or a society by CISAC's number of it."""

    kind: Literal["party", "society"]
    key: str


@dataclass(frozen=True, slots=True)
class Grant:
    """What one holder lets another do, withdraws, or has licensed itself.

    Attributes:
        kind: `mandate` (holder collects and licenses for the grantor), `direct` (the grantor
            licensed `licensee` itself), `opt-out` (the grantor withdrew this from its mandates).
        holder: who receives the mandate; None for a direct licence or an opt-out.
        use: `any`, or one kind.
        territory: `WORLD` or a country; `except_in` are countries left out of it.
        until: the last day, included; None while no end is known.
        work_id: the one work concerned; None for the whole repertoire.
    """

    id: int
    kind: Kind
    grantor: Holder
    holder: Holder | None
    right: Right
    use: GrantedUse
    territory: str
    except_in: tuple[str, ...]
    since: date
    until: date | None
    work_id: int | None
    licensee: str


@dataclass(frozen=True, slots=True)
class Question:
    """Who may license this work, for this right and use, in this country, on this day?"""

    work_id: int
    right: Right
    use: Use
    territory: str
    day: date


@dataclass(frozen=True, slots=True)
class Span:
    """Who may license from a day to a day; None while nobody is on record for it."""

    licensor: Holder | None
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Answer:
    """For one rightholder: who may license, by which chain, and what limits it.

    Attributes:
        licensor: at the end of the chain; the rightholder itself after an opt-out; None when
            nobody is on record.
        chain: the mandates in force, from the rightholder outwards.
        opt_outs: in force, of the rightholder or of somebody on the chain.
        direct: licences the rightholder gave itself, in force.
        spans: who may, could and will license, as far as is on record, by time.
    """

    rightholder: Holder
    licensor: Holder | None
    chain: tuple[Grant, ...]
    opt_outs: tuple[Grant, ...]
    direct: tuple[Grant, ...]
    spans: tuple[Span, ...]


def conflict(new: Grant, existing: Iterable[Grant]) -> Grant | None:
    """The mandate that a new one would overlap: one rightholder has one collector for a thing.

    Source:
        Rules of the single digital platform, Kazakhstan, 2026: a rightholder mandates one society.
    """
    if new.kind != "mandate":
        return None
    return next((old for old in existing if old.kind == "mandate" and _overlap(new, old)), None)


def _overlap(one: Grant, other: Grant) -> bool:
    return (
        one.grantor == other.grantor
        and one.right == other.right
        and ("any" in (one.use, other.use) or one.use == other.use)
        and (one.work_id == other.work_id or None in (one.work_id, other.work_id))
        and _share_territory(one, other)
        and one.since <= (other.until or date.max)
        and other.since <= (one.until or date.max)
    )


def _share_territory(one: Grant, other: Grant) -> bool:
    if one.territory == WORLD == other.territory:
        return True
    if one.territory == WORLD:
        return other.territory not in one.except_in
    if other.territory == WORLD:
        return one.territory not in other.except_in
    return one.territory == other.territory


def answer(question: Question, rightholder: Holder, grants: Sequence[Grant]) -> Answer:
    """Who may license a rightholder's share, and who did until when.

    Args:
        question: about which work, use, place and day.
        rightholder: whose share it is.
        grants: everything on record that could concern it, of any day.
    """
    chain, opt_outs = _chain(question, rightholder, grants)
    direct = tuple(
        grant
        for grant in grants
        if grant.kind == "direct" and grant.grantor == rightholder and _holds(grant, question)
    )
    return Answer(
        rightholder=rightholder,
        licensor=_licensor(rightholder, chain, opt_outs),
        chain=chain,
        opt_outs=opt_outs,
        direct=direct,
        spans=_spans(question, rightholder, grants),
    )


def _holds(grant: Grant, question: Question) -> bool:
    return (
        grant.right == question.right
        and grant.use in ("any", question.use)
        and _covers(grant, question.territory)
        and grant.since <= question.day <= (grant.until or date.max)
        and grant.work_id in (None, question.work_id)
    )


def _covers(grant: Grant, territory: str) -> bool:
    if grant.territory == WORLD:
        return territory not in grant.except_in
    return grant.territory == territory


def _chain(
    question: Question, rightholder: Holder, grants: Sequence[Grant]
) -> tuple[tuple[Grant, ...], tuple[Grant, ...]]:
    holding = [grant for grant in grants if _holds(grant, question)]
    steps: list[Grant] = []
    seen = {rightholder}
    at = rightholder
    while True:
        withdrawn = tuple(g for g in holding if g.kind == "opt-out" and g.grantor == at)
        given = [g for g in holding if g.kind == "mandate" and g.grantor == at]
        if withdrawn or not given:
            return tuple(steps), withdrawn
        step = min(given, key=lambda g: g.id)  # there is one only: two would be a conflict
        if step.holder is None or step.holder in seen:
            return tuple(steps), ()
        steps.append(step)
        seen.add(step.holder)
        at = step.holder


def _licensor(
    rightholder: Holder, chain: tuple[Grant, ...], opt_outs: tuple[Grant, ...]
) -> Holder | None:
    if chain:
        return chain[-1].holder
    return rightholder if opt_outs else None


def _spans(question: Question, rightholder: Holder, grants: Sequence[Grant]) -> tuple[Span, ...]:
    ends = {grant.until + _DAY for grant in grants if grant.until and grant.until < date.max}
    turns = sorted({grant.since for grant in grants} | ends)
    spans: list[Span] = []
    for place, day in enumerate(turns):
        chain, opt_outs = _chain(replace(question, day=day), rightholder, grants)
        licensor = _licensor(rightholder, chain, opt_outs)
        until = turns[place + 1] - _DAY if place + 1 < len(turns) else None
        if spans and spans[-1].licensor == licensor:
            spans[-1] = replace(spans[-1], until=until)
        else:
            spans.append(Span(licensor, day, until))
    return tuple(span for span in spans if span.licensor is not None)
