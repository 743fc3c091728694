"""An evening's fee settled by a rule pack, opened step by step so that anyone can do it again.

The pack's engine divides an event's money among works; here each work's amount goes on to its
plays, in proportion to what each counted, because people ask what one play earned.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import lcm
from typing import Any

from central.errors import Unacceptable
from central.repertoire.shares import is_whole
from central.royalties.distribution import Allocation, PlayUsed
from central.royalties.fees import FeeUsed, Licensed, Opened, basis_of, event_for, fee_opened
from central.royalties.money import Money
from central.royalties.rules.figures import Figure, half_up, toward_zero
from central.royalties.rules.material import WHOLE, Event, Material, Part, State, Use
from central.royalties.rules.outcome import Allocation as Owed
from central.royalties.rules.outcome import Pool, assumed_in
from central.royalties.rules.pack import Pack
from central.royalties.rules.settle import settle
from central.royalties.rules.sharing import NOBODY
from central.royalties.rules.tariff import Performed
from central.venues.uses import Use as Use_

CHARACTER: Mapping[Use_, str] = {
    "concert": "concrete",
    "stage": "concrete",
    "interpolated": "concrete",
    "circus": "concrete",
    "dance": "concrete",
    "film": "concrete",
    "incidental": "background",
    "interval": "background",
    "foyer": "background",
    "background": "background",
    "trailer": "functional",
    "advert": "functional",
}
"""Whether music is listened to, lies behind something, or serves something, by its use."""


@dataclass(frozen=True, slots=True)
class Evening:
    """An event with its fee and plays; `day` is the one of its hall's calendar it began on.

    Attributes:
        fee: as typed, in the currency of the event; nought where a licence gives it.
        licensed: by whose tariff the fee is reckoned; None where it was typed.
    """

    event_id: int
    day: date
    fee: Money
    plays: Sequence[PlayUsed]
    licensed: Licensed | None = None


@dataclass(frozen=True, slots=True)
class Assumed:
    """A figure nobody could read at its source."""

    key: str
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class PackUsed:
    """The pack a distribution was made by, as it was that day."""

    id: str
    version: str
    title: str
    digest: str
    assumed: tuple[Assumed, ...]

    @property
    def name(self) -> str:
        """Id and version, as statements quote the rule."""
        return f"{self.id} {self.version}"

    def also_assuming(self, figures: Iterable[Figure]) -> "PackUsed":
        """The same pack, with those of the figures that nobody could read at their source."""
        known = {one.key: one for one in self.assumed}
        known |= {f.key: Assumed(f.key, f.text, f.assumed) for f in figures if f.assumed}
        return replace(self, assumed=tuple(known.values()))


@dataclass(frozen=True, slots=True)
class Drawn:
    """One line of the division: the plays it pays for and what each counted."""

    weight: int
    plays: tuple[str, ...]
    counted: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reckoning:
    """How an event's fee became its allocations.

    Attributes:
        inputs: the amounts the steps begin with: the fee, or what its tariff multiplies.
        steps: from there to the pool, in the language of the verifier.
        pool: name of the amount that is divided.
        deducted: name and minor units of each deduction.
        distributable: minor units that are divided.
        lines: in the order in which left-over units fall; the allocations follow them, each line's
            plays in turn.
    """

    inputs: Mapping[str, int]
    steps: tuple[Mapping[str, Any], ...]
    pool: str
    deducted: tuple[tuple[str, int], ...]
    distributable: int
    lines: tuple[Drawn, ...]
    fee_used: FeeUsed | None = None

    def places(self) -> list[tuple[int, int]]:
        """For each allocation its line and its place among the line's plays."""
        return [
            (number, place)
            for number, line in enumerate(self.lines)
            for place in range(max(1, len(line.plays)))
        ]

    @property
    def weights(self) -> list[int]:
        """What each line counts in the pool; none when there was nothing to divide by."""
        return [line.weight for line in self.lines if line.weight]


@dataclass(frozen=True, slots=True)
class Settled:
    """One evening, settled; `fee` is the typed one, or what its licence came to."""

    fee: Money
    allocations: tuple[Allocation, ...]
    reckoning: Reckoning


def require_closable(pack: Pack) -> None:
    """Refuse packs whose money cannot be opened event by event.

    Raises:
        Unacceptable: the pack divides the money of several events together, or by rightholder.
    """
    apart = pack.pool_by == "event" and not pack.split_by_receipts and not pack.analogy
    by_rightholder = any(one.by_rightholder for one in pack.deductions)
    if not apart or pack.point_value is not None or by_rightholder:
        raise Unacceptable(
            f"{pack.id} does not divide each event's fee by itself; a venue's period is closed by"
            " a pack that does, such as kz-venues-2026 (see `packs list`)"
        )


