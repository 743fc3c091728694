"""What waits: until when it may be claimed, and who gets it when nobody did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from central.errors import Unacceptable
from central.royalties.rules.figures import half_up
from central.royalties.rules.lines import Line, WorkWeight, divide
from central.royalties.rules.material import Part
from central.royalties.rules.outcome import Outcome
from central.royalties.rules.pack import Pack

CLAIM_TOO_LATE = "claim-too-late"


@dataclass(frozen=True, slots=True)
class Release:
    """One waiting amount divided anew; the lines sum to it."""

    pool: str
    waited: Line
    lines: tuple[Line, ...]


def last_day_to_claim(pack: Pack, used_on: date) -> date | None:
    """The last day on which a use may be claimed; None when the pack sets no window."""
    if pack.claim_months is None:
        return None
    months = used_on.year * 12 + used_on.month - 1 + half_up(pack.claim_months.value)
    return _day(months // 12, months % 12 + 1, used_on.day)


def _day(year: int, month: int, day: int) -> date:
    # The 31st of a month that has none is its last day.
    for candidate in range(day, 27, -1):
        try:
            return date(year, month, candidate)
        except ValueError:
            continue
    return date(year, month, day)


def obstacle_to_claim(pack: Pack, *, used_on: date, claimed_on: date) -> str:
    """Empty when a claim comes in time, else the reason why it is refused."""
    last = last_day_to_claim(pack, used_on)
    return CLAIM_TOO_LATE if last is not None and claimed_on > last else ""


def pay_claim(waited: Line, work_id: int, parts: Sequence[Part]) -> list[Line]:
    """Pay a waiting amount to whom it turned out to belong; nothing else is weighed again.

    Args:
        waited: the line as it waited.
        work_id: of the work that was recognised at last.
        parts: of that work.
    """
    return divide(waited.amount, [WorkWeight(work_id, "", max(1, waited.weight))], {work_id: parts})


def redistribute(
    outcome: Outcome, expired: Sequence[tuple[str, Line]], parts: Mapping[int, Sequence[Part]]
) -> list[Release]:
    """Divide what nobody claimed among the identified works of the same pool, by their weight.

    The pack says which pool: `same-event` of its own event only, `same-pool` also its siblings,
    parts of the same purse.

    Args:
        outcome: of the settlement in which the amounts began to wait.
        expired: pool and line of each amount whose window has closed.
        parts: of the works, as they are now.

    Raises:
        Unacceptable: an amount did not wait in that pool.
    """
    released = []
    for pool, line in expired:
        if not any(a.pool == pool and a.line == line and line.reason for a in outcome.allocations):
            raise Unacceptable(f"no amount of {line.amount} waits in {pool} for {line.reason!r}")
        weights = _identified(outcome, pool)
        released.append(Release(pool, line, tuple(divide(line.amount, weights, parts))))
    return released


def _identified(outcome: Outcome, pool: str) -> list[WorkWeight]:
    same = {pool}
    if outcome.pack.redistribution == "same-pool":
        within = next(one.within for one in outcome.pools if one.id == pool)
        same |= {one.id for one in outcome.pools if within and one.within == within}
    found = {
        (a.pool, a.line.work_id): a.line.weight
        for a in outcome.allocations
        if a.pool in same and a.line.party_id
    }
    sums: dict[int, int] = {}
    for (_, work_id), weight in found.items():
        sums[work_id] = sums.get(work_id, 0) + weight
    return [WorkWeight(work_id, "", weight) for work_id, weight in sorted(sums.items())]
