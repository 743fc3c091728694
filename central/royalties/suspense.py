"""The queue of what waits: how much, for which reason, how long already, and until when."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Select, literal, select

from central.royalties.later.claim_books import claimed
from central.royalties.later_tables import later_lines, later_plays, later_runs
from central.royalties.money import Money
from central.royalties.rules.claims import last_day_to_claim
from central.royalties.rules.pack import Pack
from central.royalties.rules.reading import read_pack
from central.royalties.tables import (
    allocations,
    distributed_events,
    distribution_packs,
    distributions,
    used_plays,
)
from central.venues.store import venues


@dataclass(frozen=True, slots=True)
class Suspended:
    """One amount that waits.

    Attributes:
        reference: by which it is claimed: `A17`, or `L9` when it began to wait in a later run.
        day: of the venue's calendar, on which it was played, or its event began.
        since: when the closing, or the later run, put it in suspense.
        play_id: empty when nothing was heard at the event; so what describes the play.
        claim_until: last day on which it may be claimed; None when its rule sets no window.
        claimed: a claim on it is open and waits for a person's word.
    """

    reference: str
    closing_id: int
    event_id: int
    event_title: str
    venue: str
    day: date
    since: datetime
    started_at: datetime
    milliseconds: int
    play_id: str
    recording_id: str
    recording_title: str
    performer: str
    work_id: int | None
    work_title: str
    reason: str
    amount: Money
    claim_until: date | None
    claimed: bool

    def age_days(self, today: date) -> int:
        """Whole days since it was played."""
        return (today - self.day).days


def suspended(connection: Connection, *, reasons: Collection[str] | None = None) -> list[Suspended]:
    """All that waits by now, the greatest amounts first.

    Args:
        connection: to the books.
        reasons: only those; None for all.
    """
    open_claims = claimed(connection)
    packs: dict[int, Pack | None] = {}
    rows = [*connection.execute(_closed(reasons)), *connection.execute(_later(reasons))]
    for row in rows:
        if row.closing_id not in packs:
            packs[row.closing_id] = read_pack(row.words, file=row.pack_id) if row.words else None
    found = [_suspended(row, packs[row.closing_id], open_claims) for row in rows]
    return sorted(found, key=_by_money)


def _by_money(one: Suspended) -> tuple[Any, ...]:
    return (-one.amount.minor, one.day, one.event_id, one.reference)


_EVENT = (
    distributed_events.c.event_id.label("at"),
    distributed_events.c.title,
    distributed_events.c.starts_at.label("began_at"),
    distributions.c.id.label("closing_id"),
    distributions.c.time_zone,
    venues.c.name.label("venue"),
    distribution_packs.c.pack_id,
    distribution_packs.c.words,
)


def _plays(table: Any) -> Iterable[Any]:  # noqa: ANN401  # one of two tables of the same columns
    names = ("recording_id", "recording_title", "performer", "work_id", "work_title")
    return (table.c[name] for name in (*names, "started_at", "milliseconds"))


def _amounts(table: Any, letter: str) -> Iterable[Any]:  # noqa: ANN401  # so here
    names = ("play_id", "reason", "amount_minor", "currency")
    return (
        literal(letter).label("letter"),
        table.c.id.label("number"),
        *(table.c[n] for n in names),
    )


def _closed(reasons: Collection[str] | None) -> Select[Any]:
    """What waits as the closing left it, and was not taken back since."""
    taken = select(later_lines.c.id).where(later_lines.c.takes_allocation == allocations.c.id)
    joined = (
        allocations.join(
            distributed_events, distributed_events.c.event_id == allocations.c.event_id
        )
        .join(distributions)
        .join(venues)
        .outerjoin(
            used_plays,
            (used_plays.c.event_id == allocations.c.event_id)
            & (used_plays.c.play_id == allocations.c.play_id),
        )
        .outerjoin(distribution_packs, distribution_packs.c.distribution_id == distributions.c.id)
    )
    since = distributions.c.closed_at.label("since")
    columns = (*_amounts(allocations, "A"), *_EVENT, *_plays(used_plays), since)
    wanted = select(*columns).select_from(joined).where(allocations.c.party_id.is_(None))
    wanted = wanted.where(~taken.exists())
    return wanted if reasons is None else wanted.where(allocations.c.reason.in_(reasons))


def _later(reasons: Collection[str] | None) -> Select[Any]:
    """What began to wait in a later run."""
    back, run = later_lines.alias("back"), distributions.alias("run")
    taken = select(back.c.id).where(back.c.takes_line == later_lines.c.id)
    joined = (
        later_lines.join(
            distributed_events, distributed_events.c.event_id == later_lines.c.event_id
        )
        .join(later_runs, later_runs.c.distribution_id == later_lines.c.distribution_id)
        .join(run, run.c.id == later_lines.c.distribution_id)
        .join(distributions, distributions.c.id == later_runs.c.closing_id)
        .join(venues, venues.c.id == distributions.c.venue_id)
        .outerjoin(
            later_plays,
            (later_plays.c.distribution_id == later_lines.c.distribution_id)
            & (later_plays.c.event_id == later_lines.c.event_id)
            & (later_plays.c.play_id == later_lines.c.play_id),
        )
        .outerjoin(distribution_packs, distribution_packs.c.distribution_id == distributions.c.id)
    )
    since = run.c.closed_at.label("since")
    columns = (*_amounts(later_lines, "L"), *_EVENT, *_plays(later_plays), since)
    wanted = select(*columns).select_from(joined).where(later_lines.c.party_id.is_(None))
    stands = (later_lines.c.takes_allocation.is_(None), later_lines.c.takes_line.is_(None))
    wanted = wanted.where(*stands).where(~taken.exists())
    return wanted if reasons is None else wanted.where(later_lines.c.reason.in_(reasons))


def _suspended(row: Row[Any], pack: Pack | None, open_claims: Collection[str]) -> Suspended:
    reference = f"{row.letter}{row.number}"
    began = row.started_at or row.began_at
    day = began.astimezone(ZoneInfo(row.time_zone)).date()
    return Suspended(
        reference=reference,
        closing_id=row.closing_id,
        event_id=row.at,
        event_title=row.title,
        venue=row.venue,
        day=day,
        since=row.since,
        started_at=began,
        milliseconds=row.milliseconds or 0,
        play_id=row.play_id or "",
        recording_id=row.recording_id or "",
        recording_title=row.recording_title or "",
        performer=row.performer or "",
        work_id=row.work_id,
        work_title=row.work_title or "",
        reason=row.reason,
        amount=Money(row.amount_minor, row.currency),
        claim_until=last_day_to_claim(pack, day) if pack else None,
        claimed=reference in open_claims,
    )
