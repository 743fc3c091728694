"""What waits: until when it may be claimed."""

from datetime import date

from central.royalties.rules.figures import half_up
from central.royalties.rules.pack import Pack

CLAIM_TOO_LATE = "claim-too-late"


def last_day_to_claim(pack: Pack, used_on: date) -> date | None:
    """The last day on which a use may be claimed; None when the pack sets no window."""
    if pack.claim_months is None:
        return None
    months = used_on.year * 12 + used_on.month - 1 + half_up(pack.claim_months.value)
    return _day(months // 12, months % 12 + 1, used_on.day)


def _day(year: int, month: int, day: int) -> date:
    # The 31st of a month that has none is its last day.
    for candidate in range(day, 27, -1):
        try:
            return date(year, month, candidate)
        except ValueError:
            continue
    return date(year, month, day)


def obstacle_to_claim(pack: Pack, *, used_on: date, claimed_on: date) -> str:
    """Empty when a claim comes in time, else the reason why it is refused."""
    last = last_day_to_claim(pack, used_on)
    return CLAIM_TOO_LATE if last is not None and claimed_on > last else ""
