"""Telling systemd that we are ready, alive, or about to stop."""

import os
import socket
from threading import Lock


def tell(state: str) -> bool:
    """Send one state to the service manager, e.g. `READY=1` or `WATCHDOG=1`.

    Returns:
        Whether there was a service manager to tell.

    Source:
        sd_notify(3): a datagram to the socket named in NOTIFY_SOCKET; `@` means abstract.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as door:
        door.connect(address)
        door.sendall(state.encode())
    return True


class Unit:
    """What systemd is told about all inputs together: the slowest of them speaks for it."""

    def __init__(self, inputs: set[str]) -> None:
        """Wait for a word from each of these inputs."""
        self._ready, self._alive, self._inputs = set(inputs), set(inputs), set(inputs)
        self._lock = Lock()

    def is_ready(self, input_name: str) -> None:
        """An input hears; when all do, so does the unit."""
        with self._lock:
            self._hears(input_name)

    def is_alive(self, input_name: str) -> None:
        """An input is alive; when all have been since the last time, so is the unit."""
        with self._lock:
            self._alive.discard(input_name)
            if not self._alive:
                self._alive = set(self._inputs)
                tell("WATCHDOG=1")

    def is_over(self, input_name: str) -> None:
        """An input has ended; the others speak for the unit, which stops with the last of them."""
        with self._lock:
            if input_name not in self._inputs:
                return
            self._inputs.discard(input_name)
            self._alive.discard(input_name)
            if not self._inputs:
                tell("STOPPING=1")
            elif input_name in self._ready:
                self._hears(input_name)

    def _hears(self, input_name: str) -> None:
        self._ready.discard(input_name)
        if not self._ready:
            tell("READY=1")
