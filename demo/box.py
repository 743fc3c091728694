"""The demo's box: made, given its orders by a stick, fed an evening, and cut from its power."""

import json
import subprocess
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demo.hall import RATE_HZ
from demo.narration import Stage
from demo.programs import Programs, WentWrong

SETTLE_SECONDS = 60.0  # until the box has worked through what it was given
FEED_SECONDS = 1.0  # handed over at once


class Box:
    """One box with a state folder of its own."""

    def __init__(self, home: Path, programs: Programs) -> None:
        self.home = home
        self._programs = programs

    def make(self, *, central_key: str) -> None:
        """Give it a key of its own and the office's public key, as when it leaves the bench."""
        self.home.mkdir(parents=True)
        key = self.home / "central.pem"
        key.write_text(central_key, encoding="utf-8")
        self._run("identity", "--trust", str(key))
        settings = "sync_seconds = 2.0  # a demo has less patience than a hall\n"
        self._settings.write_text(settings, encoding="utf-8")

    def take_orders(self, stick: Path, *, central: str, token: str) -> str:
        """The whole way of a stick: to the box, to the bench, to the box, to the bench.

        Returns:
            The bench's line about the receipt.
        """
        bench = ["qulaq-provision"]
        self._programs.run([*bench, "stick-image", str(stick)])
        self._run("stick", "apply", "--stick", str(stick))
        self._programs.run(
            [*bench, "enrol", "--central", central, "--stick", str(stick)],
            extra={"QULAQ_TOKEN": token},
        )
        self._run("stick", "apply", "--stick", str(stick))
        return self._programs.run([*bench, "receipt", "--stick", str(stick)]).strip()

    def sync(self) -> None:
        """One round with central: bring records, fetch the catalogue."""
        self._run("sync", "--config", str(self._settings), "--once")

    def start_reporting(self) -> subprocess.Popen[bytes]:
        """The process that speaks, going on beside the one that hears."""
        return self._start("sync", "sync", "--config", str(self._settings))

    def start_hearing(self, *, began: datetime) -> "Hearing":
        """The process that hears, with a pipe for a microphone."""
        process = self._start("listen", "listen", "--file", "-", "--began", began.isoformat())
        return Hearing(process, self._programs)

    def start_microphone(self, device: str) -> subprocess.Popen[bytes]:
        """The process that hears, with the room you sit in."""
        return self._start("listen", "listen", "--device", device)

    def status(self) -> dict[str, Any]:
        """How the box is, as it says itself."""
        found: dict[str, Any] = json.loads(self._run("status", "--json"))
        return found

    def wait_until_heard(self, instant: datetime) -> None:
        """Wait until everything before an instant is on its disk.

        Raises:
            WentWrong: it is not within a minute.
        """
        until = time.monotonic() + SETTLE_SECONDS
        heard: list[str] = []
        while time.monotonic() < until:
            heard = [one["listened_until"] for one in self.status()["inputs"]]
            if any(datetime.fromisoformat(one) >= instant for one in heard):
                return
            time.sleep(0.2)
        last = self._programs.last_words("listen")
        raise WentWrong(f"the box was given sound until {instant}, but has {heard}: {last}")

    @property
    def _settings(self) -> Path:
        return self.home / "box.toml"

    def _run(self, *words: str) -> str:
        return self._programs.run(["qulaq-edge", *words, "--home", str(self.home)])

    def _start(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        return self._programs.start(name, ["qulaq-edge", *words, "--home", str(self.home)])


class Hearing:
    """One run of the process that hears, and the pipe into it."""

    def __init__(self, process: subprocess.Popen[bytes], programs: Programs) -> None:
        self._process = process
        self._programs = programs

    def feed(self, sound: NDArray[np.int16], *, stage: Stage) -> None:
        """Hand sound over, shape (samples,) at `RATE_HZ`, as fast as the box takes it.

        Raises:
            WentWrong: the box stopped listening.
        """
        pipe = self._process.stdin
        step = int(FEED_SECONDS * RATE_HZ)
        try:
            for start in range(0, len(sound), step):
                piece = sound[start : start + step]
                if pipe is not None:
                    pipe.write(piece.astype("<i2").tobytes())
                    pipe.flush()
                stage.advance(len(piece) / RATE_HZ)
        except BrokenPipeError as e:
            last = self._programs.last_words("listen")
            raise WentWrong(f"the box stopped listening: {last}") from e

    def cut_power(self) -> None:
        """SIGKILL: no goodbye, no clean-up, as when somebody pulls the plug."""
        self._process.kill()
        self._process.wait()

    def end(self) -> None:
        """The sound is over; wait until the box has written everything down.

        Raises:
            WentWrong: it does not end, or not well.
        """
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._programs.wait(self._process, name="listen", seconds=SETTLE_SECONDS)
