"""From weights to amounts, the one place where money is divided: exact, once, nothing lost.

Uses of one work in one pool are one line for each part; what nobody knows is a line for each use.
The exact amount of a line is pool × weight × basis points ÷ (all weights × 10,000). Every line gets
the whole minor units of it, and the units left over go one each to the greatest remainders, ties to
the lower work, use, party, role and part. `period` says the same in SQL; this is its oracle.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from central.errors import Unacceptable
from central.royalties.money import Money
from central.royalties.rules.material import WHOLE, Part

UNKNOWN_WORK = "unknown-work"
WORK_WITHOUT_SHARES = "work-without-shares"
SHARES_NOT_WHOLE = "shares-not-whole"
NOBODYS_PART = "nobodys-part"
NOTHING_TO_PAY = "nothing-to-pay"
MISSING_CUE_SHEET = "missing-cue-sheet"
REASONS = {
    UNKNOWN_WORK: "nobody knows yet what was played",
    WORK_WITHOUT_SHARES: "the work has no registered rightholders",
    SHARES_NOT_WHOLE: "the registered parts of the work do not sum to 100 %",
    NOBODYS_PART: "this part is nobody's, such as that of a composer in the public domain",
    NOTHING_TO_PAY: "no protected music with a performed time was reported",
    MISSING_CUE_SHEET: "the film's cue sheet has not arrived",
}


@dataclass(frozen=True, slots=True)
class WorkWeight:
    """What one work (or one unknown use) counts in a pool, as a whole number."""

    work_id: int
    use_id: str
    weight: int


@dataclass(frozen=True, slots=True)
class Line:
    """One amount to be: whose part of which work, or the reason why it waits.

    Attributes:
        work_id: 0 when unknown.
        use_id: of an unknown use; empty for a work.
        party_id: 0 when the amount waits.
        weight: of the whole work in its pool.
        amount: minor units.
        reason: one of `REASONS`; empty when it is somebody's.
    """

    work_id: int
    use_id: str
    party_id: int
    role: str
    basis_points: int
    weight: int
    amount: int
    reason: str = ""


def divide(
    amount: int, weights: Iterable[WorkWeight], parts: Mapping[int, Sequence[Part]]
) -> list[Line]:
    """Divide a pool among works by weight and each work by its parts, all of it.

    Args:
        amount: minor units; negative when money is taken back.
        weights: of each work once, in any order; a weight of zero earns nothing.
        parts: of each work.

    Returns:
        Lines by work, use, party, role and part; they sum to the amount.

    Raises:
        Unacceptable: a part of a work is negative.
    """
    in_order = sorted(
        (one for one in weights if one.weight), key=lambda one: (one.work_id, one.use_id)
    )
    lines = [
        Line(one.work_id, one.use_id, *part, weight=one.weight, amount=0, reason=reason)
        for one in in_order
        for part, reason in _parts_of(one, parts)
    ]
    if not lines:
        return [waiting(amount, NOTHING_TO_PAY)]
    money = Money(amount, "").share([line.weight * line.basis_points for line in lines])
    return [_paid(line, part.minor) for line, part in zip(lines, money, strict=True)]


def waiting(amount: int, reason: str) -> Line:
    """A whole pool that waits for one reason."""
    return Line(0, "", 0, "", WHOLE, 0, amount, reason)


def _parts_of(
    one: WorkWeight, parts: Mapping[int, Sequence[Part]]
) -> list[tuple[tuple[int, str, int], str]]:
    own = parts.get(one.work_id, ())
    reason = _obstacle(one, own)
    if reason:
        return [((0, "", WHOLE), reason)]
    in_order = sorted((part.party_id, part.role, part.basis_points) for part in own)
    return [(part, "" if part[0] else NOBODYS_PART) for part in in_order if part[2]]


def _obstacle(one: WorkWeight, parts: Sequence[Part]) -> str:
    if not one.work_id:
        return UNKNOWN_WORK
    if not parts:
        return WORK_WITHOUT_SHARES
    if any(part.basis_points < 0 for part in parts):
        raise Unacceptable(f"work {one.work_id} has a negative part")
    if sum(part.basis_points for part in parts) != WHOLE:
        return SHARES_NOT_WHOLE
    return ""


def _paid(line: Line, amount: int) -> Line:
    return Line(
        work_id=line.work_id,
        use_id=line.use_id,
        party_id=line.party_id,
        role=line.role,
        basis_points=line.basis_points,
        weight=line.weight,
        amount=amount,
        reason=line.reason,
    )
