"""How the box is, for the person in front of it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from edge.config import BoxPaths
from edge.errors import Misconfigured
from edge.sync.identity import load, read_bundle, read_trust
from edge.sync.keeper import place_of
from edge.sync.letters import Bundle
from edge.sync.outbox import Outbox
from edge.sync.queue import Tally
from edge.sync.shelf import Shelf
from edge.sync.wire import CoverageRecord, DetectionRecord


@dataclass(frozen=True, slots=True)
class Sounding:
    """A recording that is being heard."""

    recording_id: str
    since: datetime


@dataclass(frozen=True, slots=True)
class InputStatus:
    """One input: what it listens to, until when, and what sounds there."""

    input: str
    source: str
    listened_until: datetime
    sounding: list[Sounding]


@dataclass(frozen=True, slots=True)
class Status:
    """Everything a box knows about itself; empty text or 0 where there is nothing yet."""

    device: str
    key: str  # where it is kept
    venue: str
    hall: str
    catalogue_version: int
    records: Tally
    rejections: list[str]
    inputs: list[InputStatus]
    coverage_seconds: dict[str, float]  # state → s, of the records still on the box


def status(paths: BoxPaths) -> Status:
    """Look at a box; nothing is made or changed where there is nothing yet.

    Raises:
        Misconfigured: the outbox cannot be opened.
        BadSeal: the key or the orders are not what they should be.
        BadCatalogue: the manifest cannot be read.
    """
    bundle = _bundle(paths)
    own = load(paths.identity) if paths.identity.exists() else None
    manifest = Shelf(paths.shelf).manifest()
    box = Status(
        device=own.device if own else "",
        key=place_of(own.key) if own else "",
        venue=bundle.venue if bundle else "",
        hall=bundle.hall if bundle else "",
        catalogue_version=manifest.version if manifest else 0,
        records=Tally(0, 0, 0),
        rejections=[],
        inputs=[],
        coverage_seconds={},
    )
    return _with_records(box, paths.outbox) if paths.outbox.exists() else box


def in_words(box: Status) -> Iterator[str]:
    """The same for reading, line by line."""
    yield f"box        {box.device or 'no key yet (qulaq-edge identity)'}"
    if box.key:
        yield f"key        {box.key}"
    place = f"{box.venue}, {box.hall}" if box.venue else "no orders yet (plug in its stick)"
    yield f"place      {place}"
    yield f"catalogue  {box.catalogue_version or 'none yet (qulaq-edge sync fetches it)'}"
    fate = box.records
    yield f"records    {fate.waiting} waiting, {fate.delivered} delivered, {fate.rejected} rejected"
    for rejection in box.rejections:
        yield f"  rejected {rejection}"
    for one in box.inputs:
        yield f"input      {one.input}: {one.source}, listened until {one.listened_until}"
        for sounding in one.sounding:
            yield f"  sounding {sounding.recording_id} since {sounding.since}"
    total = sum(box.coverage_seconds.values())
    for state, seconds in sorted(box.coverage_seconds.items()):
        yield f"coverage   {state:12} {seconds:12.1f} s {100 * seconds / total:6.2f} %"


def _bundle(paths: BoxPaths) -> Bundle | None:
    """The orders, or None while this box has none."""
    try:
        return read_bundle(paths.bundle, trust=read_trust(paths.trust))
    except Misconfigured:
        return None


def _with_records(box: Status, path: Path) -> Status:
    outbox = Outbox.open(path)
    try:
        return replace(
            box,
            records=outbox.tally(),
            rejections=[f"{r.boot}/{r.seq}: {reason}" for r, reason in outbox.rejections()],
            inputs=list(_inputs(outbox)),
            coverage_seconds=_coverage(outbox),
        )
    finally:
        outbox.close()


def _inputs(outbox: Outbox) -> Iterator[InputStatus]:
    for point in outbox.checkpoints():
        sounding = [
            Sounding(r.recording_id, r.started_at)
            for r in point.unfinished
            if isinstance(r, DetectionRecord)
        ]
        yield InputStatus(point.input, point.source, point.listened_until, sounding)


def _coverage(outbox: Outbox) -> dict[str, float]:
    """Seconds in each state, what is going on now included."""
    sums: Counter[str] = Counter()
    going_on = [record for point in outbox.checkpoints() for record in point.unfinished]
    for record in (*outbox.records(), *going_on):
        if isinstance(record, CoverageRecord):
            sums[record.state] += round((record.ended_at - record.started_at).total_seconds() * 1e6)
    return {state: microseconds / 1e6 for state, microseconds in sums.items()}
