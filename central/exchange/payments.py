"""The payment file of a distribution: one line for each payee, what is due by the ledger."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection

from central.exchange.frame import columns, facts_of, period_text, totals_of
from central.exchange.registry import Payee, payees
from central.exchange.report import Report, Row
from central.exchange.tongues import word
from central.royalties import store
from central.royalties.closed import Distribution, StatementHead
from central.royalties.money import Money

KEYS = (
    "reference",
    "rightholder_id",
    "rightholder",
    "ipi",
    "isni",
    "amount",
    "currency",
    "purpose",
    "statement_id",
)
_WIDTHS = {"reference": 14, "rightholder": 40, "ipi": 16, "purpose": 50, "amount": 20}


def payments_report(connection: Connection, distribution_id: int, tongue: str) -> Report:
    """Who is paid what with that distribution; what is carried over is counted, not paid.

    What is due is the whole balance of a rightholder, if it reaches the threshold of the rule.

    Raises:
        Unknown: there is no such closing.
    """
    distribution = store.distribution(connection, distribution_id)
    heads = store.statement_heads(connection, distribution_id)
    paid = [head for head in heads if _due(head).minor > 0]
    rest = [_carried(head) for head in heads if _carried(head).minor]
    known = payees(connection, (head.party_id for head in paid))
    return Report(
        name=f"payments-{distribution_id}",
        title=f"{word('payments', tongue)} {distribution_id}",
        tongue=tongue,
        dated=distribution.closed_at,
        columns=columns(KEYS, tongue, _WIDTHS),
        rows=_rows(paid, distribution, known=known, tongue=tongue),
        facts=facts_of(distribution, tongue),
        totals=totals_of((_due(head) for head in paid), word("total", tongue))
        + totals_of(rest, word("not_paid", tongue)),
    )


def _due(head: StatementHead) -> Money:
    minor = head.account.paid if head.account else head.total.minor
    return Money(minor, head.total.currency)


def _carried(head: StatementHead) -> Money:
    return Money(head.account.carried if head.account else 0, head.total.currency)


def _rows(
    heads: Sequence[StatementHead],
    distribution: Distribution,
    *,
    known: Mapping[int, Payee],
    tongue: str,
) -> Iterator[Row]:
    purpose = f"{word('distribution_id', tongue)} {distribution.id}, {period_text(distribution)}"
    for head in heads:
        payee = known[head.party_id]
        yield (
            f"QLQ-{distribution.id}-{head.id}",
            head.party_id,
            head.party_name,
            payee.ipi,
            payee.isni,
            _due(head),
            head.total.currency,
            purpose,
            head.id,
        )
