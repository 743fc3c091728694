"""The errands of who speaks: deliver, take stock, fetch the catalogue, say the box is alive."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path

import structlog

from edge.config import Settings
from edge.errors import QulaqError, Unreachable
from edge.sync.identity import AS_IT_COMES, Identity, load, succeed, successor_of
from edge.sync.letters import BoxIdentity
from edge.sync.outbox import Outbox
from edge.sync.protocol import (
    Answer,
    Request,
    beat,
    compare,
    drive,
    fetch_piece,
    hand_over,
    upload,
)
from edge.sync.seal import public_pem, seal
from edge.sync.shelf import Shelf
from edge.sync.trust import Anchor, newest_manifest
from edge.sync.wire import (
    AnyRecord,
    DetectionBatch,
    Handover,
    Heartbeat,
    InputNow,
    Inventory,
    Manifest,
)

TONIGHT = timedelta(hours=1)  # what is younger is looked for at the office
SPANS = 500  # stretches of delivered records that are compared with central's at once

Send = Callable[[Request], Answer]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything the speaking process works with."""

    identity: Identity
    outbox: Outbox
    shelf: Shelf
    settings: Settings
    now: Callable[[], datetime]
    stopping: Callable[[], bool]
    inputs_now: Callable[[], tuple[InputNow, ...]] = tuple
    nonce: Callable[[], str] = lambda: secrets.token_hex(16)


def deliver(desk: Desk, send: Send) -> int:
    """Bring central everything that waits, batch by batch; returns how many records went.

    Raises:
        Unreachable: central did not answer; what it did not acknowledge waits on.
        Refused: central did not take the batch; it is kept.
    """
    delivered = 0
    device = desk.identity.device
    while (batch := desk.outbox.next_batch(desk.settings.batch_records)) and not desk.stopping():
        chain = desk.outbox.links(batch)
        letter = DetectionBatch(device=device, records=batch, chain=chain)
        sealed = seal(letter, signer=device, key=desk.identity.key)
        receipt = drive(upload(sealed, can_wait=is_of_long_ago(batch, desk.now())), send)
        desk.outbox.settle(batch, receipt, at=desk.now())
        delivered += len(batch)
        log.info(
            "batch_uploaded",
            records=len(batch),
            accepted=receipt.accepted,
            duplicates=receipt.duplicates,
        )
        for rejection in receipt.rejected:
            log.error(
                "record_rejected",
                boot=str(rejection.boot),
                seq=rejection.seq,
                reason=rejection.reason,
            )
    return delivered


def is_of_long_ago(batch: Sequence[AnyRecord], now: datetime) -> bool:
    """Whether nothing in a batch is of tonight, by the box's clock."""
    return max(record.ended_at for record in batch) < now - TONIGHT


def change_keys(
    identity: Identity, path: Path, send: Send, settings: Settings = AS_IT_COMES
) -> Identity:
    """If another key shall follow, tell central and use it; whose box this is now.

    Cut off anywhere it is done again: until its first use by the box the old key counts too.

    Raises:
        Unreachable, Refused: central did not answer, or did not take the key; the old one stays.
        Misconfigured, BadSeal, Unwritable: the keys cannot be read or replaced.
        KeyOutOfReach: a chip keeps one of them, and gives no signature.
    """
    key = successor_of(path, settings)
    if key is None:
        return identity
    own = BoxIdentity(device=identity.device, public_key=public_pem(key))
    letter = Handover(device=identity.device, successor=seal(own, signer=identity.device, key=key))
    drive(hand_over(seal(letter, signer=identity.device, key=identity.key)), send)
    succeed(path, identity.device)
    log.info("key_replaced", device=identity.device)
    return load(path, settings)


def take_stock(desk: Desk, send: Send) -> int:
    """See that central still has what it said it has; how many records it must get again.

    Raises:
        Unreachable, Refused: central did not answer, or did not know us.
        Unwritable: the card takes nothing more.
    """
    device, delivered = desk.identity.device, desk.outbox.delivered(at_most=SPANS)
    if not delivered:
        return 0
    letter = Inventory(device=device, delivered=tuple(delivered))
    gaps = drive(compare(seal(letter, signer=device, key=desk.identity.key)), send)
    again = desk.outbox.send_again(gaps.missing)
    if again:
        log.warning("central_lacks_records", records=again)
    return again


