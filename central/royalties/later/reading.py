"""Reading what came after closings: runs, their lines, and statements of any distribution."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from central.royalties import store
from central.royalties.books import received
from central.royalties.closed import ClosedEvent, Distribution, Line, Statement, StatementHead
from central.royalties.distribution import PlayUsed
from central.royalties.later.moves import Steps
from central.royalties.later_tables import later_lines, later_plays, later_pools
from central.royalties.ledger import Account
from central.royalties.money import Money
from central.royalties.tables import allocations, used_plays


@dataclass(frozen=True, slots=True)
class LaterLine:
    """One line of a run.

    Attributes:
        takes: reference of the amount it takes back; empty when it pays.
        play: of the amount, the one taken back as it was then.
        frozen_in: the distribution that froze the play so.
        party_id: None in suspense, for `reason`.
    """

    id: int
    event_id: int
    takes: str
    play: PlayUsed | None
    frozen_in: int
    party_id: int | None
    role: str
    basis_points: int
    amount: Money
    reason: str
    pool_of: int
    steps: Steps


@dataclass(frozen=True, slots=True)
class LaterRun:
    """A distribution that came after a closing, with all it moved.

    Attributes:
        events: those it touched, as they were closed.
        own: its lines by rightholder and currency, in the order in which a statement has them.
        pools: what it divided by itself, by event, in the language of the verifier.
        plays: those it froze, by event.
    """

    distribution: Distribution
    events: tuple[ClosedEvent, ...]
    lines: tuple[LaterLine, ...]
    own: Mapping[tuple[int | None, str], Sequence[LaterLine]]
    pools: Mapping[int, Mapping[str, Any]]
    plays: Mapping[int, Sequence[PlayUsed]]
    statements: tuple[StatementHead, ...]


def later_run(connection: Connection, distribution_id: int) -> LaterRun:
    """One run.

    Raises:
        Unknown: there is no such distribution.
    """
    lines = _lines(connection, distribution_id)
    numbers = sorted({line.event_id for line in lines})
    pools = connection.execute(select(later_pools).filter_by(distribution_id=distribution_id))
    return LaterRun(
        distribution=store.distribution(connection, distribution_id),
        events=tuple(store.closed_event(connection, number) for number in numbers),
        lines=tuple(lines),
        own=_by_party(lines),
        pools={row.event_id: row.words for row in pools},
        plays={number: _plays(connection, distribution_id, number) for number in numbers},
        statements=tuple(store.statement_heads(connection, distribution_id)),
    )


def parties_of(run: LaterRun) -> set[int]:
    """The rightholders a run gives to, or takes back from."""
    return {line.party_id for line in run.lines if line.party_id is not None}


def runs_after(connection: Connection, closing_id: int) -> list[Distribution]:
    """What came after a closing, the earliest first."""
    found = [
        one
        for one in store.all_distributions(connection)
        if one.later is not None and one.later.closing_id == closing_id
    ]
    return sorted(found, key=lambda one: one.id)


def _plays(connection: Connection, distribution_id: int, event_id: int) -> list[PlayUsed]:
    rows = connection.execute(
        select(later_plays)
        .filter_by(distribution_id=distribution_id, event_id=event_id)
        .order_by(later_plays.c.started_at, later_plays.c.play_id)
    )
    return [store.play_from(row) for row in rows]


def _lines(connection: Connection, distribution_id: int) -> list[LaterLine]:
    rows = connection.execute(
        select(later_lines).filter_by(distribution_id=distribution_id).order_by(later_lines.c.id)
    ).all()
    return [_line(row, *_play_of(connection, row)) for row in rows]


def _line(row: Row[Any], play: PlayUsed | None, frozen_in: int) -> LaterLine:
    return LaterLine(
        id=row.id,
        event_id=row.event_id,
        takes=reference_taken(row),
        play=play,
        frozen_in=frozen_in,
        party_id=row.party_id,
        role=row.role,
        basis_points=row.basis_points,
        amount=Money(row.amount_minor, row.currency),
        reason=row.reason,
        pool_of=row.pool_of,
        steps=tuple(row.steps),
    )


def reference_taken(row: Row[Any]) -> str:
    """The reference of the amount that a line takes back; empty when it takes none."""
    if row.takes_allocation is not None:
        return f"A{row.takes_allocation}"
    return f"L{row.takes_line}" if row.takes_line is not None else ""


def _play_of(connection: Connection, row: Row[Any]) -> tuple[PlayUsed | None, int]:
    """The play of a line, and which distribution froze it so."""
    where = row.distribution_id
    if row.takes_allocation is not None:
        key = connection.execute(select(allocations).filter_by(id=row.takes_allocation)).one()
        where = store.closing_of(connection, key.event_id)
        found = select(used_plays).filter_by(event_id=key.event_id, play_id=key.play_id)
    elif row.takes_line is not None:
        before = connection.execute(select(later_lines).filter_by(id=row.takes_line)).one()
        return _play_of(connection, before)
    else:
        found = select(later_plays).filter_by(
            distribution_id=row.distribution_id, event_id=row.event_id, play_id=row.play_id
        )
    play = connection.execute(found).first()
    return (None if play is None else store.play_from(play)), where


def statement_of(connection: Connection, statement_id: int) -> Statement:
    """A statement of any distribution, with its lines, and what the ledger says to it.

    Raises:
        Unknown: there is none of that number.
    """
    statement = store.statement(connection, statement_id)
    if statement.distribution.later is None:
        return statement
    run = later_run(connection, statement.distribution.id)
    return Statement(
        head=statement.head,
        distribution=statement.distribution,
        lines=_lines_of(run, statement.head),
        booked=received(
            connection,
            Account("rightholder", str(statement.head.party_id)),
            currency=statement.head.total.currency,
            distribution_id=statement.distribution.id,
        ),
    )


def own_lines(run: LaterRun, head: StatementHead) -> Sequence[LaterLine]:
    """A rightholder's lines of a run: by event and play, what is taken back before what is paid."""
    return run.own.get((head.party_id, head.total.currency), ())


