"""From an evening's reconciliation to the plays its payment rests on, and those it does not."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from central.ingest.plays import MILLISECOND, Play, covered
from central.ingest.reconciliation import reconciled
from central.ingest.settled import Settled
from central.ingest.store import plays_of
from central.repertoire.lists import shares_of
from central.repertoire.shares import Share
from central.repertoire.store import recordings, works
from central.royalties.distribution import UNDECIDED, Evidence, PlayUsed, SetAside
from central.royalties.evidence import OpenEvent, heard_by, per_mille
from central.royalties.staging import Staged
from central.royalties.testimony import PieceUsed, Testimony, WordUsed
from central.venues.accounts import Account, Performance, account_of
from central.venues.credits import makers_of
from central.venues.declarations import Sheet, sheets


@dataclass(frozen=True, slots=True)
class Played:
    """What an evening's fee is divided among, by time, and what takes no part in it."""

    plays: tuple[PlayUsed, ...]
    aside: tuple[SetAside, ...]


@dataclass(frozen=True, slots=True)
class _Recording:
    title: str
    performer: str


@dataclass(frozen=True, slots=True)
class _Work:
    title: str
    free_points: int


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the lines of several evenings are opened with."""

    recordings: Mapping[str, _Recording]
    works: Mapping[int, _Work]
    shares: Mapping[int, Sequence[Share]]
    heard: Mapping[str, Evidence]
    sheets: Mapping[int, Sheet]


def plays_at(connection: Connection, event: OpenEvent) -> list[PlayUsed]:
    """The plays of an event that are paid or wait, with all that rests on them, by time."""
    return list(played_at_each(connection, [event])[event.id].plays)


def played_at_each(connection: Connection, wanted: Sequence[OpenEvent]) -> dict[int, Played]:
    """What was played at each of these events, by the event's id; a hall is read only once."""
    lines = {
        event.id: reconciled(connection, account_of(connection, event.id), plays).lines
        for event, plays in _heard_at_each(connection, wanted)
    }
    facts = _facts(connection, [line for own in lines.values() for line in own])
    events = {event.id: event for event in wanted}
    return {number: _played(events[number], own, facts) for number, own in lines.items()}


def _heard_at_each(
    connection: Connection, wanted: Sequence[OpenEvent]
) -> Iterable[tuple[OpenEvent, list[Play]]]:
    for hall_id in sorted({event.hall_id for event in wanted}):
        here = [event for event in wanted if event.hall_id == hall_id]
        start, end = min(e.starts_at for e in here), max(e.ends_at for e in here)
        plays = plays_of(connection, hall_id, start, end)
        for event in here:
            yield event, [p for p in plays if event.starts_at <= p.middle < event.ends_at]


def staged_at(
    connection: Connection, wanted: Sequence[OpenEvent], *, time_zone: str
) -> list[Staged]:
    """The productions given at these events whose makers are on record, by event and number."""
    found = []
    for event in wanted:
        account = account_of(connection, event.id)
        for given in account.performances:
            makers = makers_of(connection, given.production.id)
            if makers:
                found.append(_staged(event, account, given, makers, time_zone=time_zone))
    return found


def _staged(
    event: OpenEvent,
    account: Account,
    given: Performance,
    makers: Mapping[str, int],
    *,
    time_zone: str,
) -> Staged:
    return Staged(
        event_id=event.id,
        production_id=given.production.id,
        title=given.production.title,
        kind=given.production.kind,
        acts=given.production.acts,
        given=given.acts,
        credits=makers,
        receipts=account.receipts[-1].gross_minor if account.receipts else None,
        currency=event.fee.currency,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        day=event.starts_at.astimezone(ZoneInfo(time_zone)).date(),
    )


def _facts(connection: Connection, lines: Sequence[Settled]) -> _Facts:
    plays = [play for line in lines for play in line.plays]
    work_ids = {line.work_id for line in lines if line.work_id is not None}
    told = {line.piece.declaration_id for line in lines if line.piece is not None}
    return _Facts(
        recordings=_recordings(connection, {play.recording_id for play in plays}),
        works=_works(connection, work_ids),
        shares=shares_of(connection, work_ids),
        heard=heard_by(connection, [key for play in plays for key in play.detections]),
        sheets=sheets(connection, told),
    )


