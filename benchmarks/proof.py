"""What proof costs, and what it is worth: a large statement verified, a thousand forged ones."""

import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from uuid import UUID

import click
import uvicorn
from rich.progress import track

from central.app import create_app
from central.database import writing
from central.desk import Office
from central.devices.store import Slot, put_box
from central.founding import found, open_office
from central.ingest.reading import letter_in
from central.ingest.taking import take
from central.repertoire.shares import Share
from central.repertoire.store import Recording, put_party, put_recording, put_work
from central.royalties.closing import Days, close_period
from central.serving import listen
from central.settings import Home, Settings
from central.transparency.bundle import bundle_of
from central.transparency.log_key import signer_in
from central.transparency.sequencer import follow
from central.venues.store import Event, put_event, put_hall, put_venue
from edge.sync import seal
from edge.sync.letters import BoxIdentity, BoxInput
from edge.sync.wire import DetectionBatch, DetectionRecord
from verifier.verify import Policy, Untrue, verify

START = datetime(2026, 9, 1, tzinfo=UTC)
BOOT = UUID("00000000-0000-4000-8000-000000000001")
EVENT = timedelta(hours=4)
LETTER = 500  # records
RUNS = 5  # of the verifier


@dataclass(frozen=True, slots=True)
class Season:
    """A closed season of one hall: the busiest author has the first statement."""

    office: Office
    statements: Sequence[int]


@click.command()
@click.option("--plays", default=10_000, show_default=True, help="Of the largest statement.")
@click.option("--forged", default=1000, show_default=True, help="Bundles to change one byte of.")
@click.option(
    "--outsiders",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A program of other people's code that checks log and proofs (see `make outsiders`).",
)
def main(plays: int, forged: int, outsiders: Path | None) -> None:
    """Close a season in which one author has so many plays and others share as many.

    His statement is verified; then one byte of each of many other bundles is changed, and each
    must be refused. Exits with 1 when anything false is believed or anything true refused.
    """
    with tempfile.TemporaryDirectory() as folder, _office(Path(folder)) as office:
        season = _season(office, plays, others=max(forged, 1))
        began = time.process_time()
        leaves = follow(office)
        lasted = time.process_time() - began
        click.echo(f"{leaves} leaves logged in {lasted:.2f} s of processor time")
        path = Path(folder) / "statement.qulaq"
        began = time.process_time()
        path.write_text(bundle_of(office, season.statements[0]), "utf-8")
        lasted = time.process_time() - began
        click.echo(f"bundle of {plays} plays: {path.stat().st_size} bytes, made in {lasted:.2f} s")
        is_good = _verified(path) and _refused(season, forged)
        if outsiders:
            is_good = is_good and _believed(office, outsiders, path)
    sys.exit(0 if is_good else 1)


@contextmanager
def _office(folder: Path) -> Iterator[Office]:
    home = Home(folder / "office")
    found(home, at=START)
    with closing(open_office(home, Settings(log_name="bench.example/log"))) as office:
        yield office


