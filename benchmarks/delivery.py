"""What a change of a nation's catalogue costs on the wire, and how it goes on over a bad line.

The real office serves, the real client asks, by way of a line that is as slow as said and is cut
as often as said; only time runs faster, for both by the same factor. The box hangs in a cinema, and
half of what changes is for cinemas alone: it comes in segments laid over those of all houses.
"""

import os
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path

import click
import structlog
import uvicorn

from benchmarks.line import Line, line
from benchmarks.replicas import EDITION, Replicas, replica_name
from central.app import create_app
from central.catalogue import laying, vouching
from central.catalogue.layers import Layer
from central.catalogue.store import WHOLE, Catalogue, next_number, put_catalogue
from central.database import writing
from central.desk import Office
from central.devices import store as devices
from central.founding import found, open_office
from central.repertoire.shares import Share
from central.repertoire.store import Recording, put_party, put_recording, put_work
from central.serving import listen
from central.settings import Home, Settings
from central.venues.store import put_hall, put_venue
from edge import config, timekeeping
from edge.errors import QulaqError
from edge.matcher.index import Index
from edge.matcher.recipe import RECIPE
from edge.matcher.write import write_segment
from edge.sync import backoff
from edge.sync.asking import Asking
from edge.sync.client import Courier
from edge.sync.errands import Desk, restock
from edge.sync.identity import load_or_make
from edge.sync.letters import BoxIdentity, BoxInput
from edge.sync.outbox import Outbox
from edge.sync.protocol import Answer, Request
from edge.sync.rounds import brings_home, failures_after, pause_after
from edge.sync.seal import public_pem
from edge.sync.shelf import Shelf
from edge.sync.trust import Anchor
from edge.sync.wire import Manifest, Segment

NOW = datetime(2026, 3, 5, tzinfo=UTC)
NARROW_BYTES = 50_000 / 8  # a second
CUT_SECONDS = 60.0
NEW, OTHER = 0.4, 0.4  # of what changes: new, and others in their place; the rest is gone
MEGABYTE = 1e6
CACHE = Path(".cache/bench")


@dataclass(frozen=True, slots=True)
class Change:
    """Recordings of a catalogue that change.

    Attributes:
        sounds: id, and the name of the replica that it sounds like from now on.
        gone: ids.
    """

    sounds: dict[str, str]
    gone: set[str]


