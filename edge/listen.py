"""The process that hears: sound in, records in the outbox; it has no way to speak."""

import fcntl
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

import structlog

from edge import notify, timekeeping
from edge.almanac import Look
from edge.capture.block import Source
from edge.config import BoxPaths, Settings
from edge.errors import Deaf, Misconfigured
from edge.evening import Evening
from edge.pulse import Pulse
from edge.session import Progress, Session
from edge.sync.outbox import Outbox
from edge.sync.patience import PatientOutbox, is_of_the_card
from edge.sync.shelf import Shelf

log = structlog.get_logger()


def listen(
    evening: Evening,
    *,
    paths: BoxPaths,
    settings: Settings,
    progress: Progress,
    look: Look = timekeeping.read,
) -> None:
    """Hear a source to its end, or until SIGTERM or SIGINT.

    Args:
        evening: what to hear.
        paths: where the box keeps its things.
        settings: of this box.
        progress: told how far it is.
        look: reads the clocks of the machine.

    Raises:
        Deaf: the source can no longer be heard; what was heard before is in the outbox.
        Misconfigured: another process listens for this input, or the outbox cannot be opened.
        Unwritable: the card took nothing to the very end; what was heard since is lost.
    """
    listen_together([evening], paths=paths, settings=settings, progress=progress, look=look)


def listen_together(
    evenings: Sequence[Evening],
    *,
    paths: BoxPaths,
    settings: Settings,
    progress: Progress,
    look: Look = timekeeping.read,
) -> None:
    """Hear several inputs, each for itself; one that cannot go on lets the others go on.

    Args:
        evenings: what to hear, each under a name of its own.
        paths: where the box keeps its things.
        settings: of this box.
        progress: told how far each is.
        look: reads the clocks of the machine.

    Raises:
        Deaf: a source could no longer be heard, and the others have come to their end since.
        Misconfigured: another process listens for an input, or the outbox cannot be opened.
        Unwritable: the card took nothing to the very end; what was heard since is lost.
    """
    unit = notify.Unit({evening.input for evening in evenings})

    def hear(evening: Evening) -> None:
        outbox = PatientOutbox(lambda: Outbox.open(paths.outbox))
        try:
            pulse = Pulse(evening.input, paths.signs, evening.source.rate_hz)
            session = Session(evening, outbox, Shelf(paths.shelf), settings, pulse, unit, look)
            session.run(progress)
        finally:
            unit.is_over(evening.input)
            outbox.close()

    with ExitStack() as doors:
        for evening in evenings:
            lock = paths.outbox.parent / f"listen-{evening.input}.lock"
            doors.enter_context(_only_one(lock))
        doors.enter_context(_stops([evening.source for evening in evenings]))
        if len(evenings) == 1:
            hear(evenings[0])
        else:
            _side_by_side(hear, evenings)


def _side_by_side(hear: Callable[[Evening], None], evenings: Sequence[Evening]) -> None:
    """An ear for each input, in a thread of its own: what takes time lets the others go on.

    A source that can no longer be heard is no reason to stop hearing the others; anything else
    that goes wrong is of the process, ends all of them, and lets it be started anew.
    """
    deaf: list[Deaf] = []

    def hear_or_say(evening: Evening) -> None:
        try:
            hear(evening)
        except Deaf as e:
            deaf.append(e)
            reason = str(e)
        else:
            return
        log.error("input_ended", input=evening.input, reason=reason)

    with ThreadPoolExecutor(len(evenings)) as ears:
        hearing = [ears.submit(hear_or_say, evening) for evening in evenings]
        wait(hearing, return_when=FIRST_EXCEPTION)
        for evening in evenings:
            evening.source.stop()
        for one in hearing:
            one.result()
    for first in deaf:
        raise first


@contextmanager
def _stops(sources: Sequence[Source]) -> Iterator[None]:
    """Let SIGTERM and SIGINT end the sound, so that everything is written and we leave with 0."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for source in sources:
            source.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, action in before.items():
            signal.signal(number, action)


@contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    """Two ears at one input would tell everything twice; on a card that takes nothing, none does.

    Raises:
        Misconfigured: another process holds the lock, or it cannot be made.
    """
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        file = lock.open("w")
    except OSError as e:
        if is_of_the_card(e):
            yield  # the outbox will say so, as long as it lasts
            return
        raise Misconfigured(f"cannot keep what is heard in {lock.parent}: {e}") from e
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as e:
            raise Misconfigured(f"another process already listens here; it holds {lock}") from e
        yield
