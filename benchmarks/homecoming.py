"""A whole country's boxes come back after a day without their office; when is all of it at home?

Boxes and office are simulated by events; what they decide is decided by the code that runs in halls
and at the office: when a box tries again, which letter it sends first, who is let in and who is
told when to come. How long a letter takes the office is measured here, by the real office.
"""

import asyncio
import heapq
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import click
import httpx
import structlog

from central.app import create_app
from central.database import writing
from central.desk import Office
from central.devices import store as devices
from central.founding import found, open_office
from central.rush import Counters
from central.settings import Home, Settings
from central.venues.store import put_hall, put_venue
from edge import config
from edge.errors import Busy
from edge.sync import backoff
from edge.sync.errands import is_of_long_ago
from edge.sync.letters import BoxIdentity, BoxInput
from edge.sync.packing import pack
from edge.sync.rounds import failures_after, pause_after
from edge.sync.seal import device_id, new_key, public_pem, seal
from edge.sync.wire import CoverageRecord, DetectionBatch

NOW = datetime(2026, 3, 5, tzinfo=UTC)
TRIP_SECONDS = 0.05  # there and back
SMALL = 0.2  # what an inventory or a sign of life takes of what a letter takes
BOX = config.Settings()


def letter_seconds(letters: int) -> float:
    """Processor time of the real office for one letter of records, the median, s."""
    with tempfile.TemporaryDirectory() as folder:
        found(Home(Path(folder) / "office"), at=NOW)
        with closing(open_office(Home(Path(folder) / "office"), Settings())) as office:
            return statistics.median(asyncio.run(_take_in(office, letters)))


async def _take_in(office: Office, letters: int) -> list[float]:
    key = new_key()
    own = BoxIdentity(device=device_id(public_pem(key)), public_key=public_pem(key))
    with writing(office.books) as connection:
        venue = put_venue(connection, name="x", city="", time_zone="UTC")
        hall = put_hall(connection, venue_id=venue, name="x")
        slot = devices.Slot(hall_id=hall, inputs=[BoxInput(device="x")])
        devices.put_box(connection, own, slot, now=NOW)
    way = httpx.ASGITransport(create_app(office))
    spent = []
    headers = {"Content-Type": "application/json", "Content-Encoding": "zstd"}
    async with httpx.AsyncClient(transport=way, base_url="http://office") as client:
        for number in range(letters):
            batch = DetectionBatch(device=own.device, records=_records(number * BOX.batch_records))
            body = pack(seal(batch, signer=own.device, key=key).model_dump_json().encode())
            began = time.process_time()
            answer = await client.post("/v1/detections", content=body, headers=headers)
            spent.append(time.process_time() - began)
            assert answer.status_code == 200, answer.text
    return spent


def _records(first: int) -> list[CoverageRecord]:
    return [
        CoverageRecord(
            boot=UUID(int=1),
            seq=seq + 1,
            started_at=NOW + timedelta(minutes=seq),
            ended_at=NOW + timedelta(minutes=seq + 1),
            clock_synced=True,
            state="heard",
        )
        for seq in range(first, first + BOX.batch_records)
    ]


ONE = _records(0)[:1]


@dataclass(slots=True)
class Process:
    """One process of the office: its counters, and one processor that takes letters in turn."""

    counters: Counters
    busy_until: float = 0.0
    inside: int = 0
    most_inside: int = 0


@dataclass(slots=True)
class Box:
    """One box: what waits, by age, and what it has met.

    Attributes:
        waiting: records that wait; the newest go first.
        errand: what it does next: 0 delivers, 1 takes stock, 2 says it is alive.
        tonight_at: when what was heard last was at the office, s.
        home_at: when all was, s.
    """

    waiting: int
    errand: int = 0
    failures: int = 0
    budget: backoff.Budget = field(default_factory=backoff.Budget)
    has_gained: bool = False
    is_tonight_home: bool = False
    tonight_at: float = 0.0
    home_at: float = 0.0