class Stand:
    """An office with a nation's catalogue, and a box that has it."""

    def __init__(self, folder: Path, base: Path) -> None:
        found(Home(folder / "office"), at=NOW)
        self.office = open_office(Home(folder / "office"), Settings())
        with base.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        self.names = list(Index.open([base]).recordings)
        at = {"sha256": digest, "size_bytes": base.stat().st_size}
        self.base = Segment.model_validate(
            {"name": f"{digest}.qseg", "recordings": len(self.names), **at}
        )
        (self.office.home.segments / self.base.name).symlink_to(base.resolve())
        self.wanted = dict.fromkeys(self.names, EDITION)
        listed = f"{laying.FORM}\n{Layer(self.wanted).to_text()}"
        (self.office.home.segments / f"{digest}.list").write_text(listed, "utf-8")
        self.proclaim([self.base], WHOLE)
        self.box = Box(folder / "box", self.office)
        (folder / "box" / "shelf").mkdir()
        (folder / "box" / "shelf" / self.base.name).symlink_to(base.resolve())

    def proclaim(self, segments: list[Segment], name: str) -> Manifest:
        """Make these the newest catalogue of a profile, as the builder does."""
        with writing(self.office.books) as connection:
            version, made_at = next_number(connection), self.office.now()
            manifest = Manifest(
                version=version, made_at=made_at, recipe=RECIPE.id, segments=segments
            )
            put_catalogue(connection, Catalogue(str(version), 0, 0, manifest))
            vouching.publish(connection, self.office, {name: manifest.to_bytes()})
        return manifest

    def change(self, share: float) -> Change:
        """Choose what changes."""
        count = round(share * len(self.names))
        chosen = random.Random(1).sample(  # noqa: S311  # a draw, no secret
            self.names, count - round(NEW * count)
        )
        others, gone = chosen[: round(OTHER * count)], chosen[round(OTHER * count) :]
        original = next(name for name in self.names if "~" not in name)
        fresh = [replica_name(original, 90_000 + n) for n in range(round(NEW * count))]
        sounds = {name: replica_name(original, 95_000 + n) for n, name in enumerate(others)}
        return Change(sounds | {name: name for name in fresh}, set(gone))

    def register(self, change: Change, prints: Path) -> None:
        """Put the changed recordings into the books."""
        load = Replicas(prints)
        with writing(self.office.books) as connection:
            party = put_party(connection, name="x", latin_name="x", ipi=None, at=NOW)
            parts = [Share(party, "CA", 10_000)]
            work = put_work(connection, title="x", iswc=None, parts=parts, at=NOW)
            for name, sound in change.sounds.items():
                (print_,) = load([sound])
                one = Recording(
                    id=name, work_id=work, title=name, performer="", isrc=None, milliseconds=1,
                    recipe=RECIPE.id, fingerprint=print_.to_bytes(), fingerprint_sha256=sound,
                )  # fmt: skip
                put_recording(connection, one, at=NOW)

    def lay(self, change: Change) -> list[Segment]:
        """The next version's segments for cinemas, by the office's own hand."""
        kept = {name: self.wanted[name] for name in self.names if name not in change.gone}
        everywhere = dict(list(change.sounds.items())[::2])
        common = laying.lay(self.office, self.wanted | everywhere, [self.base])
        return list(laying.lay_over(self.office, common, kept | change.sounds, []).segments)

    @contextmanager
    def served(self) -> Iterator[tuple[str, int]]:
        """The office behind a port on loopback."""
        with listen(self.office.settings.but({"port": 0})) as door:
            settings = uvicorn.Config(create_app(self.office), ws="none", log_level="error")
            server = uvicorn.Server(settings)
            thread = threading.Thread(target=server.run, args=([door],))
            thread.start()
            try:
                yield door.getsockname()
            finally:
                server.should_exit = True
                thread.join()


class Box:
    """A box of the office, and what it asks with."""

    def __init__(self, folder: Path, office: Office) -> None:
        self.settings = config.Settings()
        self.identity = load_or_make(config.BoxPaths(folder).identity)
        own = BoxIdentity(device=self.identity.device, public_key=self.identity.public_key)
        with writing(office.books) as connection:
            venue = put_venue(connection, name="x", city="", time_zone="UTC", kind="cinema")
            hall = put_hall(connection, venue_id=venue, name="x")
            slot = devices.Slot(hall_id=hall, inputs=[BoxInput(device="x")])
            devices.put_box(connection, own, slot, now=NOW)
        root = vouching.root_in_force(office).content.decode()
        self.anchor = Anchor(root=root, central_key=public_pem(office.key))
        self.shelf = Shelf(folder / "shelf")
        self.desk = Desk(
            identity=self.identity,
            outbox=Outbox.open(folder / "outbox.db"),
            shelf=self.shelf,
            settings=self.settings,
            now=timekeeping.now,
            stopping=lambda: False,
        )

    def ask(self, url: str, gains: list[int]) -> None:
        """One round's look at the catalogue; what is brought home is noted, in bytes.

        Raises:
            QulaqError: it did not come to its end.
        """
        with closing(Courier(url, timeout_seconds=self.settings.timeout_seconds)) as courier:
            ask = Asking(courier.send, self.identity, timekeeping.now).send

            def send(request: Request) -> Answer:
                answer = ask(request)
                if brings_home(request, answer):
                    gains.append(len(answer.body))
                return answer

            restock(self.desk, send, anchor=self.anchor)


@dataclass(frozen=True, slots=True)
class Journey:
    """How a download went.

    Attributes:
        carried_bytes: over the line to the box, headers and who vouches included.
        line_seconds: that the line was in use, in the hall's time.
        pause_seconds: that the box waited between rounds, by its own decision.
        lost_bytes: of each round that was cut, what came and must come again.
    """

    carried_bytes: int
    line_seconds: float
    pause_seconds: float
    lost_bytes: list[int]


