"""The adjustment: closed plays that were wrong or came late, divided again by the frozen pack."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Connection, select

from central.royalties import evidence, played, store
from central.royalties.closed import ClosedEvent
from central.royalties.distribution import PlayUsed, distribute
from central.royalties.later.amounts import standing_at
from central.royalties.later.dividing import (
    Told,
    agreed,
    as_it_stands,
    difference,
    late_plays,
)
from central.royalties.later.moves import Move, Run, Standing, with_word
from central.royalties.later.objections import Correction, corrections_at
from central.royalties.later.window import Window, window_of
from central.royalties.later.works import by_todays_shares
from central.royalties.later_tables import later_plays, later_pools
from central.royalties.reckoning import Evening, settle_evenings
from central.royalties.testimony import WordUsed


def plan(connection: Connection, closing_id: int) -> Run:
    """What of a closing has to be taken back and paid anew, by all that is known of it now.

    An event takes part if detections of it came after its last division, or a person corrected one
    of its plays. Its fee is divided again by the pack the closing froze; plays that nobody doubts
    keep the works and the parts by which they are paid. Only amounts that differ are moved.

    Raises:
        Unknown: there is no such closing.
    """
    window = window_of(connection, closing_id)
    moves, late, wrong = [], 0, 0
    for event in store.closed_events(connection, closing_id):
        known = _Known(connection, event)
        if not known.changed:
            continue
        move = difference(known.standing, _divided(event, known.plays, window))
        if move is not None:
            moves.append(move)
            late, wrong = late + len(known.late), wrong + len(known.wrong)
    because = f"late plays: {late}; corrected plays: {wrong}"
    if wrong:
        because += f" ({'; '.join(_told(moves, connection))})"
    return Run(closing_id, "adjustment", because[:300], tuple(moves))


def _told(moves: list[Move], connection: Connection) -> list[str]:
    return [
        f"{play}: {word.verdict}"
        + (f", objection {word.objection_id}" if word.objection_id else "")
        for move in moves
        for play, word in sorted(corrections_at(connection, move.event_id).items())
    ]


class _Known:
    """An event as it is known now, beside how it stands.

    Attributes:
        plays: to divide by, corrected and completed.
        late: those of them that came after the last division, or were open then.
        gone: ids of plays of the last division that these take the place of.
        wrong: ids of plays that a correction changes.
    """

    def __init__(self, connection: Connection, event: ClosedEvent) -> None:
        self.standing = standing_at(connection, event.event_id)
        before = _as_they_stand(_last_plays(connection, event), self.standing)
        now = played.plays_at(connection, evidence.event_of(connection, event.event_id))
        self.late, replaced = late_plays(now, before, _told_of(connection, event))
        self.gone = [play.id for play in replaced]
        kept = [play for play in before if play.id not in self.gone]
        words = corrections_at(connection, event.event_id)
        doubtful = {play.work_id for play in kept if _is_about_shares(words.get(play.id))}
        corrected = [_corrected(connection, play, words.get(play.id), doubtful) for play in kept]
        self.wrong = [old.id for old, new in zip(kept, corrected, strict=True) if old != new]
        left = [play for play in corrected if play is not None]
        firm = {
            play.work_id: play
            for play in reversed(left)
            if play.work_id and play.shares and play.work_id not in doubtful
        }
        self.plays = agreed([*left, *self.late], firm)

    @property
    def changed(self) -> bool:
        """Whether anything is known now that the last division did not know."""
        return bool(self.late or self.gone or self.wrong)


def _is_about_shares(word: Correction | None) -> bool:
    return word is not None and word.verdict == "shares"


def _corrected(
    connection: Connection,
    play: PlayUsed,
    word: Correction | None,
    doubtful: set[int | None],
) -> PlayUsed | None:
    """A play by the last word on it; None when it was not played."""
    if word is not None and word.verdict == "not-played":
        return None
    work_id = play.work_id
    if word is not None and word.verdict == "work" and word.work_id != work_id:
        said = WordUsed("played", word.work_id, word.made_by, word.made_at)
        return by_todays_shares(connection, with_word(play, said), word.work_id or 0)
    if work_id is not None and work_id in doubtful:
        return by_todays_shares(connection, play, work_id)
    return play


def _last_plays(connection: Connection, event: ClosedEvent) -> tuple[PlayUsed, ...]:
    """The plays an event was last divided by."""
    latest = connection.scalar(
        select(later_pools.c.distribution_id)
        .filter_by(event_id=event.event_id)
        .where(later_pools.c.counted.is_not(None))
        .order_by(later_pools.c.distribution_id.desc())
        .limit(1)
    )
    if latest is None:
        return event.plays
    rows = connection.execute(
        select(later_plays)
        .filter_by(distribution_id=latest, event_id=event.event_id)
        .order_by(later_plays.c.started_at, later_plays.c.play_id)
    )
    return tuple(store.play_from(row) for row in rows)


def _as_they_stand(plays: tuple[PlayUsed, ...], standing: list[Standing]) -> list[PlayUsed]:
    own: Mapping[str, list[Standing]] = defaultdict(list)
    for one in standing:
        if one.play is not None:
            own[one.play.id].append(one)
    return [as_it_stands(play, own.get(play.id, ())) for play in plays]


def _told_of(connection: Connection, event: ClosedEvent) -> Told:
    """What any division of an event has looked at."""
    rows = connection.execute(select(later_plays).filter_by(event_id=event.event_id))
    plays = [*event.plays, *(store.play_from(row) for row in rows)]
    keys = {heard.key for play in plays for heard in play.detections}
    keys |= {key for one in event.aside for key in one.detections}
    names = {play.id for play in plays} | {one.name for one in event.aside}
    return Told(frozenset(keys), frozenset(names))


def _divided(event: ClosedEvent, plays: list[PlayUsed], window: Window) -> ClosedEvent:
    if window.pack is None:
        parts = tuple(distribute(event.event_id, event.fee, plays))
        return replace(event, plays=tuple(plays), allocations=parts)
    day = event.starts_at.astimezone(window.zone).date()
    evening = Evening(event.event_id, day, event.fee, plays)
    _, settled = settle_evenings(window.pack, [evening])
    own = settled[event.event_id]
    return replace(event, plays=tuple(plays), allocations=own.allocations, reckoning=own.reckoning)
