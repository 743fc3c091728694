"""Who has which part of a work: roles, and parts that must make exactly one whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from central.errors import Unacceptable

WHOLE = 10_000  # basis points

# C composer, A author of words, CA both, AR arranger, E publisher: the letters societies use.
Role = Literal["C", "A", "CA", "AR", "E"]


@dataclass(frozen=True, slots=True)
class Share:
    """One party's part in one role, in basis points (0..10000)."""

    party_id: int
    role: Role
    basis_points: int


def require_whole(parts: Sequence[Share]) -> None:
    """Shares are taken as they are or not at all: nothing is scaled until it fits.

    Raises:
        Unacceptable: the parts do not sum to the whole, or one party has one role twice.
    """
    total = sum(share.basis_points for share in parts)
    if total != WHOLE:
        raise Unacceptable(f"the shares sum to {total} basis points, a work has {WHOLE}")
    seen: set[tuple[int, str]] = set()
    for share in parts:
        if (share.party_id, share.role) in seen:
            raise Unacceptable(f"party {share.party_id} appears twice as {share.role}")
        seen.add((share.party_id, share.role))
