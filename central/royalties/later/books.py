"""Writing a run: its lines, its transactions and its statements, all of it or nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from sqlalchemy import Connection, insert

from central.database import put
from central.errors import Taken
from central.royalties import evidence, store
from central.royalties.books import play_row, post, put_statements
from central.royalties.later.moves import OWN_POOL, Move, Paid, Run, Standing, back_steps, totals_of
from central.royalties.later.window import window_of
from central.royalties.later_tables import later_lines, later_plays, later_pools, later_runs
from central.royalties.ledger import Account, Entry, Transaction
from central.royalties.money import Money, sums_by
from central.royalties.payouts import settle_accounts
from central.royalties.tables import distributions


def book(connection: Connection, run: Run, *, by: str, now: datetime) -> int:
    """Write a run for good; answers the number of its distribution.

    Args:
        connection: to the books, in a transaction that keeps all of this or nothing.
        run: with at least one move.
        by: whose word it is.
        now: posted at.

    Raises:
        Taken: there is nothing to move.
    """
    if not run.moves:
        raise Taken(f"distribution {run.closing_id} has nothing to move: no {run.kind} is due")
    number = _open(connection, run, by=by, now=now)
    for event_id in sorted({move.event_id for move in run.moves}):
        own = [move for move in run.moves if move.event_id == event_id]
        _put_plays(connection, own, run_id=number)
        for move in own:
            _put_move(connection, move, run_id=number)
        post(connection, _transaction(own, number), distribution_id=number, at=now)
    totals = totals_of(run.moves)
    names = evidence.names_of(connection, {party for party, _ in totals})
    put_statements(connection, totals, names=names, distribution_id=number)
    pack = window_of(connection, run.closing_id).pack
    settle_accounts(connection, number, pack=pack, at=now)
    return number


def _open(connection: Connection, run: Run, *, by: str, now: datetime) -> int:
    closing = store.distribution(connection, run.closing_id)
    row = {
        "venue_id": closing.venue_id,
        "first_day": closing.first_day,
        "last_day": closing.last_day,
        "time_zone": closing.time_zone,
        "rule": closing.rule,
        "closed_at": now,
    }
    number = put(connection, distributions, row)
    later = {
        "distribution_id": number,
        "closing_id": run.closing_id,
        "kind": run.kind,
        "because": run.because,
        "made_by": by,
    }
    connection.execute(insert(later_runs).values(**later))
    return number


def _put_plays(connection: Connection, moves: Sequence[Move], *, run_id: int) -> None:
    plays = {play.id: play for move in moves if move.pool for play in move.pool.plays}
    plays |= {one.play.id: one.play for move in moves for one in move.paid if one.play}
    rows = [
        {"distribution_id": run_id, **play_row(moves[0].event_id, play)} for play in plays.values()
    ]
    if rows:
        connection.execute(insert(later_plays), rows)


def _put_move(connection: Connection, move: Move, *, run_id: int) -> None:
    if move.pool is not None:
        counted = move.pool.counted
        pool = {
            "distribution_id": run_id,
            "event_id": move.event_id,
            "words": move.pool.words,
            "counted": None if counted is None else _written(counted),
        }
        connection.execute(insert(later_pools).values(**pool))
    taken = [_put_taken(connection, one, run_id=run_id) for one in move.taken]
    instead = taken[0] if len(taken) == 1 else None
    rows = [_paid_row(move.event_id, one, run_id=run_id, instead_of=instead) for one in move.paid]
    if rows:
        connection.execute(insert(later_lines), rows)


def _written(counted: Mapping[str, Fraction]) -> dict[str, list[int]]:
    return {play: [own.numerator, own.denominator] for play, own in counted.items()}


def _put_taken(connection: Connection, one: Standing, *, run_id: int) -> int:
    number = int(one.reference[1:])
    of_closing = one.reference.startswith("A")
    row = {
        "distribution_id": run_id,
        "event_id": one.event_id,
        "takes_allocation": number if of_closing else None,
        "takes_line": None if of_closing else number,
        "instead_of": None,
        "play_id": None,  # the line it takes back names it
        "party_id": one.party_id,
        "role": one.role,
        "basis_points": one.basis_points,
        "amount_minor": -one.amount.minor,
        "currency": one.amount.currency,
        "reason": one.reason,
        "pool_of": one.pool_of,
        "steps": list(back_steps(one)),
    }
    return put(connection, later_lines, row)


def _paid_row(
    event_id: int, one: Paid, *, run_id: int, instead_of: int | None
) -> dict[str, object]:
    return {
        "distribution_id": run_id,
        "event_id": event_id,
        "takes_allocation": None,
        "takes_line": None,
        "instead_of": instead_of,
        "play_id": one.play.id if one.play else None,
        "party_id": one.party_id,
        "role": one.role,
        "basis_points": one.basis_points,
        "amount_minor": one.amount.minor,
        "currency": one.amount.currency,
        "reason": one.reason,
        "pool_of": run_id if one.pool_of == OWN_POOL else one.pool_of,
        "steps": list(one.steps),
    }


def _transaction(moves: Sequence[Move], run_id: int) -> Transaction:
    taken = [(_account(one), -one.amount) for move in moves for one in move.taken]
    paid = [(_account(one), one.amount) for move in moves for one in move.paid]
    by_account: dict[tuple[Account, str], Money] = sums_by(
        ((account, amount.currency), amount) for account, amount in (*taken, *paid)
    )
    entries = tuple(Entry(account, amount) for (account, _), amount in by_account.items())
    return Transaction(f"distribution/{run_id}/event/{moves[0].event_id}", entries)


def _account(one: Standing | Paid) -> Account:
    if one.party_id is None:
        return Account("suspense", one.reason)
    return Account("rightholder", str(one.party_id))
