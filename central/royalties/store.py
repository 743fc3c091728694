"""Reading the books of money: what was closed, and each rightholder's statement of it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, union_all

from central.errors import Unknown
from central.royalties.books import received
from central.royalties.calendar import Period
from central.royalties.closed import (
    ClosedEvent,
    Distribution,
    Later,
    Statement,
    StatementHead,
    lines_of,
)
from central.royalties.distribution import Allocation, Evidence, PlayUsed, SetAside
from central.royalties.fees import fee_of_json
from central.royalties.later_tables import later_plays, later_runs
from central.royalties.ledger import Account
from central.royalties.money import Money
from central.royalties.reckoning import Assumed, Drawn, PackUsed, Reckoning
from central.royalties.rules.payout import Payout
from central.royalties.staging import play_of_production
from central.royalties.tables import (
    allocations,
    distributed_events,
    distribution_packs,
    distributions,
    payouts,
    reckonings,
    set_aside,
    staged_productions,
    statements,
    used_plays,
)
from central.royalties.testimony import testimony_of
from central.venues.calendar import LONGEST_EVENT
from central.venues.store import venues


def all_distributions(connection: Connection) -> list[Distribution]:
    """Every closing, the latest first."""
    rows = connection.execute(_distributions().order_by(distributions.c.id.desc()))
    return [_distribution(row) for row in rows]


def distribution(connection: Connection, distribution_id: int) -> Distribution:
    """One closing.

    Raises:
        Unknown: there is none of that number.
    """
    row = connection.execute(_distributions().where(distributions.c.id == distribution_id)).first()
    if row is None:
        raise Unknown(f"distribution {distribution_id} does not exist")
    return _distribution(row)


def _distributions() -> Select[Any]:
    pack = distribution_packs.c
    words = (pack.pack_id, pack.version, pack.title, pack.digest, pack.assumed)
    later = later_runs.c
    run = (later.closing_id, later.kind, later.because, later.made_by)
    # What comes after a closing goes by the pack of the closing.
    closing = func.coalesce(later.closing_id, distributions.c.id)
    joined = (
        distributions.join(venues)
        .outerjoin(later_runs, later.distribution_id == distributions.c.id)
        .outerjoin(distribution_packs, pack.distribution_id == closing)
    )
    return select(distributions, venues.c.name.label("venue"), *words, *run).select_from(joined)


def _distribution(row: Row[Any]) -> Distribution:
    return Distribution(
        id=row.id,
        venue_id=row.venue_id,
        venue=row.venue,
        first_day=row.first_day,
        last_day=row.last_day,
        time_zone=row.time_zone,
        rule=row.rule,
        closed_at=row.closed_at,
        pack=_pack(row) if row.pack_id else None,
        later=Later(row.closing_id, row.kind, row.because, row.made_by) if row.kind else None,
        event_id=row.event_id,
    )


def _pack(row: Row[Any]) -> PackUsed:
    assumed = tuple(Assumed(one["key"], one["text"], one["why"]) for one in row.assumed)
    return PackUsed(row.pack_id, row.version, row.title, row.digest, assumed)


def earlier_closing(connection: Connection, event_ids: Iterable[int]) -> Mapping[int, int]:
    """Those of the events that are closed already, each with its distribution's number."""
    rows = connection.execute(
        select(distributed_events.c.event_id, distributed_events.c.distribution_id)
        .where(distributed_events.c.event_id.in_(list(event_ids)))
        .order_by(distributed_events.c.event_id)
    )
    return {row.event_id: row.distribution_id for row in rows}


def closings_of_venue(connection: Connection, venue_id: int) -> Mapping[int, int]:
    """All events of a venue that are closed, each with its distribution's number."""
    rows = connection.execute(
        select(distributed_events.c.event_id, distributed_events.c.distribution_id)
        .join_from(distributed_events, distributions)
        .where(distributions.c.venue_id == venue_id)
    )
    return {row.event_id: row.distribution_id for row in rows}


def fees_of(connection: Connection, event_ids: Iterable[int]) -> Mapping[int, Money]:
    """The fees of those of the events that are closed."""
    table = distributed_events.c
    rows = connection.execute(
        select(table.event_id, table.fee_minor, table.currency).where(
            table.event_id.in_(list(event_ids))
        )
    )
    return {row.event_id: Money(row.fee_minor, row.currency) for row in rows}


