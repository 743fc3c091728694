"""Laws of paying out: not below the threshold, not twice, and nobody is asked to pay back."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.database import writing
from central.royalties import store
from central.royalties.books import post
from central.royalties.ledger import Account, Entry, Transaction
from central.royalties.money import Money
from central.royalties.payouts import balances
from central.royalties.rules import shelf
from central.royalties.rules.payout import pay_out
from tests.central.royalties.conftest import EVENING

PACK = "kz-venues-2026"


def accounts(after, number):
    heads = after.theatre.read(store.statement_heads, number)
    return {head.party_id: head.account for head in heads}


@given(
    earned=st.lists(st.integers(-(10**9), 10**9), max_size=20),
    pack=st.sampled_from([None, shelf.pack(PACK)]),
)
def test_however_it_comes_all_is_paid_or_carried_and_nobody_pays_back(earned, pack):
    balance, paid = 0, 0
    for amount in earned:
        ends = pay_out(pack, brought=balance, earned=amount)
        balance, paid = ends.carried, paid + ends.paid
        assert ends.paid >= 0
        assert ends.paid == 0 or ends.carried == 0
        assert 0 <= ends.recovered <= max(amount, 0)
    assert paid + balance == sum(earned)


def test_by_the_simple_rule_each_statement_is_paid_whole(after):
    number = after.close(pack="").distribution.id

    assert all(ends.paid == ends.earned for ends in accounts(after, number).values())
    with writing(after.books) as connection:
        assert balances(connection, after.theatre.parties) == {}


def test_below_the_threshold_it_is_carried_over_until_it_is_enough(theatre, after):
    theatre.now += timedelta(days=5)
    for day in (1, 2, 3):
        theatre.event(starts_at=EVENING + timedelta(days=day), fee_minor=60_000)
        theatre.hears(theatre.recordings[1], second=day * 86_400 + 60, seconds=60)
    third = theatre.parties[2]
    ends = [accounts(after, after.close(day=day).distribution.id)[third] for day in (22, 23, 24)]

    assert [(one.brought, one.earned, one.paid, one.carried) for one in ends] == [
        (0, 48_000, 0, 48_000),
        (48_000, 48_000, 0, 96_000),
        (96_000, 48_000, 144_000, 0),
    ]
    with writing(after.books) as connection:
        assert balances(connection, [third]) == {}


def test_what_was_paid_wrongly_is_recovered_from_the_next_statement(theatre, after):
    third = theatre.parties[2]
    number = after.close(pack="").distribution.id
    wrongly = Transaction(
        "test/taken-back",
        (
            Entry(Account("rightholder", str(third)), Money(-40_000, "KZT")),
            Entry(Account("suspense", "unknown-work"), Money(40_000, "KZT")),
        ),
    )
    with writing(after.books) as connection:
        post(connection, wrongly, distribution_id=number, at=theatre.now)
    theatre.now += timedelta(days=5)
    for day, fee in ((1, 30_000), (2, 30_000)):
        theatre.event(starts_at=EVENING + timedelta(days=day), fee_minor=fee)
        theatre.hears(theatre.recordings[1], second=day * 86_400 + 60, seconds=60)
    first = accounts(after, after.close(pack="", day=22).distribution.id)[third]
    second = accounts(after, after.close(pack="", day=23).distribution.id)[third]

    assert (first.brought, first.recovered, first.paid, first.carried) == (
        -40_000,
        30_000,
        0,
        -10_000,
    )
    assert (second.brought, second.recovered, second.paid, second.carried) == (
        -10_000,
        10_000,
        20_000,
        0,
    )


@pytest.mark.parametrize("pack", ["", PACK])
def test_statements_ledger_and_accounts_say_the_same(after, pack):
    number = after.close(pack=pack).distribution.id

    for head in after.theatre.read(store.statement_heads, number):
        assert head.account.brought + head.total.minor == head.account.paid + head.account.carried
        assert after.theatre.read(store.statement, head.id).adds_up
