"""An ear between its source and its outbox: pieces of sound in, checkpoints on the card."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from edge import notify
from edge.almanac import Almanac, Look
from edge.capture.block import AudioBlock, Piece
from edge.capture.clock import Anchor, Moment, SampleClock
from edge.capture.signal import LONGEST_BASELINE_MINUTES, Baseline
from edge.config import Settings
from edge.ear import Catalogue, Ear, open_catalogue
from edge.errors import BadCatalogue, Unwritable
from edge.evening import Evening
from edge.gate import Gate
from edge.guidance import Guidance
from edge.pulse import Pulse
from edge.sync.directions import tuned
from edge.sync.entry import Checkpoint
from edge.sync.patience import PatientOutbox
from edge.sync.shelf import Shelf
from edge.sync.wire import (
    AnyRecord,
    CoverageRecord,
    DetectionRecord,
    Manifest,
    UnknownMusicRecord,
    WorkRecord,
)
from edge.telling import Run

log = structlog.get_logger()

MOST_BESIDE = 12  # records beside a checkpoint; more would not fit into the place kept for it
LEAD_SECONDS = 10.0  # of sound between two looks at how a card's samples and time have moved apart

_Manner = tuple[str, str | None, str | None, str | None, int | None]  # how it was listened to
Progress = Callable[[float], None]  # told the seconds of sound listened to


class Session:
    """An ear between its source and its outbox."""

    def __init__(
        self,
        evening: Evening,
        outbox: PatientOutbox,
        shelf: Shelf,
        settings: Settings,
        pulse: Pulse,
        unit: notify.Unit,
        look: Look,
    ) -> None:
        self._evening = evening
        self._pulse = pulse
        self._unit = unit
        self._outbox = outbox
        self._shelf = shelf
        self._hears_by: Manifest | None = None
        self._given = self._settings = settings
        self._left: tuple[AnyRecord, ...] = ()  # of the last run, not yet written
        self._is_settled = False  # whether it has been asked what the last run left
        self._refused: Unwritable | None = None  # why the card takes nothing, while it does not
        self._looked_seconds = 0.0
        self._fed_seconds = 0.0
        self._filed_seconds = 0.0  # of sound, when records were written last
        self._filed_as: _Manner | None = None  # of the coverage that was written last
        rate_hz, started = evening.source.rate_hz, evening.started
        self._almanac = Almanac(
            outbox,
            kernel=started.kernel if started else None,
            look=look,
            not_before=evening.not_before,
            battery_error_seconds=settings.clock_error_seconds,
        )
        self._led_seconds = 0.0
        self._guidance = evening.guidance()
        self._gate = Gate(self._guidance.schedule, is_muted=evening.is_muted)
        self._baseline = Baseline()
        self._ear = Ear(
            Run(
                evening.boot,
                evening.input,
                Anchor(evening.began, rate_hz, evening.synced),
                None if started is None else SampleClock(started, rate_hz),
            ),
            settings=settings,
            catalogue=self._newer_catalogue(),
            baseline=self._baseline,
        )
        self._follow(self._guidance)

    def run(self, progress: Progress) -> None:
        """Settle what the last run left, then hear until the end."""
        source = self._evening.source
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
                self._pulse.feel(piece, *self._ear.now)
                self._feed_watchdog()
                if isinstance(taken, AudioBlock):
                    self._lead(taken)
                if self._ear.is_due:
                    self._checkpoint()
                    progress(self._ear.listened_seconds)
                    self._look_at_shelf()
        finally:
            self._unit.is_over(self._evening.input)
            self._ear.close()
            self._finish()
        if self._refused is not None:
            raise self._refused
        progress(self._ear.listened_seconds)
        log.info("listening_ended", seconds=round(self._ear.listened_seconds, 3))

    def _settle_last_run(self) -> None:
        """What went on when the last run ended, and the time since: to be written down now.

        A card that takes nothing when a box is switched on is asked again, until it does.
        """
        if self._is_settled or not self._outbox.try_again():
            return
        self._is_settled = True
        self._almanac.remember()
        self._left = self._left_by_last_run()
        name = self._evening.input
        floors_db = self._outbox.floors_db(name, at_most=LONGEST_BASELINE_MINUTES)
        self._baseline.remember(floors_db)

    def _left_by_last_run(self) -> tuple[AnyRecord, ...]:
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
        """Write how far listening has come, and what was heard.

        What nobody is paid for waits some minutes beside the checkpoint, as safe as in the journal,
        until it is filed in one go: a card wears out by the number of its writes. What was
        recognised is filed, and may be sent, at once; so is what changed in how it is heard.
        """
        self._settle_last_run()
        finished, unfinished = self._ear.tell()
        if self._may_wait(finished):
            self._write((), (*finished, *unfinished))
        else:
            self._write((*self._left, *finished), unfinished)

    def _finish(self) -> None:
        """Write everything: nobody will come back to it."""
        self._settle_last_run()
        finished, unfinished = self._ear.tell()
        self._write((*self._left, *finished), unfinished)

    def _may_wait(self, finished: Sequence[AnyRecord]) -> bool:
        since = self._ear.listened_seconds - self._filed_seconds
        return (
            not self._left
            and len(finished) < MOST_BESIDE
            and since < self._settings.filing_seconds
            and all(self._is_no_news(one) for one in finished)
        )

    def _is_no_news(self, record: AnyRecord) -> bool:
        if isinstance(record, CoverageRecord):
            return _manner(record) == self._filed_as
        return isinstance(record, UnknownMusicRecord)

    def _write(self, finished: Sequence[AnyRecord], going_on: Sequence[AnyRecord]) -> None:
        """Where the card takes nothing, remember it and go on hearing."""
        self._almanac.ask()
        records = self._almanac.stamp(finished)
        moment = self._ear.listened_to
        checkpoint = Checkpoint(
            input=self._evening.input,
            boot=self._evening.boot,
            source=self._evening.source.name,
            listened_until=self._ear.listened_until,
            unfinished=self._almanac.stamp(going_on),
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
        self._ear.was_put_off()
        notify.tell(f"STATUS={why}; {remembered} records only in memory")

    def _card_takes(self, records: Sequence[AnyRecord]) -> None:
        if self._refused is not None:
            log.info("card_takes_again", records=len(records))
            notify.tell("STATUS=")
            self._refused = None
            self._pulse.is_kept = True
        if records:
            self._left = ()
            self._filed_seconds = self._ear.listened_seconds
            covered = [one for one in records if isinstance(one, CoverageRecord)]
            self._filed_as = _manner(covered[-1]) if covered else self._filed_as
            self._ear.was_written()
        else:
            self._ear.was_put_off()
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
        catalogue = self._newer_catalogue()
        if catalogue is not None:
            self._ear.change(catalogue)
            log.info("catalogue_changed", version=catalogue.version)
        self._follow(self._evening.guidance())

    def _newer_catalogue(self) -> Catalogue | None:
        """What is on the shelf, opened, if it is another than the one we hear by.

        A catalogue that cannot be used is told and passed over: hearing goes on by the one we
        have, and after a start by the one before.
        """
        for generation in (self._shelf.manifest, self._shelf.previous):
            try:
                manifest = generation()
                if manifest is None or manifest == self._hears_by:
                    return None
                catalogue = _open(self._shelf, manifest)
            except BadCatalogue as e:
                log.warning("catalogue_unusable", reason=str(e))
            else:
                self._hears_by = manifest
                return catalogue
        return None

    def _follow(self, guidance: Guidance) -> None:
        """Listen by this from now on."""
        if guidance != self._guidance:
            log.info("guidance_changed", directions=guidance.directions)
        self._guidance = guidance
        self._gate.schedule = guidance.schedule
        self._settings = tuned(self._given, guidance.tuning)
        self._ear.tune(self._settings)
        self._ear.expect(guidance.expected(self._ear.listened_until))
        self._pulse.directions = guidance.directions


def _manner(record: CoverageRecord) -> _Manner:
    """What a technician would want to know at once, when it changes."""
    return (record.state, record.fault, record.cause, record.step, record.attempt)


def _open(shelf: Shelf, manifest: Manifest) -> Catalogue:
    return open_catalogue(
        manifest, shelf.segments(manifest), shelf.siblings(manifest), shelf.works(manifest)
    )


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
    elif isinstance(record, WorkRecord):
        log.info(
            "work_heard",
            score=record.score_id,
            began=began,
            seconds=seconds,
            confidence=round(record.confidence, 3),
        )
    elif isinstance(record, UnknownMusicRecord):
        log.info("unknown_music_heard", began=began, seconds=seconds)
    elif isinstance(record, CoverageRecord):
        log.info("time_accounted", state=record.state, began=began, seconds=seconds)
