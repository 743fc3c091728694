"""What speaks for recordings in houses of each kind: programmes, films, and what boxes heard."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import get_args

from sqlalchemy import Connection, Row, func, select

from central.catalogue.builder import wanted_now
from central.catalogue.choosing import UNKNOWN, Budget, Chosen, Facts, Ground, choose
from central.ingest.tables import detections
from central.repertoire.store import recordings, shares
from central.repertoire.tables import affiliations, recording_parts
from central.settings import MEGABYTE, Settings
from central.venues.accounts import productions
from central.venues.declarations import Declared, declared_at
from central.venues.meaning import works_meant
from central.venues.programme import Piece
from central.venues.store import events, halls, venues
from central.venues.uses import VenueKind

AHEAD, BEHIND = timedelta(days=60), timedelta(days=14)  # evenings whose works are needed
REMEMBERED = timedelta(days=365)  # in which it counts what boxes heard
BYTES_PER_SECOND = 115  # of sound in a segment: benchmarks/delivery.py, 2,755 MB of 100,000 × 240 s
PROFILES = tuple(kind for kind in get_args(VenueKind) if kind)


def budget_of(settings: Settings) -> Budget:
    """What the catalogue of one box may be."""
    return Budget(settings.box_recordings, settings.box_megabytes * MEGABYTE)


def chosen(
    connection: Connection,
    had: Mapping[str, Collection[str]],
    *,
    settings: Settings,
    now: datetime,
) -> dict[str, Chosen]:
    """What each profile gets; nothing, if a box can have everything.

    Args:
        connection: of the books.
        had: ids that each profile has now.
        settings: what a box may have, and whose society this is.
        now: the office's clock.
    """
    budget, sizes = budget_of(settings), _sizes(connection)
    if len(sizes) <= budget.recordings and sum(sizes.values()) <= budget.size_bytes:
        return {}
    needed, heard = _needed(connection, now), _heard(connection, now)
    everywhere: dict[str, int] = defaultdict(int)
    for one in heard.values():
        for name, times in one.items():
            everywhere[name] += times
    ours = _members(connection, settings.society_code)
    return {
        profile: choose(
            sizes,
            here=Facts(needed.get(profile, {}), heard.get(profile, {})),
            heard=everywhere,
            ours=ours,
            had=had.get(profile, ()),
            budget=budget,
        )
        for profile in PROFILES
    }


def _sizes(connection: Connection) -> dict[str, int]:
    """What every recording takes in a catalogue, bytes."""
    wanted = wanted_now(connection)
    rows = connection.execute(select(recordings.c.id, recordings.c.milliseconds))
    return {row.id: row.milliseconds * BYTES_PER_SECOND // 1000 for row in rows if row.id in wanted}


def _heard(connection: Connection, now: datetime) -> dict[str, dict[str, int]]:
    """How often boxes heard each recording, by the kind of house."""
    counted = (
        select(venues.c.kind, detections.c.recording_id, func.count().label("times"))
        .select_from(detections)
        .join(halls, halls.c.id == detections.c.hall_id)
        .join(venues)
        .where(detections.c.started_at > now - REMEMBERED)
        .group_by(venues.c.kind, detections.c.recording_id)
    )
    heard: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for kind, name, times in connection.execute(counted):
        heard[kind or UNKNOWN][name] += times
    return heard


def _needed(connection: Connection, now: datetime) -> dict[str, dict[str, Ground]]:
    """Recordings of the works that are announced, by the kind of house."""
    of_work, meant = _by_work(connection), dict[Piece, Collection[int]]()
    kinds = {row.id: row.kind for row in connection.execute(select(productions))}
    needed: dict[str, dict[str, Ground]] = defaultdict(dict)
    for event in _events(connection, now):
        for declared in declared_at(connection, event.id):
            if declared.piece not in meant:
                meant[declared.piece] = works_meant(connection, declared.piece)
            for work in meant[declared.piece]:
                for name in of_work[work]:
                    needed[event.kind or UNKNOWN][name] = _ground(declared, kinds)
    return needed


def _events(connection: Connection, now: datetime) -> list[Row[tuple[int, str]]]:
    wanted = (
        select(events.c.id, venues.c.kind)
        .select_from(events)
        .join(halls, halls.c.id == events.c.hall_id)
        .join(venues)
        .where(events.c.ends_at > now - BEHIND, events.c.starts_at < now + AHEAD)
        .order_by(events.c.id)
    )
    return list(connection.execute(wanted))


def _ground(declared: Declared, kinds: Mapping[int, str]) -> Ground:
    if declared.production_id is None:
        return "declared"
    return "film" if kinds[declared.production_id] in ("film", "trailer") else "production"


def _by_work(connection: Connection) -> dict[int, list[str]]:
    """The recordings of each work, those included in which it is a part of a medley."""
    of_work: dict[int, list[str]] = defaultdict(list)
    for row in connection.execute(select(recordings.c.work_id, recordings.c.id)):
        of_work[row.work_id].append(row.id)
    parts = select(recording_parts.c.work_id, recording_parts.c.recording_id)
    for work_id, name in connection.execute(parts):
        of_work[work_id].append(name)
    return of_work


def _members(connection: Connection, society: str) -> set[str]:
    """Recordings of works in which a member of a society has a share."""
    wanted = (
        select(recordings.c.id)
        .join(shares, shares.c.work_id == recordings.c.work_id)
        .join(affiliations, affiliations.c.party_id == shares.c.party_id)
        .where(affiliations.c.society_code == society)
        .distinct()
    )
    return set(connection.scalars(wanted))
