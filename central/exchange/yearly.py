"""The yearly transparency table: all that was collected, and where every unit of it went."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import Connection

from central.errors import Unknown
from central.exchange.frame import columns, totals_of
from central.exchange.report import Report, Row
from central.exchange.tongues import word
from central.royalties import store
from central.royalties.closed import ClosedEvent
from central.royalties.money import Money, total_of

KEYS = ("year", "measure", "reason", "amount", "currency", "count")
_WIDTHS = {"year": 10, "measure": 50, "reason": 50, "amount": 30, "count": 14}

Key = tuple[str, str, str]  # currency, measure, reason


def transparency_report(connection: Connection, year: int, tongue: str) -> Report:
    """The table of the closings whose last day lies in that year.

    For each currency `fees` is the sum of `deducted`, `paid` and `suspense`.

    Raises:
        Unknown: nothing was closed of that year.
    """
    closings = [one for one in store.all_distributions(connection) if one.last_day.year == year]
    if not closings:
        raise Unknown(f"nothing was closed of the year {year}")
    minor: Counter[Key] = Counter()
    count: Counter[Key] = Counter()
    for closing in closings:
        for event in store.everything_closed(connection, closing.id):
            for key, amount in _of_event(event):
                minor[key] += amount.minor
                count[key] += 1
    fees = [Money(minor[key], key[0]) for key in sorted(minor) if key[1] == "fees"]
    return Report(
        name=f"transparency-{year}",
        title=f"{word('transparency', tongue)}, {year}",
        tongue=tongue,
        dated=datetime(year + 1, 1, 1, tzinfo=UTC),
        columns=columns(KEYS, tongue, _WIDTHS),
        rows=_rows(year, minor, count),
        totals=totals_of(fees, word("fees", tongue)),
    )


def _of_event(event: ClosedEvent) -> Iterator[tuple[Key, Money]]:
    currency = event.fee.currency
    yield (currency, "fees", ""), event.fee
    divided = total_of((part.amount for part in event.allocations), currency)
    if divided != event.fee:
        yield (currency, "deducted", ""), event.fee - divided
    for part in event.allocations:
        measure = "suspense" if part.party_id is None else "paid"
        yield (currency, measure, part.reason), part.amount


_ORDER = ("fees", "deducted", "paid", "suspense")


def _rows(year: int, minor: Counter[Key], count: Counter[Key]) -> Iterator[Row]:
    for key in sorted(minor, key=lambda key: (key[0], _ORDER.index(key[1]), key[2])):
        currency, measure, reason = key
        yield year, measure, reason, Money(minor[key], currency), currency, count[key]
