"""How soon a box hears, and in how much memory: from exec to READY=1, and after minutes of music.

The ear is compiled beforehand, as on a box. With a catalogue, memory is what is resident and no
segment of it: those pages are the kernel's own, and go when somebody else needs them.

Usage: python -m benchmarks.ready [--times 5] [--catalogue FOLDER] [--minutes 3]
"""

import os
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click
import numpy as np

from edge.matcher.recipe import RECIPE
from edge.selftest import made_up_music
from edge.sync.shelf import Shelf
from edge.sync.wire import Manifest, Segment

RATE_HZ = 48_000  # of a pipe's sound
_MAPPING = re.compile(r"^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+ *(.*)$")


@dataclass(frozen=True, slots=True)
class Start:
    """One start of the hearing process, and what came of it."""

    ready_seconds: float  # by the clock, until READY=1
    ready_processor_seconds: float  # of the processor, until then
    processor_seconds: float  # until the end
    own_bytes: int  # resident at the end, the segments aside
    segment_bytes: int  # resident of these


def _stock(shelf: Path, catalogue: Path) -> None:
    """Put the segments of a catalogue on a box's shelf, without a copy."""
    shelf.mkdir(parents=True)
    segments = []
    for path in sorted(catalogue.glob("*.qseg")):
        (shelf / path.name).symlink_to(path.resolve())
        size = path.stat().st_size
        segments.append(Segment(name=path.name, size_bytes=size, sha256=path.stem, recordings=0))
    made_at = datetime.now(UTC)
    manifest = Manifest(version=1, made_at=made_at, recipe=RECIPE.id, segments=segments)
    Shelf(shelf).activate(manifest)


def _resident(process: int) -> tuple[int, int]:
    """Bytes of a process that are in memory: its own, and of mapped segments."""
    own, mapped, is_segment = 0, 0, False
    for line in Path(f"/proc/{process}/smaps").read_text().splitlines():
        if found := _MAPPING.match(line):
            is_segment = found[1].endswith(".qseg")
        elif line.startswith("Rss:"):
            size = int(line.split()[1]) * 1024
            own, mapped = (own, mapped + size) if is_segment else (own + size, mapped)
    return own, mapped


def _once(ear: Path, home: Path, folder: Path, music: bytes) -> Start:
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
            env=_as_installed() | {"NOTIFY_SOCKET": str(folder / "notify")},
        ) as listening:
            _await_ready(manager, listening)
            ready, until_ready = time.monotonic() - began, _processor_seconds(listening.pid)
            threading.Thread(target=_hear_out, args=(manager,), daemon=True).start()
            own, mapped = _hear(listening, music)
        (folder / "notify").unlink()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Start(ready, until_ready, spent, own, mapped)


def _as_installed() -> dict[str, str]:
    """The environment, of a box whose Python keeps what it compiles, as installing leaves it."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _processor_seconds(process: int) -> float:
    """What a process has used so far, s: fields 14 and 15 of proc(5), in ticks."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _await_ready(manager: socket.socket, listening: "subprocess.Popen[bytes]") -> None:
    manager.settimeout(1)
    while listening.poll() is None:
        with suppress(TimeoutError):
            if manager.recv(256) == b"READY=1":
                manager.settimeout(None)
                return
    raise click.ClickException("the hearing process ended before it was ready; it said why above")


def _hear_out(manager: socket.socket) -> None:
    """Take every further word: who finds a full socket waits."""
    with suppress(OSError):
        while manager.recv(256) != b"STOPPING=1":
            continue


def _hear(listening: "subprocess.Popen[bytes]", music: bytes) -> tuple[int, int]:
    """Let it hear, and look at its memory while it still listens for more."""
    pipe = listening.stdin
    if pipe is None:
        raise RuntimeError("there is no pipe to the hearing process")
    pipe.write(music)
    pipe.flush()
    found = _resident(listening.pid)  # what the pipe still holds is less than a second
    pipe.close()
    return found


@click.command()
@click.option("--times", type=click.IntRange(1), default=5, show_default=True)
@click.option(
    "--catalogue",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of .qseg files to recognise from; it is only read. [default: none]",
)
@click.option("--minutes", type=click.FloatRange(0, 60), default=0.1, show_default=True)
def main(times: int, catalogue: Path | None, minutes: float) -> None:
    """Start the hearing process again and again, and print the median of what it took."""
    folder = Path(tempfile.mkdtemp(prefix="qulaq-ready-"))
    sound = made_up_music(1, minutes * 60, rate_hz=RATE_HZ)
    music = np.round(sound * 32767).astype("<i2").tobytes()
    try:
        ear = folder / "ear"
        compiling = [sys.executable, "-m", "edge", "compile", "--into", str(ear)]
        subprocess.run(compiling, check=True, stdout=subprocess.DEVNULL)
        if catalogue is not None:
            _stock(folder / "box/shelf", catalogue)
        _once(ear, folder / "box", folder, music)  # the caches are warm from here on
        starts = [_once(ear, folder / "box", folder, music) for _ in range(times)]
    finally:
        shutil.rmtree(folder)
    _tell(starts, minutes)


def _tell(starts: list[Start], minutes: float) -> None:
    ready = statistics.median(start.ready_seconds for start in starts)
    until_ready = statistics.median(start.ready_processor_seconds for start in starts)
    spent = statistics.median(start.processor_seconds for start in starts)
    own = max(start.own_bytes for start in starts) / 1e6
    mapped = max(start.segment_bytes for start in starts) / 1e6
    load = os.getloadavg()[0]
    click.echo(f"ready after {ready:.2f} s (median of {len(starts)}; load {load:.1f}),")
    click.echo(
        f"{until_ready:.2f} s of the processor; {spent:.2f} s to the end of {minutes:g} min,"
    )
    click.echo(f"then {own:.0f} MB resident at most, and beside it {mapped:.0f} MB of segments")


if __name__ == "__main__":
    main()
