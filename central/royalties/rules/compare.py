"""Two settlements beside each other: what another rule, or another run, would have changed."""

from collections.abc import Mapping
from dataclasses import dataclass

from central.royalties.rules.figures import Figure
from central.royalties.rules.material import Material
from central.royalties.rules.outcome import Outcome, totals
from central.royalties.rules.pack import Pack
from central.royalties.rules.settle import settle


@dataclass(frozen=True, slots=True)
class Change:
    """One party's (or work's) amount before and after, in minor units; party 0 is what waits."""

    key: int
    before: int
    after: int

    @property
    def difference(self) -> int:
        """What is more (or, negative, less) after."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed between two outcomes.

    Attributes:
        figures: of the packs whose value differs, before and after; None where one has it not.
        parties: by rising id, only those whose amount changed.
        works: likewise; work 0 is what nobody knows.
        gross: of all pools, before and after.
        taken: all deductions, before and after.
    """

    figures: tuple[tuple[str, Figure | None, Figure | None], ...]
    parties: tuple[Change, ...]
    works: tuple[Change, ...]
    gross: tuple[int, int]
    taken: tuple[int, int]


def simulate(material: Material, *, now: Pack, instead: Pack) -> Comparison:
    """What past material would have come to by another pack.

    Raises:
        Unacceptable: one of the packs cannot settle the material.
    """
    return compare(settle(now, material), settle(instead, material))


def compare(before: Outcome, after: Outcome) -> Comparison:
    """The differences between two outcomes, of two packs or of two runs."""
    return Comparison(
        figures=_figures(before.pack, after.pack),
        parties=_changes(totals(before), totals(after)),
        works=_changes(_by_work(before), _by_work(after)),
        gross=(_gross(before), _gross(after)),
        taken=(_taken(before), _taken(after)),
    )


def _changes(before: Mapping[int, int], after: Mapping[int, int]) -> tuple[Change, ...]:
    changes = (
        Change(key, before.get(key, 0), after.get(key, 0)) for key in sorted({*before, *after})
    )
    return tuple(change for change in changes if change.difference)


def _by_work(outcome: Outcome) -> dict[int, int]:
    sums: dict[int, int] = {}
    for allocation in outcome.allocations:
        work = allocation.line.work_id
        sums[work] = sums.get(work, 0) + allocation.amount
    return sums


def _figures(before: Pack, after: Pack) -> tuple[tuple[str, Figure | None, Figure | None], ...]:
    old = {figure.key: figure for figure in before.figures}
    new = {figure.key: figure for figure in after.figures}
    pairs = ((key, old.get(key), new.get(key)) for key in sorted({*old, *new}))
    return tuple(
        (key, was, becomes)
        for key, was, becomes in pairs
        if was is None or becomes is None or was.value != becomes.value
    )


def _gross(outcome: Outcome) -> int:
    return sum(pool.gross for pool in outcome.pools if not pool.within)


def _taken(outcome: Outcome) -> int:
    pools = sum(one.amount for pool in outcome.pools for one in pool.taken)
    return pools + sum(one.amount for a in outcome.allocations for one in a.withheld)
