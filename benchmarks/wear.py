"""What a box writes to its card in a day of listening, by the real ear, journal and upload.

The kernel writes what is dirty after half a minute. Sound goes by faster here than in a hall, so
it is made to do so after half a minute of sound: else what changes often would be counted once
where a hall's card takes it ten times.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from uuid import uuid4

import click
import numpy as np
from numpy.typing import NDArray
from rich.progress import Progress

from edge.capture.block import AudioBlock, Sample
from edge.capture.clock import Moment
from edge.config import BoxPaths, Settings
from edge.evening import Evening
from edge.listen import listen
from edge.matcher.fingerprint import fingerprint
from edge.matcher.recipe import RECIPE
from edge.matcher.write import write_segment
from edge.selftest import made_up_music
from edge.sync.calendar import EPOCH
from edge.sync.errands import Desk, deliver
from edge.sync.identity import Identity, load_or_make
from edge.sync.outbox import Outbox
from edge.sync.packing import CODING, unpack
from edge.sync.protocol import Answer, Request
from edge.sync.shelf import Shelf
from edge.sync.wire import BatchReceipt, DetectionBatch, Manifest, Sealed, Segment
from edge.timekeeping import Reading

BEGAN = datetime(2026, 3, 5, tzinfo=UTC)
BEGAN_NS = (BEGAN - EPOCH) // timedelta(microseconds=1) * 1000
ON_NS = 30_000_000_000  # since the kernel started
RATE_HZ = 16_000
PIECE_SECONDS = 120  # known
PAUSE_SECONDS = 240  # of music that is not; together ten pieces an hour, 240 a day
MEGABYTE = 1e6
LONGEST_BYTES = 2_000_000  # of a letter
DIRTY_SECONDS = 30  # the kernel's dirty_expire_centisecs
START_SECONDS = 600  # until then it is counted apart: a start is not an everyday thing


class Day:
    """Ten pieces an hour with other music between, and a round of uploads every half minute."""

    name = "a day"
    rate_hz = RATE_HZ

    def __init__(self, hours: float, desk: Desk, outbox: Path) -> None:
        self._seconds = round(hours * 3600)
        self._desk, self._outbox = desk, outbox
        self.length = Sample(self._seconds * RATE_HZ)
        self.second = 0  # of the day, by the sound
        self.written_by_start = self.written_by_end = 0  # bytes

    def stop(self) -> None:
        """It ends by itself."""

    def pieces(self) -> Iterator[AudioBlock]:
        """A second at a time."""
        for second, block in zip(range(self._seconds), cycle(_turn()), strict=False):
            self.second = second
            yield AudioBlock(block.copy(), Sample(second * RATE_HZ), RATE_HZ)
            if second % self._desk.settings.sync_seconds == 0:
                deliver(self._desk, _central)
            if second % DIRTY_SECONDS == 0:
                _write_what_is_dirty(self._outbox)
            if second == START_SECONDS:
                self.written_by_start = written_bytes()
        self.written_by_end = written_bytes()

    def read(self) -> Reading:
        """The clocks of a box whose time goes by as fast as its sound."""
        ns = self.second * 1_000_000_000
        return Reading(ON_NS + ns, BEGAN_NS + ns, synced=True, uncertainty_ns=4_000_000)


def _turn() -> list[NDArray[np.float32]]:
    known, other = (made_up_music(n, s, rate_hz=RATE_HZ) for n, s in _MUSIC)
    return np.split(np.concatenate([known, other]), PIECE_SECONDS + PAUSE_SECONDS)


_MUSIC = ((1, PIECE_SECONDS), (2, PAUSE_SECONDS))


def _plain(request: Request) -> bytes:
    is_packed = request.headers.get("Content-Encoding") == CODING
    return unpack(request.body, longest=LONGEST_BYTES) if is_packed else request.body


def _central(request: Request) -> Answer:
    batch = DetectionBatch.model_validate_json(Sealed.model_validate_json(_plain(request)).payload)
    receipt = BatchReceipt(accepted=len(batch.records), duplicates=0)
    return Answer(200, receipt.model_dump_json().encode())


def _write_what_is_dirty(folder: Path) -> None:
    for path in folder.iterdir():
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)


def written_bytes() -> int:
    """What this process has had written to disks so far, as the kernel counts it."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("write_bytes")).split()[1])


def stock(shelf: Path, folder: Path) -> None:
    """Put the known piece on the shelf."""
    known = made_up_music(1, PIECE_SECONDS, rate_hz=RATE_HZ)
    path = folder / "known.qseg"
    write_segment(path, [("rec-1", fingerprint(known, RATE_HZ))])
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    segment = Segment(name=f"{digest}.qseg", size_bytes=len(content), sha256=digest, recordings=1)
    manifest = Manifest(version=1, made_at=BEGAN, recipe=RECIPE.id, segments=[segment])
    stand = Shelf(shelf)
    stand.append(segment, content)
    stand.accept(segment)
    stand.activate(manifest)


def _desk(paths: BoxPaths, settings: Settings, identity: Identity) -> Desk:
    return Desk(
        identity=identity,
        outbox=Outbox.open(paths.outbox),
        shelf=Shelf(paths.shelf),
        settings=settings,
        now=lambda: BEGAN + timedelta(days=1),
        stopping=lambda: False,
    )


@click.command()
@click.option(
    "--hours", type=click.FloatRange(min=0.5), default=24.0, show_default=True, help="Of sound."
)
@click.option("--folder", type=click.Path(path_type=Path), help="On the disk to be written to.")
def main(hours: float, folder: Path | None) -> None:
    """Listen to hours of sound, and say what was written.

    \b
    Example:
      python -m benchmarks.wear --hours 24
    """
    with tempfile.TemporaryDirectory(dir=folder) as home:
        paths, settings = BoxPaths(Path(home)), Settings()
        stock(paths.shelf, Path(home))
        desk = _desk(paths, settings, load_or_make(paths.identity))
        day = Day(hours, desk, paths.outbox.parent)
        started = Moment(uuid4(), ON_NS)
        evening = Evening(day, "main", BEGAN, synced=False, boot=uuid4(), started=started)
        before = written_bytes()
        with Progress() as bar:
            task = bar.add_task("listening", total=hours * 3600)
            listen(
                evening,
                paths=paths,
                settings=settings,
                progress=lambda seconds: bar.update(task, completed=seconds),
                look=day.read,
            )
        kinds = [record.kind for record in desk.outbox.records()]
        sizes = {path.name: path.stat().st_size for path in paths.outbox.parent.iterdir()}
        before_copying = written_bytes()
        desk.outbox.close()  # the last who closes copies the log into the index, as happens anyway
        copied = (written_bytes() - before_copying) / MEGABYTE
    by_start = (day.written_by_start - before) / MEGABYTE
    since = (day.written_by_end - day.written_by_start) / MEGABYTE
    a_day = since * 86_400 / (hours * 3600 - START_SECONDS) + copied * 24 / hours
    print(f"{hours} h of sound: {len(kinds)} records, {kinds.count('detection')} detections")
    print(f"written in the first {START_SECONDS / 60:.0f} minutes: {by_start:.2f} MB")
    print(f"and since: {since:.2f} MB; by copying the index's log: {copied:.2f} MB")
    print(f"which is {a_day:.1f} MB a day")
    for name, size in sorted(sizes.items()):
        print(f"  {name:28} {size:10,} bytes")


if __name__ == "__main__":
    main()