def restock(desk: Desk, send: Send, *, anchor: Anchor) -> Manifest | None:
    """Fetch the catalogue central serves, or what is lost of ours; None if nothing was to do.

    Whatever goes wrong, the version in force stays: a box hears for ever by what it has.

    Raises:
        Unreachable: central did not answer; what has arrived is kept.
        BadSeal, BadCatalogue, Refused: what central offers cannot be put on the shelf.
        Unwritable: the card takes nothing more.
    """
    shelf = desk.shelf
    offered = newest_manifest(
        shelf.vouched, anchor, send, nonce=desk.nonce(), have=shelf.manifest_bytes()
    )
    if offered is None:
        return None
    desk.shelf.check_not_older(offered)
    missing = desk.shelf.missing(offered)
    if offered.to_bytes() == shelf.manifest_bytes() and not missing:
        return None
    for segment in missing:
        while (first := desk.shelf.arrived(segment)) < segment.size_bytes:
            talk = fetch_piece(segment, first=first, longest=desk.settings.piece_bytes)
            desk.shelf.append(segment, drive(talk, send))
            if desk.stopping():
                return None
        desk.shelf.accept(segment)
    desk.shelf.activate(offered)
    log.info("catalogue_activated", version=offered.version, segments=len(offered.segments))
    return offered


def greet(desk: Desk, send: Send) -> None:
    """Tell central how the box is.

    Raises:
        Unreachable, Refused: central did not answer, or did not know us.
    """
    heartbeat = heartbeat_of(desk)
    drive(beat(seal(heartbeat, signer=heartbeat.device, key=desk.identity.key)), send)


def heartbeat_of(desk: Desk) -> Heartbeat:
    """What the box says about itself now."""
    checkpoints = desk.outbox.checkpoints()
    return Heartbeat(
        device=desk.identity.device,
        said_at=desk.now(),
        software=_software(),
        catalogue_version=desk.shelf.version(),
        waiting=desk.outbox.tally().waiting,
        last_heard_at=max((c.listened_until for c in checkpoints), default=None),
        source="; ".join(c.source for c in checkpoints)[:200],
        inputs_now=desk.inputs_now(),
    )


@cache
def _software() -> str:
    """Which release this is; looked up once, since that reads a dozen files."""
    return version("qulaq")


def one_round(
    desk: Desk,
    send: Send,
    *,
    anchor: Anchor,
    takes_stock: bool = False,
    restocks: bool = True,
    follow: Callable[[], object] | None = None,
) -> list[QulaqError]:
    """Every errand once; what one of them met does not keep the others from being run.

    Args:
        desk: what we work with.
        send: the way to central.
        anchor: whom the box believes about the catalogue.
        takes_stock: whether what central has had is compared this time.
        restocks: whether a newer catalogue is asked for this time.
        follow: asks whether the office has other directions, if it is time to.

    Returns:
        What went wrong, in order. When central cannot be reached the round ends at once.
    """
    long_ago = desk.now() - timedelta(days=desk.settings.keep_sent_days)
    errands: list[tuple[str, Callable[[], object]]] = [
        ("forget", lambda: desk.outbox.forget(long_ago)),
        ("deliver", lambda: deliver(desk, send)),
        *([("take_stock", lambda: take_stock(desk, send))] if takes_stock else []),
        *([("follow", follow)] if follow else []),
        *([("restock", lambda: restock(desk, send, anchor=anchor))] if restocks else []),
        ("greet", lambda: greet(desk, send)),
    ]
    met: list[QulaqError] = []
    for errand, run in errands:
        try:
            run()
        except QulaqError as e:
            log.warning("errand_failed", errand=errand, error=type(e).__name__, reason=str(e))
            met.append(e)
            if isinstance(e, Unreachable):
                break
    return met
