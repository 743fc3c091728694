"""What a settlement came to, so that every amount opens to formula, rule version and plays."""

from dataclasses import dataclass, replace

from central.royalties.rules.deductions import Taken
from central.royalties.rules.figures import Figure, Step, money_text
from central.royalties.rules.lines import Line
from central.royalties.rules.material import WHOLE
from central.royalties.rules.pack import Pack
from central.royalties.rules.weighing import Weighed


@dataclass(frozen=True, slots=True)
class Pool:
    """Money divided together, from the licence to what is left for rightholders.

    Attributes:
        id: `event/7`, `payer/…`, `category/…`, `all`; a pool split in two steps has children whose
            ids begin with its own.
        within: id of the pool it is a part of, else empty.
        gross: minor units that came in.
        taken: the deductions, in order.
        distributable: what is left.
        weight: of all its uses, in units that have no common fraction.
        steps: tariff, deductions, points: all that was reckoned, in order.
        events: whose money it is.
    """

    id: str
    within: str
    gross: int
    taken: tuple[Taken, ...]
    distributable: int
    weight: int
    steps: tuple[Step, ...]
    events: tuple[int, ...]

    def with_weight(self, weight: int) -> "Pool":
        """The pool, once its uses are weighed."""
        return replace(self, weight=weight)


@dataclass(frozen=True, slots=True)
class Allocation:
    """One amount at its end, with all that made it.

    Attributes:
        line: work, party, part and the gross amount of this line, or why it waits.
        uses: the plays, cues or credits behind it, each with what it counted and why.
        withheld: deductions that depend on the rightholder's society.
        amount: minor units that are owed: of the line, less what was withheld.
    """

    pool: str
    line: Line
    uses: tuple[Weighed, ...]
    withheld: tuple[Taken, ...]
    steps: tuple[Step, ...]
    amount: int


@dataclass(frozen=True, slots=True)
class Carried:
    """An event that takes no part yet: its box office is carried forward to the next run."""

    event_id: int
    receipts: int
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a settlement came to: every unit of every pool is taken, owed, or waits.

    Attributes:
        pack: the rule, with its version and digest.
        pools: parents before their parts.
        allocations: by pool, work, use, party, role and part.
    """

    pack: Pack
    pools: tuple[Pool, ...]
    allocations: tuple[Allocation, ...]
    carried: tuple[Carried, ...]


def assumed_in(outcome: Outcome) -> tuple[Figure, ...]:
    """The figures used that nobody could read at their source; a statement must say so.

    Returns:
        Each once, by key; empty when every figure used has a source.
    """
    used = [figure for pool in outcome.pools for step in pool.steps for figure in step.figures]
    for allocation in outcome.allocations:
        used += [figure for step in allocation.steps for figure in step.figures]
        used += [figure for weighed in allocation.uses for figure in weighed.figures]
    return tuple(sorted({f for f in used if f.assumed}, key=lambda figure: figure.key))


def totals(outcome: Outcome) -> dict[int, int]:
    """Minor units owed to each party; what waits is under 0.

    Returns:
        By rising party id.
    """
    sums: dict[int, int] = {}
    for allocation in outcome.allocations:
        party = allocation.line.party_id
        sums[party] = sums.get(party, 0) + allocation.amount
    return dict(sorted(sums.items()))


def explain(outcome: Outcome, allocation: Allocation) -> list[str]:
    """How one amount came about, from the licence to the last unit, one sentence a line."""
    pools = {pool.id: pool for pool in outcome.pools}
    pool = pools[allocation.pool]
    trail = [pools[pool.within]] if pool.within else []
    told = [f"rule {outcome.pack.name}, sha256 {outcome.pack.digest[:16]}"]
    for one in (*trail, pool):
        told += [f"{one.id}: {step.name}: {step.formula} = {_result(step)}" for step in one.steps]
    told += [f"use {weighed.use.id}: {weighed.formula}" for weighed in allocation.uses]
    line = allocation.line
    told.append(
        f"{money_text(pool.distributable)} × {line.weight} ÷ {pool.weight}"
        f" × {line.basis_points} ÷ {WHOLE} = {money_text(line.amount)}"
    )
    told += [f"{step.name}: {step.formula} = {_result(step)}" for step in allocation.steps]
    return told


def _result(step: Step) -> str:
    return money_text(step.result) if step.unit == "money" else f"{step.result} {step.unit}"
