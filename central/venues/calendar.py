"""Checks on what is said of places and evenings, before it enters the books."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import available_timezones

from central.errors import Unacceptable

LONGEST_EVENT = timedelta(days=31)  # a festival in one hall; more is a slip in the year


def require_time_zone(name: str) -> None:
    """Only zones that have rules: a hall's day begins where its clock says so.

    Raises:
        Unacceptable: no such IANA zone.
    """
    if name not in _zones():
        raise Unacceptable(f"time zone {name!r} is not an IANA zone, such as Asia/Almaty")


def require_span(starts_at: datetime, ends_at: datetime) -> None:
    """An event ends after it starts, and not a year later.

    Raises:
        Unacceptable: it does not.
    """
    span = f"from {starts_at.isoformat()} to {ends_at.isoformat()}"
    if ends_at <= starts_at:
        raise Unacceptable(f"an event cannot last {span}")
    if ends_at - starts_at > LONGEST_EVENT:
        raise Unacceptable(f"an event lasts {LONGEST_EVENT.days} days at most, not {span}")


def require_parts(
    starts_at: datetime, ends_at: datetime, parts: Iterable[tuple[datetime, datetime]]
) -> None:
    """Parts of an evening (start, end) lie within it, one after another.

    Raises:
        Unacceptable: one ends before it starts, reaches beyond the evening or into the next.
    """
    ordered = sorted(parts)
    for begins, ends in ordered:
        if not starts_at <= begins < ends <= ends_at:
            span = f"from {begins.isoformat()} to {ends.isoformat()}"
            raise Unacceptable(f"a part of the event cannot last {span}")
    for (_, ends), (begins, _) in pairwise(ordered):
        if begins < ends:
            raise Unacceptable(f"a part begins at {begins.isoformat()}, before another has ended")


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
