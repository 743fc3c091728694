"""A figure of a pack with the place it was read, and the exact arithmetic done with figures."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a rule.

    Attributes:
        key: its place in the pack: `deductions.social.percent`.
        value: exact; percent as a fraction of one, money in minor units, lengths in milliseconds.
        text: as the pack writes it.
        source: where it was read; empty when it could not be.
        assumed: why it had to be assumed; empty when it was read.
    """

    key: str
    value: Fraction
    text: str
    source: str = ""
    assumed: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the reckoning: what was done, with which figures, and what came out.

    Attributes:
        name: of the step: `tariff`, `deduction social` …
        formula: in words and numbers, exactly as it was worked out.
        result: minor units, or points, or milliseconds, as `unit` says.
        figures: of the pack that were used.
    """

    name: str
    formula: str
    result: int
    unit: str
    figures: tuple[Figure, ...] = ()


def half_up(value: Fraction) -> int:
    """The nearest whole number, halves away from zero: a reversal is the exact opposite."""
    doubled = abs(2 * value.numerator) + value.denominator
    magnitude = doubled // (2 * value.denominator)
    return -magnitude if value < 0 else magnitude


def toward_zero(value: Fraction) -> int:
    """The whole number next to the value on the side of zero: never more than was allowed."""
    magnitude = abs(value.numerator) // value.denominator
    return -magnitude if value < 0 else magnitude


def money_text(minor: int) -> str:
    """Minor units as a decimal with two places, for the words of a formula."""
    units, rest = divmod(abs(minor), 100)
    return f"{'-' if minor < 0 else ''}{units:,}.{rest:02}"
