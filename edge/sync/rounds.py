"""What the speaking process does again and again: its errands, and a pause as long as is wise."""

import math
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import structlog

from edge import notify, signs, timekeeping
from edge.config import BoxPaths, Settings
from edge.errors import BadSeal, Busy, Misconfigured, QulaqError
from edge.stopping import Asked, asked_to_stop
from edge.sync import backoff, postroom
from edge.sync.asking import Asking
from edge.sync.client import Courier
from edge.sync.directions import Standing, tuned
from edge.sync.errands import Desk, Send, change_keys, one_round
from edge.sync.following import Follower, follow
from edge.sync.identity import load_or_make, read_bundle, read_trust
from edge.sync.letters import Bundle
from edge.sync.outbox import Outbox
from edge.sync.post import Folder
from edge.sync.protocol import Answer, Request
from edge.sync.shelf import Shelf
from edge.sync.tray import Tray, read_directions
from edge.sync.trust import Anchor
from edge.sync.vitals import inputs_now

# Between two questions for other directions. Not a setting: by it a wrong one is taken back.
DIRECTIONS_SECONDS = 300.0
NAP_SECONDS = 1.0  # while we wait the watchdog is fed and a stick is looked for this often

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Due:
    """Which errands a round has beside those that each has.

    Attributes:
        stock: when it was last compared with central's, by the monotonic clock, s.
        catalogue: when a newer one was last asked for.
        directions: when others were last asked for.
    """

    stock: float = -math.inf
    catalogue: float = -math.inf
    directions: float = -math.inf

    def at(self, seconds: float, settings: Settings) -> tuple[bool, bool, bool]:
        """Which of the three is due."""
        return (
            seconds - self.stock >= settings.stock_seconds,
            seconds - self.catalogue >= settings.catalogue_seconds,
            seconds - self.directions >= DIRECTIONS_SECONDS,
        )

    def after(self, seconds: float, settings: Settings) -> "Due":
        """Once a round that began then has gone well."""
        stock, catalogue, directions = self.at(seconds, settings)
        return Due(
            seconds if stock else self.stock,
            seconds if catalogue else self.catalogue,
            seconds if directions else self.directions,
        )


@dataclass(frozen=True, slots=True)
class Round:
    """What came of a round.

    Attributes:
        met: what went wrong.
        gained: whether anything was brought home before.
        settings: by which it was run; None: there were no orders.
    """

    met: list[QulaqError]
    gained: bool = False
    settings: Settings | None = None


def brings_home(request: Request, answer: Answer) -> bool:
    """Whether with this answer something is done that need not be done again."""
    is_work = request.path == "/v1/detections" or "/segments/" in request.path
    return is_work and answer.status in (200, 206)


def report(
    desk: Desk,
    paths: BoxPaths,
    *,
    takes_stock: bool = True,
    restocks: bool = True,
    follows: bool = True,
) -> Round:
    """One round with the central that the orders in force name; without orders, what is amiss."""
    try:
        trust = read_trust(paths.trust)
        bundle = read_bundle(paths.bundle, trust=trust)
        _check_addressee(bundle, desk.identity.device)
    except QulaqError as e:
        log.warning("orders_missing", error=type(e).__name__, reason=str(e))
        return Round([e])
    gains = []
    standing = Standing(bundle.device, trust, bundle.serial, desk.settings)
    desk = replace(desk, settings=settings_now(paths, standing))
    with Courier(bundle.central_url, timeout_seconds=desk.settings.timeout_seconds) as courier:

        def send(request: Request) -> Answer:
            # however long a download takes, each answer shows that we have not hung
            answer = courier.send(request)
            gains.append(brings_home(request, answer))
            signs.answered(paths.signs, signs.Answered(time.monotonic()))
            notify.tell("WATCHDOG=1")
            return answer

        desk, met = _with_the_key_that_follows(desk, paths, send)
        ask = Asking(send, desk.identity, desk.now).send
        anchor = anchor_of(bundle)
        follower = Follower(desk.identity, desk.now, Tray(paths.directions), standing)
        met += one_round(
            desk,
            ask,
            anchor=anchor,
            takes_stock=takes_stock,
            restocks=restocks,
            follow=(lambda: follow(follower, ask)) if follows else None,
        )
        return Round(met, any(gains), desk.settings)


def settings_now(paths: BoxPaths, standing: Standing) -> Settings:
    """The settings of the box's own file, with what its directions have set."""
    try:
        told = read_directions(paths.directions, standing)
        return standing.settings if told is None else tuned(standing.settings, told.tuning)
    except (BadSeal, Misconfigured) as e:
        log.warning("directions_unusable", reason=str(e))
        return standing.settings


def _with_the_key_that_follows(
    desk: Desk, paths: BoxPaths, send: Send
) -> tuple[Desk, list[QulaqError]]:
    """The desk after a change of keys, if one is due; until that works the old key is used."""
    try:
        own = load_or_make(paths.identity, desk.settings)
        identity = change_keys(own, paths.identity, send, desk.settings)
    except QulaqError as e:
        log.warning("key_not_replaced", error=type(e).__name__, reason=str(e))
        return desk, [e]
    return replace(desk, identity=identity), []


