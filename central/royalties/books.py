"""Writing the books of money: only ever adding, each closing and each transaction whole or not."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert, select

from central.database import put
from central.errors import Taken, Unknown
from central.royalties.calendar import Period
from central.royalties.closed import ClosedEvent
from central.royalties.distribution import Evidence, PlayUsed
from central.royalties.fees import fee_json
from central.royalties.ledger import Account, Entry, Transaction
from central.royalties.money import Money
from central.royalties.reckoning import PackUsed, Reckoning
from central.royalties.tables import (
    allocations,
    distributed_events,
    distribution_packs,
    distributions,
    ledger_entries,
    ledger_transactions,
    reckonings,
    set_aside,
    staged_productions,
    statements,
    used_plays,
)
from central.royalties.testimony import testimony_json


def put_distribution(
    connection: Connection,
    period: Period,
    *,
    venue_id: int,
    rule: str,
    at: datetime,
    event_id: int | None = None,
) -> int:
    """Open the record of a closing; answers its number."""
    row = {
        "venue_id": venue_id,
        "first_day": period.first_day,
        "last_day": period.last_day,
        "time_zone": period.time_zone,
        "rule": rule,
        "closed_at": at,
        "event_id": event_id,
    }
    return put(connection, distributions, row)


def put_pack(connection: Connection, pack: PackUsed, *, words: str, distribution_id: int) -> None:
    """Freeze the pack of a closing, word for word, with the figures that had to be assumed."""
    row = {
        "distribution_id": distribution_id,
        "pack_id": pack.id,
        "version": pack.version,
        "title": pack.title,
        "digest": pack.digest,
        "assumed": [{"key": a.key, "text": a.text, "why": a.why} for a in pack.assumed],
        "words": words,
    }
    connection.execute(insert(distribution_packs).values(**row))


def _put_reckoning(connection: Connection, event_id: int, reckoning: Reckoning) -> None:
    row = {
        "event_id": event_id,
        "distributable_minor": reckoning.distributable,
        "pool": reckoning.pool,
        "inputs": dict(reckoning.inputs),
        "fee_used": fee_json(reckoning.fee_used),
        "steps": list(reckoning.steps),
        "deducted": [list(one) for one in reckoning.deducted],
        "lines": [
            {"weight": line.weight, "plays": list(line.plays), "counted": list(line.counted)}
            for line in reckoning.lines
        ],
    }
    connection.execute(insert(reckonings).values(**row))


def put_event(connection: Connection, event: ClosedEvent, *, distribution_id: int) -> None:
    """Freeze an event: the plays used with their evidence, and every allocation."""
    row = {
        "event_id": event.event_id,
        "distribution_id": distribution_id,
        "title": event.title,
        "hall": event.hall,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "fee_minor": event.fee.minor,
        "currency": event.fee.currency,
    }
    connection.execute(insert(distributed_events).values(**row))
    _put_plays(connection, event)
    _put_aside(connection, event)
    if event.reckoning is not None:
        _put_reckoning(connection, event.event_id, event.reckoning)
    connection.execute(
        insert(allocations),
        [
            {
                "event_id": event.event_id,
                "play_id": part.play_id,
                "party_id": part.party_id,
                "role": part.role,
                "basis_points": part.basis_points,
                "amount_minor": part.amount.minor,
                "currency": part.amount.currency,
                "reason": part.reason,
            }
            for part in event.allocations
        ],
    )


def put_staged(connection: Connection, event: ClosedEvent) -> None:
    """Freeze a production's grand right: the way to its sum, and each maker's part.

    Raises:
        Unknown: it is none.
    """
    reckoning = event.reckoning
    if reckoning is None or event.production_id is None:
        raise Unknown(f"event {event.event_id} is not the grand right of a production")
    row = {
        "event_id": event.event_id,
        "production_id": event.production_id,
        "title": event.title,
        "work_title": event.plays[0].work_title,
        "fee_minor": event.fee.minor,
        "distributable_minor": reckoning.distributable,
        "pool": reckoning.pool,
        "inputs": dict(reckoning.inputs),
        "steps": list(reckoning.steps),
        "deducted": [list(one) for one in reckoning.deducted],
        "fee_used": fee_json(reckoning.fee_used),
        "parts": [
            {
                "party_id": part.party_id,
                "role": part.role,
                "basis_points": part.basis_points,
                "amount_minor": part.amount.minor,
                "weight": line.weight,
            }
            for part, line in zip(event.allocations, reckoning.lines, strict=True)
        ],
    }
    connection.execute(insert(staged_productions).values(**row))


def _put_plays(connection: Connection, event: ClosedEvent) -> None:
    rows = [play_row(event.event_id, play) for play in event.plays]
    if rows:
        connection.execute(insert(used_plays), rows)


def _put_aside(connection: Connection, event: ClosedEvent) -> None:
    rows = [
        {
            "event_id": event.event_id,
            "name": one.name,
            "title": one.title,
            "why": one.why,
            "milliseconds": one.milliseconds,
            "detections": list(one.detections),
            "testimony": testimony_json(one.testimony),
        }
        for one in event.aside
    ]
    if rows:
        connection.execute(insert(set_aside), rows)


def play_row(event_id: int, play: PlayUsed) -> dict[str, object]:
    """A play as the books freeze it."""
    return {
        "event_id": event_id,
        "play_id": play.id,
        "recording_id": play.recording_id,
        "recording_title": play.recording_title,
        "performer": play.performer,
        "work_id": play.work_id,
        "work_title": play.work_title,
        "started_at": play.started_at,
        "ended_at": play.ended_at,
        "milliseconds": play.milliseconds,
        "confidence_per_mille": play.confidence_per_mille,
        "evidence": [_evidence_row(heard) for heard in play.detections],
        "free_points": play.free_points,
        "basis": play.basis,
        "length_by": play.length_by,
        "use": play.use,
        "placing": play.placing,
        "waits": play.waits,
        "testimony": testimony_json(play.testimony),
    }


def _evidence_row(heard: Evidence) -> dict[str, str | int]:
    return {
        "key": heard.key,
        "started_at": heard.started_at.isoformat(),
        "ended_at": heard.ended_at.isoformat(),
        "confidence_per_mille": heard.confidence_per_mille,
        "recording_id": heard.recording_id,
    }


def put_statements(
    connection: Connection,
    totals: Iterable[tuple[int, Money]],
    *,
    names: dict[int, str],
    distribution_id: int,
) -> None:
    """Open a statement for each rightholder and currency.

    Args:
        connection: to the books, in the transaction of the closing.
        totals: party and sum.
        names: of the parties, as they are called today.
        distribution_id: whose statements these are.
    """
    rows = [
        {
            "distribution_id": distribution_id,
            "party_id": party_id,
            "party_name": names[party_id],
            "total_minor": total.minor,
            "currency": total.currency,
        }
        for party_id, total in totals
    ]
    if rows:
        connection.execute(insert(statements), rows)


def post(
    connection: Connection, transaction: Transaction, *, distribution_id: int, at: datetime
) -> None:
    """Write a transaction: its entries, and then the row that seals them.

    Raises:
        Taken: the very same transaction is in the ledger already.
    """
    known = select(ledger_transactions.c.id).filter_by(id=transaction.id)
    if connection.scalar(known) is not None:
        raise Taken(f"transaction {transaction.id} is in the ledger already")
    connection.execute(insert(ledger_entries), [_row(transaction, e) for e in transaction.entries])
    connection.execute(
        insert(ledger_transactions).values(
            id=transaction.id,
            distribution_id=distribution_id,
            reverses=transaction.reverses or None,
            posted_at=at,
        )
    )


def _row(transaction: Transaction, entry: Entry) -> dict[str, str | int]:
    return {
        "transaction_id": transaction.id,
        "account_kind": entry.account.kind,
        "account_key": entry.account.key,
        "amount_minor": entry.amount.minor,
        "currency": entry.amount.currency,
    }


def transaction(connection: Connection, transaction_id: str) -> Transaction:
    """A transaction as it was posted.

    Raises:
        Unknown: there is none of that id.
    """
    head = connection.execute(select(ledger_transactions).filter_by(id=transaction_id)).first()
    if head is None:
        raise Unknown(f"transaction {transaction_id} is not in the ledger")
    rows = connection.execute(
        select(ledger_entries)
        .filter_by(transaction_id=transaction_id)
        .order_by(ledger_entries.c.id)
    )
    entries = tuple(
        Entry(Account(row.account_kind, row.account_key), Money(row.amount_minor, row.currency))
        for row in rows
    )
    return Transaction(head.id, entries, head.reverses or "")


def received(
    connection: Connection, account: Account, *, currency: str, distribution_id: int
) -> Money:
    """What an account received through a distribution, before anything was paid out of it."""
    joined = ledger_entries.join(ledger_transactions)
    amounts = connection.scalars(
        select(ledger_entries.c.amount_minor)
        .select_from(joined)
        .where(ledger_entries.c.account_kind == account.kind)
        .where(ledger_entries.c.account_key == account.key)
        .where(ledger_entries.c.currency == currency)
        .where(ledger_transactions.c.distribution_id == distribution_id)
        .where(ledger_transactions.c.id != payout_name(distribution_id))
    )
    return Money(sum(amounts), currency)


def payout_name(distribution_id: int) -> str:
    """The id of the transaction that pays a distribution's statements out."""
    return f"distribution/{distribution_id}/payout"