def settle_evenings(
    pack: Pack, evenings: Sequence[Evening]
) -> tuple[PackUsed, Mapping[int, Settled]]:
    """Settle each evening's fee by a pack; the order of evenings and plays changes nothing.

    Returns:
        The pack as it is to be frozen, and what became of each event, by its id.

    Raises:
        Unacceptable: the pack is not the rule on one of the days, or not in that currency.
        Unlawful: it deducts more than the law allows.
    """
    require_closable(pack)
    for evening in evenings:
        _require_ruled(pack, evening)
    outcome = settle(pack, material_of(evenings, pack))
    owed: dict[str, list[Owed]] = defaultdict(list)
    for one in outcome.allocations:
        owed[one.pool].append(one)
    pools = {pool.events[0]: pool for pool in outcome.pools}
    settled = {
        one.event_id: _settled(pack, one, pool=pools[one.event_id], owed=owed) for one in evenings
    }
    later = [f for f in (pack.threshold, pack.claim_months) if f is not None and f.assumed]
    return frozen(pack, [*assumed_in(outcome), *later]), settled


def frozen(pack: Pack, doubtful: Sequence[Figure]) -> PackUsed:
    """A pack as a distribution keeps it, with the figures it used that had to be assumed."""
    assumed = tuple(Assumed(one.key, one.text, one.assumed) for one in doubtful)
    return PackUsed(pack.id, pack.version, pack.title, pack.digest, assumed)


def _require_ruled(pack: Pack, evening: Evening) -> None:
    if evening.fee.currency != pack.currency:
        raise Unacceptable(
            f"event {evening.event_id} is paid in {evening.fee.currency}; {pack.id} is a rule for"
            f" {pack.currency}"
        )
    if not pack.holds_on(evening.day):
        until = pack.valid_to or "…"
        raise Unacceptable(
            f"event {evening.event_id} was on {evening.day}; {pack.id} holds from"
            f" {pack.valid_from} to {until}"
        )


def material_of(evenings: Sequence[Evening], pack: Pack) -> Material:
    """What the engine of the rules settles: fees or tariffs, plays, and the parts of their works.

    Raises:
        Unacceptable: a licence is by a tariff the pack does not have, or what the tariff multiplies
            was not told.
    """
    plays = {play.work_id: play for one in evenings for play in one.plays if play.work_id}
    return Material(
        events=[_event(one, pack) for one in evenings],
        uses=[_use(one.event_id, play) for one in evenings for play in one.plays],
        parts={work_id: _parts(play) for work_id, play in plays.items() if work_id},
    )


def _event(one: Evening, pack: Pack) -> Event:
    if one.licensed is None:
        return Event(one.event_id, one.day, fee=one.fee.minor)
    return event_for(pack, one.event_id, one.day, one.licensed)


def performed_of(plays: Iterable[PlayUsed]) -> Performed:
    """How long music was performed, and how much of it somebody owns or may own."""
    lengths = [(play.milliseconds, state_of(play)) for play in plays]
    protected = sum(length for length, state in lengths if state != "public-domain")
    return Performed(protected, sum(length for length, _ in lengths))


def _use(event_id: int, play: PlayUsed) -> Use:
    return Use(
        id=f"{event_id}/{play.id}",
        event_id=event_id,
        work_id=play.work_id or 0,
        milliseconds=play.milliseconds,
        state=state_of(play),
        character=CHARACTER[play.use],
        placing=play.placing,
        use_class=play.use,
    )


def state_of(play: PlayUsed) -> State:
    """Whether a play is of a protected work; one that nobody knows, or settled, is not known."""
    if play.work_id is not None and play.free_points == WHOLE:
        return "public-domain"
    return "unidentified" if play.work_id is None or play.waits else "protected"


def _parts(play: PlayUsed) -> tuple[Part, ...]:
    """The parts of a play's work; thirds written in hundredths are made whole exactly."""
    points = [share.basis_points for share in play.shares]
    if points and not play.free_points and is_whole(play.shares):
        points = [part.minor for part in Money(WHOLE, "").share(points)]
    parts = [
        Part(share.party_id, share.role, own)
        for share, own in zip(play.shares, points, strict=True)
    ]
    return (*parts, Part(0, NOBODY, play.free_points)) if play.free_points else tuple(parts)


