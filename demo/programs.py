"""The real programs, started as a hall and an office would start them."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO


class WentWrong(Exception):
    """One of the programs did not do its work; the text says which, and its last words."""


class Programs:
    """Starts Qulaq's programs; what they say goes into one file each."""

    def __init__(self, logs: Path) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self._logs = logs
        self._running: list[subprocess.Popen[bytes]] = []

    def run(self, command: Sequence[str], *, extra: Mapping[str, str] | None = None) -> str:
        """Run one program to its end.

        Args:
            command: name of the program and its arguments.
            extra: environment variables besides ours.

        Returns:
            What it said on standard output.

        Raises:
            WentWrong: it did not exit with 0.
        """
        answer = subprocess.run(
            _found(command),
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | (extra or {}),
            stdin=subprocess.DEVNULL,
        )
        if answer.returncode != 0:
            last = (answer.stderr or answer.stdout).strip()[-800:]
            raise WentWrong(f"{' '.join(command)} exited with {answer.returncode}: {last}")
        return answer.stdout

    def start(self, name: str, command: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start a program that goes on; its words go to a file of that name.

        Args:
            name: of the file.
            command: name of the program and its arguments; it reads its standard input from us.
        """
        with self.log(name).open("ab") as words:
            process = subprocess.Popen(
                _found(command),
                stdin=subprocess.PIPE,
                stdout=words,
                stderr=words,
                start_new_session=True,  # Ctrl-C is for the demo; it ends the others itself
            )
        self._running.append(process)
        return process

    def log(self, name: str) -> Path:
        """Where a started program's words are."""
        return self._logs / f"{name}.log"

    def last_words(self, name: str) -> str:
        """The end of what a started program said."""
        return self.log(name).read_text(encoding="utf-8", errors="replace")[-800:]

    def stop(self, process: subprocess.Popen[bytes], *, name: str) -> None:
        """Ask a program to end, as systemd would.

        Raises:
            WentWrong: it does not within half a minute, or not with 0.
        """
        process.terminate()
        self.wait(process, name=name)

    def wait(self, process: subprocess.Popen[bytes], *, name: str, seconds: float = 30) -> None:
        """Wait until a program has ended by itself.

        Raises:
            WentWrong: it does not, or not with 0.
        """
        try:
            code = process.wait(timeout=seconds)
        except subprocess.TimeoutExpired as e:
            raise WentWrong(f"{name} did not end within {seconds} s") from e
        if code != 0:
            raise WentWrong(f"{name} exited with {code}: {self.last_words(name)}")

    def close(self) -> None:
        """End whatever still runs."""
        for process in self._running:
            if process.poll() is None:
                process.terminate()
        for process in self._running:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdin is not None:
                _close(process.stdin)


def _found(command: Sequence[str]) -> list[str]:
    """The program beside our own Python, so that it is the one from this environment."""
    return [str(Path(sys.executable).parent / command[0]), *command[1:]]


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except BrokenPipeError:
        return  # its reader was killed on purpose; nobody waits for the rest
