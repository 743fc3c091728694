"""What boxes are told to work by, from the office's desk."""

import json
from contextlib import closing

import click

from central.settings import Home, Settings
from central.terminal import HOME

DEVICE = click.option("--device", required=True, help="The box, by its name: qb-…")


@click.group()
def directions() -> None:
    """What a box is told to work by over the network: settings, hours, programme.

    Hours are those of its hall, and the programme is what was declared of its evenings: the office
    sees to both by itself. Settings are set here, on the page of the box, or over HTTP. The box
    takes them within some minutes of being on the network, and answers.

    \b
      qulaq-central directions show --home office --device qb-0123456789abcdef
      qulaq-central directions set  --home office --device qb-0123456789abcdef sync_seconds=60
    """


@directions.command("show")
@HOME
@DEVICE
def show(home: Home, device: str) -> None:
    """Print the newest directions of a box and what it did with them, as JSON."""
    from pydantic import RootModel

    from central.database import reading
    from central.devices import directions as books
    from central.founding import open_office

    with closing(open_office(home, Settings())) as office, reading(office.books) as connection:
        newest = books.told(connection, device)
    if newest is None:
        click.echo(f"{device} was never told anything; it works by its orders")
    else:
        click.echo(RootModel[books.Told](newest).model_dump_json(indent=2))


@directions.command("set")
@HOME
@DEVICE
@click.option("--by", default="the office's desk", show_default=True, help="Who decides.")
@click.argument("pairs", nargs=-1, metavar="[NAME=VALUE]...")
def set_(home: Home, device: str, by: str, pairs: tuple[str, ...]) -> None:
    """Decide by which settings a box works: these, and for all others those of its own file.

    Without any it works by its own file again. What was decided before stays on record.
    """
    from datetime import UTC, datetime

    from central.database import writing
    from central.devices import directions as books
    from central.founding import open_office

    tuning = books.read_tuning(dict(_pair(one) for one in pairs))
    with closing(open_office(home, Settings())) as office, writing(office.books) as connection:
        books.put_tuning(connection, device, tuning, by=by[:100], at=datetime.now(UTC))
    click.echo(json.dumps(tuning.model_dump(exclude_none=True)))


def _pair(said: str) -> tuple[str, str]:
    name, equals, value = said.partition("=")
    if not equals:
        raise click.UsageError(f"{said!r} is not NAME=VALUE, such as sync_seconds=60")
    return name.strip(), value.strip()


COMMANDS = (directions,)