def _settled(
    pack: Pack, evening: Evening, *, pool: Pool, owed: Mapping[str, Sequence[Owed]]
) -> Settled:
    fee = _fee_opened(pack, evening, pool)
    steps, amounts, name = opened(pack, fee)
    if amounts[name] != pool.distributable:
        raise Unacceptable(
            f"{pack.id} leaves {pool.distributable} of event {evening.event_id}, its deductions"
            f" say {amounts[name]}; this pack cannot be opened step by step"
        )
    allocations: list[Allocation] = []
    lines = []
    waits = {play.id: play.waits for play in evening.plays}
    for one in owed[pool.id]:
        lines.append(_drawn(one))
        allocations += _allocations(evening, one, lines[-1], waits=waits)
    deducted = tuple((taken.name, taken.amount) for taken in pool.taken)
    reckoning = Reckoning(
        inputs=fee.inputs,
        steps=(*fee.steps, *steps),
        pool=name,
        deducted=deducted,
        distributable=pool.distributable,
        lines=tuple(lines),
        fee_used=_fee_used(pack, evening, pool),
    )
    return Settled(Money(pool.gross, evening.fee.currency), tuple(allocations), reckoning)


def _fee_opened(pack: Pack, evening: Evening, pool: Pool) -> Opened:
    if evening.licensed is None:
        return Opened({"fee": evening.fee.minor}, ())
    tariff, event = pack.tariffs[evening.licensed.tariff], _event(evening, pack)
    opened = fee_opened(tariff, event, performed_of(evening.plays))
    if opened.steps[-1]["gives"] != pool.gross:
        raise Unacceptable(
            f"tariff {tariff.kind} gives {pool.gross} for event {evening.event_id}, its steps"
            f" {opened.steps[-1]['gives']}; this tariff cannot be opened step by step"
        )
    return opened


def _fee_used(pack: Pack, evening: Evening, pool: Pool) -> FeeUsed | None:
    licensed = evening.licensed
    if licensed is None:
        return None
    tariff = pack.tariffs[licensed.tariff]
    # A pool's steps are those of its events' tariffs, then one for each deduction.
    of_fee = pool.steps[: len(pool.steps) - len(pool.taken)]
    return FeeUsed(
        licence_id=licensed.licence_id,
        reference=licensed.reference,
        tariff=tariff.kind,
        label=tariff.label,
        basis=basis_of(tariff, _event(evening, pack)),
        told=tuple((step.formula, step.result) for step in of_fee),
    )


def opened(pack: Pack, fee: Opened) -> tuple[list[Mapping[str, Any]], dict[str, int], str]:
    """The deductions as steps anyone can do, all amounts by name, and the last one's name."""
    steps: list[Mapping[str, Any]] = []
    amounts = dict(fee.inputs) | {step["name"]: step["gives"] for step in fee.steps}
    bases = {"gross": "fee", "remainder": "fee"}

    def step(name: str, gives: int, act: Mapping[str, Any]) -> str:
        amounts[name] = gives
        steps.append({"name": name, **act, "gives": gives})
        return name

    for one in pack.deductions:
        base, rate = bases[one.base], one.rate.value
        act: dict[str, Any] = {"op": "rate", "of": base, "round": "toward-zero"}
        act["rate"] = [rate.numerator, rate.denominator]
        cut = step(f"deduction:{one.name}", toward_zero(amounts[base] * rate), act)
        if one.cap is not None:
            cap = half_up(one.cap.value)
            capped = {"op": "least", "of": [cut, cap]}
            cut = step(f"capped:{one.name}", min(amounts[cut], cap), capped)
        before = bases["remainder"]
        left = {"op": "less", "of": [before, cut]}
        name = step(f"after:{one.name}", amounts[before] - amounts[cut], left)
        bases["remainder"] = bases[f"after:{one.name}"] = name
    return steps, amounts, bases["remainder"]


def _drawn(owed: Owed) -> Drawn:
    scale = lcm(*(one.weight.denominator for one in owed.uses))
    return Drawn(
        weight=owed.line.weight * owed.line.basis_points,
        plays=tuple(one.use.id.split("/", 1)[1] for one in owed.uses),
        counted=tuple(int(Fraction(one.weight) * scale) for one in owed.uses),
    )


def _allocations(
    evening: Evening, owed: Owed, line: Drawn, *, waits: Mapping[str, str]
) -> list[Allocation]:
    whole = Money(owed.amount, evening.fee.currency)
    amounts = whole.share(line.counted) if line.plays else [whole]
    mine = owed.line
    party, role, points = (
        (mine.party_id, mine.role, mine.basis_points) if mine.party_id else (None, "", 0)
    )
    return [
        Allocation(
            evening.event_id,
            play,
            party,
            role,
            points,
            amount,
            (play and waits[play]) or mine.reason,
        )
        for play, amount in zip(line.plays or (None,), amounts, strict=True)
    ]