def _season(office: Office, plays: int, *, others: int) -> Season:
    """Two times so many plays, each of a minute, in turns: the author's own, somebody else's."""
    key = seal.new_key()
    identity = BoxIdentity(
        device=seal.device_id(seal.public_pem(key)), public_key=seal.public_pem(key)
    )
    end = START + 2 * plays * timedelta(minutes=1)
    with writing(office.books) as connection:
        venue_id = put_venue(connection, name="Филармония", city="Алматы", time_zone="UTC")
        hall_id = put_hall(connection, venue_id=venue_id, name="Үлкен зал")
        slot = Slot(hall_id, [BoxInput(device="USB")])
        put_box(connection, identity, slot, now=START - timedelta(days=1))
        for number in range(others + 1):
            name = f"Author {number}"
            party = put_party(connection, name=name, latin_name="", ipi=None, at=START)
            whole = [Share(party, "CA", 10_000)]
            work = put_work(connection, title=f"Күй {number}", iswc=None, parts=whole, at=START)
            put_recording(connection, _recording(number, work), at=START)
        for number in range(-(-(end - START) // EVENT)):
            put_event(connection, _event(hall_id, number))
    for first in track(range(0, 2 * plays, LETTER), "letters", disable=not sys.stderr.isatty()):
        records = [_heard(n, others) for n in range(first, min(first + LETTER, 2 * plays))]
        batch = DetectionBatch(device=identity.device, records=records)
        sealed = seal.seal(batch, signer=identity.device, key=key)
        with writing(office.books) as connection:
            take(connection, letter_in(batch), sealed=sealed, now=end)
    with writing(office.books) as connection:
        days = Days(venue_id, date(2026, 9, 1), end.date())
        summary = close_period(connection, days, now=end + EVENT)
    return Season(office, [head.id for head in summary.statements])


def _recording(number: int, work_id: int) -> Recording:
    return Recording(
        id=f"rec-{number}",
        work_id=work_id,
        title=f"Күй {number}, жазба",
        performer="Оркестр",
        isrc=None,
        milliseconds=60_000,
        recipe="r",
        fingerprint=b"",
        fingerprint_sha256=f"{number:064}",
    )


def _event(hall_id: int, number: int) -> Event:
    return Event(
        hall_id=hall_id,
        title=f"Кеш {number}",
        starts_at=START + number * EVENT,
        ends_at=START + (number + 1) * EVENT,
        licence_fee_minor=10_000_001,
        currency="KZT",
    )


def _heard(number: int, others: int) -> DetectionRecord:
    began = START + number * timedelta(minutes=1)
    author = 1 + number // 2 % others if number % 2 else 0
    return DetectionRecord(
        boot=BOOT,
        seq=number + 1,
        started_at=began,
        ended_at=began + timedelta(seconds=40 + number % 17),
        clock_synced=True,
        recording_id=f"rec-{author}",
        reference_start_seconds=0.0,
        speed=1.0,
        confidence=0.97,
        catalogue_version=1,
        recipe="r",
    )


def _verified(path: Path) -> bool:
    """Whether the command believes it; how long it takes by the clock, and by the processor."""
    verdict = verify(path.read_bytes(), Policy()).statement
    command = [sys.executable, "-m", "verifier.verify", str(path)]
    walls, busy, believed = [], [], True
    for _ in range(RUNS):
        began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        believed &= subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode == 0
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        walls.append(time.perf_counter() - began)
        busy.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    click.echo(
        f"verified {verdict.plays} plays, {verdict.detections} detections, from its start "
        f"to its exit: {median(walls):.2f} s, {median(busy):.2f} s of it on the processor (medians "
        f"of {RUNS}), memory at most {after.ru_maxrss // 1024} MiB"
    )
    return believed


def _refused(season: Season, forged: int) -> bool:
    dice, refused = random.Random(2026), 0  # noqa: S311  # which byte, not a secret
    for number in track(season.statements[1 : forged + 1], "forgeries", disable=_is_plain()):
        raw = bytearray(bundle_of(season.office, number).encode())
        verify(bytes(raw), Policy())
        raw[dice.randrange(len(raw))] ^= dice.randrange(1, 256)
        try:
            verify(bytes(raw), Policy())
        except Untrue:
            refused += 1
    click.echo(f"{forged} bundles believed as written; one byte changed: {refused} refused")
    return refused == forged


def _is_plain() -> bool:
    return not sys.stderr.isatty()


def _believed(office: Office, outsiders: Path, path: Path) -> bool:
    """Whether other people's code agrees, over HTTP and on every proof of the large statement."""
    proofs = path.parent / "proofs"
    proofs.mkdir()
    for name, proof in verify(path.read_bytes(), Policy()).proofs():
        (proofs / name).write_text(proof, "utf-8")
    with listen(Settings(port=0)) as door:
        server = uvicorn.Server(uvicorn.Config(create_app(office), ws="none", log_level="error"))
        thread = threading.Thread(target=server.run, args=([door],))
        thread.start()
        url = f"http://127.0.0.1:{door.getsockname()[1]}/log"
        command = [str(outsiders.resolve()), url, signer_in(office.home).verifier.text()]
        done = subprocess.run(
            [*command, *map(str, sorted(proofs.iterdir()))], check=False, capture_output=True
        )
        server.should_exit = True
        thread.join()
    click.echo(f"golang.org/x/mod/sumdb: {(done.stdout or done.stderr).decode().strip()}")
    return done.returncode == 0


if __name__ == "__main__":
    main()
