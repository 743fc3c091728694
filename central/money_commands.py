"""What settles money from the desk: closing, trying rules, what comes after, and the packs."""

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from central.settings import Home, Settings, load
from central.terminal import CONFIG, DAY, HOME, shown

if TYPE_CHECKING:
    from central.royalties.later.runs import Planned


@click.command("close-period")
@HOME
@click.option("--venue", "venue_id", type=int, help="Number of the venue.")
@click.option("--from", "first", type=DAY, help="First day, by its calendar.")
@click.option("--to", "last", type=DAY, help="Last day, included.")
@click.option("--event", "event_id", type=int, help="One event by itself; no days are named then.")
@click.option("--pack", default="", help="Rule pack to close by; see `packs list`.")
@click.option("--dry-run", is_flag=True, help="Tell what it would come to; write nothing.")
def close_period(
    home: Home,
    venue_id: int | None,
    first: datetime | None,
    last: datetime | None,
    *,
    event_id: int | None,
    pack: str,
    dry_run: bool,
) -> None:
    """Distribute the licence fees of a venue's events, and freeze how.

    Either of a venue's days (--venue, --from, --to) or of one event that came late (--event). Every
    event that starts on these days must have ended. A fee is the typed one, or comes by the tariff
    of the event's licence. Each fee follows the performed time of
    the works heard, after the deductions of the rule pack, if one is named; what cannot be
    attributed waits in suspense with its reason. Once closed, an
    event stays closed: closing exactly the same days again shows what was done, changes nothing.
    """
    from central.royalties.closing import Days
    from central.royalties.commands import close_days, days_of_event, rehearse_days

    if event_id is not None and (venue_id, first, last) == (None, None, None):
        days = days_of_event(home, event_id, pack=pack)
    elif event_id is None and venue_id is not None and first is not None and last is not None:
        days = Days(venue_id, first.date(), last.date(), pack)
    else:
        raise click.UsageError("name --venue, --from and --to, or --event alone")
    click.echo(rehearse_days(home, days) if dry_run else close_days(home, days))


@click.command()
@HOME
@CONFIG
def nightly(home: Home, config: Path | None) -> None:
    """Reckon anew what every open evening would come to; run it every night.

    Figures of evenings that nobody has closed are provisional: they replace last night's, stand
    beside the books and never in the ledger, and end when the evening is closed. Safe to run twice,
    and while `serve` runs. A venue whose rule cannot settle what was played is named, keeps last
    night's figures, and makes the command fail after all others are done.
    """
    from central.founding import open_office
    from central.royalties.nightly import reckon

    settings = load(config) if config else Settings()
    with closing(open_office(home, settings)) as office, shown("venues reckoned") as progress:
        night = reckon(
            office.books, family=settings.pack_family, clock=office.now, progress=progress
        )
    click.echo(f"PROVISIONAL: {night.evenings} open evenings of {night.venues} venues reckoned")
    if night.refused:
        raise click.ClickException("\n".join(("not reckoned:", *night.refused)))


@click.command()
@HOME
@click.option("--from", "first", required=True, type=DAY, help="First day, by each calendar.")
@click.option("--to", "last", required=True, type=DAY, help="Last day, included.")
@click.option("--venue", "venue_id", type=int, help="Number of the venue.  [default: all]")
@click.option("--pack", default="", help="A pack of the office's; see `packs list`.")
@click.option(
    "--file",
    type=click.Path(path_type=Path),
    help="A pack of your own, TOML; see `packs validate`.",
)
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="KEY=VALUE",
    help="Another value for one figure; keys as `packs explain PACK` prints them. Repeatable.",
)
@click.option("--json", "as_json", is_flag=True, help="All of it, in minor units, for programs.")
def simulate(
    home: Home,
    first: datetime,
    last: datetime,
    venue_id: int | None,
    *,
    pack: str,
    file: Path | None,
    changes: tuple[str, ...],
    as_json: bool,
) -> None:
    """Try a rule on what was played: who would gain, who would lose. Nothing is written.

    The events of these days are settled twice on the same plays: by the rule that held, and by
    the pack you name. So, to see last year with 15 % retained in place of 20 %:

    \b
      qulaq-central simulate --home office --from 2025-01-01 --to 2025-12-31 \\
          --pack kz-venues-2026 --set deductions.retention.percent=15

    Or write the whole rule: `packs explain` shows what one says, docs/formats/rule-pack.md how it
    is written, and `--file my-pack.toml` tries it.
    """
    from central.royalties import trial_commands as commands

    asked = commands.Asked(first.date(), last.date(), venue_id, pack, file, changes)
    with shown("venues tried") as progress:
        trial = commands.tried(home, asked, settings=Settings(), progress=progress)
    click.echo(commands.as_json(trial) if as_json else commands.told(trial))


