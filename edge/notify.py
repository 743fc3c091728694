"""Telling systemd that we are ready, alive, or about to stop."""

import os
import socket


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
