"""The office while it is open: one server, quiet, until somebody stops it."""

import socket
from contextlib import closing, suppress

import click
import structlog
import uvicorn

from central.app import create_app
from central.errors import Unready
from central.founding import open_office
from central.settings import Home, Settings
from central.transparency.following import following


def serve_office(home: Home, settings: Settings) -> None:
    """Answer boxes and staff until Ctrl-C or SIGTERM.

    Raises:
        Unready: no office in that folder, books newer than this program, or the port is in use.
    """
    _keep_log()
    with listen(settings) as door:
        settings = settings.but({"port": door.getsockname()[1]})
        with closing(open_office(home, settings)) as office:
            app = create_app(office)
            quiet = uvicorn.Config(app, access_log=False, log_level="warning", ws="none")
            click.echo(f"Qulaq central answers on {settings.address} - stop it with Ctrl-C.")
            # uvicorn tells of the Ctrl-C it has obeyed by raising it once more.
            with following(office), suppress(KeyboardInterrupt):
                uvicorn.Server(quiet).run(sockets=[door])


def listen(settings: Settings) -> socket.socket:
    """The open door: port 0 asks the system for a free one.

    Raises:
        Unready: the address is not ours, or somebody listens there already.
    """
    try:
        return socket.create_server((settings.host, settings.port), backlog=2048)
    except OSError as e:
        raise Unready(f"cannot listen on {settings.host} port {settings.port}: {e}") from e


def _keep_log() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(),
    )
