"""The counter for directions: staff decide, boxes ask for what is newer and say what they did."""

from dataclasses import dataclass
from typing import Annotated

import structlog
from fastapi import APIRouter, Path, Response

from central import forms
from central.access import Staff, Teller
from central.database import reading, writing
from central.desk import Desk
from central.devices import directions, issuing
from central.devices.gate import Box
from central.devices.opening import opened
from edge.sync.letters import DirectionsReceipt, Tuning
from edge.sync.wire import DeviceId, Sealed

boxes = APIRouter(prefix="/v1/directions", tags=["boxes"])
"""What boxes call."""
staff = APIRouter(prefix="/v1/boxes", tags=["devices"], dependencies=[Staff])
"""What staff decide."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Directed:
    """What a box is told to work by.

    Attributes:
        newest: None while nobody ever told it anything.
        decisions: of staff on its settings, the latest first.
        receipts: what the box did with what it was told, the latest first.
    """

    newest: directions.Told | None
    decisions: list[directions.Decided]
    receipts: list[directions.Receipt]


@boxes.get("/{have}", responses={200: {"model": Sealed}, 204: {}})
def get_directions(
    desk: Desk, box: Box, have: Annotated[int, Path(ge=0, le=forms.LARGEST)]
) -> Response:
    """The directions of the box that asks, if there are newer ones than it has."""
    found = issuing.newer_than(desk, box, have)
    if found is None:
        return Response(status_code=204)
    return Response(found.model_dump_json(), media_type="application/json")


@boxes.post("", status_code=204)
def take_receipt(desk: Desk, sealed: Sealed) -> None:
    """Note what a box did with its directions."""
    receipt = opened(desk, sealed, DirectionsReceipt)
    with writing(desk.books) as connection:
        directions.put_receipt(connection, receipt, sealed, at=desk.now())
    log.info("directions_answered", device=receipt.device, verdict=receipt.verdict)


@staff.get("/{device}/directions")
def show_directions(desk: Desk, device: DeviceId) -> Directed:
    """What a box is told to work by, and what it did with that."""
    with reading(desk.books) as connection:
        return Directed(
            newest=directions.told(connection, device),
            decisions=directions.decided(connection, device),
            receipts=directions.receipts_of(connection, device),
        )


@staff.put("/{device}/tuning", status_code=204)
def set_tuning(desk: Desk, teller: Teller, device: DeviceId, tuning: Tuning) -> None:
    """Decide by which settings a box works; what was decided before stays on record."""
    with writing(desk.books) as connection:
        directions.put_tuning(connection, device, tuning, by=teller, at=desk.now())
    log.info("box_tuned", device=device, by=teller)
