"""The counter where catalogues are made, told, and where a box learns which part is its own."""

import structlog
from fastapi import APIRouter
from pydantic import BaseModel

from central.access import Staff
from central.catalogue.routes import Nonce
from central.database import reading
from central.desk import Desk
from central.devices.gate import Asker
from central.devices.store import profile_of
from central.forms import Number
from central.profiles.explaining import Explained, explain
from central.profiles.making import make
from edge.sync.seal import seal
from edge.sync.wire import CENTRAL, Sealed, TimeTold

boxes = APIRouter(prefix="/v1/catalogue", tags=["boxes"])
"""What boxes ask."""
staff = APIRouter(prefix="/v1/catalogue", tags=["catalogue"], dependencies=[Staff])
"""What staff decide."""


log = structlog.get_logger()


class Built(BaseModel):
    """The version now in force, and why old files are still there, if they could not be removed."""

    version: int
    recordings: int
    size_bytes: int
    not_removed: str = ""


@staff.post("", status_code=201)
def build_catalogue(desk: Desk) -> Built:
    """Make the next version from everything registered; unchanged, it stays the same one."""
    made = make(desk)
    if made.not_removed:
        log.warning("old_files_not_removed", version=made.catalogue.version, why=made.not_removed)
    return Built(
        version=made.catalogue.version,
        recordings=made.catalogue.recordings,
        size_bytes=made.catalogue.size_bytes,
        not_removed=made.not_removed,
    )


@staff.get("/halls/{hall_id}")
def explain_part(desk: Desk, hall_id: Number) -> Explained:
    """What the boxes of a hall can recognise by the newest version, and why just that."""
    with reading(desk.books) as connection:
        return explain(connection, hall_id)


@boxes.get("/profile/{nonce}")
def get_profile(desk: Desk, asker: Asker, nonce: Nonce) -> Sealed:
    """The time, and whose part of the catalogue a box gets, sealed with what it said."""
    with reading(desk.books) as connection:
        profile = profile_of(connection, asker)  # staff have none, and get everything
    told = TimeTold(nonce=nonce, at=desk.now(), profile=profile)
    return seal(told, signer=CENTRAL, key=desk.key)
