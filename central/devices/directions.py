"""What each box is told to work by, in the books: a new version each time, none is ever changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    Text,
    insert,
    select,
)

from central.database import METADATA, Instant, put
from central.devices.store import boxes
from central.errors import Unacceptable, Unknown
from edge.sync.letters import (
    AnnouncedEvening,
    Directions,
    DirectionsReceipt,
    DirectionsVerdict,
    Hours,
    Tuning,
)
from edge.sync.seal import letter_digest
from edge.sync.wire import CENTRAL, Sealed

box_tunings = Table(  # what staff decided; the latest counts
    "box_tunings",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("device", ForeignKey("boxes.device"), nullable=False, index=True),
    Column("tuning", JSON, nullable=False),
    Column("told_by", String(100), nullable=False),
    Column("told_at", Instant, nullable=False),
)

box_directions = Table(
    "box_directions",
    METADATA,
    Column("device", ForeignKey("boxes.device"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("made_at", Instant, nullable=False),
    Column("changed", String(100), nullable=False),  # since the one before: tuning, hours …
    Column("letter", String(64), nullable=False),  # SHA-256 of the payload
    Column("payload", Text, nullable=False),  # exactly what was signed
    Column("signature", String(256), nullable=False),
)

direction_receipts = Table(
    "direction_receipts",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("device", ForeignKey("boxes.device"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("letter", String(64), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("judged_at", Instant, nullable=False),
    Column("taken_at", Instant, nullable=False),
    Column("payload", Text, nullable=False),
    Column("signature", String(256), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a box did with its directions, and when; `taken_at` is by the office's clock."""

    number: int
    letter: str
    verdict: DirectionsVerdict
    reason: str
    judged_at: datetime
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """The newest directions of a box, and the last receipt for them.

    Attributes:
        changed: what was other than in those before: serial, tuning, hours, programme.
        letter: SHA-256 of what was signed.
        receipt: None until the box has answered these.
    """

    number: int
    made_at: datetime
    changed: list[str]
    letter: str
    tuning: Tuning
    hours: list[Hours]
    programme: list[AnnouncedEvening]
    receipt: Receipt | None


@dataclass(frozen=True, slots=True)
class Decided:
    """What staff decided of a box's settings, and who and when."""

    tuning: Tuning
    told_by: str
    told_at: datetime


def read_tuning(said: Mapping[str, object]) -> Tuning:
    """Settings as people write them: a number, in any tongue; an empty one is the box's own.

    Raises:
        Unacceptable: no such setting may be set from here, or not to that value.
    """
    written = {name: _number(value) for name, value in said.items() if value != ""}
    try:
        return Tuning.model_validate(written)
    except ValidationError as e:
        first = e.errors()[0]
        name = ".".join(map(str, first["loc"]))
        known = ", ".join(Tuning.model_fields)
        raise Unacceptable(
            f"{name} = {first['input']!r}: {first['msg']}; may be set: {known}"
        ) from e


def _number(value: object) -> object:
    text = str(value).replace(",", ".")
    try:
        return int(text) if text.isascii() and text.isdecimal() else float(text)
    except ValueError:
        return value


def put_tuning(
    connection: Connection, device: str, tuning: Tuning, *, by: str, at: datetime
) -> None:
    """Decide by which settings a box works, beside those of its own file.

    Raises:
        Unknown: no such box.
    """
    _require_box(connection, device)
    said = tuning.model_dump(exclude_none=True)
    put(connection, box_tunings, {"device": device, "tuning": said, "told_by": by, "told_at": at})


def decided(connection: Connection, device: str) -> list[Decided]:
    """Every decision on a box's settings, the latest first."""
    table = box_tunings
    rows = connection.execute(select(table).filter_by(device=device).order_by(table.c.id.desc()))
    return [Decided(Tuning(**row.tuning), row.told_by, row.told_at) for row in rows]


def told(connection: Connection, device: str) -> Told | None:
    """The newest directions of a box; None where there never were any.

    Raises:
        Unknown: no such box.
    """
    _require_box(connection, device)
    row = _newest(connection, device)
    if row is None:
        return None
    said = Directions.model_validate_json(row.payload)
    answered = [one for one in receipts_of(connection, device) if one.letter == row.letter]
    return Told(
        number=row.number,
        made_at=row.made_at,
        changed=row.changed.split(),
        letter=row.letter,
        tuning=said.tuning,
        hours=said.hours,
        programme=said.programme,
        receipt=answered[0] if answered else None,
    )


def receipts_of(connection: Connection, device: str, *, at_most: int = 20) -> list[Receipt]:
    """What a box did with directions, the latest first."""
    table = direction_receipts
    mine = select(table).filter_by(device=device).order_by(table.c.id.desc()).limit(at_most)
    names = Receipt.__slots__
    return [
        Receipt(**{name: getattr(row, name) for name in names}) for row in connection.execute(mine)
    ]


def put_receipt(
    connection: Connection, receipt: DirectionsReceipt, sealed: Sealed, *, at: datetime
) -> None:
    """Keep what a box did with directions, as it was signed; the same again changes nothing."""
    last = receipts_of(connection, receipt.device, at_most=1)
    if last and (last[0].letter, last[0].verdict) == (receipt.letter, receipt.verdict):
        return
    letter = {"payload": sealed.payload, "signature": sealed.signature, "taken_at": at}
    put(connection, direction_receipts, receipt.model_dump(exclude={"wire"}) | letter)


def refusing(connection: Connection, devices: Sequence[str]) -> set[str]:
    """Those of these boxes whose last word on directions was a refusal.

    That directions are for orders which are still on their way by stick is none.
    """
    table = direction_receipts
    rows = connection.execute(
        select(table.c.device, table.c.verdict)
        .where(table.c.device.in_(devices))
        .order_by(table.c.id)
    )
    last = {row.device: row.verdict for row in rows}
    return {device for device, verdict in last.items() if verdict not in ("applied", "unfitting")}


Last = tuple[Directions, Sealed]


def newest(connection: Connection, device: str) -> Last | None:
    """What a box was told last, and the same as it was signed; None if nothing ever."""
    row = _newest(connection, device)
    if row is None:
        return None
    sealed = Sealed(payload=row.payload, signer=CENTRAL, signature=row.signature)
    return Directions.model_validate_json(row.payload), sealed


def keep(
    connection: Connection, directions: Directions, sealed: Sealed, *, changed: Sequence[str]
) -> None:
    """Keep directions that were signed.

    Args:
        connection: a writing transaction.
        directions: what they say.
        sealed: the same, as signed.
        changed: what is other than in those before.
    """
    row = {
        "device": directions.device,
        "number": directions.number,
        "made_at": directions.issued_at,
        "changed": " ".join(changed),
        "letter": letter_digest(sealed),
        "payload": sealed.payload,
        "signature": sealed.signature,
    }
    connection.execute(insert(box_directions).values(row))


def _newest(connection: Connection, device: str) -> Row[Any] | None:
    table = box_directions
    mine = select(table).filter_by(device=device).order_by(table.c.number.desc())
    return connection.execute(mine.limit(1)).first()


def _require_box(connection: Connection, device: str) -> None:
    if connection.scalar(select(boxes.c.device).filter_by(device=device)) is None:
        raise Unknown(f"box {device!r} is not enrolled here")