CLOSING = click.option(
    "--distribution", "closing_id", required=True, type=int, help="Number of the closing."
)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Tell what it would move; write nothing.")


def _run(home: Home, kind: "Planned", closing_id: int, *, dry_run: bool) -> None:
    from central.royalties.later_commands import do_run, rehearse_run

    click.echo(rehearse_run(home, kind, closing_id) if dry_run else do_run(home, kind, closing_id))


@click.command()
@HOME
@CLOSING
@DRY_RUN
def release(home: Home, closing_id: int, *, dry_run: bool) -> None:
    """Pay what waits of a closing and is known by now.

    A recording was registered with its work since, or the shares of a work were made whole: each
    such amount is paid at its own worth, by a distribution of its own. What is claimed waits for
    the claim, what may no longer be claimed for `redistribute`. Done twice it moves nothing more.
    """
    _run(home, "release", closing_id, dry_run=dry_run)


@click.command()
@HOME
@CLOSING
@DRY_RUN
def redistribute(home: Home, closing_id: int, *, dry_run: bool) -> None:
    """Divide what nobody claimed in time, by the policy of the closing's rule pack.

    The policy is named in the pack (`packs explain`): the identified works of the same event, by
    what they counted there. Where nobody is identified, it goes on waiting, and that is said.
    """
    _run(home, "redistribution", closing_id, dry_run=dry_run)


@click.command()
@HOME
@CLOSING
@DRY_RUN
def adjust(home: Home, closing_id: int, *, dry_run: bool) -> None:
    """Put right what was closed wrongly, by counter-entries.

    Detections that came after closing, and plays that staff corrected (`POST /v1/corrections`),
    are divided again by the pack the closing froze. Only amounts that differ are taken back and
    paid anew; what somebody received too much is recovered from his next statements.
    """
    _run(home, "adjustment", closing_id, dry_run=dry_run)


@click.command()
@HOME
def suspense(home: Home) -> None:
    """Tell what waits for an owner: how much, why, how long already, and until when.

    The reference in the first column is the one of the public list. What it turns out to be is
    claimed there, on the staff's page "Suspense", or over HTTP; an accepted claim pays it whole.
    """
    from central.royalties.later_commands import told_suspense

    click.echo(told_suspense(home))


@click.group()
def packs() -> None:
    """The rules money is settled by: dated packs of figures, each with its source.

    Begin with `list`, read one with `explain kz-venues-2026`, and try your own with `validate`.
    """


@packs.command("list")
def packs_list() -> None:
    """Every pack that came with the office."""
    from central.royalties.rules.commands import listed

    click.echo(listed())


@packs.command("explain")
@click.argument("pack_id", metavar="PACK")
def packs_explain(pack_id: str) -> None:
    """What PACK says: every figure, where it was read, or why it is assumed."""
    from central.royalties.rules import shelf
    from central.royalties.rules.commands import explained

    click.echo(explained(shelf.pack(pack_id)))


@packs.command("validate")
@click.argument("file", type=click.Path(path_type=Path))
def packs_validate(file: Path) -> None:
    """Whether FILE is a pack that can be used; if not, which key is wrong and why."""
    from central.royalties.rules.commands import validated

    click.echo(validated(file))


COMMANDS = (close_period, nightly, simulate, release, redistribute, adjust, suspense, packs)
