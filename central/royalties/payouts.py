"""The end of a statement: what was brought forward, what is paid out now, what is carried over."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from central.royalties.books import payout_name, post
from central.royalties.ledger import Account, Entry, Transaction
from central.royalties.money import Money
from central.royalties.rules.pack import Pack
from central.royalties.rules.payout import Payout, pay_out
from central.royalties.tables import ledger_entries, ledger_transactions, payouts, statements

Whose = tuple[int, str]  # party and currency
_AT_ONCE = 500  # parties in one question


def settle_accounts(
    connection: Connection, distribution_id: int, *, pack: Pack | None, at: datetime
) -> None:
    """Pay every statement of a distribution out, or carry it over, and freeze which.

    The balance is the ledger's: all that the rightholder's account received before, through any
    distribution, less all that was paid out. What was paid wrongly and taken back makes it less
    than nothing; it is recovered from what is earned now, and nobody is asked to pay.

    Args:
        connection: to the books, in the transaction of the distribution, its entries posted.
        distribution_id: whose statements are opened and have no account yet.
        pack: with the threshold; None pays any amount.
        at: posted at.
    """
    heads = connection.execute(
        select(statements).filter_by(distribution_id=distribution_id).order_by(statements.c.id)
    ).all()
    by_now = balances(connection, {head.party_id for head in heads})
    rows, entries = [], []
    for head in heads:
        balance = by_now.get((head.party_id, head.currency), 0)
        earned = head.total_minor
        made = pay_out(pack, brought=balance - earned, earned=earned)
        rows.append(_row(head.id, made))
        entries += _entries(head.party_id, Money(made.paid, head.currency)) if made.paid else []
    if rows:
        connection.execute(insert(payouts), rows)
    if entries:
        paid = Transaction(payout_name(distribution_id), tuple(entries))
        post(connection, paid, distribution_id=distribution_id, at=at)


def _row(statement_id: int, made: Payout) -> dict[str, int]:
    return {
        "statement_id": statement_id,
        "brought_minor": made.brought,
        "paid_minor": made.paid,
        "carried_minor": made.carried,
    }


def _entries(party_id: int, amount: Money) -> list[Entry]:
    return [
        Entry(Account("rightholder", str(party_id)), -amount),
        Entry(Account("payable", str(party_id)), amount),
    ]


def balances(connection: Connection, party_ids: Iterable[int]) -> Mapping[Whose, int]:
    """What the office owes these rightholders by the ledger, minor units, leaving out noughts.

    Less than nothing means that it is to be recovered.
    """
    wanted = sorted(party_ids)
    found: dict[Whose, int] = {}
    for first in range(0, len(wanted), _AT_ONCE):
        keys = [str(party) for party in wanted[first : first + _AT_ONCE]]
        rows = connection.execute(
            select(
                ledger_entries.c.account_key,
                ledger_entries.c.currency,
                func.sum(ledger_entries.c.amount_minor).label("minor"),
            )
            .join_from(ledger_entries, ledger_transactions)
            .where(ledger_entries.c.account_kind == "rightholder")
            .where(ledger_entries.c.account_key.in_(keys))
            .group_by(ledger_entries.c.account_key, ledger_entries.c.currency)
        )
        found |= {(int(row.account_key), row.currency): int(row.minor) for row in rows if row.minor}
    return found
