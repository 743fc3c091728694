"""Double entry: money only moves between accounts, and what was written is only ever reversed."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from central.errors import CentralError
from central.royalties.distribution import Allocation
from central.royalties.money import Money

AccountKind = Literal["licensee", "pool", "rightholder", "suspense"]


class Unbalanced(CentralError):
    """The entries of a transaction do not sum to zero; nothing of it may be written."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where money is.

    Attributes:
        kind: licensee (a venue, owing its fees), pool (of an event), rightholder, or suspense.
        key: id of the venue, event or party; of suspense, the reason it waits.
    """

    kind: AccountKind
    key: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Money that an account receives (or gives, when negative)."""

    account: Account
    amount: Money


@dataclass(frozen=True, slots=True)
class Transaction:
    """Entries that belong together and sum to zero in every currency.

    Attributes:
        id: says what it is for (`event/7/licence`), so that the same cannot be booked twice.
        reverses: id of the transaction this one takes back; empty otherwise.

    Raises:
        Unbalanced: the entries do not sum to zero in every currency, or there are none.
    """

    id: str
    entries: tuple[Entry, ...]
    reverses: str = ""

    def __post_init__(self) -> None:
        if not self.entries:
            raise Unbalanced(f"transaction {self.id} has no entries")
        for currency, minor in _sums(self.entries).items():
            if minor != 0:
                raise Unbalanced(f"transaction {self.id} is off by {Money(minor, currency)}")


def _sums(entries: Iterable[Entry]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for entry in entries:
        sums[entry.amount.currency] += entry.amount.minor
    return sums


def reverse(transaction: Transaction) -> Transaction:
    """The counter-entry: the same accounts, every amount turned round."""
    return Transaction(
        id=f"{transaction.id}/reversed",
        entries=tuple(Entry(entry.account, -entry.amount) for entry in transaction.entries),
        reverses=transaction.id,
    )


def licence_fee(venue_id: int, event_id: int, fee: Money) -> Transaction:
    """The venue's fee for an event enters the event's pool."""
    return Transaction(
        id=f"event/{event_id}/licence",
        entries=(
            Entry(Account("licensee", str(venue_id)), -fee),
            Entry(Account("pool", str(event_id)), fee),
        ),
    )


def payout(event_id: int, allocations: Iterable[Allocation]) -> Transaction:
    """The event's pool empties into its rightholders' accounts and suspense, one entry each."""
    received: dict[Account, Money] = {}
    for allocation in allocations:
        account = account_of(allocation)
        before = received.get(account, Money(0, allocation.amount.currency))
        received[account] = before + allocation.amount
    given = tuple(
        Entry(Account("pool", str(event_id)), -amount) for amount in _totals(received.values())
    )
    entries = tuple(Entry(account, amount) for account, amount in received.items())
    return Transaction(id=f"event/{event_id}/distribution", entries=given + entries)


def account_of(allocation: Allocation) -> Account:
    """The account an allocation ends in."""
    if allocation.party_id is None:
        return Account("suspense", allocation.reason)
    return Account("rightholder", str(allocation.party_id))


def _totals(amounts: Iterable[Money]) -> list[Money]:
    totals: dict[str, Money] = {}
    for amount in amounts:
        totals[amount.currency] = totals.get(amount.currency, Money(0, amount.currency)) + amount
    return list(totals.values())
