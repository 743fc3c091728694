"""Lines of JSON to and from a machine: what is asked of it, and what it says."""

import json
import select
import socket
import time

PATIENCE_SECONDS = 900  # the emulated machine is slow; nothing is timed


class Line:
    """Lines of JSON to and from a Unix socket."""

    def __init__(self, path, alive):
        until = time.monotonic() + PATIENCE_SECONDS
        self._socket = socket.socket(socket.AF_UNIX)
        while True:
            try:
                self._socket.connect(str(path))
                break
            except OSError:
                assert alive(), "QEMU ended; its last words are in qemu.log"
                assert time.monotonic() < until, f"{path} never opened"
                time.sleep(0.05)
        self._waiting = b""

    def say(self, words):
        self._socket.sendall(json.dumps(words).encode() + b"\n")

    def hear(self, seconds=PATIENCE_SECONDS):
        """The next line, or None when none came in time."""
        until = time.monotonic() + seconds
        while b"\n" not in self._waiting:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self._socket], [], [], left)[0]:
                return None
            arrived = self._socket.recv(65536)
            if not arrived:
                raise EOFError("the machine is off")
            self._waiting += arrived
        line, self._waiting = self._waiting.split(b"\n", 1)
        return json.loads(line)

    def close(self):
        self._socket.close()
