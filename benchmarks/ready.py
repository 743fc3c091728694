"""How soon a box hears: from exec to READY=1, with the ear compiled beforehand, as on a box.

Usage: python -m benchmarks.ready [--times 5]
"""

import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

SILENCE = b"\0" * 96_000  # a second of a pipe's sound


def _once(ear: Path, home: Path, folder: Path) -> tuple[float, float]:
    """One start: seconds by the clock until READY=1, and of the processor until the end."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(folder / "notify"))
        command = [sys.executable, "-m", "edge", "listen", "--compiled", str(ear)]
        command += ["--home", str(home), "--file", "-"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.monotonic()
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env=os.environ | {"NOTIFY_SOCKET": str(folder / "notify")},
        ) as listening:
            while manager.recv(256) != b"READY=1":
                continue
            ready = time.monotonic() - began
            listening.communicate(SILENCE)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    (folder / "notify").unlink()
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return ready, spent


@click.command()
@click.option("--times", type=click.IntRange(1), default=5, show_default=True)
def main(times: int) -> None:
    """Start the hearing process again and again, and print the median of what it took."""
    folder = Path(tempfile.mkdtemp(prefix="qulaq-ready-"))
    try:
        ear = folder / "ear"
        compiling = [sys.executable, "-m", "edge", "compile", "--into", str(ear)]
        subprocess.run(compiling, check=True, stdout=subprocess.DEVNULL)
        starts = [_once(ear, folder / "box", folder) for _ in range(times)]
    finally:
        shutil.rmtree(folder)
    ready, spent = (statistics.median(column) for column in zip(*starts, strict=True))
    click.echo(f"ready after {ready:.2f} s (median of {times}; load {os.getloadavg()[0]:.1f}),")
    click.echo(f"{spent:.2f} s of the processor, from exec to the end of a second of silence")


if __name__ == "__main__":
    main()
