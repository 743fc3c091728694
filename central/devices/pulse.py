"""Whether what a box says of itself can be true at all."""

from central.errors import Unacceptable
from central.forms import EARLIEST, LARGEST, LATEST
from edge.sync.wire import Heartbeat


def require_plausible(heartbeat: Heartbeat) -> None:
    """A box may be late, deaf or wrong about the time, but not by centuries.

    Raises:
        Unacceptable: a number or an instant that no books could keep.
    """
    for count in (heartbeat.waiting, heartbeat.catalogue_version):
        if count > LARGEST:
            raise Unacceptable(f"{heartbeat.device} counts {count}, more than {LARGEST}")
    for instant in (heartbeat.said_at, heartbeat.last_heard_at):
        if instant is not None and not EARLIEST <= instant <= LATEST:
            raise Unacceptable(f"{heartbeat.device} says it is {instant.isoformat()}")
