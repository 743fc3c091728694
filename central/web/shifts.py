"""Who gains and who loses by another rule: bars to the right and the left of one line."""

from collections.abc import Sequence
from dataclasses import dataclass

from central.royalties.money import Money
from central.royalties.simulation import Change

MOST = 15  # drawn at either end; those between are drawn as one


@dataclass(frozen=True, slots=True)
class Shift:
    """One row: its sums as said to people, and its bar in percent of the picture's width."""

    name: str
    before: str
    after: str
    difference: str
    left: float
    width: float
    gains: bool


def shifts_of(changes: Sequence[Change], currency: str) -> list[Shift]:
    """The rows of a picture, the greatest loss first; the longest bar reaches the edge.

    Args:
        changes: the greatest loss first.
        currency: of their sums.
    """
    rows = _folded(changes)
    longest = max((abs(one.difference) for one in rows), default=0)
    return [_shift(one, currency, longest) for one in rows]


def _folded(changes: Sequence[Change]) -> list[Change]:
    between = changes[MOST:-MOST]
    if len(between) < 2:
        return list(changes)
    before, after = (sum(one.before for one in between), sum(one.after for one in between))
    others = Change("", f"{len(between)} others", before, after)
    return [*changes[:MOST], others, *changes[-MOST:]]


def _shift(one: Change, currency: str, longest: int) -> Shift:
    # Half the width for either side; one unit of difference is still seen as a hair.
    width = max(50 * abs(one.difference) / longest, 0.3) if one.difference else 0.0
    gains = one.difference > 0
    return Shift(
        name=one.name,
        before=Money(one.before, currency).text(),
        after=Money(one.after, currency).text(),
        difference=f"{'+' if gains else ''}{Money(one.difference, currency).text()}",
        left=round(50 if gains else 50 - width, 3),
        width=round(width, 3),
        gains=gains,
    )
