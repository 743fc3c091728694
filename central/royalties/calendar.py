"""Which instants a venue's days are: the only place where a day meets a time zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from central.errors import Unacceptable
from central.forms import EARLIEST, LATEST


@dataclass(frozen=True, slots=True)
class Period:
    """Whole local days, both ends included, as half-open instants in UTC."""

    first_day: date
    last_day: date
    time_zone: str
    start: datetime
    end: datetime


def period_of(first_day: date, last_day: date, *, time_zone: str) -> Period:
    """The days as the venue lives them: from its midnight to its midnight, whatever the clocks do.

    Args:
        first_day: included.
        last_day: included.
        time_zone: IANA name of the venue's zone.

    Raises:
        Unacceptable: the last day is before the first, or one of them is centuries away.
    """
    for day in (first_day, last_day):
        if not EARLIEST.date() <= day <= LATEST.date():
            raise Unacceptable(f"{day} lies outside {EARLIEST.date()} to {LATEST.date()}")
    if last_day < first_day:
        raise Unacceptable(f"the period ends on {last_day}, before it begins on {first_day}")
    zone = ZoneInfo(time_zone)
    return Period(
        first_day=first_day,
        last_day=last_day,
        time_zone=time_zone,
        start=datetime.combine(first_day, time.min, zone).astimezone(UTC),
        end=datetime.combine(last_day + timedelta(days=1), time.min, zone).astimezone(UTC),
    )
