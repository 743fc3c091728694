"""Telling the national platform over HTTP, and what it answered."""

from typing import Any

from fastapi import APIRouter

from central.access import Staff
from central.database import reading
from central.desk import Desk
from central.exchange.platform_push import Delivery, NotDelivered, deliver, kept, platform_of
from central.forms import Number
from central.refusals import refused
from central.royalties import store

platform_counter = APIRouter(prefix="/v1", tags=["exchange"], dependencies=[Staff])


@platform_counter.post(
    "/distributions/{distribution_id}/deliveries", responses=refused(NotDelivered.status)
)
def deliver_distribution(desk: Desk, distribution_id: Number) -> dict[str, Any]:
    """Tell the platform of a closing once; asked again, this answers the receipt of that once."""
    made = deliver(
        desk,
        distribution_id,
        platform_of(desk),
        clock=desk.now,
        wait=lambda _seconds: None,  # whoever asks is waiting himself: `push-platform` is patient
    )
    return _json(made)


@platform_counter.get("/distributions/{distribution_id}/deliveries")
def list_deliveries(desk: Desk, distribution_id: Number) -> list[dict[str, Any]]:
    """Every attempt to tell the platform of a closing, the latest first, with its answer."""
    with reading(desk.books) as connection:
        store.distribution(connection, distribution_id)
        return [_json(one) for one in kept(connection, distribution_id)]


def _json(one: Delivery) -> dict[str, Any]:
    return {
        "id": one.id,
        "distribution": one.distribution_id,
        "address": one.address,
        "document_sha256": one.document_sha256,
        "status": one.status,
        "taken": one.is_taken,
        "receipt": one.receipt,
        "attempted_at": one.at,
    }
