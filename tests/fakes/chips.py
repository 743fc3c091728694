"""Chips that keep a box's key: a TPM 2.0 that is a program, and a stand-in for a Raspberry Pi."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from edge.config import Settings

STAND_IN = Path(__file__).with_name("rpi-fw-crypto")


class Tpm:
    """swtpm, IBM's own TPM 2.0 behind a socket; its state is a folder, as a chip's is a chip."""

    def __init__(self, folder):
        self._folder, self._process = folder, None
        folder.mkdir(parents=True)
        self.settings = Settings(key_store="tpm2", tpm_device=f"swtpm:path={folder}/chip")

    def start(self):
        self._process = subprocess.Popen(
            [
                *("swtpm", "socket", "--tpm2", "--tpmstate", f"dir={self._folder}"),
                *("--server", f"type=unixio,path={self._folder}/chip"),
                *("--ctrl", f"type=unixio,path={self._folder}/chip.ctrl"),
                *("--flags", "not-need-init,startup-clear"),
            ]
        )
        end = time.monotonic() + 60
        while not self._answers():
            assert self._process.poll() is None, "swtpm has ended"
            assert time.monotonic() < end, "swtpm does not answer"
            time.sleep(0.01)
        return self

    def stop(self):
        """Power is off; what a chip keeps, it keeps."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(60)
            self._process = None
            for door in ("chip", "chip.ctrl"):
                (self._folder / door).unlink(missing_ok=True)

    def _answers(self):
        return all(self._is_open(door) for door in ("chip.ctrl", "chip"))

    def _is_open(self, door):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as caller:
            caller.connect(f"{self._folder}/{door}")
            return True
        return False


class Pi:
    """A Raspberry Pi's firmware, as `rpi-fw-crypto` shows it: the program is put on PATH."""

    def __init__(self, folder, monkeypatch):
        self.firmware = folder / "firmware"
        self.firmware.mkdir(parents=True)
        self.settings = Settings(key_store="raspberry-pi")
        tools = folder / "bin"
        tools.mkdir()
        program = tools / "rpi-fw-crypto"
        # by the Python that has what the tests need, not by whichever is first on PATH
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{STAND_IN}" "$@"\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
        self.exchange(monkeypatch)

    def exchange(self, monkeypatch, other=None):
        """From now on this program speaks for the firmware of another Pi, or for its own."""
        monkeypatch.setenv("STAND_IN_PI", str((other or self).firmware))

    def burn(self):
        subprocess.run(
            ["rpi-fw-crypto", "genkey", "--key-id", "1", "--alg", "ec"],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return self

    def becomes(self, state):
        (self.firmware / state).touch()

    def die(self):
        shutil.rmtree(self.firmware)
        self.firmware.mkdir()