class Homecoming:
    """The simulation; time is seconds since the office is back."""

    def __init__(self, boxes: int, *, records: int, office: list[Process], letter: float) -> None:
        self.boxes = [Box(records) for _ in range(boxes)]
        self.office, self._letter = office, letter
        self.dice = random.Random(1)  # noqa: S311  # luck, no secret
        self._due: list[tuple[float, int, int, int]] = []  # when, order, box, process
        self._order = 0
        self.refused = self.letters = 0

    def call(self, at: float, box: int, process: int = -1) -> None:
        """A box comes to a process then; where none is named, its letter there is done."""
        self._order += 1
        heapq.heappush(self._due, (at, self._order, box, process))

    def run(self) -> float:
        """Until every box has told everything; the time of the last, s."""
        left = len(self.boxes)
        while left:
            at, _, number, process = heapq.heappop(self._due)
            if process >= 0:
                left -= self._done(at, number, process)
            else:
                self._come(at, number)
        return max(box.home_at for box in self.boxes)

    def _come(self, at: float, number: int) -> None:
        box, process = self.boxes[number], self.dice.randrange(len(self.office))
        counter = self.office[process]
        seconds = counter.counters.enter(at, can_wait=self._can_wait(box))
        if seconds is not None:
            self.refused += 1
            self._turn_away(at, number, seconds)
            return
        self.letters += 1
        counter.inside += 1
        counter.most_inside = max(counter.most_inside, counter.inside)
        takes = self._letter * (1.0 if box.errand == 0 else SMALL)
        counter.busy_until = max(counter.busy_until, at) + takes
        self.call(counter.busy_until, number, process)

    def _can_wait(self, box: Box) -> bool:
        """By the box's own rule, of the newest record in the letter it sends next."""
        if box.errand:
            return False
        age = timedelta(hours=3) if box.is_tonight_home else timedelta(0)
        return is_of_long_ago(ONE, ONE[0].ended_at + age)

    def _turn_away(self, at: float, number: int, seconds: int) -> None:
        box, met = self.boxes[number], [Busy("central is busy (503)", seconds)]
        box.failures = failures_after(list(met), box.failures, gained=box.has_gained)
        box.budget = box.budget.after(failed=not box.has_gained)
        pause = pause_after(
            list(met), box.failures, luck=self.dice.random(), settings=BOX, budget=box.budget
        )
        box.errand, box.has_gained = 0, False
        self.call(at + pause, number)

    def _done(self, at: float, number: int, process: int) -> bool:
        """A letter is taken; whether it was this box's last."""
        self.office[process].counters.leave()
        self.office[process].inside -= 1
        box = self.boxes[number]
        if box.errand == 0:
            box.waiting = max(0, box.waiting - BOX.batch_records)
            box.has_gained = True
            if not box.is_tonight_home:
                box.is_tonight_home, box.tonight_at = True, at
            if box.waiting:
                self.call(at + TRIP_SECONDS, number)
                return False
            box.home_at = at
        box.errand += 1
        if box.errand > 2:
            return True
        self.call(at + TRIP_SECONDS, number)
        return False


def _returns(sim: Homecoming, how: str) -> Iterator[float]:
    """When each box calls first."""
    for _ in sim.boxes:
        if how == "power":
            yield sim.dice.uniform(0, 60)  # the same minute: they start and call
        else:  # a day of failures: each waits as long as any
            luck = sim.dice.random()
            longest = pause_after(
                [Busy("gone", 0)], 40, luck=luck, settings=BOX, budget=backoff.Budget(0)
            )
            yield sim.dice.random() * longest


@click.command()
@click.option("--boxes", default=100_000, show_default=True)
@click.option("--records", default=1680, show_default=True, help="That wait at each box.")
@click.option("--processes", default=0, help="Of the office.  [default: as many as it takes]")
@click.option("--letter-ms", default=0.0, help="Processor time of a letter.  [default: measured]")
@click.option("--at-once", default=16, show_default=True, help="Counters of a process.")
def main(boxes: int, records: int, processes: int, letter_ms: float, at_once: int) -> None:
    """Let BOXES come back, each with a day's RECORDS: 240 detections and 1440 minutes."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    letter = letter_ms / 1000 or letter_seconds(40)
    letters = -(-records // BOX.batch_records) + 2 * SMALL
    processes = processes or round(boxes * letters * letter / 1500 + 0.5)
    print(f"a letter of {BOX.batch_records} records takes {letter * 1000:.1f} ms of a processor")
    print(f"{boxes} boxes with {records} records each; {processes} processes of the office")
    for how in ("office", "power"):
        office = [
            Process(Counters(at_once=at_once, per_second=0.9 / letter)) for _ in range(processes)
        ]
        sim = Homecoming(boxes, records=records, office=office, letter=letter)
        for number, at in enumerate(_returns(sim, how)):
            sim.call(at, number)
        _tell(sim, how, sim.run(), at_once)


def _tell(sim: Homecoming, how: str, end: float, at_once: int) -> None:
    tonight = sorted(box.tonight_at for box in sim.boxes)
    home = sorted(box.home_at for box in sim.boxes)
    half, most = len(home) // 2, len(home) * 99 // 100
    said = {"office": "the office was away", "power": "power came back everywhere in one minute"}
    print(f"{said[how]}: {sim.letters} letters taken, {sim.refused} told to come later")
    print(
        f"  at the same time in a process, at most: {max(p.most_inside for p in sim.office)}",
        end="",
    )
    print(f" of {at_once}")
    for name, times in (("tonight", tonight), ("all of it", home)):
        marks = ", ".join(f"{times[k] / 60:.1f}" for k in (half, most, -1))
        print(f"  {name} was home after, min (half, 99 %, all): {marks}")
    print(f"  the end: {end / 60:.1f} min")


if __name__ == "__main__":
    main()
