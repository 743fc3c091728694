"""Grand rights: what a staged work is owed from the box office, reckoned apart from all music."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from central.errors import Unacceptable
from central.royalties.distribution import Allocation, PlayUsed
from central.royalties.fees import FeeUsed, Opened
from central.royalties.money import Money
from central.royalties.reckoning import Drawn, Reckoning, Settled, opened
from central.royalties.rules.deductions import deduct
from central.royalties.rules.figures import Figure
from central.royalties.rules.grand import GrandLine, Production, grand_lines
from central.royalties.rules.material import WHOLE
from central.royalties.rules.pack import Pack

KIND: Mapping[str, str] = {
    "opera": "opera",
    "ballet": "ballet",
    "musical": "musical",
    "play": "prose-play",
    "verse-play": "verse-play",
    "childrens-play": "childrens-prose-play",
}
"""What packs call a kind of production; a work of one act is a kind of its own."""


@dataclass(frozen=True, slots=True)
class Staged:
    """A production given at an event, and what is known of its makers and its box office.

    Attributes:
        given: how many of its acts.
        credits: party of each role; 0 where the role is nobody's any more.
        receipts: gross box office of the event in minor units; None while nobody told it.
    """

    event_id: int
    production_id: int
    title: str
    kind: str
    acts: int
    given: int
    credits: Mapping[str, int]
    receipts: int | None
    currency: str
    starts_at: datetime
    ends_at: datetime
    day: date

    @property
    def play_id(self) -> str:
        """How the lines of its right are called among plays."""
        return f"production-{self.production_id}"


def settle_staged(pack: Pack, staged: Staged) -> tuple[Settled, tuple[Figure, ...]]:
    """What a production's makers are owed, with the pack's figures that were used.

    Raises:
        Unacceptable: the pack has no such right or is of another currency, a role is not credited,
            or the box office was not told.
        Unlawful: the deductions exceed the pack's legal cap.
    """
    lines = grand_lines(pack, _production(pack, staged))
    fee = _fee_opened(lines, staged)
    lines = [line for line in lines if line.amount]
    gross = fee.steps[-1]["gives"]
    taken, _ = deduct(pack, gross)
    steps, amounts, pool = opened(pack, fee)
    left = Money(amounts[pool], staged.currency)
    parts = left.share([line.amount for line in lines]) if lines else []
    reckoning = Reckoning(
        inputs=fee.inputs,
        steps=(*fee.steps, *steps),
        pool=pool,
        deducted=tuple((one.name, one.amount) for one in taken),
        distributable=amounts[pool],
        lines=tuple(Drawn(line.amount, (staged.play_id,), (1,)) for line in lines),
        fee_used=_fee_used(lines, staged),
    )
    allocations = [
        Allocation(
            staged.event_id, staged.play_id, line.party_id, line.role, _points(line), part, ""
        )
        for line, part in zip(lines, parts, strict=True)
    ]
    figures = tuple(figure for line in lines for figure in line.step.figures)
    return Settled(Money(gross, staged.currency), tuple(allocations), reckoning), figures


def _production(pack: Pack, staged: Staged) -> Production:
    if not pack.holds_on(staged.day):
        raise Unacceptable(
            f"event {staged.event_id} was on {staged.day}; {pack.id} is not its rule"
        )
    if staged.currency != pack.currency:
        raise Unacceptable(
            f"event {staged.event_id} is paid in {staged.currency}; {pack.id} is a rule for"
            f" {pack.currency}"
        )
    if staged.receipts is None:
        raise Unacceptable(
            f"production {staged.production_id} {staged.title!r} is paid from the box office of"
            f" event {staged.event_id}, which has not been told"
            f" (POST /v1/events/{staged.event_id}/receipts)"
        )
    kind = KIND.get(staged.kind, staged.kind) + ("-one-act" if staged.acts == 1 else "")
    return Production(kind, staged.receipts, staged.credits, acts=staged.acts, given=staged.given)


def _fee_opened(lines: list[GrandLine], staged: Staged) -> Opened:
    steps: list[dict[str, Any]] = []
    for line in lines:
        rate = line.rate
        parts = [rate.numerator, rate.denominator]
        way = {"op": "rate", "of": "receipts", "rate": parts, "round": "toward-zero"}
        steps.append({"name": f"right:{line.role}", **way, "gives": line.amount})
    rights: list[str | int] = [step["name"] for step in steps] or [0]
    whole = sum(line.amount for line in lines)
    steps.append({"name": "fee", "op": "sum", "of": rights, "gives": whole})
    return Opened({"receipts": staged.receipts or 0}, tuple(steps))


def _fee_used(lines: list[GrandLine], staged: Staged) -> FeeUsed:
    acts = "" if staged.acts == 1 else f", {staged.given} of {staged.acts} acts"
    return FeeUsed(
        licence_id=0,
        reference="",
        tariff="grand-right",
        label=f"Grand right of a {staged.kind}{acts}",
        basis="",
        told=tuple((f"{line.role}: {line.step.formula}", line.amount) for line in lines),
    )


def _points(line: GrandLine) -> int:
    return int(line.rate * WHOLE)


class Spanned(Protocol):
    """What lasts from an instant to another."""

    @property
    def starts_at(self) -> datetime:
        """When it begins."""

    @property
    def ends_at(self) -> datetime:
        """When it ends."""


def as_play(staged: Staged) -> PlayUsed:
    """The production in the place of a play: no box heard it, and none needed to."""
    return play_of_production(staged.production_id, staged.title, staged)


def play_of_production(production_id: int, title: str, event: Spanned) -> PlayUsed:
    """The same, of a production that was closed."""
    return PlayUsed(
        id=f"production-{production_id}",
        recording_id="",
        recording_title="",
        performer="",
        work_id=None,
        work_title=title,
        started_at=event.starts_at,
        ended_at=event.ends_at,
        milliseconds=0,
        confidence_per_mille=0,
        detections=(),
        shares=(),
        basis="production",
        use="stage",
    )
