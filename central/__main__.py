"""qulaq-central: sets up the office, opens it, and does what is done from its own desk."""

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.progress import Progress
from sqlalchemy.exc import DBAPIError

from central.settings import Home, Settings, load
from edge.errors import QulaqError

if TYPE_CHECKING:
    from central.royalties.later.runs import Planned

HOME = click.option(
    "--home",
    "home",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    callback=lambda _context, _parameter, path: Home(path),
    help="The folder that is the office: database, key, catalogue files.",
)
DAY = click.DateTime(formats=["%Y-%m-%d"])
WHAT_LEAVES = [
    "statement",
    "annex",
    "usage",
    "unidentified",
    "payments",
    "platform",
    "transparency",
]


@contextmanager
def _shown(what: str) -> Iterator[Callable[[int, int], None]]:
    """How far long work is: a bar on a terminal, a line for every hundred elsewhere."""
    if not sys.stdout.isatty():
        yield lambda done, of: None if done % 100 else click.echo(f"{what}: {done} of {of}")
        return
    with Progress() as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


class _Commands(click.Group):
    """Says what went wrong in one line, without a traceback, when it went wrong on purpose."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except QulaqError as error:
            raise click.ClickException(str(error)) from error
        except DBAPIError as error:
            reason = f"the books cannot be used ({error.orig}); is the disk full or damaged?"
            raise click.ClickException(reason) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("qulaq"), prog_name="qulaq-central")
def main() -> None:
    """The office: who wrote what, what was played where, and who is owed how much.

    Begin with `init`, keep the token it prints, then `serve`.
    """


@main.command()
@HOME
@click.option(
    "--books",
    default="",
    metavar="ADDRESS",
    help="An empty PostgreSQL database, postgresql://USER@HOST/NAME; else a file in the folder.",
)
def init(home: Home, books: str) -> None:
    """Set up an office in an empty folder and print its first staff token, once."""
    from central.founding import found

    token = found(home, at=datetime.now(UTC), books=books)
    click.echo(f"The office is set up in {home.path}.", err=True)
    click.echo(
        "Keep this staff token; only its hash is stored, it cannot be shown again:", err=True
    )
    click.echo(token)


@main.command()
@HOME
@click.option("--label", required=True, help="Whose it is; shown when tokens are reviewed.")
def token(home: Home, label: str) -> None:
    """Print another staff token, once."""
    from central.founding import let_in

    click.echo(let_in(home, label=label, at=datetime.now(UTC)))


@main.command()
@HOME
def key(home: Home) -> None:
    """Print the office's public key, which boxes are made to trust."""
    from central.founding import load_key
    from edge.sync.seal import public_pem

    click.echo(public_pem(load_key(home)), nl=False)


@main.command("build-catalogue")
@HOME
def build_catalogue(home: Home) -> None:
    """Make the next version of the catalogue from everything registered.

    Recordings that are new are compared with all others; which share sound stands on the page
    "Shared sound". Cut off, it goes on where it was when it is run again.
    """
    from central.catalogue.builder import build
    from central.founding import open_office

    shown = _shown("recordings compared")
    with closing(open_office(home, Settings())) as office, shown as progress:
        made = build(office, progress=progress)
    click.echo(f"version {made.version}: {made.recordings} recordings, {made.size_bytes} bytes")


@main.command("close-period")
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


@main.command()
@HOME
@click.option("--config", type=click.Path(path_type=Path), help="Settings, TOML.")
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
    with closing(open_office(home, settings)) as office, _shown("venues reckoned") as progress:
        night = reckon(
            office.books, family=settings.pack_family, clock=office.now, progress=progress
        )
    click.echo(f"PROVISIONAL: {night.evenings} open evenings of {night.venues} venues reckoned")
    if night.refused:
        raise click.ClickException("\n".join(("not reckoned:", *night.refused)))


@main.command()
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
    r"""Try a rule on what was played: who would gain, who would lose. Nothing is written.

    The events of these days are settled twice on the same plays: by the rule that held, and by
    the pack you name. So, to see last year with 15 % retained in place of 20 %:

    \b
      qulaq-central simulate --home office --from 2025-01-01 --to 2025-12-31 \
          --pack kz-venues-2026 --set deductions.retention.percent=15

    Or write the whole rule: `packs explain` shows what one says, docs/formats/rule-pack.md how it
    is written, and `--file my-pack.toml` tries it.
    """
    from central.royalties import trial_commands as commands

    asked = commands.Asked(first.date(), last.date(), venue_id, pack, file, changes)
    with _shown("venues tried") as progress:
        trial = commands.tried(home, asked, settings=Settings(), progress=progress)
    click.echo(commands.as_json(trial) if as_json else commands.told(trial))


CLOSING = click.option(
    "--distribution", "closing_id", required=True, type=int, help="Number of the closing."
)
DRY_RUN = click.option("--dry-run", is_flag=True, help="Tell what it would move; write nothing.")


def _run(home: Home, kind: "Planned", closing_id: int, *, dry_run: bool) -> None:
    from central.royalties.later_commands import do_run, rehearse_run

    click.echo(rehearse_run(home, kind, closing_id) if dry_run else do_run(home, kind, closing_id))


@main.command()
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


@main.command()
@HOME
@CLOSING
@DRY_RUN
def redistribute(home: Home, closing_id: int, *, dry_run: bool) -> None:
    """Divide what nobody claimed in time, by the policy of the closing's rule pack.

    The policy is named in the pack (`packs explain`): the identified works of the same event, by
    what they counted there. Where nobody is identified, it goes on waiting, and that is said.
    """
    _run(home, "redistribution", closing_id, dry_run=dry_run)


