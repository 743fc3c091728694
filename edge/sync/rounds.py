"""What the speaking process does again and again: deliver, fetch the catalogue, say it is alive."""

import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from threading import Event

import structlog

from edge import notify, signs, timekeeping
from edge.config import BoxPaths, Settings
from edge.errors import BadSeal, Busy, Misconfigured, QulaqError, Unreachable
from edge.sync import backoff
from edge.sync.client import Courier
from edge.sync.identity import Identity, load_or_make, read_bundle, read_trust
from edge.sync.outbox import Outbox
from edge.sync.protocol import (
    Answer,
    Request,
    beat,
    drive,
    fetch_manifest,
    fetch_piece,
    upload,
)
from edge.sync.seal import seal, unseal
from edge.sync.shelf import Shelf
from edge.sync.wire import CENTRAL, Bundle, DetectionBatch, Heartbeat, Manifest

STOPPING = (signal.SIGTERM, signal.SIGINT)
NAP_SECONDS = 5.0  # the watchdog is fed at least this often while we wait

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
        receipt = drive(upload(seal(letter, signer=device, key=desk.identity.key)), send)
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


def restock(desk: Desk, send: Send, *, central_key: str) -> Manifest | None:
    """Fetch the catalogue central serves, or what is lost of ours; None if nothing was to do.

    Raises:
        Unreachable: central did not answer; what has arrived is kept.
        BadSeal, BadCatalogue, Refused: what central offers cannot be put on the shelf.
        Unwritable: the card takes nothing more.
    """
    sealed = drive(fetch_manifest(), send)
    if sealed is None:
        return None
    offered = unseal(sealed, Manifest, signer=CENTRAL, public_key=central_key)
    desk.shelf.check_not_older(offered)
    missing = desk.shelf.missing(offered)
    if offered.version == desk.shelf.version() and not missing:
        return None
    for segment in missing:
        while (first := desk.shelf.arrived(segment)) < segment.size_bytes:
            talk = fetch_piece(segment, first=first, longest=desk.settings.piece_bytes)
            desk.shelf.append(segment, drive(talk, send))
            if desk.stopping():
                return None
        desk.shelf.accept(segment)
    manifest = desk.shelf.activate(sealed, central_key=central_key)
    log.info("catalogue_activated", version=manifest.version, segments=len(manifest.segments))
    return manifest


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
        software=version("qulaq"),
        catalogue_version=desk.shelf.version(),
        waiting=desk.outbox.tally().waiting,
        last_heard_at=max((c.listened_until for c in checkpoints), default=None),
        source="; ".join(c.source for c in checkpoints)[:200],
    )