def _recordings(connection: Connection, ids: Collection[str]) -> dict[str, _Recording]:
    table = recordings.c
    rows = connection.execute(
        select(table.id, table.title, table.performer).where(table.id.in_(ids))
    )
    return {row.id: _Recording(row.title, row.performer) for row in rows}


def _works(connection: Connection, ids: Collection[int]) -> dict[int, _Work]:
    rows = connection.execute(
        select(works.c.id, works.c.title, works.c.free_points).where(works.c.id.in_(ids))
    )
    return {row.id: _Work(row.title, row.free_points) for row in rows}


def _played(event: OpenEvent, lines: Sequence[Settled], facts: _Facts) -> Played:
    counting = [line for line in lines if line.fate in ("paid", "waits")]
    plays = [_play_used(event, line, facts) for line in counting]
    return Played(
        tuple(sorted(plays, key=lambda play: (play.started_at, play.recording_id, play.id))),
        tuple(_aside(line, facts) for line in lines if line not in counting),
    )


def _play_used(event: OpenEvent, line: Settled, facts: _Facts) -> PlayUsed:
    """A line as it is paid; where no box heard it, it was some time during the event."""
    heard = _detections(line, facts)
    spans = [(one.started_at, one.ended_at) for one in heard]
    longest = max(line.plays, key=lambda play: play.milliseconds, default=None)
    own = facts.recordings.get(longest.recording_id) if longest else None
    piece = line.piece.piece if line.piece else None
    work = facts.works.get(line.work_id) if line.work_id is not None else None
    by_ear = line.length_by == "heard"
    return PlayUsed(
        id=line.plays[0].id if line.plays else line.name,
        recording_id=longest.recording_id if longest else "",
        recording_title=own.title if own else "" if longest or piece is None else piece.title,
        performer=own.performer if own else piece.performer if piece else "",
        work_id=line.work_id,
        work_title=work.title if work else "",
        started_at=min(spans)[0] if spans else event.starts_at,
        ended_at=max(end for _, end in spans) if spans else event.ends_at,
        milliseconds=covered(spans) // MILLISECOND if by_ear else line.milliseconds,
        confidence_per_mille=max((per_mille(play) for play in line.plays), default=0),
        detections=heard,
        shares=tuple(facts.shares[line.work_id]) if line.work_id is not None else (),
        free_points=work.free_points if work else 0,
        basis=line.basis,
        length_by=line.length_by,
        use=line.use,
        placing=line.placing,
        waits=UNDECIDED if line.fate == "waits" else "",
        testimony=_testimony(line, facts),
    )


def _detections(line: Settled, facts: _Facts) -> tuple[Evidence, ...]:
    return tuple(facts.heard[key] for play in line.plays for key in play.detections)


def _aside(line: Settled, facts: _Facts) -> SetAside:
    title = line.piece.piece.title if line.piece else ""
    known = [facts.recordings.get(play.recording_id) for play in line.plays]
    titles = [one.title for one in known if one is not None]
    return SetAside(
        name=line.name,
        title=title or (titles[0] if titles else ""),
        why="grand-right" if line.fate == "grand right" else "not-played",
        milliseconds=line.milliseconds,
        detections=tuple(one.key for one in _detections(line, facts)),
        testimony=_testimony(line, facts),
    )


def _testimony(line: Settled, facts: _Facts) -> Testimony | None:
    word, said = None, line.decision
    if said is not None:
        word = WordUsed(said.verdict, said.work_id, said.decided_by, said.decided_at)
    if line.piece is None:
        return Testimony(None, word) if word else None
    sheet, declared = facts.sheets[line.piece.declaration_id], line.piece.piece
    piece = PieceUsed(
        id=line.piece.id,
        title=declared.title,
        composers=declared.composers,
        performer=declared.performer,
        milliseconds=declared.milliseconds,
        declaration_id=sheet.id,
        kind=sheet.kind,
        digest=sheet.digest,
        told_by=sheet.told_by,
        told_at=sheet.told_at,
    )
    return Testimony(piece, word)
