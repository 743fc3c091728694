"""A distribution's sums, currency by currency: what came in, who it went to, what waits."""

from collections.abc import Sequence
from dataclasses import dataclass

from central.royalties.closed import StatementHead
from central.royalties.closing import Summary
from central.royalties.distribution import Allocation
from central.royalties.money import Money, sums_by, total_of
from central.web import trail
from central.web.trail import Trail


@dataclass(frozen=True, slots=True)
class Balance:
    """One currency of a distribution."""

    fees: Money
    paid: Money
    waiting: Money
    deductions: Sequence[tuple[str, Money]]
    statements: Sequence[StatementHead]
    suspense: Sequence[Allocation]
    trail: Trail

    @property
    def adds_up(self) -> bool:
        """Whether all that came in is somewhere."""
        return self.paid + self.waiting + self.deducted == self.fees

    @property
    def deducted(self) -> Money:
        """All that the rule took first."""
        return total_of((amount for _, amount in self.deductions), self.fees.currency)


def balances_of(summary: Summary) -> list[Balance]:
    """The sums of a closing, one per currency, by its code."""
    currencies = sorted({event.fee.currency for event in summary.events})
    return [_balance(summary, currency) for currency in currencies]


def _balance(summary: Summary, currency: str) -> Balance:
    events = [event for event in summary.events if event.fee.currency == currency]
    heads = [head for head in summary.statements if head.total.currency == currency]
    suspense = [part for e in events for part in e.allocations if part.party_id is None]
    names = {head.party_id: head.party_name for head in heads}
    return Balance(
        fees=total_of((event.fee for event in events), currency),
        paid=total_of((head.total for head in heads), currency),
        waiting=total_of((part.amount for part in suspense), currency),
        deductions=list(sums_by(d for e in events for d in e.deductions()).items()),
        statements=heads,
        suspense=suspense,
        trail=trail.draw(trail.ways_of(events, names=names)),
    )
