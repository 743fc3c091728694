"""What boxes heard, out of the books: plays, coverage, and which numbers there are."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Row, Table, func, select

from central.ingest.coverage import CoverageSpan, State, merge_coverage
from central.ingest.judgement import LONGEST
from central.ingest.live import HeardLive, plays_live
from central.ingest.plays import Guess, Heard, Play, merge
from central.ingest.tables import (
    coverage,
    detections,
    records,
    unknown_music,
    works_heard,
)
from central.ingest.tellers import tellers_of
from central.ingest.unknown import UnknownSpan, merge_unknown
from central.repertoire.scores import works_of_scores
from central.repertoire.store import recordings
from edge.sync.wire import Span

# How far around a window one must look to know its plays whole: the longest that one lasts.
_AROUND = timedelta(days=1)


def plays_of(connection: Connection, hall_id: int, start: datetime, end: datetime) -> list[Play]:
    """The plays of a hall whose middle lies from `start` until before `end`, each whole.

    By its middle a play belongs to exactly one of two windows that touch, and a clock that is
    a second off loses nothing at the edges.
    """
    heard = [_heard(row) for row in _around(connection, detections, hall_id, start, end)]
    live = [_heard_live(row) for row in _around(connection, works_heard, hall_id, start, end)]
    works = _works_of(connection, {name for one in heard for name in one.guesses})
    scored = works_of_scores(connection, {one.score_id for one in live})
    recorded = [(one.started_at, one.ended_at) for one in heard]
    plays = [*merge(heard, works=works), *plays_live(live, recorded, works=scored)]
    plays.sort(key=lambda play: (play.started_at, play.hall_id, play.recording_id, play.id))
    return [play for play in plays if start <= play.middle < end]


def _around(
    connection: Connection, table: Table, hall_id: int, start: datetime, end: datetime
) -> Sequence[Row[Any]]:
    """What was heard in a hall so near to a window that it may belong to a play of it."""
    return connection.execute(
        select(table)
        .where(table.c.hall_id == hall_id)
        .where(table.c.started_at > start - _AROUND - LONGEST)
        .where(table.c.started_at < end + _AROUND)
        .where(table.c.ended_at >= start - _AROUND)
    ).all()


def coverage_of(
    connection: Connection, hall_id: int, start: datetime, end: datetime
) -> list[CoverageSpan]:
    """How a hall was listened to: spans that cover the window exactly, by start."""
    table = coverage
    rows = connection.execute(
        select(table)
        .where(table.c.hall_id == hall_id)
        .where(table.c.ended_at > start)
        .where(table.c.started_at < end)
    )
    spans = (CoverageSpan(_state_of(row), row.started_at, row.ended_at) for row in rows)
    return merge_coverage(spans, start=start, end=end)


def _state_of(row: Row[Any]) -> State:
    """What a box told of itself; in a run in which it never learned the time, that it did not."""
    guessed = not row.clock_synced and row.uncertainty_ms is not None
    state: State = row.state
    return "clock_unknown" if guessed and state != "powered_off" else state


def _works_of(connection: Connection, recording_ids: Collection[str]) -> dict[str, int]:
    registered = select(recordings.c.id, recordings.c.work_id)
    rows = connection.execute(registered.where(recordings.c.id.in_(recording_ids)))
    return {row.id: row.work_id for row in rows}


def unknown_music_of(
    connection: Connection, hall_id: int, start: datetime, end: datetime
) -> list[UnknownSpan]:
    """Music heard in a hall that no recording explains, within a window, by start."""
    unknown, known, live = (
        connection.execute(
            select(table)
            .where(table.c.hall_id == hall_id)
            .where(table.c.started_at > start - LONGEST)
            .where(table.c.started_at < end)
            .where(table.c.ended_at > start)
        )
        for table in (unknown_music, detections, works_heard)
    )
    spans = [UnknownSpan(row.started_at, row.ended_at, row.foreground) for row in unknown]
    edges = [(row.started_at, row.ended_at) for row in (*known, *live)]
    return merge_unknown(spans, edges, start=start, end=end)


def foreground_of(connection: Connection, keys: Collection[str]) -> dict[str, float]:
    """How much of each detection nobody spoke over, by its key, for those whose boxes told."""
    return _told_of(connection, keys, detections.c.foreground)


def uncertainty_of(connection: Connection, keys: Collection[str]) -> dict[str, int]:
    """How surely the time of each detection is known, ms, by its key, where its box told."""
    return _told_of(connection, keys, detections.c.uncertainty_ms)


def _told_of(connection: Connection, keys: Collection[str], column: Column[Any]) -> dict[str, Any]:
    by_boot: dict[tuple[str, str], list[int]] = defaultdict(list)
    for key in keys:
        device, boot, seq = key.split("/")
        by_boot[device, boot].append(int(seq))
    return {
        f"{device}/{boot}/{row.seq}": row.told
        for (device, boot), numbers in by_boot.items()
        for row in connection.execute(
            select(detections.c.seq, column.label("told"))
            .filter_by(device=device, boot=boot)
            .where(detections.c.seq.in_(numbers))
            .where(column.is_not(None))
        )
    }


def numbers_kept(connection: Connection, device: str, span: Span) -> Collection[int]:
    """The numbers of a span that are in the books; all of them, where none lacks.

    What another box told of the same run counts: it is this one, by the name it had before.
    """
    boot = str(span.boot)
    devices = {device, *tellers_of(connection, [boot]).get(boot, ())}
    mine = records.c.device.in_(devices), records.c.boot == boot
    within = records.c.seq.between(span.first, span.last)
    count = select(func.count(records.c.seq.distinct())).where(*mine, within)
    every = range(span.first, span.last + 1)
    if connection.scalar(count) == len(every):
        return every
    return connection.scalars(select(records.c.seq).distinct().where(*mine, within)).all()


def _heard_live(row: Row[Any]) -> HeardLive:
    return HeardLive(
        key=f"{row.device}/{row.boot}/{row.seq}",
        hall_id=row.hall_id,
        score_id=row.score_id,
        started_at=row.started_at,
        ended_at=row.ended_at,
        confidence=row.confidence,
    )


def _heard(row: Row[Any]) -> Heard:
    return Heard(
        key=f"{row.device}/{row.boot}/{row.seq}",
        hall_id=row.hall_id,
        recording_id=row.recording_id,
        started_at=row.started_at,
        ended_at=row.ended_at,
        reference_start_seconds=row.reference_start_seconds,
        speed=row.speed,
        confidence=row.confidence,
        alternatives=tuple(Guess(**one) for one in row.alternatives),
    )
