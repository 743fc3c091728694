"""How a work is parted where nobody registered anything else: the pack's own patterns."""

from collections.abc import Mapping

from central.errors import Unacceptable
from central.royalties.money import Money
from central.royalties.rules.figures import Figure
from central.royalties.rules.material import WHOLE, Part
from central.royalties.rules.pack import Pack

NOBODY = "PD"


def default_parts(pack: Pack, pattern: str, parties: Mapping[str, int]) -> tuple[Part, ...]:
    """Parts of a work by one of the pack's patterns; what the pattern leaves over is nobody's.

    Args:
        pack: with patterns, such as `stim-shares`.
        pattern: name of one, such as `words-and-music`.
        parties: id of the party in each role of the pattern.

    Returns:
        Parts that sum to the whole; thirds differ by one basis point, the earlier role has more.

    Raises:
        Unacceptable: the pack has no such pattern, or the roles are not those of the pattern.
    """
    figures = pack.default_parts.get(pattern)
    if figures is None:
        known = ", ".join(sorted(pack.default_parts)) or "none"
        raise Unacceptable(f"{pack.id} has no pattern {pattern!r}; it has {known}")
    if set(parties) != set(figures):
        wanted, given = ", ".join(sorted(figures)), ", ".join(sorted(parties)) or "nobody"
        raise Unacceptable(f"pattern {pattern} of {pack.id} parts {wanted}; given: {given}")
    points = _basis_points(figures)
    parts = [Part(parties[role], role, points[role]) for role in figures]
    left = WHOLE - sum(points.values())
    return tuple(parts + ([Part(0, NOBODY, left)] if left else []))


def _basis_points(figures: Mapping[str, Figure]) -> dict[str, int]:
    claimed = sum(figure.value for figure in figures.values())
    exact = {role: figure.value * WHOLE for role, figure in figures.items()}
    if claimed < 1:
        return {role: int(value) for role, value in exact.items()}
    weights = [figure.value.numerator * _other(figures, role) for role, figure in figures.items()]
    shares = Money(WHOLE, "").share(weights)
    return {role: share.minor for role, share in zip(figures, shares, strict=True)}


def _other(figures: Mapping[str, Figure], role: str) -> int:
    product = 1
    for name, figure in figures.items():
        product *= figure.value.denominator if name != role else 1
    return product
