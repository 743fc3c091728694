"""An evening's programme beside its sound, in the books: what agrees, what a person settled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from central.errors import Unacceptable
from central.ingest.decisions import Decision, decisions_on, put_decision
from central.ingest.plays import Play
from central.ingest.reconcile import Line, Listed, Sounded, State, reconcile
from central.ingest.store import plays_of
from central.repertoire.finding import find
from central.repertoire.store import recordings, require_work, works
from central.venues.accounts import Account, account_of
from central.venues.declarations import Declared, declared_at
from central.venues.programme import Piece

AGREED: tuple[State, ...] = ("matched", "order swapped")
LIKE_ENOUGH = 95  # of 100: a title less like a declared one is not taken for it
STANDARD_MILLISECONDS = 180_000  # of a piece whose length nobody told


@dataclass(frozen=True, slots=True)
class Settled:
    """A line of the reconciliation.

    Attributes:
        name: how decisions call it.
        work_id: the work it would be paid for; None if nobody knows, or several fit.
        milliseconds: heard; if only declared, as declared, or the usual length of the work.
        from_programme_alone: no box heard it.
        decision: the last word of a person on it, if it still holds.
        is_open: a person has to settle it.
        stake_minor: its part of the event's fee by time, rounded down; what is out has none.
    """

    name: str
    state: State
    piece: Declared | None
    plays: tuple[Play, ...]
    work_id: int | None
    milliseconds: int
    from_programme_alone: bool
    decision: Decision | None
    is_open: bool
    stake_minor: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """An event with every declared piece and every play in one line each, and all decisions."""

    account: Account
    lines: tuple[Settled, ...]
    history: Sequence[Decision]

    @property
    def open_minor(self) -> int:
        """The money that waits for a person, in minor units."""
        return sum(line.stake_minor for line in self.lines if line.is_open)


def reconciliation_of(connection: Connection, event_id: int) -> Reconciliation:
    """An event's programme beside what was heard.

    Raises:
        Unknown: no such event.
    """
    account = account_of(connection, event_id)
    pieces = {one.id: one for one in declared_at(connection, event_id)}
    heard = plays_of(connection, account.hall_id, account.starts_at, account.ends_at)
    plays = {play.id: play for play in heard}
    history = decisions_on(connection, event_id)
    last = {decision.line: decision for decision in history}
    work_of = _works_of(connection, heard)
    meant = {number: _meant(connection, one.piece) for number, one in pieces.items()}
    lines = reconcile(
        [Listed(n, one.place, meant[n], one.piece.encore) for n, one in pieces.items()],
        [_sounded(play, work_of) for play in heard],
        same={d.line: d.piece_id for d in last.values() if d.verdict == "same" and d.piece_id},
    )
    settled = [
        _settled(
            connection,
            line,
            pieces=pieces,
            plays=plays,
            last=last,
            meant=meant,
            work_of=work_of,
        )
        for line in lines
    ]
    return Reconciliation(account, tuple(_with_stakes(settled, account)), history)


def settle(connection: Connection, event_id: int, decision: Decision) -> int:
    """Keep a person's word on a line; earlier words stay, the last counts.

    Raises:
        Unknown: no such event, or no such work.
        Unacceptable: there is no such line, or the word does not say enough.
    """
    known = reconciliation_of(connection, event_id)
    plays = {play.id for line in known.lines for play in line.plays}
    line = next((one for one in known.lines if one.name == decision.line), None)
    if line is None and decision.line not in plays:
        raise Unacceptable(f"event {event_id} has no line {decision.line!r}; it may have changed")
    if decision.work_id is not None:
        require_work(connection, decision.work_id)
    if decision.verdict == "same":
        pieces = {one.piece.id for one in known.lines if one.piece}
        if decision.line not in plays or decision.piece_id not in pieces:
            raise Unacceptable("'same' needs a play, and a piece of the programme that it is")
    unclear = line is not None and line.work_id is None and decision.work_id is None
    if decision.verdict == "played" and unclear:
        raise Unacceptable(f"say which work {decision.line!r} was; its title fits none or several")
    return put_decision(connection, event_id, decision)


def _works_of(connection: Connection, heard: Sequence[Play]) -> dict[str, int]:
    named = select(recordings.c.id, recordings.c.work_id)
    rows = connection.execute(named.where(recordings.c.id.in_({p.recording_id for p in heard})))
    return {row.id: row.work_id for row in rows}


def _sounded(play: Play, works_by_recording: Mapping[str, int]) -> Sounded:
    work = works_by_recording.get(play.recording_id)
    return Sounded(play.id, work, play.started_at, play.ended_at, play.milliseconds)


def _meant(connection: Connection, piece: Piece) -> frozenset[int]:
    """The works that a declared piece may mean: by number, by code, else by title."""
    if piece.work_id is not None:
        return frozenset({piece.work_id})
    if piece.iswc is not None:
        by_code = connection.scalars(select(works.c.id).filter_by(iswc=piece.iswc)).all()
        if by_code:
            return frozenset(by_code)
    if piece.isrc is not None:
        by_code = connection.scalars(select(recordings.c.work_id).filter_by(isrc=piece.isrc)).all()
        if by_code:
            return frozenset(by_code)
    found = find(connection, "work", piece.title)
    return frozenset(int(one.owner) for one in found if one.likeness >= LIKE_ENOUGH)


def _settled(
    connection: Connection,
    line: Line,
    *,
    pieces: Mapping[int, Declared],
    plays: Mapping[str, Play],
    last: Mapping[str, Decision],
    meant: Mapping[int, frozenset[int]],
    work_of: Mapping[str, int],
) -> Settled:
    piece = None if line.listed is None else pieces[line.listed]
    heard = tuple(plays[key] for key in line.heard)
    name = line.heard[0] if piece is None else f"piece-{piece.id}"
    said = last.get(name)
    decision = said if said is not None and said.verdict != "open" else None
    work_id = decision.work_id if decision and decision.work_id else None
    fitting = {work_of[p.recording_id] for p in heard if p.recording_id in work_of}
    if not fitting and piece is not None:
        fitting = set(meant[piece.id])
    if work_id is None and len(fitting) == 1:
        (work_id,) = fitting
    return Settled(
        name=name,
        state=line.state,
        piece=piece,
        plays=heard,
        work_id=work_id,
        milliseconds=_length(connection, piece, heard, work_id),
        from_programme_alone=not heard,
        decision=decision,
        is_open=line.state not in AGREED and decision is None,
        stake_minor=0,
    )


def _length(
    connection: Connection, piece: Declared | None, heard: Sequence[Play], work_id: int | None
) -> int:
    if heard:
        return sum(play.milliseconds for play in heard)
    if piece is not None and piece.piece.milliseconds is not None:
        return piece.piece.milliseconds
    usual = connection.scalar(select(works.c.milliseconds).filter_by(id=work_id))
    return usual or STANDARD_MILLISECONDS


def _with_stakes(lines: Sequence[Settled], account: Account) -> list[Settled]:
    def counts(line: Settled) -> bool:
        return line.decision is None or line.decision.verdict != "not played"

    whole = sum(line.milliseconds for line in lines if counts(line))
    fee = account.licence_fee_minor
    return [
        replace(line, stake_minor=fee * line.milliseconds // whole if whole and counts(line) else 0)
        for line in lines
    ]