def bring(box: Box, way: Line, *, haste: float) -> Journey:
    """Let a box ask until it has the newest catalogue."""
    dice = random.Random(1)  # noqa: S311  # luck, no secret
    failures, budget = 0, backoff.Budget()
    pauses, lost, began, first = 0.0, [], time.monotonic(), way.carried_bytes
    while True:
        gains: list[int] = []
        before = way.carried_bytes
        try:
            box.ask(way.url, gains)
        except QulaqError as error:
            failures = failures_after([error], failures, gained=bool(gains))
            budget = budget.after(failed=not gains)
            lost.append(way.carried_bytes - before - sum(gains))
            pauses += pause_after(
                [error], failures, luck=dice.random(), settings=box.settings, budget=budget
            )
        else:
            spent = (time.monotonic() - began) * haste
            return Journey(way.carried_bytes - first, spent, pauses, lost)


def _payload(stand: Stand, change: Change, prints: Path, folder: Path) -> int:
    """Bytes of the changed recordings as a catalogue of their own."""
    names = list(change.sounds)
    tracks = list(zip(names, Replicas(prints)(list(change.sounds.values())), strict=True))
    write_segment(folder / "payload", tracks)
    return (folder / "payload").stat().st_size


@click.command()
@click.option("--catalogue", type=click.Path(path_type=Path), help="[default: the largest made]")
@click.option("--prints", default=CACHE / "prints", type=click.Path(path_type=Path))
@click.option("--share", default=0.005, show_default=True, help="Of the recordings that change.")
@click.option("--haste", default=20.0, show_default=True, help="How much faster time runs.")
def main(catalogue: Path | None, prints: Path, share: float, haste: float) -> None:
    """Change a part of CATALOGUE, and bring the change to a box that had it.

    CATALOGUE is a segment of 100,000 recordings and PRINTS the originals' fingerprints, as
    `make bench LAB=FOLDER` leaves both in .cache/bench.
    """
    made = sorted(CACHE.glob("catalogue-*/*.qseg"), key=lambda path: path.stat().st_size)
    catalogue = catalogue or (made[-1] if made else None)
    if catalogue is None:
        raise click.UsageError(f"no catalogue in {CACHE}; `make bench LAB=FOLDER` makes one")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    os.environ.pop("NOTIFY_SOCKET", None)
    with tempfile.TemporaryDirectory() as folder:
        stand = Stand(Path(folder), catalogue)
        change = stand.change(share)
        stand.register(change, prints)
        segments = stand.lay(change)
        payload = _payload(stand, change, prints, Path(folder))
        print(f"{len(stand.names)} recordings, {stand.base.size_bytes / MEGABYTE:.0f} MB; of these")
        print(f"{len(change.sounds)} new or other, {len(change.gone)} gone: {payload} bytes")
        with stand.served() as (host, port):
            stand.box.ask(f"http://{host}:{port}", [])
            stand.proclaim(segments, "cinema.json")
            slow, cut = NARROW_BYTES * haste, CUT_SECONDS / haste
            with line(host, port, bytes_per_second=slow, cut_seconds=cut) as way:
                journey = bring(stand.box, way, haste=haste)
                cuts = way.cuts
        _tell(journey, payload, cuts)


def _tell(journey: Journey, payload: int, cuts: int) -> None:
    kept = journey.carried_bytes - sum(journey.lost_bytes)
    print(f"carried without what was cut off: {kept} bytes, {kept / payload:.4f} of the payload")
    print(f"carried in all: {journey.carried_bytes} bytes, {journey.carried_bytes / payload:.3f}")
    worst = max(journey.lost_bytes, default=0)
    mean = sum(journey.lost_bytes) / max(1, len(journey.lost_bytes))
    print(
        f"{cuts} cuts; lost by one: {mean / 1024:.0f} KiB in the mean, {worst / 1024:.0f} at most"
    )
    print(
        f"{journey.line_seconds / 60:.0f} min of line, {journey.pause_seconds / 60:.0f} min waited"
    )


if __name__ == "__main__":
    main()
