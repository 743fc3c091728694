"""What a box writes to its card in a day of listening, by the real ear, journal and upload."""

import hashlib
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
from edge.sync import seal
from edge.sync.calendar import EPOCH
from edge.sync.errands import Desk, deliver
from edge.sync.identity import Identity, load_or_make
from edge.sync.outbox import Outbox
from edge.sync.packing import CODING, unpack
from edge.sync.protocol import Answer, Request
from edge.sync.shelf import Shelf
from edge.sync.wire import CENTRAL, BatchReceipt, DetectionBatch, Manifest, Sealed, Segment
from edge.timekeeping import Reading

BEGAN = datetime(2026, 3, 5, tzinfo=UTC)
BEGAN_NS = (BEGAN - EPOCH) // timedelta(microseconds=1) * 1000
ON_NS = 30_000_000_000  # since the kernel started
RATE_HZ = 16_000
PIECE_SECONDS = 120  # known
PAUSE_SECONDS = 240  # of music that is not; together ten pieces an hour, 240 a day
MEGABYTE = 1e6
LONGEST_BYTES = 2_000_000  # of a letter


class Day:
    """Ten pieces an hour with other music between, and a round of uploads every half minute."""

    name = "a day"
    rate_hz = RATE_HZ

    def __init__(self, hours: float, desk: Desk) -> None:
        self._seconds = round(hours * 3600)
        self._desk = desk
        self.length = Sample(self._seconds * RATE_HZ)
        self.second = 0  # of the day, by the sound

    def stop(self) -> None:
        """It ends by itself."""

    def pieces(self) -> Iterator[AudioBlock]:
        """A second at a time."""
        for second, block in zip(range(self._seconds), cycle(_turn()), strict=False):
            self.second = second
            yield AudioBlock(block.copy(), Sample(second * RATE_HZ), RATE_HZ)
            if second % self._desk.settings.sync_seconds == 0:
                deliver(self._desk, _central)

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
    key = seal.new_key()
    segment = Segment(name=f"{digest}.qseg", size_bytes=len(content), sha256=digest, recordings=1)
    manifest = Manifest(version=1, made_at=BEGAN, recipe=RECIPE.id, segments=[segment])
    stand = Shelf(shelf)
    stand.append(segment, content)
    stand.accept(segment)
    stand.activate(seal.seal(manifest, signer=CENTRAL, key=key), central_key=seal.public_pem(key))


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
@click.option("--hours", default=24.0, show_default=True, help="Of sound.")
@click.option("--folder", type=click.Path(path_type=Path), help="On the disk to be written to.")
def main(hours: float, folder: Path | None) -> None:
    r"""Listen to hours of sound, and say what was written.

    \b
    Example:
      python -m benchmarks.wear --hours 24
    """
    with tempfile.TemporaryDirectory(dir=folder) as home:
        paths, settings = BoxPaths(Path(home)), Settings()
        stock(paths.shelf, Path(home))
        desk = _desk(paths, settings, load_or_make(paths.identity))
        day = Day(hours, desk)
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
        written = (written_bytes() - before) / MEGABYTE
        kinds = [record.kind for record in desk.outbox.records()]
        print(f"{hours} h of sound: {len(kinds)} records, {kinds.count('detection')} detections")
        print(f"written: {written:.2f} MB, {written * 24 / hours:.1f} MB a day")
        for path in sorted(paths.outbox.parent.iterdir()):
            print(f"  {path.name:28} {path.stat().st_size:10,} bytes")
        desk.outbox.close()


if __name__ == "__main__":
    main()