def one_round(desk: Desk, send: Send, *, central_key: str) -> list[QulaqError]:
    """Every errand once; what one of them met does not keep the others from being run.

    Returns:
        What went wrong, in order. When central cannot be reached the round ends at once.
    """
    long_ago = desk.now() - timedelta(days=desk.settings.keep_sent_days)
    errands: list[tuple[str, Callable[[], object]]] = [
        ("forget", lambda: desk.outbox.forget(long_ago)),
        ("deliver", lambda: deliver(desk, send)),
        ("restock", lambda: restock(desk, send, central_key=central_key)),
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


def report(desk: Desk, paths: BoxPaths) -> list[QulaqError]:
    """One round with the central that the orders in force name; without orders, what is amiss."""
    try:
        trust = read_trust(paths.trust)
        bundle = read_bundle(paths.bundle, trust=trust)
        _check_addressee(bundle, desk.identity.device)
    except QulaqError as e:
        log.warning("orders_missing", error=type(e).__name__, reason=str(e))
        return [e]
    with Courier(bundle.central_url, timeout_seconds=desk.settings.timeout_seconds) as courier:

        def send(request: Request) -> Answer:
            # however long a download takes, each answer shows that we have not hung
            answer = courier.send(request)
            signs.answered(paths.signs, signs.Answered(time.monotonic()))
            notify.tell("WATCHDOG=1")
            return answer

        return one_round(desk, send, central_key=bundle.central_key)


def _check_addressee(bundle: Bundle, device: str) -> None:
    if bundle.device != device:
        raise BadSeal(f"these orders are for {bundle.device}, this box is {device}")


def failures_after(met: list[QulaqError], failures: int) -> int:
    """Rounds failed in a row, now that the last one met this; waiting for a stick is no failure."""
    return 0 if all(isinstance(e, Misconfigured) for e in met) else failures + 1


def pause_after(met: list[QulaqError], failures: int, *, luck: float, settings: Settings) -> float:
    """Seconds until the next round, after what the last one met and so many failures in a row."""
    if failures == 0:
        return settings.sync_seconds
    asked = max((e.wait_seconds for e in met if isinstance(e, Busy)), default=0.0)
    drawn = backoff.delay(
        failures,
        luck,
        base_seconds=settings.backoff_base_seconds,
        cap_seconds=settings.backoff_cap_seconds,
    )
    return backoff.wait(asked, drawn)


@contextmanager
def asked_to_stop() -> Iterator[Event]:
    """An event that SIGTERM and SIGINT set; the errand under way is finished first.

    Handlers and not a signal mask: a mask holds for one thread, and a library that is only
    imported may have started another, which would then die of the signal for all of us.
    """
    asked = Event()
    before = {number: signal.signal(number, lambda *_: asked.set()) for number in STOPPING}
    try:
        yield asked
    finally:
        for number, action in before.items():
            signal.signal(number, action)


@contextmanager
def open_desk(paths: BoxPaths, settings: Settings, *, asked: Event) -> Iterator[Desk]:
    """The box's desk.

    Args:
        paths: the box's rooms.
        settings: how it works.
        asked: set when the process shall stop.

    Raises:
        Misconfigured, BadSeal: the box's key or outbox cannot be used.
        Unwritable: the shelf holds what is spoiled, and cannot be rid of it.
    """
    outbox = Outbox.open(paths.outbox)
    shelf = Shelf(paths.shelf)
    try:
        # Cards rot and power is cut: once a run every byte is looked at, not only how many.
        for path in shelf.drop_spoiled():
            log.warning("segment_spoiled", segment=path.name)
        yield Desk(
            identity=load_or_make(paths.identity),
            outbox=outbox,
            shelf=shelf,
            settings=settings,
            now=timekeeping.now,
            stopping=asked.is_set,
        )
    finally:
        outbox.close()


def sync_once(paths: BoxPaths, settings: Settings) -> None:
    """One round.

    Raises:
        QulaqError: the first thing that went wrong in it.
    """
    with asked_to_stop() as asked, open_desk(paths, settings, asked=asked) as desk:
        for error in report(desk, paths):
            raise error


def sync_until_stopped(paths: BoxPaths, settings: Settings) -> None:
    """Round after round until SIGTERM or SIGINT.

    Raises:
        Misconfigured, BadSeal: the box's key or outbox cannot be used.
    """
    dice = random.SystemRandom()
    failures = 0
    with asked_to_stop() as asked, open_desk(paths, settings, asked=asked) as desk:
        notify.tell("READY=1")
        log.info("sync_started", device=desk.identity.device)
        while True:
            met = report(desk, paths)
            failures = failures_after(met, failures)
            pause = pause_after(met, failures, luck=dice.random(), settings=settings)
            if _stops_within(pause, asked):
                break
        notify.tell("STOPPING=1")
        log.info("sync_stopped", waiting=desk.outbox.tally().waiting)


def _stops_within(seconds: float, asked: Event) -> bool:
    """Wait, feeding the watchdog; true as soon as we are asked to stop."""
    while seconds > 0:
        notify.tell("WATCHDOG=1")
        nap = min(seconds, NAP_SECONDS)
        if asked.wait(nap):
            return True
        seconds -= nap
    return asked.is_set()
