"""Laws of double entry: every transaction sums to zero, and its reversal undoes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.royalties.distribution import Allocation
from central.royalties.ledger import (
    Account,
    Entry,
    Transaction,
    Unbalanced,
    licence_fee,
    payout,
    reverse,
)
from central.royalties.money import Money

POOL = Account("pool", "7")
AUTHOR = Account("rightholder", "1")

allocations = st.lists(
    st.builds(
        lambda party, minor: Allocation(
            7, "p", party, "C", 10_000, Money(minor, "KZT"), "" if party else "unknown-recording"
        ),
        st.one_of(st.none(), st.integers(1, 5)),
        st.integers(0, 10**9),
    ),
    min_size=1,
)


def balances(transactions):
    sums = {}
    for transaction in transactions:
        for entry in transaction.entries:
            key = entry.account, entry.amount.currency
            sums[key] = sums.get(key, 0) + entry.amount.minor
    return sums


def test_a_transaction_that_does_not_sum_to_zero_cannot_exist():
    with pytest.raises(Unbalanced, match=r"transaction t is off by KZT.1\.00"):
        Transaction("t", (Entry(POOL, Money(-100, "KZT")), Entry(AUTHOR, Money(200, "KZT"))))


def test_currencies_do_not_balance_each_other():
    with pytest.raises(Unbalanced, match="off by"):
        Transaction("t", (Entry(POOL, Money(-100, "KZT")), Entry(AUTHOR, Money(100, "EUR"))))


def test_a_transaction_without_entries_cannot_exist():
    with pytest.raises(Unbalanced, match="no entries"):
        Transaction("t", ())


@given(allocations)
def test_a_paid_out_pool_is_empty(allocated):
    fee = Money(sum(a.amount.minor for a in allocated), "KZT")

    after = balances([licence_fee(3, 7, fee), payout(7, allocated)])

    assert after[POOL, "KZT"] == 0


@given(allocations)
def test_reversing_leaves_every_account_as_it_was(allocated):
    paid = payout(7, allocated)

    after = balances([paid, reverse(paid)])

    assert set(after.values()) == {0}


@given(allocations)
def test_a_reversal_names_what_it_reverses(allocated):
    paid = payout(7, allocated)

    assert reverse(paid).reverses == paid.id
