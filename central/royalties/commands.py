"""`qulaq-central close-period`: closing a venue's days from the office's own desk."""

from datetime import UTC, datetime

from sqlalchemy import Engine

from central.database import reading, writing
from central.founding import open_office
from central.ingest.unknown import minutes_text
from central.royalties import closing, rehearsal
from central.royalties.closed import ClosedEvent, Distribution
from central.royalties.money import Money, total_of
from central.royalties.reckoning import Assumed
from central.settings import Home, Settings


def days_of_event(home: Home, event_id: int, *, pack: str) -> closing.Days:
    """The days of one event that is to be closed by itself.

    Raises:
        Unready: there is no office in that folder.
        Unknown: no such event.
    """
    office = open_office(home, Settings())
    try:
        with reading(office.books) as connection:
            return closing.days_of_event(connection, event_id, pack=pack)
    finally:
        office.close()


def close_days(home: Home, days: closing.Days) -> str:
    """Close a period and tell what was done; closing exactly the same days again only tells.

    Raises:
        Unready: there is no office in that folder.
        Unknown: no such venue, or no event on these days.
        Unacceptable: the days are in the wrong order, or an event has not ended.
        ClosedAlready: some of it was closed before, with other days.
    """
    office = open_office(home, Settings())
    try:
        return "\n".join(_told(_close_once(office.books, days)))
    finally:
        office.close()


def rehearse_days(home: Home, days: closing.Days) -> str:
    """Tell what closing would do, and the difference against the last run; write nothing.

    Raises:
        Unready, Unknown, Unacceptable, ClosedAlready: as the closing itself would.
    """
    office = open_office(home, Settings())
    try:
        with writing(office.books) as connection:
            dry = rehearsal.rehearse(connection, days, now=datetime.now(UTC))
    finally:
        office.close()
    return "\n".join([*_told(dry.summary), "", *_told_of_difference(dry)])


def _told_of_difference(dry: rehearsal.Rehearsal) -> list[str]:
    told = ["DRY RUN: nothing was written."]
    if dry.last is None:
        return [*told, "There is no earlier distribution of this venue to compare with."]
    told.append(f"Against distribution {dry.last.id}:")
    for one in dry.differences:
        told.append(f"  {one.before.text():>20} → {one.after.text():>20}  {one.party_name}")
    return told


def _close_once(books: Engine, days: closing.Days) -> closing.Summary:
    try:
        with writing(books) as connection:
            return closing.close_period(connection, days, now=datetime.now(UTC))
    except closing.ClosedAlready as refusal:
        with reading(books) as connection:
            if not closing.same_closing(connection, days, refusal.distribution_id):
                raise
            return closing.summary(connection, refusal.distribution_id)


def _told(summary: closing.Summary) -> list[str]:
    distribution = summary.distribution
    told = [
        f"Distribution {distribution.id}: {distribution.venue},"
        f" {distribution.first_day} to {distribution.last_day}, rule {distribution.rule}",
        *(f"  assumed: {a.key} = {a.text} ({a.why})" for a in _assumed(distribution)),
        "",
    ]
    for event in summary.events:
        told += _told_of_event(event)
        if event.production_id is None:
            told += _told_of_unknown(summary.unknown_milliseconds[event.event_id])
    told += ["", f"{'statement':>9}  {'amount':>20}  rightholder"]
    told += [f"{h.id:>9}  {h.total.text():>20}  {h.party_name}" for h in summary.statements]
    told += _told_of_sums(summary)
    if summary.left_out:
        told += [
            f"Left out, waiting for an adjustment: {summary.left_out} heard outside these events or"
            " reported after closing."
        ]
    return told


def _assumed(distribution: Distribution) -> tuple[Assumed, ...]:
    return distribution.pack.assumed if distribution.pack else ()


def _told_of_event(event: ClosedEvent) -> list[str]:
    told = [f"Event {event.event_id} {event.title!r} in {event.hall}: {event.fee}"]
    told += _told_of_fee(event)
    told += [f"  {amount} taken: {name}" for name, amount in event.deductions()]
    if event.production_id is None:
        waits = event.suspended()
        told += [f"  {len(event.plays)} plays{_by_word(event)}; {waits} waits in suspense"]
    waiting = [part for part in event.allocations if part.party_id is None]
    told += [f"    {part.amount}  {part.reason}  {part.play_id or ''}" for part in waiting]
    told += [f"    set aside: {one.title or one.name}, {one.why}" for one in event.aside]
    return told


def _told_of_fee(event: ClosedEvent) -> list[str]:
    used = event.fee_used
    if used is None:
        return []
    basis = f", {used.basis}" if used.basis else ""
    licence = f"by licence {used.licence_id} {used.reference}: " if used.licence_id else ""
    told = [f"  {licence}{used.label}{basis}"]
    return told + [
        f"    {words} = {Money(minor, event.fee.currency)}" for words, minor in used.told
    ]


def _by_word(event: ClosedEvent) -> str:
    declared = sum(not play.detections for play in event.plays)
    return f" ({declared} of them only declared)" if declared else ""


def _told_of_unknown(milliseconds: int) -> list[str]:
    if not milliseconds:
        return []
    return [f"  music heard, not known: {minutes_text(milliseconds)} (counted, not paid)"]


def _told_of_sums(summary: closing.Summary) -> list[str]:
    told = []
    for currency in sorted({event.fee.currency for event in summary.events}):
        events = [event for event in summary.events if event.fee.currency == currency]
        heads = [head for head in summary.statements if head.total.currency == currency]
        fees = total_of((event.fee for event in events), currency)
        waiting = total_of((event.suspended() for event in events), currency)
        paid = total_of((head.total for head in heads), currency)
        taken = total_of((event.deducted() for event in events), currency)
        told.append(_equation(paid, waiting, fees, taken=taken))
    return told


def _equation(paid: Money, waiting: Money, fees: Money, *, taken: Money) -> str:
    sign = "=" if paid + waiting + taken == fees else "≠"
    deductions = f" + deductions {taken}" if taken.minor else ""
    return f"Σ statements {paid} + suspense {waiting}{deductions} {sign} fees {fees}"