def closed_events(connection: Connection, distribution_id: int) -> list[ClosedEvent]:
    """The events of a closing, by start, with all that was frozen of them."""
    rows = connection.execute(
        select(distributed_events)
        .filter_by(distribution_id=distribution_id)
        .order_by(distributed_events.c.starts_at, distributed_events.c.event_id)
    )
    return [_closed_event(connection, row) for row in rows.all()]


def everything_closed(connection: Connection, distribution_id: int) -> list[ClosedEvent]:
    """The events of a closing, and then the grand rights of productions given there."""
    events = closed_events(connection, distribution_id)
    return events + [one for event in events for one in _staged(connection, event)]


def closed_event(connection: Connection, event_id: int) -> ClosedEvent:
    """One event as it was closed.

    Raises:
        Unknown: it was not.
    """
    row = connection.execute(select(distributed_events).filter_by(event_id=event_id)).first()
    if row is None:
        raise Unknown(f"event {event_id} is not closed; what is open is not adjusted but closed")
    return _closed_event(connection, row)


def _closed_event(connection: Connection, row: Row[Any]) -> ClosedEvent:
    return ClosedEvent(
        event_id=row.event_id,
        title=row.title,
        hall=row.hall,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        fee=Money(row.fee_minor, row.currency),
        plays=tuple(_plays(connection, row.event_id)),
        allocations=tuple(_allocations(connection, row.event_id)),
        reckoning=_reckoning(connection, row.event_id, fee=row.fee_minor),
        aside=tuple(_aside(connection, row.event_id)),
    )


def closing_of(connection: Connection, event_id: int) -> int:
    """The closing that an event belongs to.

    Raises:
        Unknown: it is not closed.
    """
    found = earlier_closing(connection, [event_id])
    if event_id not in found:
        raise Unknown(f"event {event_id} is not closed")
    return found[event_id]


def _staged(connection: Connection, event: ClosedEvent) -> Iterable[ClosedEvent]:
    rows = connection.execute(
        select(staged_productions)
        .filter_by(event_id=event.event_id)
        .order_by(staged_productions.c.production_id)
    )
    for row in rows:
        play = play_of_production(row.production_id, row.work_title, event)
        currency = event.fee.currency
        yield replace(
            event,
            title=row.title,
            fee=Money(row.fee_minor, currency),
            plays=(play,),
            allocations=tuple(
                Allocation(
                    event_id=event.event_id,
                    play_id=play.id,
                    party_id=part["party_id"],
                    role=part["role"],
                    basis_points=part["basis_points"],
                    amount=Money(part["amount_minor"], currency),
                    reason="",
                )
                for part in row.parts
            ),
            reckoning=Reckoning(
                inputs=row.inputs,
                steps=tuple(row.steps),
                pool=row.pool,
                deducted=tuple((name, minor) for name, minor in row.deducted),
                distributable=row.distributable_minor,
                lines=tuple(Drawn(part["weight"], (play.id,), (1,)) for part in row.parts),
                fee_used=fee_of_json(row.fee_used),
            ),
            aside=(),
            production_id=row.production_id,
        )


def detections_used(connection: Connection, venue_id: int, period: Period) -> set[str]:
    """Keys of the detections that any closing of a venue rests on, of events near the period."""
    near = (
        select(distributed_events.c.event_id)
        .join_from(distributed_events, distributions)
        .where(distributions.c.venue_id == venue_id)
        .where(distributed_events.c.starts_at < period.end + LONGEST_EVENT)
        .where(distributed_events.c.ends_at > period.start - LONGEST_EVENT)
    )
    plays = (
        select(table.c.evidence).where(table.c.event_id.in_(near))
        for table in (used_plays, later_plays)
    )
    rows = connection.scalars(union_all(*plays))
    used = {heard["key"] for evidence in rows for heard in evidence}
    aside = connection.scalars(select(set_aside.c.detections).where(set_aside.c.event_id.in_(near)))
    return used | {key for keys in aside for key in keys}


def _plays(connection: Connection, event_id: int) -> Iterable[PlayUsed]:
    rows = connection.execute(
        select(used_plays)
        .filter_by(event_id=event_id)
        .order_by(used_plays.c.started_at, used_plays.c.play_id)
    )
    return (play_from(row) for row in rows)


