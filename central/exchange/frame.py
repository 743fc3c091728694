"""What every report of a closing begins and ends with."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from central.exchange.report import Column, length_said, said, share_said
from central.exchange.tongues import rule_said, word
from central.royalties.closed import ClosedEvent, Distribution
from central.royalties.money import Money, sums_by

_SHOWN = {
    "performed_milliseconds": length_said,
    "identified_milliseconds": length_said,
    "share_basis_points": share_said,
}
_NUMBERS = frozenset({"amount", "waiting", "fee", "count", "plays", "share_basis_points", *_SHOWN})
_WORDS_OF_OURS = frozenset({"role", "reason", "measure"})


def columns(keys: Iterable[str], tongue: str, widths: dict[str, int]) -> tuple[Column, ...]:
    """The columns of those keys, in their order; `widths` tells which of them go on paper."""
    return tuple(
        Column(
            key=key,
            heading=word(key, tongue),
            width=widths.get(key, 0),
            number=key in _NUMBERS,
            shown=_worded if key in _WORDS_OF_OURS else _SHOWN.get(key, said),
        )
        for key in keys
    )


def _worded(cell: object, tongue: str) -> str:
    return word(str(cell), tongue)


def facts_of(distribution: Distribution, tongue: str) -> tuple[tuple[str, str], ...]:
    """Which closing a report is about."""
    told = {
        "distribution_id": str(distribution.id),
        "venue": distribution.venue,
        "period": period_text(distribution),
        "clock": distribution.time_zone,
        "rule": f"{distribution.rule}. {_rule(distribution, tongue)}",
    }
    if distribution.later is not None:
        later = distribution.later
        kind = word(later.kind, tongue)
        told["after_closing"] = f"{later.closing_id}: {kind}, {later.because}"
    return tuple((word(key, tongue), text) for key, text in told.items())


def _rule(distribution: Distribution, tongue: str) -> str:
    return rule_said(distribution.rule, distribution.rule_in_words, tongue)


def notes_of(distribution: Distribution, tongue: str) -> tuple[str, ...]:
    """What a reader of its sums must know: which values of the rule were never read."""
    pack = distribution.pack
    assumed = [f"{one.key} = {one.text} ({one.why})" for one in (pack.assumed if pack else ())]
    told = word("assumed", tongue)
    return word("whole_units", tongue), *(f"{told}: {one}" for one in assumed)


def period_text(distribution: Distribution) -> str:
    """The days of a closing: `2026-11-01 – 2026-11-30`."""
    return f"{distribution.first_day} – {distribution.last_day}"


def hall_clock(instant: datetime, distribution: Distribution) -> datetime:
    """An instant as the hall's wall clock showed it."""
    return instant.astimezone(ZoneInfo(distribution.time_zone))


def totals_of(amounts: Iterable[Money], name: str) -> tuple[tuple[str, Money], ...]:
    """The sum of each currency, by its code."""
    sums = sums_by((amount.currency, amount) for amount in amounts)
    return tuple((name, sums[currency]) for currency in sorted(sums))


def allocated(events: Iterable[ClosedEvent]) -> Iterable[Money]:
    """Every amount these events' fees were divided into, deductions aside."""
    return (part.amount for event in events for part in event.allocations)
