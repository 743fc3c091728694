"""The office while it is open: a server of one process or several, until somebody stops it."""

import gc
import socket
from contextlib import closing, suppress
from functools import partial

import click
import structlog
import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from central.app import create_app
from central.desk import Office
from central.errors import Unready
from central.founding import open_office
from central.settings import Home, Settings
from central.transparency.following import following

_PATIENCE_SECONDS = 300  # before a process that does not answer is replaced; imports take a while
# A letter is some thousand objects, which go by themselves when it is taken. Python looks for what
# does not after every 700 new ones; here after more than any letters that are taken together.
_LOOKED_AFTER = 100_000


def serve_office(home: Home, settings: Settings) -> None:
    """Answer boxes and staff until Ctrl-C or SIGTERM.

    Raises:
        Unready: no office in that folder, books newer than this program, or the port is in use.
    """
    _keep_log()
    with listen(settings) as door:
        settings = settings.but({"port": door.getsockname()[1]})
        with closing(open_office(home, settings)) as office:
            click.echo(f"Qulaq central answers on {settings.address} - stop it with Ctrl-C.")
            # uvicorn tells of the Ctrl-C it has obeyed by raising it once more.
            with following(office), suppress(KeyboardInterrupt):
                _answer(office, door)


def _answer(office: Office, door: socket.socket) -> None:
    several = office.settings.workers > 1
    quiet = uvicorn.Config(
        partial(_opened, office.home, office.settings) if several else _settled(office),
        factory=several,
        workers=office.settings.workers,
        access_log=False,
        log_level="warning",
        ws="none",
        timeout_worker_healthcheck=_PATIENCE_SECONDS,
    )
    if several:
        Multiprocess(quiet, sockets=[door]).run()
    else:
        uvicorn.Server(quiet).run(sockets=[door])


def _opened(home: Home, settings: Settings) -> FastAPI:
    """The same office, opened once more in a process of its own."""
    _keep_log()
    return _settled(open_office(home, settings.for_one_worker()))


def _settled(office: Office) -> FastAPI:
    app = create_app(office)
    clear_away_seldom()
    return app


def clear_away_seldom() -> None:
    """Look for what must be cleared away as seldom as an open office needs it.

    What is there by now stays, and is not looked at again.
    """
    gc.freeze()
    gc.set_threshold(_LOOKED_AFTER, *gc.get_threshold()[1:])


def listen(settings: Settings) -> socket.socket:
    """The open door: port 0 asks the system for a free one.

    Raises:
        Unready: the address is not ours, or somebody listens there already.
    """
    try:
        door = socket.create_server((settings.host, settings.port), backlog=2048)
    except OSError as e:
        raise Unready(f"cannot listen on {settings.host} port {settings.port}: {e}") from e
    # Headers and body leave one after the other: without this, whoever keeps his connection waits
    # for the body until his own system says, 40 ms later, that the headers came.
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return door


def _keep_log() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(),
    )
