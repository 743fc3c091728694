"""The last redistribution: what nobody claimed in time goes where the pack's policy says."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction

from sqlalchemy import Connection, select

from central.errors import Unacceptable
from central.royalties import store
from central.royalties.later.amounts import standing_at
from central.royalties.later.claim_books import claimed
from central.royalties.later.moves import Move, Run, Standing, shared_again
from central.royalties.later.release import CLAIM_OPEN
from central.royalties.later.window import Window, waits_for_an_owner, window_of
from central.royalties.later_tables import later_pools
from central.royalties.opening import counted_by_play

Part = tuple[int, str, int]  # party, role, basis points
NOBODY_IDENTIFIED = "nobody-identified"
POLICIES = {
    "same-event": "the identified works of the same event, by what they counted there",
    "same-pool": "the identified works of the same event, by what they counted there: each event"
    " of a closing is a pool of its own",
}


def plan(connection: Connection, closing_id: int, *, today: date) -> Run:
    """Divide what may no longer be claimed by the policy the closing's pack names.

    Raises:
        Unknown: there is no such closing.
        Unacceptable: the closing had no pack, so that nothing of it ever expires.
    """
    window = window_of(connection, closing_id)
    if window.pack is None:
        raise Unacceptable(
            f"distribution {closing_id} was closed by the simple rule, which sets no window; what"
            " waits of it may be claimed for ever"
        )
    claims, moves, left = claimed(connection), [], []
    for event in store.closed_events(connection, closing_id):
        amounts = standing_at(connection, event.event_id)
        over = [one for one in amounts if _is_over(one, window, today)]
        free = [one for one in over if one.reference not in claims]
        left += [(one.reference, CLAIM_OPEN) for one in over if one.reference in claims]
        move = _again(free, amounts, _counted(connection, event.event_id)) if free else None
        if move is None:
            left += [(one.reference, NOBODY_IDENTIFIED) for one in free]
        else:
            moves.append(move)
    policy = window.pack.redistribution
    because = f"not claimed in time; {policy}: {POLICIES[policy]}"
    return Run(closing_id, "redistribution", because, tuple(moves), tuple(left))


def _is_over(one: Standing, window: Window, today: date) -> bool:
    return waits_for_an_owner(one) and one.play is not None and window.is_over(one.play, today)


def _counted(connection: Connection, event_id: int) -> Mapping[str, Fraction]:
    """What each play counted in the latest division of an event."""
    latest = connection.scalar(
        select(later_pools.c.counted)
        .filter_by(event_id=event_id)
        .where(later_pools.c.counted.is_not(None))
        .order_by(later_pools.c.distribution_id.desc())
        .limit(1)
    )
    if latest:
        return {play: Fraction(*weight) for play, weight in latest.items()}
    return counted_by_play(store.closed_event(connection, event_id))


def _started(parts: Mapping[Part, Standing]) -> tuple[str, str]:
    play = next(iter(parts.values())).play
    return (play.started_at.isoformat(), play.id) if play else ("", "")


def _again(
    expired: Sequence[Standing], amounts: Sequence[Standing], counted: Mapping[str, Fraction]
) -> Move | None:
    """Divide expired amounts among the parts of the identified plays of their event."""
    identified: dict[str, dict[Part, Standing]] = defaultdict(dict)
    for one in amounts:
        if one.party_id is not None and one.play is not None:
            part = (one.party_id, one.role, one.basis_points)
            identified[one.play.id].setdefault(part, one)
    # Left-over units fall to earlier plays, then to lower rightholders.
    by_time = sorted(identified.values(), key=_started)
    weighed = [
        (one, counted.get(one.play.id if one.play else "", Fraction(0)) * one.basis_points)
        for parts in by_time
        for _, one in sorted(parts.items())
    ]
    return shared_again(expired, [one for one in weighed if one[1]])
