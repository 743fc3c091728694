"""Where boxes hand in what they heard, and where staff look at what that amounts to."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated

import structlog
from fastapi import APIRouter, Path, Response

from central import forms
from central.access import Staff
from central.database import reading, writing
from central.desk import Desk, Office
from central.devices.opening import opened, opened_together
from central.errors import Unacceptable
from central.ingest import fleet, lists, store
from central.ingest.chain_store import Memory, memory_of
from central.ingest.coverage import CoverageSpan
from central.ingest.decisions import Decision, decisions_on
from central.ingest.gauges import CONTENT_TYPE, gauges
from central.ingest.plays import Play
from central.ingest.reading import Letter, letter_of
from central.ingest.stock import gaps_of
from central.ingest.taking import Arrived, take_all
from central.ingest.unknown import UnknownSpan
from central.refusals import file
from central.venues.store import place_of, require_event
from edge.errors import QulaqError
from edge.sync.wire import BatchReceipt, DetectionBatch, DeviceId, Gaps, Inventory, Sealed

boxes = APIRouter(prefix="/v1", tags=["boxes"])
"""What boxes call; their seal is their ticket."""
staff = APIRouter(prefix="/v1", tags=["ingest"], dependencies=[Staff])
"""What staff look at."""

log = structlog.get_logger()

LARGEST_STOCK = 1_000_000  # records a box may say we have had; a year of a busy hall
HallId = Annotated[forms.Number, Path()]


@boxes.post("/detections")
def take_detections(desk: Desk, sealed: Sealed) -> BatchReceipt:
    """Take a batch in: all of it in one transaction, on disk before the receipt leaves."""
    receipt: BatchReceipt = desk.counter.ask(
        sealed, of=sealed.signer, do=partial(take_together, desk)
    )
    say = log.warning if receipt.rejected else log.info
    told = {"accepted": receipt.accepted, "duplicates": receipt.duplicates}
    say("batch_taken", device=sealed.signer, **told, rejected=len(receipt.rejected))
    return receipt


def take_together(desk: Office, sealed: Sequence[Sealed]) -> list[BatchReceipt | QulaqError]:
    """Receipts for letters that waited together, or why one is not believed."""
    letters = opened_together(desk, sealed, letter_of, called=DetectionBatch.__name__)
    said = zip(letters, sealed, strict=True)
    believed = [Arrived(one, as_signed) for one, as_signed in said if isinstance(one, Letter)]
    if not believed:
        return [one for one in letters if isinstance(one, QulaqError)]
    with writing(desk.books) as connection:
        receipts = iter(take_all(connection, believed, now=desk.now()))
    return [one if isinstance(one, QulaqError) else next(receipts) for one in letters]


@boxes.post("/inventory")
def check_inventory(desk: Desk, sealed: Sealed) -> Gaps:
    """See what the books lack of what they had: after a backup came back, that is sent again."""
    told = opened(desk, sealed, Inventory)
    if (count := sum(one.last - one.first + 1 for one in told.delivered)) > LARGEST_STOCK:
        raise Unacceptable(f"an inventory of {count} records, more than {LARGEST_STOCK}")
    with reading(desk.books) as connection:
        kept = [store.numbers_kept(connection, told.device, one) for one in told.delivered]
    gaps = gaps_of(told, kept)
    if gaps.missing:
        log.warning("records_asked_for", device=told.device, stretches=len(gaps.missing))
    return gaps


@staff.get("/halls/{hall_id}/plays")
def list_plays(
    desk: Desk, hall_id: HallId, *, start: forms.Moment, end: forms.Moment
) -> list[Play]:
    """What was played in a hall: plays whose middle lies in the window."""
    with reading(desk.books) as connection:
        _check_window(start, end)
        place_of(connection, hall_id)
        return store.plays_of(connection, hall_id, start, end)


@staff.get("/halls/{hall_id}/coverage")
def list_coverage(
    desk: Desk, hall_id: HallId, *, start: forms.Moment, end: forms.Moment
) -> list[CoverageSpan]:
    """How a hall was listened to, without holes, over the window."""
    with reading(desk.books) as connection:
        _check_window(start, end)
        place_of(connection, hall_id)
        return store.coverage_of(connection, hall_id, start, end)


@staff.get("/halls/{hall_id}/unknown-music")
def list_unknown_music(
    desk: Desk, hall_id: HallId, *, start: forms.Moment, end: forms.Moment
) -> list[UnknownSpan]:
    """Music heard in a hall over the window that no recording explains."""
    with reading(desk.books) as connection:
        _check_window(start, end)
        place_of(connection, hall_id)
        return store.unknown_music_of(connection, hall_id, start, end)


@staff.get("/events/{event_id}/decisions")
def list_decisions(
    desk: Desk, event_id: Annotated[int, Path(ge=1, le=forms.LARGEST)]
) -> Sequence[Decision]:
    """All that people ever settled on an event, the first first."""
    with reading(desk.books) as connection:
        require_event(connection, event_id)
        return decisions_on(connection, event_id)


@staff.get("/boxes/{device}/memory")
def show_memory(desk: Desk, device: DeviceId) -> Memory:
    """How what a box has told hangs together: pieces that do not fit, and records that are lost."""
    with reading(desk.books) as connection:
        return memory_of(connection, device)


@staff.get("/fleet")
def look_at_fleet(desk: Desk, after: forms.Query = "") -> list[fleet.Looked]:
    """Boxes by device id, at most 500 of those after `after`, and what somebody must look at."""
    with reading(desk.books) as connection:
        return fleet.fleet(connection, after=after, now=desk.now())


@staff.get("/metrics", response_class=Response, responses=file("text/plain"))
def read_gauges(desk: Desk) -> Response:
    """The office's figures in Prometheus's text form; a scraper sends a staff token."""
    with reading(desk.books) as connection:
        told = gauges(connection, now=desk.now())
    return Response(told, media_type=CONTENT_TYPE)


@staff.get("/forks")
def list_forks(desk: Desk, after: forms.After = 0) -> list[lists.Fork]:
    """Records that some box told twice in different words, with the letters that prove it."""
    with reading(desk.books) as connection:
        return lists.forks(connection, after=after)


def _check_window(start: datetime, end: datetime) -> None:
    if not start < end:
        raise Unacceptable(f"the window ends at {end.isoformat()}, not after {start.isoformat()}")
