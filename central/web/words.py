"""Instants, durations and quiet said in plain words, as a person at the desk would."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from central.royalties.money import Money

SILENT_AFTER = timedelta(minutes=15)  # a box reports every minute; this many missed is no accident
HUES = 8  # colours that lanes and ribbons take in turn

_UNITS = ((86_400, "day"), (3_600, "h"), (60, "min"), (1, "s"))


def since(instant: datetime | None, *, now: datetime) -> str:
    """How long ago a box gave its last sign of life: `seen 3 min ago`, `never seen`."""
    if instant is None:
        return "never seen"
    seconds = int((now - instant).total_seconds())
    if seconds < 5:
        return "seen just now"
    size, unit = next((size, unit) for size, unit in _UNITS if seconds >= size)
    count = seconds // size
    plural = "s" if unit == "day" and count > 1 else ""
    return f"seen {count} {unit}{plural} ago"


def is_silent(instant: datetime | None, *, now: datetime) -> bool:
    """Is this box overdue, so that someone should go and look?"""
    return instant is None or now - instant > SILENT_AFTER


def clock_text(instant: datetime, time_zone: str) -> str:
    """The venue's wall clock, to the second: `19:30:05`."""
    return f"{instant.astimezone(ZoneInfo(time_zone)):%H:%M:%S}"


def moment_text(instant: datetime, time_zone: str) -> str:
    """Day and wall clock in short: `21 Mar, 19:30:05`."""
    local = instant.astimezone(ZoneInfo(time_zone))
    return f"{local.day} {local:%b, %H:%M:%S}"


def stamp_text(instant: datetime, time_zone: str) -> str:
    """Day and wall clock in figures, for pages of any tongue: `2026-11-21 19:30:05`."""
    return f"{instant.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M:%S}"


def day_text(instant: datetime, time_zone: str) -> str:
    """The venue's day in full: `Saturday, 21 November 2026`."""
    local = instant.astimezone(ZoneInfo(time_zone))
    return f"{local:%A}, {local.day} {local:%B %Y}"


def days_text(first: date, last: date) -> str:
    """A period: `21 March 2025`, `1 – 31 March 2025`, `21 March – 2 April 2025`."""
    end = f"{last.day} {last:%B %Y}"
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day} – {end}"
    year = f" {first.year}" if first.year != last.year else ""
    return f"{first.day} {first:%B}{year} – {end}"


def length_text(milliseconds: int) -> str:
    """A performed time as on a record sleeve: `3:05.2`, `1:02:03.0`."""
    tenths = (milliseconds + 50) // 100
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{tenths // 10:02}.{tenths % 10}"
    return f"{hours}:{minutes:02}:{seconds}" if hours else f"{minutes}:{seconds}"


def seconds_text(milliseconds: int) -> str:
    """A duration in seconds without a needless fraction: `598`, `5.5`, `0.25`."""
    units, rest = divmod(milliseconds, 1000)
    return f"{units}.{rest:03}".rstrip("0").rstrip(".")


def foreground_text(share: float) -> str:
    """How music stood to voices: `foreground`, `background`, `60 % in the foreground`."""
    per_cent = round(100 * share)
    if per_cent >= 90:
        return "foreground"
    return "background" if per_cent <= 10 else f"{per_cent} % in the foreground"


def percent_text(per_mille: int) -> str:
    """A confidence: `97.5 %`."""
    units, tenths = divmod(per_mille, 10)
    return f"{units}.{tenths} %" if tenths else f"{units} %"


def share_text(basis_points: int) -> str:
    """A share of a work: `50 %`, `33.34 %`."""
    units, rest = divmod(basis_points, 100)
    return f"{units}.{rest:02} %" if rest else f"{units} %"


def money_text(minor: int, currency: str) -> str:
    """An amount of the books as people write it."""
    return Money(minor, currency).text()
