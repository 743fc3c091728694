"""What is paid out now and what is carried over: thresholds, debts, never below zero."""

from dataclasses import dataclass

from central.royalties.rules.pack import Pack


@dataclass(frozen=True, slots=True)
class Payout:
    """The end of one rightholder's statement, in minor units.

    Attributes:
        brought: balance of earlier statements; negative when too much was paid.
        earned: in this one.
        paid: now, 0 or more.
        carried: balance for the next statement.
    """

    brought: int
    earned: int
    paid: int
    carried: int

    @property
    def recovered(self) -> int:
        """What of this statement went to make good what was paid wrongly before, 0 or more."""
        return min(max(-self.brought, 0), max(self.earned, 0))


def pay_out(pack: Pack | None, *, brought: int, earned: int) -> Payout:
    """Pay the whole balance if it reaches the threshold of the pack, else carry it over.

    Without a pack, or a threshold in it, any amount is paid.

    What was paid wrongly is recovered from what is earned next; nobody is asked to pay back.
    """
    balance = brought + earned
    least = pack.threshold if pack else None
    threshold = max(1, -(-least.value.numerator // least.value.denominator)) if least else 1
    paid = balance if balance >= threshold else 0
    return Payout(brought, earned, paid, balance - paid)
