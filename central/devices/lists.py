"""The boxes as a list: where each hangs and when it last gave a sign of life."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from central.database import page_of
from central.devices.store import boxes as table
from edge.sync.letters import BoxInput
from edge.sync.wire import InputNow


@dataclass(frozen=True, slots=True)
class Box:
    """A box as it stands in the books; what it never told is None.

    Attributes:
        serial: of its latest orders.
        seen_at: when it last spoke, by the office's clock; None until it has.
        last_heard_at: the end of the last second it listened to, as it says.
        waiting: records it has not delivered yet, as it says.
        catalogue_version: what it recognises by, as it says; 0 is nothing yet.
        inputs_now: how each of its inputs is, as it says; none where it does not.
    """

    device: str
    hall_id: int
    inputs: list[BoxInput]
    serial: int
    enrolled_at: datetime
    revoked_at: datetime | None
    revoked_because: str | None
    seen_at: datetime | None
    last_heard_at: datetime | None
    software: str | None
    catalogue_version: int | None
    waiting: int | None
    source: str | None
    inputs_now: list[InputNow]


def boxes(connection: Connection, *, after: str = "") -> list[Box]:
    """Boxes by device id."""
    rows = page_of(connection, select(table), by=table.c.device, after=after)
    return [
        Box(
            device=row.device,
            hall_id=row.hall_id,
            inputs=[BoxInput.model_validate(one) for one in row.inputs],
            serial=row.serial,
            enrolled_at=row.enrolled_at,
            revoked_at=row.revoked_at,
            revoked_because=row.revoked_because,
            seen_at=row.seen_at,
            last_heard_at=row.last_heard_at,
            software=row.software,
            catalogue_version=row.catalogue_version,
            waiting=row.waiting,
            source=row.source,
            inputs_now=[InputNow.model_validate(one) for one in row.inputs_now or ()],
        )
        for row in rows
    ]