def play_from(row: Row[Any]) -> PlayUsed:
    """A play as it was frozen, in a closing or after it."""
    return PlayUsed(
        id=row.play_id,
        recording_id=row.recording_id,
        recording_title=row.recording_title,
        performer=row.performer,
        work_id=row.work_id,
        work_title=row.work_title,
        started_at=row.started_at,
        ended_at=row.ended_at,
        milliseconds=row.milliseconds,
        confidence_per_mille=row.confidence_per_mille,
        detections=tuple(_evidence(heard) for heard in row.evidence),
        shares=(),  # what they were on that day is in the allocations
        free_points=row.free_points,
        basis=row.basis,
        length_by=row.length_by,
        use=row.use,
        placing=row.placing,
        waits=row.waits,
        testimony=testimony_of(row.testimony),
    )


def _aside(connection: Connection, event_id: int) -> Iterable[SetAside]:
    rows = connection.execute(
        select(set_aside).filter_by(event_id=event_id).order_by(set_aside.c.name)
    )
    for row in rows:
        yield SetAside(
            name=row.name,
            title=row.title,
            why=row.why,
            milliseconds=row.milliseconds,
            detections=tuple(row.detections),
            testimony=testimony_of(row.testimony),
        )


def _evidence(row: Mapping[str, Any]) -> Evidence:
    return Evidence(
        key=row["key"],
        started_at=datetime.fromisoformat(row["started_at"]),
        ended_at=datetime.fromisoformat(row["ended_at"]),
        confidence_per_mille=row["confidence_per_mille"],
        recording_id=row.get("recording_id", ""),
    )


def _reckoning(connection: Connection, event_id: int, *, fee: int) -> Reckoning | None:
    row = connection.execute(select(reckonings).filter_by(event_id=event_id)).first()
    if row is None:
        return None
    return Reckoning(
        inputs=row.inputs or {"fee": fee},
        steps=tuple(row.steps),
        pool=row.pool,
        deducted=tuple((name, minor) for name, minor in row.deducted),
        distributable=row.distributable_minor,
        lines=tuple(
            Drawn(one["weight"], tuple(one["plays"]), tuple(one["counted"])) for one in row.lines
        ),
        fee_used=fee_of_json(row.fee_used),
    )


def _allocations(connection: Connection, event_id: int) -> Iterable[Allocation]:
    rows = connection.execute(
        select(allocations).filter_by(event_id=event_id).order_by(allocations.c.id)
    )
    for row in rows:
        yield Allocation(
            event_id=row.event_id,
            play_id=row.play_id,
            party_id=row.party_id,
            role=row.role,
            basis_points=row.basis_points,
            amount=Money(row.amount_minor, row.currency),
            reason=row.reason,
        )


def statement_heads(connection: Connection, distribution_id: int) -> list[StatementHead]:
    """The statements of a closing, by rightholder."""
    rows = connection.execute(
        _heads()
        .where(statements.c.distribution_id == distribution_id)
        .order_by(statements.c.party_id, statements.c.currency)
    )
    return [_head(row) for row in rows]


def statements_of_party(connection: Connection, party_id: int) -> list[StatementHead]:
    """All statements of a rightholder, the earliest first."""
    own = _heads().where(statements.c.party_id == party_id).order_by(statements.c.id)
    return [_head(row) for row in connection.execute(own)]


def _heads() -> Select[Any]:
    account = (payouts.c.brought_minor, payouts.c.paid_minor, payouts.c.carried_minor)
    return select(statements, *account).select_from(statements.outerjoin(payouts))


def statement(connection: Connection, statement_id: int) -> Statement:
    """A statement with its lines, and what the ledger says to it.

    Raises:
        Unknown: there is none of that number.
    """
    row = connection.execute(_heads().where(statements.c.id == statement_id)).first()
    if row is None:
        raise Unknown(f"statement {statement_id} does not exist")
    head = _head(row)
    return Statement(
        head=head,
        distribution=distribution(connection, head.distribution_id),
        lines=lines_of(everything_closed(connection, head.distribution_id), head),
        booked=received(
            connection,
            Account("rightholder", str(head.party_id)),
            currency=head.total.currency,
            distribution_id=head.distribution_id,
        ),
    )


def _head(row: Row[Any]) -> StatementHead:
    return StatementHead(
        id=row.id,
        distribution_id=row.distribution_id,
        party_id=row.party_id,
        party_name=row.party_name,
        total=Money(row.total_minor, row.currency),
        account=_account(row),
    )


def _account(row: Row[Any]) -> Payout | None:
    if row.paid_minor is None:
        return None
    return Payout(row.brought_minor, row.total_minor, row.paid_minor, row.carried_minor)
