"""Who has which part of a work, in which right: roles, and parts that must make one whole."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from central.errors import Unacceptable

WHOLE = 10_000  # basis points
TOLERANCE = 6  # basis points; CWR takes 0.06 %, since three thirds written in hundredths are 99.99

# The letters societies use. C composer, A author of words, CA both, AR arranger, AD adaptor,
# SR sub-arranger, SA sub-author, TR translator, PA income participant; E original publisher,
# SE sub-publisher, ES substituted publisher, AM administrator, AQ acquirer.
Writer = Literal["C", "A", "CA", "AR", "AD", "SR", "SA", "TR", "PA"]
Publisher = Literal["E", "SE", "ES", "AM", "AQ"]
Role = Literal["C", "A", "CA", "AR", "AD", "SR", "SA", "TR", "PA", "E", "SE", "ES", "AM", "AQ"]
Right = Literal["performing", "mechanical", "synchronisation"]

WRITERS: frozenset[str] = frozenset(get_args(Writer))
PUBLISHERS: frozenset[str] = frozenset(get_args(Publisher))
RIGHTS: tuple[Right, ...] = get_args(Right)


@dataclass(frozen=True, slots=True)
class Share:
    """One party's part in one role and one right, in basis points (0..10000)."""

    party_id: int
    role: Role
    basis_points: int
    right: Right = "performing"


def require_whole(parts: Sequence[Share], *, free_points: int = 0) -> None:
    """Shares typed by a person are exact or not taken: nothing is scaled until it fits.

    Args:
        parts: the shares of one work, in any rights.
        free_points: basis points of the performing right that are nobody's.

    Raises:
        Unacceptable: the parts of a right do not sum to the whole.
    """
    for right, total in _totals(parts).items():
        there = total + (free_points if right == "performing" else 0)
        if there != WHOLE:
            raise Unacceptable(
                f"the {right} shares sum to {there} basis points, a work has {WHOLE}; correct "
                "them, or send hold: true to register the work and keep its money waiting"
            )


def require_distinct(parts: Sequence[Share]) -> None:
    """One party has one role in one right only once.

    Raises:
        Unacceptable: it has it twice.
    """
    seen: set[tuple[int, str, str]] = set()
    for share in parts:
        place = (share.party_id, share.role, share.right)
        if place in seen:
            raise Unacceptable(f"party {share.party_id} appears twice as {share.role}")
        seen.add(place)


def why_held(parts: Sequence[Share], *, free_points: int = 0) -> str:
    """Why money for these parts must wait; empty when it need not.

    Args:
        parts: the shares of one work, in any rights; a right without any is not claimed.
        free_points: basis points of the performing right that are nobody's, as of a work whose
            words alone are protected.
    """
    totals = _totals(parts)
    if "performing" not in totals:
        return "no performing share is registered"
    for right, total in totals.items():
        there = total + (free_points if right == "performing" else 0)
        if abs(there - WHOLE) > TOLERANCE:
            return f"the {right} shares sum to {_percent(there)}, not to 100 %"
    return ""


def is_whole(parts: Sequence[Share]) -> bool:
    """Whether parts of one right make a whole, as nearly as CWR can write thirds."""
    return abs(sum(share.basis_points for share in parts) - WHOLE) <= TOLERANCE


def _totals(parts: Sequence[Share]) -> dict[Right, int]:
    totals: dict[Right, int] = defaultdict(int)
    for share in parts:
        totals[share.right] += share.basis_points
    return totals


def _percent(basis_points: int) -> str:
    units, rest = divmod(basis_points, 100)
    return f"{units}.{rest:02} %"
