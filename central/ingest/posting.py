"""Where letters come in that travelled by stick: the same door, and receipts that travel back."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from central.catalogue.enclosing import Thing, enclosures
from central.database import reading
from central.desk import Desk
from central.devices.opening import opened
from central.devices.store import profile_of
from central.errors import Unacceptable
from central.ingest.routes import take_detections
from central.refusals import file
from edge.errors import BadPacking
from edge.sync.post import PIECE_BYTES, Closed, Enclosed, Enclosures, Parcel, PostReceipt, open_
from edge.sync.seal import letter_digest, seal
from edge.sync.wire import CENTRAL, Sealed

boxes = APIRouter(prefix="/v1/post", tags=["boxes"])
"""What the bench hands in for boxes without a network; their seal is their ticket."""


@boxes.post("")
def take_closed_letter(desk: Desk, closed: Closed) -> Sealed:
    """Open a letter that came by stick, take it in like any other, and seal the receipt."""
    try:
        posted = open_(closed, desk.key)
    except BadPacking as e:
        raise Unacceptable(str(e)) from e
    if posted.letter.signer != closed.device:
        raise Unacceptable(f"{posted.letter.signer} wrote a letter that {closed.device} closed")
    receipt = PostReceipt(
        device=closed.device,
        nonce=posted.nonce,
        letter=letter_digest(posted.letter),
        receipt=take_detections(desk, posted.letter),
    )
    return seal(receipt, signer=CENTRAL, key=desk.key)


@boxes.post(
    "/catalogue", response_class=StreamingResponse, responses=file("application/octet-stream")
)
def give_catalogue(desk: Desk, sealed: Sealed) -> StreamingResponse:
    """What of the catalogue a box lacks, by its parcel: a line that tells what, then all that."""
    parcel = opened(desk, sealed, Parcel)
    with reading(desk.books) as connection:
        profile = profile_of(connection, parcel.device)
    things = enclosures(desk, parcel, profile)
    return StreamingResponse(_written(things), media_type="application/octet-stream")


def _written(things: Iterable[Thing]) -> Iterator[bytes]:
    sized = [
        Enclosed(path=path, size_bytes=what.stat().st_size if isinstance(what, Path) else len(what))
        for path, what in things
    ]
    yield Enclosures(enclosed=tuple(sized)).model_dump_json().encode() + b"\n"
    for _, what in things:
        if isinstance(what, bytes):
            yield what
            continue
        with what.open("rb") as content:
            while piece := content.read(PIECE_BYTES):
                yield piece