@main.command()
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


@main.command()
@HOME
def suspense(home: Home) -> None:
    """Tell what waits for an owner: how much, why, how long already, and until when.

    The reference in the first column is the one of the public list. What it turns out to be is
    claimed there, on the staff's page "Suspense", or over HTTP; an accepted claim pays it whole.
    """
    from central.royalties.later_commands import told_suspense

    click.echo(told_suspense(home))


@main.command()
@HOME
@click.option("--statement", "statement_id", required=True, type=int, help="Its number.")
@click.option(
    "--out",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write it.  [default: statement-NUMBER.qulaq]",
)
def bundle(home: Home, statement_id: int, path: Path | None) -> None:
    """Write a statement into one file that proves itself.

    The file opens what the public log promises of this statement: its plays, the pools they draw
    from, every step of the reckoning. Whoever has it checks it without us: `qulaq-verify FILE`.
    """
    from central.transparency.commands import save_bundle

    path = path or Path(f"statement-{statement_id}.qulaq")
    save_bundle(home, statement_id, path)
    click.echo(path)


@main.command()
@HOME
@click.argument("what", type=click.Choice(WHAT_LEAVES))
@click.argument("number", type=int)
@click.option("--form", type=click.Choice(["csv", "xlsx", "pdf", "json"]), default="csv")
@click.option("--lang", type=click.Choice(["kk", "ru", "en"]), default="en", help="Of its words.")
@click.option(
    "--out",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write it.  [default: WHAT-NUMBER.FORM]",
)
def export(home: Home, what: str, number: int, form: str, lang: str, path: Path | None) -> None:
    """Write a report into a file; every sum in it is the very sum in the books.

    NUMBER is that of a statement for `statement`, the year for `transparency`, and that of a
    distribution for the others. `usage` and `platform` are for machines and not made as PDF.
    """
    from central.exchange.commands import export

    click.echo(export(home, what, number, form=form, tongue=lang, path=path))


@main.command("export-sisters")
@HOME
@click.argument("number", type=int)
@click.option(
    "--folder",
    default=Path(),
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write them.  [default: here]",
)
@click.option("--config", type=click.Path(path_type=Path), help="Settings, TOML: society_code.")
def export_sisters(home: Home, number: int, folder: Path, config: Path | None) -> None:
    """Write what of distribution NUMBER goes to sister societies.

    A CRD 2.0 file for each society whose members earned in it, and a UP 1.1 file of what nobody
    could be paid for. Their trailers are the very sums of the ledger. The full specifications are
    for members of CISAC: records whose places were never read are named, and files with such
    records end in `.assumed.crd` and `.assumed.up`. docs/formats/sisters.md says what to do.
    """
    from central.exchange.commands import for_sisters

    settings = load(config) if config else Settings()
    for one in for_sisters(home, number, settings=settings, folder=folder):
        doubt = ", ".join(one.layout.assumed)
        click.echo(f"{folder / one.name}" + (f"  (places assumed in {doubt})" if doubt else ""))


@main.command("push-platform")
@HOME
@click.option("--distribution", "numbers", multiple=True, type=int, help="Its number. Repeatable.")
@click.option("--config", required=True, type=click.Path(path_type=Path), help="Settings, TOML.")
def push_platform(home: Home, numbers: tuple[int, ...], config: Path) -> None:
    """Tell the national platform of closings: each once, its receipt kept.

    Without `--distribution`, of all that it has not taken yet; run it as often as you like. The
    settings name the address (`platform_url`); a token, if it wants one, is read from
    `keys/platform.token`. What is sent is the very JSON of `export platform`.
    """
    from central.exchange.commands import push

    taken, refused = push(home, numbers, settings=load(config))
    for one in taken:
        click.echo(f"distribution {one.distribution_id}: taken, {one.receipt[:200]}")
    click.echo(f"{len(taken)} taken, {len(refused)} not")
    if refused:
        raise click.ClickException("\n".join(refused))


@main.command("publish-log")
@HOME
@click.option("--config", type=click.Path(path_type=Path), help="Settings, TOML.")
def publish_log(home: Home, config: Path | None) -> None:
    """Put what is new into the public log now, ask its witnesses, and print its key.

    `serve` does the same every minute. The first time, this makes the key of the log; its name
    is the setting `log_name` for good.
    """
    from central.transparency.commands import publish

    click.echo(publish(home, load(config) if config else Settings()))


@main.command()
@HOME
def audit(home: Home) -> None:
    """Read all the evidence again: letters against their boxes' keys, records against letters.

    Prints what does not fit, and ends with 1 if anything did not. Changes nothing.
    """
    from central.ingest.commands import faults_in

    faults = 0
    for fault in faults_in(home):
        faults += 1
        click.echo(f"letter {fault.batch_id} of {fault.device}: {fault.what}")
    if faults:
        raise click.ClickException(f"{faults} faults; restore a backup, the boxes send what lacks")
    click.echo("every letter is as its box signed it, every record as it was told")


@main.group()
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


@main.command()
@HOME
@click.option("--config", type=click.Path(path_type=Path), help="Settings, TOML.")
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.  [default: 8700]")
@click.option("--public-url", help="What boxes are told to call.  [default: http://HOST:PORT]")
def serve(
    home: Home, config: Path | None, host: str | None, port: int | None, public_url: str | None
) -> None:
    """Open the office: API for boxes, console for staff. Ctrl-C closes it."""
    from central.serving import serve_office

    settings = load(config) if config else Settings()
    given = {"host": host, "port": port, "public_url": public_url}
    serve_office(home, settings.but({name: v for name, v in given.items() if v is not None}))


if __name__ == "__main__":
    sys.exit(main())
