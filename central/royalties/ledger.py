"""Double entry: money only moves between accounts, and what was written is only ever reversed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from central.errors import CentralError
from central.royalties.distribution import Allocation
from central.royalties.money import Money, sums_by

AccountKind = Literal["licensee", "pool", "deduction", "rightholder", "suspense", "payable"]


class Unbalanced(CentralError):
    """The entries of a transaction do not sum to zero; nothing of it may be written."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where money is.

    Attributes:
        kind: licensee (a venue, owing its fees), pool (of an event), deduction, rightholder,
            suspense, or payable (what the bank is told to pay a rightholder).
        key: id of the venue, event or party; name of the deduction; of suspense, the reason.
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
        for off in sums_by((e.amount.currency, e.amount) for e in self.entries).values():
            if off.minor != 0:
                raise Unbalanced(f"transaction {self.id} is off by {off}")


def reverse(transaction: Transaction) -> Transaction:
    """The counter-entry: the same accounts, every amount turned round."""
    return Transaction(
        id=f"{transaction.id}/reversed",
        entries=tuple(Entry(entry.account, -entry.amount) for entry in transaction.entries),
        reverses=transaction.id,
    )


def licence_fee(venue_id: int, event_id: int | str, fee: Money) -> Transaction:
    """The venue's fee for an event (or a production given there) enters the event's pool."""
    return Transaction(
        id=f"event/{event_id}/licence",
        entries=(
            Entry(Account("licensee", str(venue_id)), -fee),
            Entry(Account("pool", str(event_id)), fee),
        ),
    )


def payout(
    event_id: int | str,
    allocations: Iterable[Allocation],
    deductions: Iterable[tuple[str, Money]] = (),
) -> Transaction:
    """The event's pool empties into deductions, rightholders and suspense, one entry each."""
    taken = [(Account("deduction", name), amount) for name, amount in deductions]
    owed = [(account_of(part), part.amount) for part in allocations]
    received = sums_by([*taken, *owed])
    given = sums_by((amount.currency, amount) for amount in received.values())
    pool = Account("pool", str(event_id))
    leaving = tuple(Entry(pool, -amount) for amount in given.values())
    arriving = tuple(Entry(account, amount) for account, amount in received.items())
    return Transaction(id=f"event/{event_id}/distribution", entries=leaving + arriving)


def account_of(allocation: Allocation) -> Account:
    """The account an allocation ends in."""
    if allocation.party_id is None:
        return Account("suspense", allocation.reason)
    return Account("rightholder", str(allocation.party_id))
