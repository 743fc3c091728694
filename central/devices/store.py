"""Which boxes there are, where they hang and have hung, and the tokens that let new ones in."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    and_,
    bindparam,
    insert,
    select,
    update,
)

from central.catalogue.choosing import UNKNOWN
from central.database import METADATA, Instant, put
from central.errors import Taken, Unknown, Unwelcome
from central.venues.store import kind_of
from edge.sync.letters import BoxIdentity, BoxInput
from edge.sync.wire import Heartbeat, Sealed

enrolment_tokens = Table(
    "enrolment_tokens",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("hall_id", ForeignKey("halls.id"), nullable=False),
    Column("inputs", JSON, nullable=False),
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("used_by", String(19)),
)

boxes = Table(
    "boxes",
    METADATA,
    Column("device", String(19), primary_key=True),
    Column("public_key", Text, nullable=False),
    Column("hall_id", ForeignKey("halls.id"), nullable=False, index=True),
    Column("inputs", JSON, nullable=False),
    Column("serial", Integer, nullable=False),  # of its latest bundle
    Column("enrolled_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("revoked_because", String(300)),
    # What its latest heartbeat said; `seen_at` is by the office's own clock.
    Column("seen_at", Instant),
    Column("said_at", Instant),
    Column("software", String(32)),
    Column("catalogue_version", Integer),
    Column("waiting", Integer),
    Column("last_heard_at", Instant),
    Column("source", String(200)),
    Column("inputs_now", JSON),  # how each input is; none: it never told
)

# Every key a box ever had. None is taken away: what it signed must be checked years later.
box_keys = Table(
    "box_keys",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("device", ForeignKey("boxes.device"), nullable=False, index=True),
    Column("public_key", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("used_at", Instant),  # first; None: it shall follow, and the key before it counts too
    Column("retired_at", Instant),
    # The letter by which the key before it said so; None for a box's first.
    Column("payload", Text),
    Column("signature", String(256)),
)

# A box that is moved still owes what it heard where it hung before.
placements = Table(
    "placements",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("device", ForeignKey("boxes.device"), nullable=False),
    Column("hall_id", ForeignKey("halls.id"), nullable=False),
    Column("serial", Integer, nullable=False),
    Column("since", Instant, nullable=False),
    Index("ix_placements_device_since", "device", "since"),
)


# Asked for every letter, so put into words once.
_IN_FORCE = (
    select(
        boxes.c.device,
        boxes.c.revoked_at,
        boxes.c.revoked_because,
        box_keys.c.id,
        box_keys.c.public_key,
        box_keys.c.used_at,
    )
    .select_from(boxes)
    .outerjoin(box_keys, and_(box_keys.c.device == boxes.c.device, box_keys.c.retired_at.is_(None)))
    .where(boxes.c.device.in_(bindparam("devices", expanding=True)))
    .order_by(boxes.c.device, box_keys.c.id.desc())
)
_HUNG = (
    select(placements.c.device, placements.c.since, placements.c.hall_id)
    .where(placements.c.device.in_(bindparam("devices", expanding=True)))
    .order_by(placements.c.device, placements.c.since, placements.c.id)
)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a box has hung: since when in which hall, by time; never empty."""

    since: Sequence[datetime]
    hall_ids: Sequence[int]

    def hall_at(self, instant: datetime) -> int:
        """The hall it hung in then; before it was ever enrolled, its first."""
        return self.hall_ids[max(0, bisect_right(self.since, instant) - 1)]


@dataclass(frozen=True, slots=True)
class Key:
    """A key by which a box may speak.

    Attributes:
        id: its number in the books.
        device: whose.
        public_key: PEM.
        used_at: when the box first used it; None until then.
    """

    id: int
    device: str
    public_key: str
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Slot:
    """What an enrolment token promises a box: its hall and its inputs there."""

    hall_id: int
    inputs: list[BoxInput]


