"""Whose money is divided together: purses of events, their deductions, and their parts."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from central.errors import Unacceptable
from central.royalties.money import Money
from central.royalties.rules.deductions import deduct
from central.royalties.rules.figures import Step, half_up, money_text
from central.royalties.rules.lines import MISSING_CUE_SHEET, NOTHING_TO_PAY, WorkWeight
from central.royalties.rules.material import Event
from central.royalties.rules.outcome import Pool
from central.royalties.rules.pack import Pack
from central.royalties.rules.weighing import Weighed, is_individual

Fee = tuple[int, tuple[Step, ...]]


@dataclass(frozen=True, slots=True)
class Purse:
    """Money that is divided together, before anything is taken from it.

    Attributes:
        own_value: the points of its uses have a fixed value, whatever money came in.
    """

    id: str
    amount: int
    steps: tuple[Step, ...]
    events: tuple[Event, ...]
    own_value: bool


@dataclass(frozen=True, slots=True)
class Parcel:
    """A purse's part that its own uses divide; `reason` when it has to wait instead."""

    id: str
    amount: int
    events: tuple[Event, ...]
    step: Step | None = None
    reason: str = ""

    def as_pool(self, *, within: str, weight: int) -> Pool:
        """The part as a pool of its own."""
        steps = (self.step,) if self.step else ()
        numbers = tuple(event.id for event in self.events)
        return Pool(self.id, within, self.amount, (), self.amount, weight, steps, numbers)


def purses_of(
    pack: Pack,
    events: Mapping[int, Event],
    fees: Mapping[int, Fee],
    *,
    money: Mapping[str, int],
) -> list[Purse]:
    """Gather the events' fees, and money that came for no single event, into purses.

    Args:
        pack: says what goes together.
        events: by rising id.
        fees: of each, with the steps that led there.
        money: minor units by id of the purse.

    Returns:
        By id of the purse as first met, events first.
    """
    members: dict[str, list[Event]] = defaultdict(list)
    for event in events.values():
        members[_purse_id(pack, event, fees[event.id][0])].append(event)
    purses = []
    for name in [*members, *sorted(set(money) - set(members))]:
        own = members.get(name, [])
        steps = [step for event in own for step in fees[event.id][1]]
        if name in money:
            words = f"came in for {name}: {money_text(money[name])}"
            steps.append(Step("money", words, money[name], "money"))
        amount = sum(fees[event.id][0] for event in own) + money.get(name, 0)
        fixed = pack.point_value is not None and not name.startswith("individual/")
        purses.append(Purse(name, amount, tuple(steps), tuple(own), fixed))
    return purses


def _purse_id(pack: Pack, event: Event, fee: int) -> str:
    if is_individual(pack.weights, fee):
        return f"individual/{event.id}"
    return {
        "event": f"event/{event.id}",
        "payer": f"payer/{event.payer}",
        "category": f"category/{event.category}",
        "all": "all",
    }[pack.pool_by]


def fill(
    pack: Pack, purse: Purse, uses_at: Callable[[Iterable[int]], list[Weighed]]
) -> tuple[Pool, list[Parcel]]:
    """Make a pool of a purse: what came in, what is taken, and how it is parted.

    Args:
        pack: the rule.
        purse: the money.
        uses_at: the weighed uses of some events.

    Raises:
        Unlawful: the deductions exceed the pack's legal cap.
        Unacceptable: an event is of a category that the analogy does not know.
    """
    numbers = tuple(event.id for event in purse.events)
    steps, gross = purse.steps, purse.amount
    if purse.own_value:
        step = _valued(pack, uses_at(numbers))
        steps, gross = (*steps, step), step.result
    taken, deducted = deduct(pack, gross)
    left = gross - sum(one.amount for one in taken)
    pool = Pool(purse.id, "", gross, taken, left, 0, steps + deducted, numbers)
    return pool, _parted(pack, pool, purse.events)


def _valued(pack: Pack, uses: Sequence[Weighed]) -> Step:
    assert pack.point_value is not None  # noqa: S101  # such purses have one
    points = sum((one.weight for one in uses), Fraction(0))
    value = half_up(points * pack.point_value.value)
    words = f"{points} points × {pack.point_value.text}"
    return Step("point value", words, value, "money", (pack.point_value,))


def _parted(pack: Pack, pool: Pool, events: Sequence[Event]) -> list[Parcel]:
    if pack.analogy:
        return _by_analogy(pack, pool, events)
    if pack.split_by_receipts:
        return _by_receipts(pool, events)
    return [Parcel(pool.id, pool.distributable, tuple(events))]


def _by_receipts(pool: Pool, events: Sequence[Event]) -> list[Parcel]:
    whole = sum(event.receipts for event in events)
    if whole <= 0:
        return [Parcel(pool.id, pool.distributable, (), None, NOTHING_TO_PAY)]
    parts = Money(pool.distributable, "").share([event.receipts for event in events])
    return [
        Parcel(
            f"{pool.id}/event/{event.id}",
            part.minor,
            (event,),
            Step(
                "box office",
                f"{money_text(pool.distributable)} × {money_text(event.receipts)}"
                f" ÷ {money_text(whole)}",
                part.minor,
                "money",
            ),
            "" if event.complete else MISSING_CUE_SHEET,
        )
        for event, part in zip(events, parts, strict=True)
    ]


def _by_analogy(pack: Pack, pool: Pool, events: Sequence[Event]) -> list[Parcel]:
    for event in events:
        if event.category and event.category not in pack.analogy:
            known = ", ".join(sorted(pack.analogy))
            raise Unacceptable(
                f"event {event.id} is of category {event.category!r}; {pack.id} follows {known}"
            )
    keys = sorted(pack.analogy.items())
    scale = lcm(*(figure.value.denominator for _, figure in keys))
    weights = [int(figure.value * scale) for _, figure in keys]
    parts = Money(pool.distributable, "").share(weights)
    return [
        Parcel(
            f"{pool.id}/{category}",
            part.minor,
            tuple(event for event in events if event.category == category),
            Step(
                f"analogy {category}",
                f"{figure.text} % of {money_text(pool.distributable)}",
                part.minor,
                "money",
                (figure,),
            ),
        )
        for (category, figure), part in zip(keys, parts, strict=True)
    ]


def whole_weights(uses: Iterable[Weighed]) -> list[WorkWeight]:
    """What each work counts, as whole numbers in the proportion of the exact weights."""
    sums: dict[tuple[int, str], Fraction] = defaultdict(Fraction)
    for one in uses:
        unknown = one.use.state == "unidentified" or not one.use.work_id
        sums[(0, one.use.id) if unknown else (one.use.work_id, "")] += one.weight
    scale = lcm(*(weight.denominator for weight in sums.values()))
    return [
        WorkWeight(work, use, int(weight * scale)) for (work, use), weight in sorted(sums.items())
    ]
