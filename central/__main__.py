"""qulaq-central: sets up the office, opens it, and does what is done from its own desk."""

import sys
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import click

from central import directing_commands, leaving_commands, money_commands, root_commands
from central.settings import Home, Settings, load
from central.terminal import CONFIG, HOME, Commands, shown


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
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
@CONFIG
def build_catalogue(home: Home, config: Path | None) -> None:
    """Make the next version of the catalogue from everything registered.

    Recordings that are new are compared with all others; which share sound stands on the page
    "Shared sound". Cut off, it goes on where it was when it is run again. Where a box cannot have
    everything (`box_recordings`, `box_megabytes`), each kind of house gets its part: see
    `explain-catalogue`.
    """
    from central.founding import open_office
    from central.profiles.making import make

    compared = shown("recordings compared")
    settings = load(config) if config else Settings()
    with closing(open_office(home, settings)) as office, compared as progress:
        made = make(office, progress=progress)
    new = made.catalogue
    click.echo(f"version {new.version}: {new.recordings} recordings, {new.size_bytes} bytes")
    if made.not_removed:
        click.echo(
            f"it is in force; old files could not be removed: {made.not_removed}; mend that, "
            "then run `qulaq-central prune-catalogue`",
            err=True,
        )


@main.command("prune-catalogue")
@HOME
def prune_catalogue(home: Home) -> None:
    """Remove the files of the catalogue that no box can want any more; a build does it, too.

    The last two versions stay whole, and whatever was in force or written within 30 days.
    """
    from central.catalogue.pruning import prune
    from central.founding import open_office

    with closing(open_office(home, Settings())) as office:
        freed = prune(office, now=office.now())
    click.echo(f"{freed} bytes freed")


@main.command("explain-catalogue")
@HOME
@click.option("--hall", type=click.IntRange(1), required=True, help="The hall, by its number.")
@click.option("--lang", type=click.Choice(("kk", "ru", "en")), default="en", show_default=True)
def explain_catalogue(home: Home, hall: int, lang: str) -> None:
    """Say in words what the boxes of a hall can recognise, and why just that."""
    from central.database import reading
    from central.founding import open_office
    from central.profiles.explaining import explain, in_words

    with closing(open_office(home, Settings())) as office, reading(office.books) as connection:
        first, *grounds = in_words(explain(connection, hall), lang)
    click.echo("\n".join([first, *(f"  {ground}" for ground in grounds)]))


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


@main.command()
@HOME
@CONFIG
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on.  [default: 8700]")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that answer.  [default: 1]")
@click.option("--public-url", help="What boxes are told to call.  [default: http://HOST:PORT]")
def serve(
    home: Home,
    config: Path | None,
    host: str | None,
    port: int | None,
    *,
    workers: int | None,
    public_url: str | None,
) -> None:
    """Open the office: API for boxes, console for staff. Ctrl-C closes it.

    With `--workers N` so many processes answer at one port.
    """
    from central.serving import serve_office

    settings = load(config) if config else Settings()
    given = {"host": host, "port": port, "workers": workers, "public_url": public_url}
    serve_office(home, settings.but({name: v for name, v in given.items() if v is not None}))


for _room in (money_commands, leaving_commands, root_commands, directing_commands):
    for _command in _room.COMMANDS:
        main.add_command(_command)

if __name__ == "__main__":
    sys.exit(main())
