"""What the repertoire says today of a work that an amount is to be paid to."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, select

from central.errors import Unacceptable, Unknown
from central.repertoire.lists import shares_of
from central.repertoire.shares import WHOLE, is_whole
from central.repertoire.store import recordings, works
from central.royalties.distribution import PlayUsed
from central.royalties.later.moves import WorkKnown, made_whole


def work_known(connection: Connection, work_id: int) -> WorkKnown:
    """A work that can be paid.

    Raises:
        Unknown: no such work.
        Unacceptable: its shares are not whole, so that nobody can be paid by them.
    """
    row = registered(connection, work_id)
    parts = shares_of(connection, [work_id]).get(work_id, [])
    free = int(row.free_points)
    if not free and parts and is_whole(parts):
        return WorkKnown(work_id, row.title, made_whole(parts))
    if parts and free and sum(part.basis_points for part in parts) + free == WHOLE:
        return WorkKnown(work_id, row.title, tuple(parts), free)
    raise Unacceptable(
        f"the shares of work {work_id} {row.title!r} are not whole; register them first, then"
        " accept the claim"
    )


def by_todays_shares(connection: Connection, play: PlayUsed, work_id: int) -> PlayUsed:
    """A play as one of a work, with the parts that are registered today, whole or not.

    Raises:
        Unknown: no such work.
    """
    row = registered(connection, work_id)
    parts = shares_of(connection, [work_id]).get(work_id, [])
    free = int(row.free_points)
    shares = made_whole(parts) if parts and not free and is_whole(parts) else tuple(parts)
    of = replace(play, work_id=work_id, work_title=row.title)
    return replace(of, shares=shares, free_points=free)


def registered(connection: Connection, work_id: int) -> Row[Any]:
    """A work as it is registered.

    Raises:
        Unknown: no such work.
    """
    row = connection.execute(select(works).filter_by(id=work_id)).first()
    if row is None:
        raise Unknown(f"work {work_id} is not registered; find its number by title first")
    return row


def work_of_recording(connection: Connection, recording_id: str) -> int | None:
    """The work a recording is registered with by now."""
    found = connection.scalar(select(recordings.c.work_id).filter_by(id=recording_id))
    return None if found is None else int(found)