def put_token(
    connection: Connection, slot: Slot, *, token_sha256: str, expires_at: datetime
) -> None:
    """Keep an enrolment token, as a hash."""
    row = {
        "hall_id": slot.hall_id,
        "inputs": [one.model_dump() for one in slot.inputs],
        "token_sha256": token_sha256,
        "expires_at": expires_at,
    }
    put(connection, enrolment_tokens, row)


def enrol(
    connection: Connection, identity: BoxIdentity, *, token_sha256: str, now: datetime
) -> tuple[Slot, int]:
    """Spend a token on a box and hang it in its place; answers that, and the orders' serial.

    A box that asks again with the token of its latest orders, because the answer was lost on
    the way, gets them again: nothing is spent or moved twice.

    Raises:
        Unwelcome: the token was never made here, is spent or expired; or the box was revoked.
    """
    token = _token(connection, token_sha256)
    slot = Slot(token.hall_id, [BoxInput.model_validate(one) for one in token.inputs])
    box = connection.execute(select(boxes).filter_by(device=identity.device)).first()
    if box is not None:
        _refuse_revoked(identity.device, box.revoked_at, box.revoked_because)
        if token.used_by == identity.device and token.used_at == box.enrolled_at:
            return slot, box.serial
    _spend(connection, token, device=identity.device, now=now)
    return slot, put_box(connection, identity, slot, now=now)


def put_box(connection: Connection, identity: BoxIdentity, slot: Slot, *, now: datetime) -> int:
    """Hang a box in its place, or move it there; answers the serial of its new orders."""
    latest = select(boxes.c.serial).filter_by(device=identity.device)
    serial = (connection.scalar(latest) or 0) + 1
    row = {
        "hall_id": slot.hall_id,
        "inputs": [one.model_dump() for one in slot.inputs],
        "serial": serial,
        "enrolled_at": now,
    }
    if serial == 1:
        own = {"device": identity.device, "public_key": identity.public_key}
        connection.execute(insert(boxes).values(row | own))
        first = {"since": now, "used_at": now}
        connection.execute(insert(box_keys).values(own | first))
    else:
        connection.execute(update(boxes).filter_by(device=identity.device).values(row))
    placed = {"device": identity.device, "hall_id": slot.hall_id, "serial": serial, "since": now}
    put(connection, placements, placed)
    return serial


def profile_of(connection: Connection, device: str) -> str | None:
    """Whose part of the catalogue a box gets: the kind of house it hangs in; None: no box."""
    hall_id = connection.scalar(select(boxes.c.hall_id).filter_by(device=device))
    return None if hall_id is None else kind_of(connection, hall_id) or UNKNOWN


def keys_in_force(connection: Connection, device: str) -> list[Key]:
    """The keys by which a box may speak, the newest first: one that shall follow comes before.

    Raises:
        Unwelcome: not enrolled here, or revoked.
    """
    keys = keys_in_force_of(connection, [device])[device]
    if isinstance(keys, Unwelcome):
        raise keys
    return keys


def keys_in_force_of(
    connection: Connection, devices: Sequence[str]
) -> dict[str, list[Key] | Unwelcome]:
    """The same of several boxes; of some, why they are not welcome."""
    found: dict[str, list[Key] | Unwelcome] = {
        one: Unwelcome(f"box {one!r} is not enrolled here; enrol it with a token of the office")
        for one in devices
    }
    rows = connection.execute(_IN_FORCE, {"devices": list(found)})
    for device, of_box in groupby(rows, key=lambda row: row.device):
        mine = list(of_box)
        try:
            _refuse_revoked(device, mine[0].revoked_at, mine[0].revoked_because)
        except Unwelcome as fault:
            found[device] = fault
        else:
            found[device] = [
                Key(row.id, device, row.public_key, row.used_at) for row in mine if row.id
            ]
    return found


def keys_of(connection: Connection, device: str) -> Sequence[str]:
    """Every public key a box ever had, PEM, the newest first."""
    mine = select(box_keys.c.public_key).filter_by(device=device)
    return connection.scalars(mine.order_by(box_keys.c.id.desc())).all()


