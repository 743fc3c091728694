"""Run inside the machine: plugs in the USB device at the other end of a TCP connection.

Usage: plug_in.py HOST PORT
"""

import socket
import sys
from pathlib import Path

FULL_SPEED = 2
with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as cable:
    cable.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    ports = Path("/sys/devices/platform/vhci_hcd.0/status").read_text().splitlines()[1:]
    free = next(
        int(line.split()[1])
        for line in ports
        if line.split()[0] == "hs" and int(line.split()[2]) == 4
    )
    Path("/sys/devices/platform/vhci_hcd.0/attach").write_text(
        f"{free} {cable.fileno()} 65538 {FULL_SPEED}"
    )