def anchor_of(bundle: Bundle) -> Anchor:
    """Whom a box under these orders believes about the catalogue."""
    return Anchor(root=bundle.catalogue_root, central_key=bundle.central_key)


def _check_addressee(bundle: Bundle, device: str) -> None:
    if bundle.device != device:
        raise BadSeal(f"these orders are for {bundle.device}, this box is {device}")


def failures_after(met: list[QulaqError], failures: int, *, gained: bool = False) -> int:
    """Rounds failed in a row, now that the last one met this; waiting for a stick is no failure.

    A round that failed in the end and brought something home is the first failure of a row: over a
    line that is cut every minute none would ever be without.
    """
    if all(isinstance(e, Misconfigured) for e in met):
        return 0
    return 1 if gained else failures + 1


def pause_after(
    met: list[QulaqError],
    failures: int,
    *,
    luck: float,
    settings: Settings,
    budget: backoff.Budget = backoff.Budget(),  # noqa: B008  # frozen
) -> float:
    """Seconds until the next round, after what the last one met and so many failures in a row."""
    if failures == 0:
        return settings.sync_seconds
    asked = max((e.wait_seconds for e in met if isinstance(e, Busy)), default=0.0)
    if asked:  # a moment of our own, which central has spread already
        return backoff.wait(asked, luck * settings.backoff_base_seconds)
    longest = settings.backoff_cap_seconds
    base = longest if budget.is_spent else settings.backoff_base_seconds
    return backoff.delay(failures, luck, base_seconds=base, cap_seconds=longest)


@contextmanager
def open_desk(paths: BoxPaths, settings: Settings, *, asked: Asked) -> Iterator[Desk]:
    """The box's desk.

    Args:
        paths: the box's rooms.
        settings: how it works.
        asked: set when the process shall stop.

    Raises:
        Misconfigured, BadSeal, KeyOutOfReach: the box's key or outbox cannot be used.
        Unwritable: the shelf holds what is spoiled, and cannot be rid of it.
    """
    outbox = Outbox.open(paths.outbox)
    shelf = Shelf(paths.shelf)
    try:
        # Cards rot and power is cut: once a run every byte is looked at, not only how many.
        for path in shelf.drop_spoiled():
            log.warning("segment_spoiled", segment=path.name)
        yield Desk(
            identity=load_or_make(paths.identity, settings),
            outbox=outbox,
            shelf=shelf,
            settings=settings,
            now=timekeeping.now,
            stopping=asked.is_set,
            inputs_now=lambda: inputs_now(paths.hears, seconds=time.monotonic()),
        )
    finally:
        outbox.close()


def sync_once(paths: BoxPaths, settings: Settings) -> None:
    """One round.

    Raises:
        QulaqError: the first thing that went wrong in it.
    """
    with asked_to_stop() as asked, open_desk(paths, settings, asked=asked) as desk:
        for error in report(desk, paths).met:
            raise error


def sync_until_stopped(paths: BoxPaths, settings: Settings) -> None:
    """Round after round until SIGTERM or SIGINT.

    Raises:
        Misconfigured, BadSeal, KeyOutOfReach: the box's key or outbox cannot be used.
    """
    dice, given = random.SystemRandom(), settings
    failures, budget, due = 0, backoff.Budget(), Due()
    with asked_to_stop() as asked, open_desk(paths, settings, asked=asked) as desk:
        notify.tell("READY=1")
        log.info("sync_started", device=desk.identity.device)
        while True:
            began = time.monotonic()
            stock, catalogue, directions = due.at(began, settings)
            came = report(desk, paths, takes_stock=stock, restocks=catalogue, follows=directions)
            met, settings = came.met, came.settings or given
            due = due if met else due.after(began, settings)
            failures = failures_after(met, failures, gained=came.gained)
            budget = budget.after(failed=failures > 0 and not came.gained)
            luck = dice.random()
            pause = pause_after(met, failures, luck=luck, settings=settings, budget=budget)
            if _stops_within(pause, asked, meanwhile=lambda: serve_stick(desk, paths)):
                break
        notify.tell("STOPPING=1")
        log.info("sync_stopped", waiting=desk.outbox.tally().waiting)


def serve_stick(desk: Desk, paths: BoxPaths) -> None:
    """If a stick waits for this box's post, let it have it."""
    folder = Folder(paths.post)
    if not folder.wanted.exists():
        return
    try:
        bundle = read_bundle(paths.bundle, trust=read_trust(paths.trust))
        postroom.serve(desk, folder, anchor_of(bundle), alive=lambda: notify.tell("WATCHDOG=1"))
    except (QulaqError, OSError) as e:
        log.warning("post_not_packed", error=type(e).__name__, reason=str(e))


def _stops_within(seconds: float, asked: Asked, *, meanwhile: Callable[[], object]) -> bool:
    """Wait, feeding the watchdog; true as soon as we are asked to stop."""
    while seconds > 0:
        notify.tell("WATCHDOG=1")
        meanwhile()
        nap = min(seconds, NAP_SECONDS)
        if asked.wait(nap):
            return True
        seconds -= nap
    return asked.is_set()
