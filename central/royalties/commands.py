"""`qulaq-central close-period`: closing a venue's days from a terminal."""

from datetime import UTC, datetime
from pathlib import Path

import click

from central.database import reading, writing
from central.errors import CentralError
from central.founding import open_office
from central.royalties import closing
from central.royalties.closed import ClosedEvent
from central.royalties.money import Money, total_of
from central.settings import Home, Settings

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command("close-period")
@click.option("--home", required=True, type=click.Path(path_type=Path), help="The office's folder.")
@click.option("--venue", "venue_id", required=True, type=int, help="Number of the venue.")
@click.option(
    "--from", "first", required=True, type=DAY, help="First day, in the venue's calendar."
)
@click.option("--to", "last", required=True, type=DAY, help="Last day, included.")
def close_period(home: Path, venue_id: int, first: datetime, last: datetime) -> None:
    """Distribute the licence fees of a venue's events, and freeze how.

    Every event that starts on these days must have ended. Each fee follows the performed time of
    the works heard; what cannot be attributed waits in suspense with its reason. Once closed, an
    event stays closed: closing exactly the same days again shows what was done and changes nothing.
    """
    days = closing.Days(venue_id, first.date(), last.date())
    try:
        click.echo("\n".join(_told(_close_once(home, days))))
    except CentralError as e:
        raise click.ClickException(str(e)) from e


def _close_once(home: Path, days: closing.Days) -> closing.Summary:
    books = open_office(Home(home), Settings()).books
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
        "",
    ]
    for event in summary.events:
        told += _told_of_event(event)
    told += ["", f"{'statement':>9}  {'amount':>20}  rightholder"]
    told += [f"{h.id:>9}  {h.total.text():>20}  {h.party_name}" for h in summary.statements]
    told += _told_of_sums(summary)
    if summary.left_out:
        told += [
            f"Left out: {summary.left_out} detections heard outside these events or reported"
            " after closing; they wait for an adjustment."
        ]
    return told


def _told_of_event(event: ClosedEvent) -> list[str]:
    told = [f"Event {event.event_id} {event.title!r} in {event.hall}: {event.fee}"]
    told += [f"  {len(event.plays)} plays; {event.suspended()} waits in suspense"]
    waiting = [part for part in event.allocations if part.party_id is None]
    told += [f"    {part.amount}  {part.reason}  {part.play_id or ''}" for part in waiting]
    return told


def _told_of_sums(summary: closing.Summary) -> list[str]:
    told = []
    for currency in sorted({event.fee.currency for event in summary.events}):
        events = [event for event in summary.events if event.fee.currency == currency]
        heads = [head for head in summary.statements if head.total.currency == currency]
        fees = total_of((event.fee for event in events), currency)
        waiting = total_of((event.suspended() for event in events), currency)
        paid = total_of((head.total for head in heads), currency)
        told.append(_equation(paid, waiting, fees))
    return told


def _equation(paid: Money, waiting: Money, fees: Money) -> str:
    sign = "=" if paid + waiting == fees else "≠"
    return f"Σ statements {paid} + suspense {waiting} {sign} fees {fees}"
