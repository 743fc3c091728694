"""Looking at a box without touching it: its outbox, its orders, its shelf and its signs of life."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from edge import signs
from edge.config import BoxPaths
from edge.errors import BadCatalogue, BadSeal, Misconfigured, Unwritable
from edge.sync.identity import read_bundle, read_trust
from edge.sync.outbox import Outbox
from edge.sync.shelf import Shelf
from edge.sync.wire import AnyRecord, CoverageRecord, DetectionRecord
from edge.view.health import Look, Seen

OLDEST_RECORDS = 20_000  # looked at in search of what was recognised last; about ten days


def look_at(paths: BoxPaths, folders: Iterable[Path], *, now: datetime, seconds: float) -> Look:
    """How a box is now; what of its card cannot be read is part of that.

    Args:
        paths: the box's rooms.
        folders: where its processes leave signs of life.
        now: aware instant.
        seconds: the kernel's monotonic clock, s.
    """
    seen = _with_orders(Look(now=now), paths)
    folders = list(folders)
    answered = signs.central(folders)
    seen = replace(
        seen,
        inputs=tuple(
            Seen(
                name=one.input,
                state=one.state,
                age_seconds=seconds - one.at_seconds,
                peak_dbfs=one.peak_dbfs,
                rms_dbfs=one.rms_dbfs,
                fault=one.fault,
                is_kept=one.is_kept,
            )
            for one in signs.inputs(folders)
        ),
        central_seconds=None if answered is None else seconds - answered.at_seconds,
    )
    # Installing makes the file, so that it has its group; hearing and reporting make it an outbox.
    if not _has_something(paths.outbox):
        return seen
    try:
        return _with_records(seen, paths.outbox)
    except Unwritable:
        return replace(seen, is_readable=False)


def _has_something(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def _with_orders(seen: Look, paths: BoxPaths) -> Look:
    """Where it hangs and what it can recognise; torn orders are none."""
    try:
        manifest = Shelf(paths.shelf).manifest()
        seen = replace(seen, catalogue_version=manifest.version if manifest else 0)
    except BadCatalogue:
        pass  # as good as none: the page says so, and syncing fetches another
    try:
        bundle = read_bundle(paths.bundle, trust=read_trust(paths.trust))
    except (Misconfigured, BadSeal):
        return seen
    return replace(
        seen,
        device=bundle.device,
        venue=bundle.venue,
        hall=bundle.hall,
        now=seen.now.astimezone(_zone(bundle.time_zone)),
    )


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _with_records(seen: Look, path: Path) -> Look:
    outbox = Outbox.look(path)
    try:
        going_on = [record for point in outbox.checkpoints() for record in point.unfinished]
        midnight = seen.now.replace(hour=0, minute=0, second=0, microsecond=0)
        coverage, recognised_at = _since(midnight, _newest_first(going_on, outbox))
        return replace(
            seen,
            coverage_seconds=coverage,
            recognised_at=recognised_at,
            is_sounding=any(isinstance(record, DetectionRecord) for record in going_on),
            waiting=outbox.tally().waiting,
        )
    except sqlite3.DatabaseError as e:
        raise Unwritable(f"the outbox {path} cannot be read: {e}; look at the card") from e
    finally:
        outbox.close()


def _newest_first(going_on: list[AnyRecord], outbox: Outbox) -> Iterator[AnyRecord]:
    yield from going_on
    yield from outbox.newest(OLDEST_RECORDS)


def _since(
    midnight: datetime, newest: Iterator[AnyRecord]
) -> tuple[dict[str, float], datetime | None]:
    """Seconds in each state since an instant, and until when the last recording was heard."""
    sums: Counter[str] = Counter()
    recognised_at: datetime | None = None
    for record in newest:
        if isinstance(record, DetectionRecord) and recognised_at is None:
            recognised_at = record.ended_at
        if isinstance(record, CoverageRecord):
            today = record.ended_at - max(record.started_at, midnight)
            sums[record.state] += max(today, timedelta(0)) // timedelta(milliseconds=1)
            if record.ended_at < midnight - timedelta(days=1) and recognised_at is not None:
                break
    return {state: ms / 1000 for state, ms in sums.items() if ms}, recognised_at
