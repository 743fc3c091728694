"""What leaves the office from its desk: bundles, reports, files for sisters, the log."""

from pathlib import Path

import click

from central.settings import Home, Settings, load
from central.terminal import CONFIG, HOME

WHAT_LEAVES = [
    "statement",
    "annex",
    "usage",
    "unidentified",
    "payments",
    "platform",
    "transparency",
]


@click.command()
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


@click.command()
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


@click.command("export-sisters")
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


@click.command("push-platform")
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


@click.command("publish-log")
@HOME
@CONFIG
def publish_log(home: Home, config: Path | None) -> None:
    """Put what is new into the public log now, ask its witnesses, and print its key.

    `serve` does the same every minute. The first time, this makes the key of the log; its name
    is the setting `log_name` for good.
    """
    from central.transparency.commands import publish

    click.echo(publish(home, load(config) if config else Settings()))


COMMANDS = (bundle, export, export_sisters, push_platform, publish_log)
