"""What is registered beside names and shares: other names, medleys, who made a recording, codes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, delete, insert, select

from central.errors import Taken, Unacceptable, Unknown
from central.repertoire.finding import put_names
from central.repertoire.shares import WHOLE
from central.repertoire.store import require_party, require_work
from central.repertoire.tables import (
    neighbouring_shares,
    parties,
    party_names,
    recording_parts,
    recordings,
    registry_checks,
)

MakersRight = Literal["performers", "producers"]
CodeState = Literal["verified", "not-found"]


@dataclass(frozen=True, slots=True)
class Part:
    """A work in a recording of several, from when to when, in milliseconds."""

    work_id: int
    from_milliseconds: int
    to_milliseconds: int


@dataclass(frozen=True, slots=True)
class MakerShare:
    """What one of its makers has of a recording, in basis points of that right."""

    party_id: int
    right: MakersRight
    role: str
    basis_points: int


def put_name(
    connection: Connection, party_id: int, *, name: str, language: str, ipi: str | None
) -> None:
    """Let a party be known and found by another name, which may have a name number of its own.

    Raises:
        Unknown: no such party.
        Taken: the name number is another's.
    """
    require_party(connection, party_id)
    if ipi is not None:
        for table in (parties, party_names):
            if connection.scalar(select(table.c.id).filter_by(ipi=ipi)) is not None:
                raise Taken(f"IPI {ipi} is registered already")
    row = {"party_id": party_id, "name": name, "language": language, "ipi": ipi}
    connection.execute(insert(party_names).values(**row))
    own = connection.execute(select(parties).filter_by(id=party_id)).one()
    others = connection.scalars(select(party_names.c.name).filter_by(party_id=party_id))
    put_names(connection, "party", str(party_id), [own.name, own.latin_name, *others])


def put_parts(connection: Connection, recording_id: str, parts: Sequence[Part]) -> None:
    """Say which works sound where in a medley; what was said before goes.

    Raises:
        Unknown: the recording or a work is not registered.
        Unacceptable: parts overlap, are empty, or reach beyond the end.
    """
    length = _length(connection, recording_id)
    reached = 0
    for part in sorted(parts, key=lambda one: one.from_milliseconds):
        span = f"{part.from_milliseconds} to {part.to_milliseconds} ms"
        if not reached <= part.from_milliseconds < part.to_milliseconds <= length:
            raise Unacceptable(f"part {span} must begin after {reached} and end by {length} ms")
        require_work(connection, part.work_id)
        reached = part.to_milliseconds
    connection.execute(delete(recording_parts).filter_by(recording_id=recording_id))
    for part in parts:
        row = {"work_id": part.work_id, "to_milliseconds": part.to_milliseconds}
        place = {"recording_id": recording_id, "from_milliseconds": part.from_milliseconds}
        connection.execute(insert(recording_parts).values(**place, **row))


def parts_of(connection: Connection, recording_id: str) -> list[Part]:
    """The works of a medley, by time; none if the recording is of one work throughout."""
    table = recording_parts
    wanted = select(table).filter_by(recording_id=recording_id).order_by(table.c.from_milliseconds)
    return [
        Part(row.work_id, row.from_milliseconds, row.to_milliseconds)
        for row in connection.execute(wanted)
    ]


def put_makers(connection: Connection, recording_id: str, makers: Sequence[MakerShare]) -> None:
    """Say what performers and producers have of a recording; what was said before goes.

    Raises:
        Unknown: the recording or a party is not registered.
        Unacceptable: the shares of a right make no whole, or somebody has one role twice.
    """
    _length(connection, recording_id)
    for right in sorted({one.right for one in makers}):
        total = sum(one.basis_points for one in makers if one.right == right)
        if total != WHOLE:
            raise Unacceptable(f"the {right} have {total} basis points, a right has {WHOLE}")
    places = {(one.party_id, one.right, one.role) for one in makers}
    if len(places) != len(makers):
        raise Unacceptable("somebody has one role twice")
    connection.execute(delete(neighbouring_shares).filter_by(recording_id=recording_id))
    for one in makers:
        require_party(connection, one.party_id)
        row = {"party_id": one.party_id, "right_name": one.right, "role": one.role}
        connection.execute(
            insert(neighbouring_shares).values(
                recording_id=recording_id, basis_points=one.basis_points, **row
            )
        )


def put_check(
    connection: Connection, *, kind: str, code: str, state: CodeState, registry: str, at: datetime
) -> None:
    """Write down what a registry said of a code; the latest answer counts."""
    place = {"kind": kind, "code": code}
    connection.execute(delete(registry_checks).filter_by(**place))
    row = {"state": state, "registry": registry, "checked_at": at}
    connection.execute(insert(registry_checks).values(**place, **row))


def state_of(connection: Connection, kind: str, code: str) -> str:
    """What is known of a code: `unverified` until a registry was asked."""
    said = select(registry_checks.c.state).filter_by(kind=kind, code=code)
    return connection.scalar(said) or "unverified"


def _length(connection: Connection, recording_id: str) -> int:
    length = connection.scalar(select(recordings.c.milliseconds).filter_by(id=recording_id))
    if length is None:
        raise Unknown(f"recording {recording_id!r} is not registered")
    return int(length)
