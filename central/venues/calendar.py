"""Checks on what is said of places and evenings, before it enters the books."""

from datetime import datetime, timedelta
from functools import cache
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


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
