"""The gate for boxes: enrolled once with a token, heard from ever after by their seal."""

from datetime import datetime, timedelta
from typing import Annotated

import structlog
from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, ValidationError

from central import forms
from central.access import Staff, digest, new_secret
from central.catalogue.vouching import root_in_force
from central.database import reading, writing
from central.desk import Desk
from central.devices import lists, store
from central.devices.opening import opened
from central.devices.pulse import require_plausible
from central.errors import Unacceptable
from central.venues.store import hours_of, place_of
from edge.sync import seal
from edge.sync.letters import BoxIdentity, BoxInput, Bundle, Enrolment
from edge.sync.wire import DeviceId, Handover, Heartbeat, Sealed

boxes = APIRouter(prefix="/v1", tags=["boxes"])
"""What boxes and the technician's bench call; a token or a seal is their ticket."""
staff = APIRouter(prefix="/v1", tags=["devices"], dependencies=[Staff])
"""What staff decide about boxes."""


log = structlog.get_logger()


def _named_apart(inputs: list[BoxInput]) -> list[BoxInput]:
    names = [one.name for one in inputs]
    if len(set(names)) < len(names):
        raise ValueError(f"each input needs a name of its own, these are {', '.join(names)}")
    return inputs


class NewEnrolmentToken(forms.Form):
    """Where a box is to hang, and what it will hear through."""

    hall_id: forms.Number
    inputs: Annotated[
        list[BoxInput], forms.Field(min_length=1, max_length=8), AfterValidator(_named_apart)
    ]


class EnrolmentToken(BaseModel):
    """To be shown once, and to be used once."""

    token: str
    expires_at: datetime


class Revocation(forms.Form):
    """Why a box is not to be believed any longer."""

    reason: forms.Name


@staff.post("/enrolment-tokens", status_code=201)
def make_token(desk: Desk, wanted: NewEnrolmentToken) -> EnrolmentToken:
    """Make a token that lets one box in, at one place."""
    token = new_secret()
    expires_at = desk.now() + timedelta(days=desk.settings.enrolment_days)
    with writing(desk.books) as connection:
        place_of(connection, wanted.hall_id)
        slot = store.Slot(hall_id=wanted.hall_id, inputs=wanted.inputs)
        store.put_token(connection, slot, token_sha256=digest(token), expires_at=expires_at)
    return EnrolmentToken(token=token, expires_at=expires_at)


@boxes.post("/enrol")
def enrol(desk: Desk, enrolment: Enrolment) -> Sealed:
    """Take a box in, or move it; answers its orders, sealed."""
    box = enrolment.identity
    now = desk.now()
    root = root_in_force(desk).content.decode()
    with writing(desk.books) as connection:
        if seal.device_id(box.public_key) != box.device and not store.has_key(connection, box):
            raise Unacceptable(f"{box.device} is not the name of the key that came with it")
        token = digest(enrolment.token)
        slot, serial = store.enrol(connection, box, token_sha256=token, now=now)
        place = place_of(connection, slot.hall_id)
        hours = hours_of(connection, slot.hall_id)
    log.info("box_enrolled", device=box.device, hall=slot.hall_id, serial=serial)
    orders = Bundle(
        serial=serial,
        device=box.device,
        issued_at=now,
        venue=place.venue,
        hall=place.hall,
        time_zone=place.time_zone,
        inputs=slot.inputs,
        hours=hours,
        central_url=desk.settings.address,
        central_key=seal.public_pem(desk.key),
        catalogue_root=root,
    )
    return seal.seal(orders, signer="central", key=desk.key)


@boxes.post("/heartbeat", status_code=204)
def take_heartbeat(desk: Desk, sealed: Sealed) -> None:
    """Note a sign of life."""
    heartbeat = opened(desk, sealed, Heartbeat)
    require_plausible(heartbeat)
    with writing(desk.books) as connection:
        store.note_sign_of_life(connection, heartbeat, now=desk.now())


@boxes.post("/keys", status_code=204)
def take_handover(desk: Desk, sealed: Sealed) -> None:
    """Let another key follow the one a box has: the one it has says so, and the next agrees."""
    handover = opened(desk, sealed, Handover)
    identity = _agreed(handover)
    with writing(desk.books) as connection:
        store.put_successor(connection, identity, sealed=sealed, now=desk.now())
    log.info("key_announced", device=identity.device)


def _agreed(handover: Handover) -> BoxIdentity:
    """What the next key itself says; nobody can hand over to a key he does not have."""
    try:
        told = BoxIdentity.model_validate_json(handover.successor.payload)
    except ValidationError as e:
        raise Unacceptable(f"{handover.device} names no key to follow: {e}") from e
    if told.device != handover.device:
        raise Unacceptable(f"{handover.device} hands over to {told.device}")
    return seal.unseal(
        handover.successor, BoxIdentity, signer=handover.device, public_key=told.public_key
    )


@staff.get("/boxes")
def list_boxes(desk: Desk, after: forms.Query = "") -> list[lists.Box]:
    """Boxes by device id, at most 500 of those after `after`."""
    with reading(desk.books) as connection:
        return lists.boxes(connection, after=after)


@staff.post("/boxes/{device}/revoke", status_code=204)
def revoke_box(desk: Desk, device: DeviceId, revocation: Revocation) -> None:
    """Believe a box no longer: it was stolen, or its key may have been."""
    with writing(desk.books) as connection:
        store.revoke(connection, device, because=revocation.reason, now=desk.now())
    log.warning("box_revoked", device=device, reason=revocation.reason)
