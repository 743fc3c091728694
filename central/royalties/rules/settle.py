"""Settling by a pack: events become pools, deductions are taken, uses divide what is left."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from central.errors import Unacceptable
from central.royalties.rules.deductions import deduct_from_rightholder, require_lawful
from central.royalties.rules.lines import (
    MISSING_CUE_SHEET,
    NOTHING_TO_PAY,
    UNKNOWN_WORK,
    Line,
    divide,
    waiting,
)
from central.royalties.rules.material import Event, Material, Part, Use
from central.royalties.rules.outcome import Allocation, Carried, Outcome, Pool
from central.royalties.rules.pack import Pack
from central.royalties.rules.pools import Purse, fill, purses_of, whole_weights
from central.royalties.rules.tariff import Performed, fee_of
from central.royalties.rules.weighing import Weighed, weigh


def settle(pack: Pack, material: Material) -> Outcome:
    """Settle material by a pack; the same material in any order gives the same outcome.

    Raises:
        Unacceptable: an event or use cannot be right, or the pack has no figure for it.
        Unlawful: the deductions exceed the pack's legal cap.
    """
    _require_known(material)
    everything = sorted(material.events, key=lambda event: event.id)
    carried = _carried(pack, everything)
    missing = {one.event_id for one in carried}
    events = {event.id: event for event in everything if event.id not in missing}
    uses = _by_event(use for use in material.uses if use.event_id in events)
    fees = {
        number: fee_of(pack, event, _performed(uses[number])) for number, event in events.items()
    }
    weighed = weigh(
        pack,
        [use for own in uses.values() for use in own],
        events=events,
        fees={number: fee for number, (fee, _) in fees.items()},
    )
    work = _Work(pack, material.parts, _weighed_by_event(weighed))
    pools: list[Pool] = []
    allocations: list[Allocation] = []
    for purse in purses_of(pack, events, fees, money=material.money):
        made, owed = _settle_purse(work, purse)
        pools += made
        allocations += owed
    return Outcome(pack, tuple(pools), tuple(allocations), carried)


@dataclass(frozen=True, slots=True)
class _Work:
    """What every purse needs: the rule, whose parts, and what was used at each event."""

    pack: Pack
    parts: Mapping[int, Sequence[Part]]
    weighed: Mapping[int, Sequence[Weighed]]

    def at(self, events: Iterable[int]) -> list[Weighed]:
        return [one for number in events for one in self.weighed.get(number, ())]


def _require_known(material: Material) -> None:
    numbers = {event.id for event in material.events}
    if len(numbers) != len(material.events):
        raise Unacceptable("two events have the same id")
    if len({use.id for use in material.uses}) != len(material.uses):
        raise Unacceptable("two uses have the same id")
    for use in material.uses:
        if use.event_id not in numbers:
            raise Unacceptable(f"use {use.id} belongs to event {use.event_id}, which is not here")


def _carried(pack: Pack, events: Iterable[Event]) -> tuple[Carried, ...]:
    if not pack.carry_missing:
        return ()
    return tuple(
        Carried(event.id, event.receipts, MISSING_CUE_SHEET)
        for event in events
        if not event.complete
    )


def _by_event(uses: Iterable[Use]) -> Mapping[int, list[Use]]:
    own: dict[int, list[Use]] = defaultdict(list)
    for use in uses:
        own[use.event_id].append(use)
    return own


def _weighed_by_event(weighed: Iterable[Weighed]) -> Mapping[int, list[Weighed]]:
    own: dict[int, list[Weighed]] = defaultdict(list)
    for one in weighed:
        own[one.use.event_id].append(one)
    return own


def _performed(uses: Sequence[Use]) -> Performed:
    protected = sum(use.milliseconds for use in uses if use.state != "public-domain")
    return Performed(protected, sum(use.milliseconds for use in uses))


def _settle_purse(work: _Work, purse: Purse) -> tuple[list[Pool], list[Allocation]]:
    root, children = fill(work.pack, purse, work.at)
    pools = [root]
    allocations: list[Allocation] = []
    for child in children:
        uses = work.at(event.id for event in child.events)
        weights = whole_weights(uses)
        if child.id == root.id:
            pools[0] = pool = root.with_weight(sum(one.weight for one in weights))
        else:
            pool = child.as_pool(within=root.id, weight=sum(one.weight for one in weights))
            pools.append(pool)
        if child.reason:
            lines = [waiting(child.amount, child.reason)]
        else:
            lines = divide(child.amount, weights, work.parts)
        allocations += [_allocation(work, pool, line, uses) for line in lines]
    _require_lawful(work.pack, root, allocations)
    return pools, allocations


def _allocation(work: _Work, pool: Pool, line: Line, uses: Sequence[Weighed]) -> Allocation:
    behind = tuple(one for one in uses if one.weight and _is_behind(one.use, line))
    if not line.party_id:
        return Allocation(pool.id, line, behind, (), (), line.amount)
    society = _society(work.parts[line.work_id], line)
    withheld, steps = deduct_from_rightholder(work.pack, line.amount, society=society)
    owed = line.amount - sum(one.amount for one in withheld)
    return Allocation(pool.id, line, behind, withheld, steps, owed)


def _is_behind(use: Use, line: Line) -> bool:
    if line.reason == UNKNOWN_WORK:
        return use.id == line.use_id
    if line.reason in (NOTHING_TO_PAY, MISSING_CUE_SHEET):
        return False
    return use.work_id == line.work_id


def _society(parts: Sequence[Part], line: Line) -> str:
    return min(part.society for part in parts if part.party_id == line.party_id)


def _require_lawful(pack: Pack, root: Pool, allocations: Sequence[Allocation]) -> None:
    withheld = sum(one.amount for a in allocations for one in a.withheld)
    require_lawful(pack, root.gross, sum(one.amount for one in root.taken) + withheld)