def has_key(connection: Connection, identity: BoxIdentity) -> bool:
    """Whether a box is known by this key, which need not be its first."""
    mine = select(box_keys.c.public_key).filter_by(device=identity.device, retired_at=None)
    wanted = identity.public_key.split()
    return any(key.split() == wanted for key in connection.scalars(mine))


def put_successor(
    connection: Connection, identity: BoxIdentity, *, sealed: Sealed, now: datetime
) -> None:
    """Let another key follow the one a box has; the same again changes nothing.

    Args:
        connection: a writing transaction.
        identity: the box's name and its next key.
        sealed: the letter by which it said so, kept as evidence.
        now: the office's clock.

    Raises:
        Taken: the box had that key before, and has another now.
    """
    keys = select(box_keys).filter_by(device=identity.device)
    for row in connection.execute(keys):
        if row.public_key.split() == identity.public_key.split():
            if row.retired_at is not None:
                raise Taken(f"{identity.device} has laid that key down; make another")
            return
    waiting = update(box_keys).filter_by(device=identity.device, used_at=None, retired_at=None)
    connection.execute(waiting.values(retired_at=now))
    letter = {"payload": sealed.payload, "signature": sealed.signature}
    put(connection, box_keys, identity.model_dump(exclude={"wire"}) | {"since": now} | letter)


def begin_using(connection: Connection, key: Key, *, now: datetime) -> None:
    """A box has used the key that follows: the one before it counts no longer."""
    older = update(box_keys).filter_by(device=key.device, retired_at=None)
    connection.execute(older.where(box_keys.c.id < key.id).values(retired_at=now))
    connection.execute(update(box_keys).filter_by(id=key.id).values(used_at=now))
    now_has = {"public_key": key.public_key}
    connection.execute(update(boxes).filter_by(device=key.device).values(now_has))


def note_sign_of_life(connection: Connection, heartbeat: Heartbeat, *, now: datetime) -> None:
    """Remember what a box said of itself, and that it spoke now."""
    said = heartbeat.model_dump(exclude={"wire", "device"})
    said["inputs_now"] = [one.model_dump() for one in heartbeat.inputs_now]
    connection.execute(
        update(boxes).filter_by(device=heartbeat.device).values(said | {"seen_at": now})
    )


def revoke(connection: Connection, device: str, *, because: str, now: datetime) -> None:
    """Believe a box no longer, from now on; what it said before stays.

    Raises:
        Unknown: no such box.
    """
    wanted = select(boxes.c.device).filter_by(device=device)
    if connection.scalar(wanted) is None:
        raise Unknown(f"box {device!r} is not enrolled here")
    end = {"revoked_at": now, "revoked_because": because}
    connection.execute(update(boxes).filter_by(device=device, revoked_at=None).values(end))


def whereabouts_of(connection: Connection, devices: Sequence[str]) -> dict[str, Whereabouts]:
    """Where enrolled boxes have hung, since when."""
    rows = connection.execute(_HUNG, {"devices": list(devices)})
    hung = {device: list(of_box) for device, of_box in groupby(rows, key=lambda row: row.device)}
    return {
        device: Whereabouts([row.since for row in mine], [row.hall_id for row in mine])
        for device, mine in hung.items()
    }


def _refuse_revoked(device: str, at: datetime | None, because: str | None) -> None:
    if at is not None:
        raise Unwelcome(f"box {device} was revoked at {at.isoformat()}: {because}")


def _token(connection: Connection, token_sha256: str) -> Row[Any]:
    wanted = select(enrolment_tokens).filter_by(token_sha256=token_sha256)
    row = connection.execute(wanted).first()
    if row is None:
        raise Unwelcome("this enrolment token was not made here; ask the office for one")
    return row


def _spend(connection: Connection, token: Row[Any], *, device: str, now: datetime) -> None:
    if token.used_at is not None:
        raise Unwelcome(f"this enrolment token was used by {token.used_by}; ask for a new one")
    if token.expires_at <= now:
        expired = token.expires_at.isoformat()
        raise Unwelcome(f"this enrolment token expired at {expired}; ask for a new one")
    spent = update(enrolment_tokens).filter_by(id=token.id).values(used_at=now, used_by=device)
    connection.execute(spent)
