"""The process that hears: sound in, records in the outbox; it has no way to speak."""

import fcntl
import math
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import FrameType
from uuid import UUID, uuid4

import numpy as np
import structlog

from edge import notify, signs, timekeeping
from edge.almanac import Almanac, Look
from edge.capture.block import AudioBlock, Piece, Source
from edge.capture.clock import Anchor, Moment, SampleClock
from edge.capture.signal import LONGEST_BASELINE_MINUTES, Baseline
from edge.config import BoxPaths, Settings
from edge.ear import Catalogue, Ear, open_catalogue
from edge.errors import BadCatalogue, Misconfigured, Unwritable
from edge.gate import ALWAYS, Gate, Schedule, no_switch
from edge.sync.entry import Checkpoint
from edge.sync.outbox import Outbox
from edge.sync.shelf import Shelf
from edge.sync.wire import AnyRecord, CoverageRecord, DetectionRecord, UnknownMusicRecord
from edge.telling import Run

log = structlog.get_logger()

LEAD_SECONDS = 10.0  # of sound between two looks at how a card's samples and time have moved apart

Progress = Callable[[float], None]  # told the seconds of sound listened to


@dataclass(frozen=True, slots=True)
class Evening:
    """What to listen to, as what, and since when.

    Attributes:
        source: where sound comes from.
        input: the name of this input of the box.
        began: aware instant of the first sample.
        synced: whether that instant is known and not guessed.
        boot: names this run of the process.
        started: the first sample in the box's own time; None for a recording, which has none.
        not_before: when the box was made; a clock that says less is wrong.
        schedule: when it may be listened to.
        is_muted: whether a switch forbids it now.
    """

    source: Source
    input: str
    began: datetime
    synced: bool
    boot: UUID
    started: Moment | None = None
    not_before: datetime = timekeeping.FIRST_BOX
    schedule: Schedule = ALWAYS
    is_muted: Callable[[], bool] = no_switch


def begin_evening(source: Source, *, input_name: str, began: datetime | None) -> Evening:
    """A recording, begun now or at the instant a person gave for its first sample."""
    synced = timekeeping.is_synced() if began is None else True
    return Evening(source, input_name, began or timekeeping.now(), synced, uuid4())


def begin_watch(source: Source, *, input_name: str, began: datetime | None) -> Evening:
    """A card that is heard from now on, whatever the calendar says and whenever that is known."""
    if began is not None:
        return begin_evening(source, input_name=input_name, began=began)
    reading, built = timekeeping.read(), timekeeping.image_built()
    return Evening(
        source,
        input_name,
        began=max(reading.utc, built),
        synced=False,
        boot=uuid4(),
        started=Moment(timekeeping.kernel_run(), reading.monotonic_ns),
        not_before=built,
    )


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
    """Hear several inputs, each for itself; one that cannot go on ends all of them.

    Args:
        evenings: what to hear, each under a name of its own.
        paths: where the box keeps its things.
        settings: of this box.
        progress: told how far each is.
        look: reads the clocks of the machine.

    Raises:
        Deaf: a source can no longer be heard; what was heard before is in the outbox.
        Misconfigured: another process listens for an input, or the outbox cannot be opened.
        Unwritable: the card took nothing to the very end; what was heard since is lost.
    """
    unit = notify.Unit({evening.input for evening in evenings})

    def hear(evening: Evening) -> None:
        outbox = Outbox.open(paths.outbox)
        try:
            pulse = Pulse(evening.input, paths.signs, evening.source.rate_hz)
            session = _Session(evening, outbox, Shelf(paths.shelf), settings, pulse, unit, look)
            session.run(progress)
        finally:
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
    """An ear for each input, in a thread of its own: what takes time lets the others go on."""
    with ThreadPoolExecutor(len(evenings)) as ears:
        hearing = [ears.submit(hear, evening) for evening in evenings]
        wait(hearing, return_when=FIRST_EXCEPTION)
        for evening in evenings:
            evening.source.stop()
        for one in hearing:
            one.result()


