"""Sums of money in whole minor units, split so that not one of them is lost."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from central.errors import CentralError

Key = TypeVar("Key", bound=Hashable)

_WITHOUT_MINOR_UNIT = frozenset({"JPY", "KRW", "VND"})
_SYMBOLS = {"KZT": "₸", "EUR": "€", "USD": "$", "RUB": "₽"}
_NO_BREAK_SPACE = "\u00a0"


class MixedCurrencies(CentralError):
    """Two currencies met in one sum; there is no rate here to turn one into the other."""


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount.

    Attributes:
        minor: whole minor units (tiyn, cent); negative in a counter-entry.
        currency: ISO 4217 code.
    """

    minor: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise MixedCurrencies(f"{other.currency} cannot be added to {self.currency}")
        return other

    def share(self, weights: Sequence[int]) -> list["Money"]:
        """Split the whole sum in proportion to the weights, by largest remainder.

        Every part is within one minor unit of its exact fraction, a weight of zero gets
        nothing, and ties for a left-over unit go to earlier parts: so pass the parts in an
        order that will still be the same next year. A negative sum is split like its opposite.

        Args:
            weights: whole and not negative, at least one of them positive.

        Returns:
            One part per weight, in their order; the parts sum to this very sum.

        Raises:
            ValueError: a weight is negative, or none is positive.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError(f"cannot share {self} by the weights {list(weights)}")
        sign = -1 if self.minor < 0 else 1
        floors, remainders = zip(
            *(divmod(abs(self.minor) * weight, total) for weight in weights), strict=True
        )
        left_over = abs(self.minor) - sum(floors)
        by_remainder = sorted(range(len(weights)), key=lambda part: -remainders[part])
        lucky = frozenset(by_remainder[:left_over])
        return [
            Money(sign * (floor + (part in lucky)), self.currency)
            for part, floor in enumerate(floors)
        ]

    def of(self, minor: int) -> "Money":
        """Another amount of the same currency."""
        return Money(minor, self.currency)

    def text(self, language: str = "en") -> str:
        """The amount as people write it: `KZT 12,345.67`, in ru and kk `12 345,67 ₸`."""
        sign = "−" if self.minor < 0 else ""
        if language == "en":
            return f"{self.currency}{_NO_BREAK_SPACE}{sign}{self._digits(',', '.')}"
        symbol = _SYMBOLS.get(self.currency, self.currency)
        return f"{sign}{self._digits(_NO_BREAK_SPACE, ',')}{_NO_BREAK_SPACE}{symbol}"

    def decimal_text(self) -> str:
        """The amount as tables of numbers want it: `-12345.67`, without currency or grouping."""
        return f"{'-' if self.minor < 0 else ''}{self._digits('', '.')}"

    def _digits(self, grouping: str, point: str) -> str:
        if self.currency in _WITHOUT_MINOR_UNIT:
            return f"{abs(self.minor):,}".replace(",", grouping)
        units, minor = divmod(abs(self.minor), 100)
        return f"{units:,}".replace(",", grouping) + f"{point}{minor:02}"

    def __str__(self) -> str:
        return self.text()


def total_of(amounts: Iterable[Money], currency: str) -> Money:
    """The sum of the amounts; zero of the currency when there are none.

    Raises:
        MixedCurrencies: one of the amounts is of another currency.
    """
    return sum(amounts, Money(0, currency))


def sums_by(amounts: Iterable[tuple[Key, Money]]) -> dict[Key, Money]:
    """The sum of each key's amounts, keys in the order they first appear.

    Raises:
        MixedCurrencies: the amounts of one key are of two currencies.
    """
    sums: dict[Key, Money] = {}
    for key, amount in amounts:
        sums[key] = sums[key] + amount if key in sums else amount
    return sums
