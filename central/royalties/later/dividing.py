"""An event divided again: what is known of its plays by now, and only the differences moved."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from central.repertoire.shares import Share
from central.royalties.closed import ClosedEvent
from central.royalties.distribution import SHARES_NOT_WHOLE, Allocation, PlayUsed
from central.royalties.later.moves import OWN_POOL, Move, OwnPool, Paid, Standing, Steps
from central.royalties.money import total_of
from central.royalties.opening import counted_by_play, openings, shared_out
from central.royalties.rules.lines import NOBODYS_PART
from central.royalties.rules.material import WHOLE

Identity = tuple[str, int, int, str, int, str]
"""What makes two amounts the same: play, work, party, role, part, reason."""
_NOT_WHOLE = (Share(0, "CA", 1),)  # parts that never pay anybody, so that the reason stays


def as_it_stands(play: PlayUsed, amounts: Iterable[Standing]) -> PlayUsed:
    """A play with the work and the parts by which it is paid now.

    Args:
        play: as it was frozen.
        amounts: all that stand of this play; of one that counts nothing there are none.
    """
    own = list(amounts)
    parts = sorted(
        {(one.party_id, one.role, one.basis_points) for one in own if one.party_id is not None}
    )
    known = next((one.play for one in own if one.party_id is not None and one.play), play)
    if parts:
        shares = tuple(Share(party, role, points) for party, role, points in parts)  # type: ignore[arg-type]  # as the books have them
        nobodys = any(one.reason == NOBODYS_PART for one in own)
        free = WHOLE - sum(share.basis_points for share in shares) if nobodys else 0
        of = replace(play, work_id=known.work_id, work_title=known.work_title)
        return replace(of, shares=shares, free_points=free, waits="")
    if not own:
        return replace(play, shares=(), free_points=WHOLE)
    held = any(one.reason == SHARES_NOT_WHOLE for one in own)
    return replace(play, shares=_NOT_WHOLE if held else (), free_points=0)


@dataclass(frozen=True, slots=True)
class Told:
    """What any division of an event has looked at: detections by key, and plays by id."""

    detections: frozenset[str]
    plays: frozenset[str]

    def knows(self, play: PlayUsed) -> bool:
        """Whether nothing of a play is news."""
        heard = {one.key for one in play.detections}
        return heard <= self.detections if heard else play.id in self.plays


def late_plays(
    now: Sequence[PlayUsed], before: Sequence[PlayUsed], told: Told
) -> tuple[list[PlayUsed], list[PlayUsed]]:
    """Plays that are news, and those of the last division that they take the place of.

    News are detections and pieces nobody has looked at yet, and a person's word on what was open.

    Args:
        now: plays as they are made of all that is reported, declared and decided by now.
        before: plays of the last division, as they stand.
        told: all that was looked at before.

    Returns:
        The new plays, with what is known of those of the same recording they continue; and
        the old ones that share a detection with them, or were open and are no longer.
    """
    was_open = {play.id for play in before if play.waits}
    new = [play for play in now if not told.knows(play) or (play.id in was_open and not play.waits)]
    keys = {heard.key for play in new for heard in play.detections}
    gone = {play.id for play in new} | (was_open - {play.id for play in now})
    replaced = [play for play in before if play.id in gone or _shares_any(play, keys)]
    return [_continued(play, replaced) for play in new], replaced


def _continued(play: PlayUsed, replaced: Iterable[PlayUsed]) -> PlayUsed:
    own = {heard.key for heard in play.detections}
    for old in replaced:
        if old.shares and old.recording_id == play.recording_id and _shares_any(old, own):
            of = replace(play, work_id=old.work_id, work_title=old.work_title)
            return replace(of, shares=old.shares, free_points=old.free_points)
    return play


def _shares_any(play: PlayUsed, keys: set[str]) -> bool:
    return any(heard.key in keys for heard in play.detections)


def agreed(plays: Sequence[PlayUsed], firm: Mapping[int, PlayUsed]) -> list[PlayUsed]:
    """Plays of one work by one set of parts: those by which it is paid already, if it is.

    Args:
        plays: of one event.
        firm: for works whose parts are settled, a play that has them.
    """
    return [_by_firm(play, firm.get(play.work_id or 0)) for play in plays]


def _by_firm(play: PlayUsed, firm: PlayUsed | None) -> PlayUsed:
    if firm is None:
        return play
    return replace(play, shares=firm.shares, free_points=firm.free_points)


def difference(standing: Sequence[Standing], divided: ClosedEvent) -> Move | None:
    """Take back what is another amount by the new division, and pay that; leave all else alone.

    Args:
        standing: all amounts of the event as they stand.
        divided: the event with the plays, allocations and reckoning of the new division.

    Returns:
        None when nobody's money would move.
    """
    was: dict[Identity, list[Standing]] = defaultdict(list)
    for one in standing:
        was[_identity_of(one)].append(one)
    becomes: dict[Identity, list[tuple[Allocation, Steps]]] = defaultdict(list)
    plays = {play.id: play for play in divided.plays}
    for part, steps in zip(divided.allocations, openings(divided), strict=True):
        becomes[_identity(part, plays)].append((part, steps))
    taken: list[Standing] = []
    paid: list[Paid] = []
    for identity in sorted({*was, *becomes}):
        old, new = was.get(identity, []), becomes.get(identity, [])
        zero = divided.fee.currency
        same = total_of((o.amount for o in old), zero) == total_of((p.amount for p, _ in new), zero)
        # a part of nothing is a part as well: by all of them it is known how a play is shared
        if same and bool(old) == bool(new):
            continue
        taken += old
        paid += [_paid(part, steps, plays) for part, steps in new]
    if not any(one.amount.minor for one in taken) and not any(one.amount.minor for one in paid):
        return None
    words = {"inputs": {"fee": divided.fee.minor}, **shared_out(divided)}
    pool = OwnPool(words, counted_by_play(divided), divided.plays)
    return Move(divided.event_id, tuple(taken), tuple(paid), pool)


def _identity_of(one: Standing) -> Identity:
    play = one.play.id if one.play else ""
    work = (one.play.work_id if one.play else 0) or 0
    return (play, work, one.party_id or 0, one.role, one.basis_points, one.reason)


def _identity(part: Allocation, plays: Mapping[str, PlayUsed]) -> Identity:
    work = plays[part.play_id].work_id if part.play_id is not None else 0
    own = (part.party_id or 0, part.role, part.basis_points, part.reason)
    return (part.play_id or "", work or 0, *own)


def _paid(part: Allocation, steps: Steps, plays: Mapping[str, PlayUsed]) -> Paid:
    return Paid(
        play=plays[part.play_id] if part.play_id is not None else None,
        party_id=part.party_id,
        role=part.role,
        basis_points=part.basis_points,
        amount=part.amount,
        reason=part.reason,
        pool_of=OWN_POOL,
        steps=steps,
    )