class _Session:
    """An ear between its source and its outbox."""

    def __init__(
        self,
        evening: Evening,
        outbox: Outbox,
        shelf: Shelf,
        settings: Settings,
        pulse: "Pulse",
        unit: notify.Unit,
        look: Look,
    ) -> None:
        self._evening = evening
        self._pulse = pulse
        self._unit = unit
        self._outbox = outbox
        self._shelf = shelf
        self._settings = settings
        self._left: tuple[AnyRecord, ...] = ()  # of the last run, not yet written
        self._refused: Unwritable | None = None  # why the card takes nothing, while it does not
        self._looked_seconds = 0.0
        self._fed_seconds = 0.0
        rate_hz, started = evening.source.rate_hz, evening.started
        self._almanac = Almanac(
            outbox,
            kernel=started.kernel if started else None,
            look=look,
            not_before=evening.not_before,
        )
        self._led_seconds = 0.0
        self._gate = Gate(evening.schedule, is_muted=evening.is_muted)
        floors_db = outbox.floors_db(evening.input, at_most=LONGEST_BASELINE_MINUTES)
        self._ear = Ear(
            Run(
                evening.boot,
                evening.input,
                Anchor(evening.began, rate_hz, evening.synced),
                None if started is None else SampleClock(started, rate_hz),
            ),
            settings=settings,
            catalogue=_newer_catalogue(shelf, 0),
            baseline=Baseline(floors_db),
        )

    def run(self, progress: Progress) -> None:
        """Settle what the last run left, then hear until the end."""
        source = self._evening.source
        self._left = self._left_by_last_run()
        self._checkpoint()
        self._unit.is_ready(self._evening.input)
        log.info(
            "listening_started",
            input=self._evening.input,
            source=source.name,
            rate_hz=source.rate_hz,
            boot=str(self._evening.boot),
            catalogue_version=self._ear.catalogue_version,
        )
        if self._ear.catalogue_version == 0:
            log.warning("catalogue_missing", reason="nothing is recognised until sync fetches one")
        try:
            for taken in source.pieces():
                piece = self._gate.let(taken, at=self._instant_of(taken))
                self._ear.hear(piece)
                self._pulse.feel(piece)
                self._feed_watchdog()
                if isinstance(taken, AudioBlock):
                    self._lead(taken)
                if self._ear.is_due:
                    self._checkpoint()
                    progress(self._ear.listened_seconds)
                    self._look_at_shelf()
        finally:
            notify.tell("STOPPING=1")
            self._ear.close()
            self._checkpoint()
        if self._refused is not None:
            raise self._refused
        progress(self._ear.listened_seconds)
        log.info("listening_ended", seconds=round(self._ear.listened_seconds, 3))

    def _left_by_last_run(self) -> tuple[AnyRecord, ...]:
        """What went on when the last run ended, and the time since: it is written down now."""
        left = self._outbox.left(self._evening.input)
        if left is None:
            return ()
        moment = Moment(left.kernel, left.monotonic_ns) if left.kernel else None
        self._ear.power_was_off(left.listened_until, moment)
        for loss in left.losses:
            self._ear.memory_was_lost(loss)
            log.error("records_lost", boot=str(loss.boot), first=loss.first, last=loss.last)
        return left.unfinished

    def _checkpoint(self) -> None:
        """Write what was heard; where the card takes nothing, remember it and go on hearing."""
        self._almanac.ask()
        finished, unfinished = self._ear.tell()
        records = self._almanac.stamp((*self._left, *finished))
        moment = self._ear.listened_to
        checkpoint = Checkpoint(
            input=self._evening.input,
            boot=self._evening.boot,
            source=self._evening.source.name,
            listened_until=self._ear.listened_until,
            unfinished=self._almanac.stamp(unfinished),
            kernel=moment.kernel if moment else None,
            monotonic_ns=moment.monotonic_ns if moment else 0,
            fixes=self._almanac.fixes,
        )
        try:
            self._outbox.put(records, checkpoint)
        except Unwritable as e:
            self._card_refuses(e, remembered=len(records))
            return
        self._card_takes(records)

    def _card_refuses(self, why: Unwritable, *, remembered: int) -> None:
        if self._refused is None:
            log.error("card_refuses", reason=str(why))
        self._refused = why
        self._pulse.is_kept = False
        self._ear.was_refused()
        notify.tell(f"STATUS={why}; {remembered} records only in memory")

    def _card_takes(self, records: Sequence[AnyRecord]) -> None:
        if self._refused is not None:
            log.info("card_takes_again", records=len(records))
            notify.tell("STATUS=")
            self._refused = None
            self._pulse.is_kept = True
        self._left = ()
        self._ear.was_written()
        try:
            self._almanac.date_what_waits()
        except Unwritable as e:
            log.warning("dating_behind", reason=str(e))  # they wait until the next time
        for record in records:
            _note(record)

    def _instant_of(self, piece: Piece) -> datetime | None:
        evening, moment = self._evening, self._ear.listened_to
        if moment is not None:
            return self._almanac.date(moment.monotonic_ns)
        return evening.began + timedelta(seconds=piece.first / evening.source.rate_hz)

    def _lead(self, block: AudioBlock) -> None:
        """A card's crystal runs by itself; its samples are led along monotonic time."""
        led = self._ear.listened_seconds
        if block.taken_ns is not None and led - self._led_seconds >= LEAD_SECONDS:
            self._led_seconds = led
            self._ear.correct(block.taken_ns + block.samples.size * 1_000_000_000 // block.rate_hz)

    def _feed_watchdog(self) -> None:
        """A sign of life for every second the source accounts for, and for nothing else.

        No timer gives it: a source that hangs gives neither sound nor the word that there is none.
        A cable that is out, and hours nobody ordered, are no reason to start anew every minute.
        """
        if self._ear.listened_seconds - self._fed_seconds >= 1:
            self._fed_seconds = self._ear.listened_seconds
            self._unit.is_alive(self._evening.input)

    def _look_at_shelf(self) -> None:
        if self._ear.listened_seconds - self._looked_seconds < self._settings.shelf_look_seconds:
            return
        self._looked_seconds = self._ear.listened_seconds
        catalogue = _newer_catalogue(self._shelf, self._ear.catalogue_version)
        if catalogue is not None:
            self._ear.change(catalogue)
            log.info("catalogue_changed", version=catalogue.version)


class Pulse:
    """What an input is like now, for the venue's page: its state and level, once a second."""

    def __init__(self, input_name: str, folder: Path | None, rate_hz: int) -> None:
        """Leave the signs of an input in a folder, or nowhere."""
        self._input, self._folder, self._rate_hz = input_name, folder, rate_hz
        self._peak, self._power, self._samples = 0.0, 0.0, 0
        self.is_kept = True  # whether the card takes what is heard

    def feel(self, piece: Piece) -> None:
        """Take in a piece; each second of sound, and each hole, is told.

        Raises:
            OSError: memory cannot be written.
        """
        if isinstance(piece, AudioBlock):
            self._peak = max(self._peak, float(np.abs(piece.samples).max(initial=0.0)))
            self._power += float(np.dot(piece.samples, piece.samples))
            self._samples += piece.samples.size
            if self._samples >= self._rate_hz:
                self._tell("heard")
        else:
            self._tell(piece.state)

    def _tell(self, state: str) -> None:
        level = (self._power / self._samples) ** 0.5 if self._samples else 0.0
        sign = signs.Heard(
            input=self._input,
            at_seconds=time.monotonic(),
            state=state,
            peak_dbfs=_dbfs(self._peak),
            rms_dbfs=_dbfs(level),
            is_kept=self.is_kept,
        )
        signs.heard(self._folder, sign)
        self._peak, self._power, self._samples = 0.0, 0.0, 0


def _dbfs(amplitude: float) -> float:
    """Decibels below full scale; digital silence is as quiet as 16 bits can be and less."""
    return round(20 * math.log10(max(amplitude, 1e-5)), 1)


def _newer_catalogue(shelf: Shelf, have: int) -> Catalogue | None:
    """The version on the shelf, opened, if it is another than the one we have.

    A catalogue that cannot be used is told and passed over: hearing goes on with the old one.
    """
    try:
        manifest = shelf.manifest()
        if manifest is None or manifest.version == have:
            return None
        return open_catalogue(manifest, shelf.segments(manifest), shelf.siblings(manifest))
    except BadCatalogue as e:
        log.warning("catalogue_unusable", reason=str(e))
        return None


def _note(record: AnyRecord) -> None:
    """One line in the journal for each record; identifiers only, never a title."""
    seconds = round((record.ended_at - record.started_at).total_seconds(), 3)
    began = record.started_at.isoformat()
    if isinstance(record, DetectionRecord):
        log.info(
            "recording_heard",
            recording=record.recording_id,
            began=began,
            seconds=seconds,
            confidence=round(record.confidence, 3),
        )
    elif isinstance(record, UnknownMusicRecord):
        log.info("unknown_music_heard", began=began, seconds=seconds)
    elif isinstance(record, CoverageRecord):
        log.info("time_accounted", state=record.state, began=began, seconds=seconds)


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
    """Two ears at one input would tell everything twice.

    Raises:
        Misconfigured: another process holds the lock, or it cannot be made.
    """
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        file = lock.open("w")
    except OSError as e:
        raise Misconfigured(f"cannot keep what is heard in {lock.parent}: {e}") from e
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as e:
            raise Misconfigured(f"another process already listens here; it holds {lock}") from e
        yield
