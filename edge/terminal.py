"""What the box's commands share: where home is, the journal, and how to say what failed."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import structlog

from edge.config import HOME, BoxPaths
from edge.errors import QulaqError

_SIGNS = "edge.signs"  # where a command keeps what --signs said

HOME_OPTION = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    default=HOME,
    envvar="STATE_DIRECTORY",
    show_default=True,
    help="The box's state folder: its key, orders, outbox and catalogue.",
)

CONFIG_OPTION = click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Settings, TOML. Without it every setting has its default.",
)

SIGNS_OPTION = click.option(
    "--signs",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    envvar="RUNTIME_DIRECTORY",
    expose_value=False,
    callback=lambda context, _option, folder: context.meta.update({_SIGNS: folder}),
    help="A folder in memory for signs of life, which the venue's page shows. [default: none]",
)


def paths_of(home: Path) -> BoxPaths:
    """The rooms of a box at home, and the folder for signs of life that --signs named."""
    return BoxPaths(home, click.get_current_context().meta.get(_SIGNS))


@contextmanager
def spoken() -> Iterator[None]:
    """Tell what went wrong in one line, and leave with 1.

    Raises:
        ClickException: the box met something it knows by name.
    """
    try:
        yield
    except QulaqError as e:
        raise click.ClickException(str(e)) from e


def keep_journal() -> None:
    """One line for each event on standard output: for reading on a terminal, JSON elsewhere."""
    on_terminal = sys.stdout.isatty()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer() if on_terminal else structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(),
    )
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # a journal that lags is no journal
