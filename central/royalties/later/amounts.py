"""Every amount of a closing as it stands by now: what was taken back since no longer does."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from central.errors import Unknown
from central.royalties import store
from central.royalties.closed import ClosedEvent
from central.royalties.distribution import PlayUsed
from central.royalties.later.moves import Standing
from central.royalties.later.reading import reference_taken
from central.royalties.later_tables import later_lines, later_plays
from central.royalties.money import Money
from central.royalties.opening import openings
from central.royalties.tables import allocations

Place = tuple[int, int, str]  # distribution, event, play


def standing_of(connection: Connection, closing_id: int) -> list[Standing]:
    """All amounts of a closing as they stand, by event, the closing's own before later ones."""
    events = store.closed_events(connection, closing_id)
    return [one for event in events for one in _standing(connection, event, closing_id)]


def standing_at(connection: Connection, event_id: int) -> list[Standing]:
    """All amounts of one closed event as they stand.

    Raises:
        Unknown: the event is not closed.
    """
    closing_id = store.closing_of(connection, event_id)
    return list(_standing(connection, store.closed_event(connection, event_id), closing_id))


def standing(connection: Connection, reference: str) -> Standing:
    """One amount by its reference.

    Raises:
        Unknown: there is none, or it no longer stands.
    """
    event_id = event_of(connection, reference)
    for one in standing_at(connection, event_id):
        if one.reference == reference:
            return one
    raise Unknown(f"{reference} no longer stands; it was taken back, and the books say by what")


def event_of(connection: Connection, reference: str) -> int:
    """The event an amount belongs to.

    Raises:
        Unknown: there is no such amount.
    """
    table = allocations if reference[:1] == "A" else later_lines
    number = reference[1:]
    found = None
    if reference[:1] in ("A", "L") and number.isascii() and number.isdigit() and len(number) < 10:
        found = connection.scalar(select(table.c.event_id).filter_by(id=int(number)))
    if found is None:
        raise Unknown(f"there is no amount {reference!r}; the public list names each, such as A17")
    return int(found)


def _standing(connection: Connection, event: ClosedEvent, closing_id: int) -> Iterable[Standing]:
    lines = connection.execute(
        select(later_lines).filter_by(event_id=event.event_id).order_by(later_lines.c.id)
    ).all()
    taken = {reference_taken(row) for row in lines}
    for one in _of_closing(connection, event, closing_id):
        if one.reference not in taken:
            yield one
    plays = _plays(connection, event.event_id)
    for row in lines:
        if f"L{row.id}" not in taken and not reference_taken(row):
            yield _from_line(row, plays)


def _of_closing(connection: Connection, event: ClosedEvent, closing_id: int) -> Iterable[Standing]:
    numbers = connection.scalars(
        select(allocations.c.id).filter_by(event_id=event.event_id).order_by(allocations.c.id)
    ).all()
    plays = {play.id: play for play in event.plays}
    opened = zip(numbers, event.allocations, openings(event), strict=True)
    for number, part, steps in opened:
        yield Standing(
            reference=f"A{number}",
            event_id=event.event_id,
            play=plays[part.play_id] if part.play_id is not None else None,
            party_id=part.party_id,
            role=part.role,
            basis_points=part.basis_points,
            amount=part.amount,
            reason=part.reason,
            pool_of=closing_id,
            steps=steps,
        )


def _plays(connection: Connection, event_id: int) -> Mapping[Place, PlayUsed]:
    rows = connection.execute(select(later_plays).filter_by(event_id=event_id))
    return {(row.distribution_id, row.event_id, row.play_id): store.play_from(row) for row in rows}


def _from_line(row: Row[Any], plays: Mapping[Place, PlayUsed]) -> Standing:
    place = (row.distribution_id, row.event_id, row.play_id)
    return Standing(
        reference=f"L{row.id}",
        event_id=row.event_id,
        play=plays[place] if row.play_id is not None else None,
        party_id=row.party_id,
        role=row.role,
        basis_points=row.basis_points,
        amount=Money(row.amount_minor, row.currency),
        reason=row.reason,
        pool_of=row.pool_of,
        steps=tuple(row.steps),
    )


def waiting_among(amounts: Sequence[Standing]) -> list[Standing]:
    """Those that wait."""
    return [one for one in amounts if one.party_id is None]
