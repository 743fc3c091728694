"""What the commands of the office share: its folder, how far long work is, how errors are told."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.progress import Progress
from sqlalchemy.exc import DBAPIError

from central.settings import Home
from edge.errors import QulaqError

HOME = click.option(
    "--home",
    "home",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    callback=lambda _context, _parameter, path: Home(path),
    help="The folder that is the office: database, key, catalogue files.",
)
DAY = click.DateTime(formats=["%Y-%m-%d"])
CONFIG = click.option("--config", type=click.Path(path_type=Path), help="Settings, TOML.")


@contextmanager
def shown(what: str) -> Iterator[Callable[[int, int], None]]:
    """How far long work is: a bar on a terminal, a line for every hundred elsewhere."""
    if not sys.stdout.isatty():
        yield lambda done, of: None if done % 100 else click.echo(f"{what}: {done} of {of}")
        return
    with Progress() as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


class Commands(click.Group):
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
