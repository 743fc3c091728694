"""While the office is open, what is new enters the log within a minute."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy.exc import OperationalError

from central.desk import Office
from central.errors import CentralError
from central.transparency.asking import ask_witnesses
from central.transparency.sequencer import follow

log = structlog.get_logger()


@contextmanager
def following(office: Office) -> Iterator[None]:
    """Keep the log of an office up to date for as long as the block lasts."""
    over = threading.Event()
    follower = threading.Thread(target=_follow, args=(office, over), name="log", daemon=True)
    follower.start()
    try:
        yield
    finally:
        over.set()
        follower.join()


def _follow(office: Office, over: threading.Event) -> None:
    told = 0
    while True:
        try:
            size = follow(office)
            ask_witnesses(office)
        except (CentralError, OperationalError) as error:
            log.error("log_not_followed", cause=str(error))  # noqa: TRY400  # the cause says it all
        else:
            if size != told:
                log.info("log_published", leaves=size)
            told = size
        if over.wait(office.settings.log_seconds):
            return