def _by_party(lines: Sequence[LaterLine]) -> dict[tuple[int | None, str], list[LaterLine]]:
    own: dict[tuple[int | None, str], list[LaterLine]] = defaultdict(list)
    for line in sorted(lines, key=_by_time):
        own[line.party_id, line.amount.currency].append(line)
    return own


def _by_time(line: LaterLine) -> tuple[Any, ...]:
    play = line.play
    when = (play.started_at.isoformat(), play.id) if play else ("", "")
    return (*when, not line.takes, line.role, line.id)


def _lines_of(run: LaterRun, head: StatementHead) -> tuple[Line, ...]:
    events = {event.event_id: event for event in run.events}
    return tuple(
        _statement_line(events[line.event_id], line, line.play, run)
        for line in own_lines(run, head)
        if line.play is not None
    )


def _statement_line(event: ClosedEvent, line: LaterLine, play: PlayUsed, run: LaterRun) -> Line:
    later = run.distribution.later
    why = later.because if later else ""
    return Line(
        event_id=event.event_id,
        event_title=event.title,
        hall=event.hall,
        fee=event.fee,
        deductions=tuple(event.deductions()),
        fee_used=event.fee_used,
        event_milliseconds=sum(one.milliseconds for one in event.plays),
        play=play,
        play_amount=_out_of(line),
        role=line.role,
        basis_points=line.basis_points,
        amount=line.amount,
        because=f"{line.takes} taken back: {why}" if line.takes else why,
    )


def _out_of(line: LaterLine) -> Money:
    """The amount of which a line is a part."""
    steps = line.steps[:-1] if line.takes else line.steps
    minor = steps[-2]["gives"] if len(steps) > 1 else line.amount.minor
    return Money(minor, line.amount.currency)
