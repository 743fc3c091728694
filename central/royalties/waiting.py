"""The public list of what nobody could be paid for: what was heard, why it waits, until when."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, select

from central.royalties.distribution import (
    SHARES_NOT_WHOLE,
    UNKNOWN_RECORDING,
    WORK_WITHOUT_SHARES,
)
from central.royalties.rules.claims import last_day_to_claim
from central.royalties.rules.lines import UNKNOWN_WORK
from central.royalties.rules.reading import read_pack
from central.royalties.tables import (
    allocations,
    distributed_events,
    distribution_packs,
    distributions,
    used_plays,
)
from central.venues.store import venues

CLAIMABLE = (UNKNOWN_RECORDING, UNKNOWN_WORK, WORK_WITHOUT_SHARES, SHARES_NOT_WHOLE)
MOST = 1_000  # of the latest plays in one answer


@dataclass(frozen=True, slots=True)
class Waiting:
    """A play that waits for its owner; how much waits is not said to everybody.

    Attributes:
        day: of the venue's calendar, on which it was heard.
        reason: one of `CLAIMABLE`.
        claim_until: last day on which it may be claimed; None when its rule sets no window.
    """

    venue: str
    day: date
    started_at: datetime
    milliseconds: int
    play_id: str
    recording_id: str
    recording_title: str
    performer: str
    work_title: str
    reason: str
    claim_until: date | None


def waiting_plays(connection: Connection, *, today: date) -> list[Waiting]:
    """The plays that may still be claimed, the latest first, each once."""
    joined = (
        allocations.join(used_plays)
        .join(distributed_events, distributed_events.c.event_id == allocations.c.event_id)
        .join(distributions)
        .join(venues)
        .outerjoin(distribution_packs)
    )
    rows = connection.execute(
        select(
            used_plays,
            allocations.c.reason,
            distributions.c.time_zone,
            venues.c.name.label("venue"),
            distribution_packs.c.pack_id,
            distribution_packs.c.words,
        )
        .select_from(joined)
        .where(allocations.c.reason.in_(CLAIMABLE))
        .order_by(used_plays.c.started_at.desc(), used_plays.c.play_id)
        .limit(MOST)
    )
    found = (_waiting(row) for row in rows)
    return [one for one in found if one.claim_until is None or one.claim_until >= today]


def _waiting(row: Row[Any]) -> Waiting:
    day = row.started_at.astimezone(ZoneInfo(row.time_zone)).date()
    pack = read_pack(row.words, file=row.pack_id) if row.pack_id else None
    return Waiting(
        venue=row.venue,
        day=day,
        started_at=row.started_at,
        milliseconds=row.milliseconds,
        play_id=row.play_id,
        recording_id=row.recording_id,
        recording_title=row.recording_title,
        performer=row.performer,
        work_title=row.work_title,
        reason=row.reason,
        claim_until=last_day_to_claim(pack, day) if pack else None,
    )
