"""How each amount of a closed event is reckoned from its pool, in steps anyone can do again."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from central.royalties.closed import ClosedEvent
from central.royalties.distribution import Allocation, PlayUsed
from central.royalties.reckoning import Reckoning

Step = Mapping[str, Any]
Steps = tuple[Step, ...]


def pool_name(distribution_id: int, event_id: int, production_id: int | None = None) -> str:
    """What the document of the pool of an event, or of a production given there, is called."""
    own = f"pool/{distribution_id}/{event_id}"
    return own if production_id is None else f"{own}/production/{production_id}"


def openings(event: ClosedEvent) -> list[Steps]:
    """The steps to each of the event's allocations, in their order, from the parts of its pool.

    The last step of each gives the amount. An amount that is the whole pool, because nothing was
    there to divide it by, has none.
    """
    if event.reckoning is not None:
        return drawn_by_pack(event.allocations, event.reckoning)
    return _by_time(event.plays, event.allocations)


def drawn_by_pack(allocations: Sequence[Allocation], reckoning: Reckoning) -> list[Steps]:
    """By a pack: the pool is shared among lines, and a line among the plays of its work."""
    placed = list(zip(allocations, reckoning.places(), strict=True))
    earned: dict[int, int] = {}
    for part, (number, _) in placed:
        earned[number] = earned.get(number, 0) + part.amount.minor
    # One list for all plays of a line: a work may have been played thousands of times.
    counted = [list(line.counted) for line in reckoning.lines]
    steps: list[Steps] = []
    for part, (number, place) in placed:
        line = reckoning.lines[number]
        if part.play_id is None or not line.weight:
            steps.append(())
            continue
        drawn = {"op": "share", "of": "pool", "weights": "pool", "part": number}
        played = {"op": "share", "of": "work", "weights": counted[number], "part": place}
        steps.append(
            (
                drawn | {"name": "work", "gives": earned[number]},
                played | {"name": "line", "gives": part.amount.minor},
            )
        )
    return steps


def _by_time(plays: Sequence[PlayUsed], allocations: Sequence[Allocation]) -> list[Steps]:
    """By the simple rule: the fee is shared among plays, and a play by its work's shares."""
    places = {play.id: place for place, play in enumerate(in_order(plays))}
    siblings: dict[str | None, list[Allocation]] = {}
    for part in allocations:
        siblings.setdefault(part.play_id, []).append(part)
    steps: list[Steps] = []
    for part in allocations:
        own = siblings[part.play_id]
        if part.play_id is None:
            steps.append(())
            continue
        played = {"op": "share", "of": "pool", "weights": "pool", "part": places[part.play_id]}
        earned = played | {"name": "play", "gives": sum(one.amount.minor for one in own)}
        if part.party_id is None:
            steps.append((earned,))
            continue
        shares, number = [one.basis_points for one in own], own.index(part)
        shared = {"op": "share", "of": "play", "weights": shares, "part": number}
        steps.append((earned, shared | {"name": "line", "gives": part.amount.minor}))
    return steps


def shared_out(event: ClosedEvent) -> dict[str, Any]:
    """The steps from the fee to what is divided, and what each part of it counts."""
    reckoning = event.reckoning
    if reckoning is None:
        lengths = [play.milliseconds for play in in_order(event.plays)]
        return {"steps": [], "pool": "fee", "weights": lengths}
    steps = [dict(step) for step in reckoning.steps]
    return {"steps": steps, "pool": reckoning.pool, "weights": reckoning.weights}


def counted_by_play(event: ClosedEvent) -> Mapping[str, Fraction]:
    """What each play counted when the event was divided by its pack; nothing by the simple rule."""
    counted: dict[str, Fraction] = defaultdict(Fraction)
    for line in event.reckoning.lines if event.reckoning else ():
        whole = sum(line.counted)
        for play, own in zip(line.plays, line.counted, strict=True):
            counted[play] += Fraction(line.weight * own, whole)
    return counted


def in_order(plays: Sequence[PlayUsed]) -> list[PlayUsed]:
    """Plays as the simple rule takes them, so that left-over units fall to the same ones."""
    return sorted(plays, key=lambda play: (play.started_at, play.recording_id, play.id))
