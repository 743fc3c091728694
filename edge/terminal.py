"""What the box's commands share: where home is, the journal, and how to say what failed."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import structlog

from edge.config import HOME
from edge.errors import QulaqError

HOME_OPTION = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    default=HOME,
    envvar="STATE_DIRECTORY",
    show_default=True,
    help="The box's state folder: its key, orders, outbox and catalogue.",
)


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
