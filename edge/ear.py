"""One input's evening: pieces of sound in, numbered records out; without clock, network or log."""

from collections import deque
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge.capture.block import AudioBlock, Hole, Piece, Sample
from edge.capture.causes import Trouble
from edge.capture.clock import Moment
from edge.capture.coverage import Coverage, Span, State
from edge.capture.level import Meter, Second
from edge.capture.minutes import LevelBook
from edge.capture.signal import Baseline, Fault, Signal
from edge.config import Settings
from edge.errors import BadCatalogue, Deaf
from edge.matcher.activity import Activity
from edge.matcher.attribution import Attribution, Known, Live, UnknownMusic
from edge.matcher.detect import Detector
from edge.matcher.fingerprint import Fingerprinter, Landmarks
from edge.matcher.index import Index
from edge.matcher.recipe import RECIPE, Frame
from edge.matcher.siblings import Siblings
from edge.matcher.works.follow import Follower
from edge.matcher.works.references import References
from edge.matcher.works.semitones import Semitones
from edge.sync.holes import Loss
from edge.sync.wire import AnyRecord, HoleRecord, Manifest
from edge.telling import Run, covered, detected, played_live, powered_off, unknown

_Told = Span | Known | Live | UnknownMusic  # what becomes a record
_Judged = tuple[State, Sample, Fault | None, Trouble | None]  # up to a place, as `Coverage` has it

LONGEST_RECORD = timedelta(days=1)  # central looks no further back for what reaches into a window
MOST_REMEMBERED = 5_000  # records the card would not take, some 10 MB: a week of a busy hall


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What can be recognised: one version, opened."""

    version: int
    index: Index
    siblings: Siblings = field(default_factory=Siblings.none)
    works: References | None = None  # None: none has a score


def open_catalogue(
    manifest: Manifest,
    segments: list[Path],
    siblings: Path | None = None,
    works: Path | None = None,
) -> Catalogue:
    """Open a version's files, if they were made for ears like ours.

    Raises:
        BadCatalogue: made by another recipe, or a file is missing or torn.
    """
    if manifest.recipe != RECIPE.id:
        raise BadCatalogue(
            f"catalogue {manifest.version} is made by recipe {manifest.recipe}, "
            f"this box hears by {RECIPE.id}"
        )
    shared = Siblings.none() if siblings is None else Siblings.open(siblings)
    scores = None if works is None else References.open(works)
    return Catalogue(manifest.version, Index.open(segments), shared, scores)


class Ear:
    """Recognises what one input hears and accounts for every sample of it.

    Sound counts as heard once it is known to come from a hall and is understood, some seconds
    after it was captured: what is lost with the power before that must not look like a silent hall.
    """

    def __init__(
        self,
        run: Run,
        *,
        settings: Settings,
        catalogue: Catalogue | None,
        baseline: Baseline | None = None,
    ) -> None:
        """Be ready for sample 0.

        Args:
            run: which records these will be.
            settings: of this box.
            catalogue: what can be recognised; None while there is none.
            baseline: how quiet it gets at this site; learned anew unless given.

        Raises:
            Deaf: sound at this rate cannot be heard.
        """
        rate_hz = run.anchor.rate_hz
        self._run = run
        try:
            self._fingerprinter = Fingerprinter(rate_hz)
        except ValueError as e:
            raise Deaf(f"input {run.input!r} gives sound that cannot be heard: {e}") from e
        self._meter = Meter(rate_hz)
        self._metered = Sample(0)  # every second before it was measured
        self._levels = LevelBook()
        self._signal = Signal(self._meter.low_rate_hz, baseline=baseline or Baseline())
        self._coverage = Coverage(longest=max(1, round(settings.coverage_seconds * rate_hz)))
        self._checkpoint_samples = max(1, round(settings.checkpoint_seconds * rate_hz))
        self._captured = Sample(0)  # every sample before it was taken, or is known to be missing
        self._understood = Sample(0)  # every sample before it has been searched for recordings
        # what was captured and judged, and is not yet understood
        self._waiting: deque[_Judged] = deque()
        self._now: tuple[State, Fault | None] = ("heard", None)
        self._written_until = Sample(0)
        self._records: list[AnyRecord] = []
        self._seq = 0
        self._settled = Frame(0)  # everything before it has gone to the detector
        self._activity = Activity()
        self._attribution = Attribution()
        self._semitones = Semitones()
        self._beats = 0  # heard
        self._follower: Follower | None = None
        self._expected: Mapping[str, int] = {}
        self._detector: Detector | None = None
        self._siblings = Siblings.none()
        self._version = 0
        if catalogue is not None:
            self._use(catalogue)

    def tune(self, settings: Settings) -> None:
        """Work by other settings from now on."""
        rate_hz = self._run.anchor.rate_hz
        self._coverage.cut_after(max(1, round(settings.coverage_seconds * rate_hz)))
        self._checkpoint_samples = max(1, round(settings.checkpoint_seconds * rate_hz))

    @property
    def listened_until(self) -> datetime:
        """Everything before this instant is accounted for."""
        return self._run.anchor.instant(self._captured)

    @property
    def listened_to(self) -> Moment | None:
        """The same in the box's own time; None for a recording."""
        clock = self._run.clock
        return None if clock is None else clock.moment(self._captured)

    @property
    def listened_seconds(self) -> float:
        """Sound accounted for since the run began, s."""
        return self._captured / self._run.anchor.rate_hz

    @property
    def now(self) -> tuple[State, Fault | None]:
        """What the last moment counts as, as far as it can be judged yet, and what ails it."""
        return self._now

    @property
    def is_due(self) -> bool:
        """Whether so much has been heard since the last checkpoint that another is due."""
        return self._captured - self._written_until >= self._checkpoint_samples

    @property
    def catalogue_version(self) -> int:
        """The version listened with; 0 while there is none."""
        return self._version

    def power_was_off(self, since: datetime, left: Moment | None = None) -> None:
        """Account for the time from the end of the last run to the beginning of this one.

        A calendar that went back leaves no such time, and nothing is written; but if the box's own
        time is known, something is: how long it really was turns out when the calendar is.

        Args:
            since: when the last run ended, as the calendar says or is believed to.
            left: the same in the box's own time, if that is known.
        """
        run, began = self._run, self._run.anchor.began
        if run.clock is not None and left is not None and not run.anchor.synced:
            if left != run.clock.moment(Sample(0)):
                self._seq += 1
                until = max(since, began)
                told = powered_off(run, since, until, left=left, seq=self._seq)
                self._records.append(told)
            return
        while since < began:
            until = min(since + LONGEST_RECORD, began)
            self._seq += 1
            self._records.append(powered_off(run, since, until, left=None, seq=self._seq))
            since = until

    def memory_was_lost(self, loss: Loss) -> None:
        """Say which records of an earlier run the card has lost."""
        self._seq += 1
        self._records.append(
            HoleRecord(
                boot=self._run.boot,
                seq=self._seq,
                input=self._run.input,
                started_at=max(loss.began, loss.ended - LONGEST_RECORD),
                ended_at=loss.ended,
                clock_synced=self._run.anchor.synced,
                lost_boot=loss.boot,
                first=loss.first,
                last=loss.last,
            )
        )

    def hear(self, piece: Piece) -> None:
        """Take the next piece of sound, or of its absence."""
        match piece:
            case AudioBlock():
                self._captured = piece.end
                self._measure(self._meter.feed(piece.samples, piece.peaks))
                self._recognise(self._fingerprinter.feed(piece.samples))
                self._now = self._signal.present
            case Hole():
                self._now = (piece.state, None)
                self._end_stretch()
                self._captured = self._metered = piece.end
                self._waiting.append((piece.state, piece.end, None, piece.trouble))
                self._pass_over(piece)
        self._account()

    def change(self, catalogue: Catalogue) -> None:
        """Go on with another catalogue; what sounds across the change is told in two parts."""
        self._end_detector()
        self._keep_all(self._attribution.settle())
        self._use(catalogue)

    def expect(self, references: Mapping[str, int]) -> None:
        """From now on these scores are announced, and believed sooner than all others.

        Args:
            references: by how many semitones above what is written each is played.
        """
        if self._follower is not None and references != self._expected:
            self._follower.expect(references)
        self._expected = references

    def close(self) -> None:
        """The run is over: finish everything that goes on."""
        self._recognise(self._fingerprinter.close())
        self._attribution.hear(self._activity.close())
        self._follow(self._semitones.close())
        self._end_detector()
        self._keep_all(self._attribution.settle())
        self._end_stretch()
        self._account()
        self._keep_all(self._coverage.close())

    def tell(self) -> tuple[list[AnyRecord], tuple[AnyRecord, ...]]:
        """For a checkpoint: the records finished since the last one, and the unfinished ones.

        The unfinished are numbered as if they ended now; next time they are told anew.
        """
        unsettled = self._attribution.going_on(self._detector, self._follower)
        going_on: list[_Told] = [*self._as_if_power_failed(), *unsettled]
        unfinished = tuple(
            self._record(thing, self._seq + number) for number, thing in enumerate(going_on, 1)
        )
        return list(self._records), unfinished

    def correct(self, monotonic_ns: int) -> None:
        """All that was captured so far had been heard at this instant of monotonic time."""
        if self._run.clock is not None:
            self._run.clock.correct(self._captured, monotonic_ns)

    def was_written(self) -> None:
        """What was told last is safe; it need not be told again."""
        self._written_until = self._captured
        self._records.clear()

    def was_put_off(self) -> None:
        """What was told last is not written yet; it is remembered, and told again next time.

        Of more than memory holds, the oldest go, and a record says so.
        """
        self._written_until = self._captured
        if len(self._records) > MOST_REMEMBERED:
            self._give_up_oldest(MOST_REMEMBERED // 10)

    def _give_up_oldest(self, most: int) -> None:
        """Numbers in a row, and never the records that say what was lost before."""
        holes = takewhile(lambda record: isinstance(record, HoleRecord), self._records)
        at = sum(1 for _ in holes)
        several = self._records[at : at + most]
        lost = list(takewhile(lambda record: not isinstance(record, HoleRecord), several))
        del self._records[at : at + len(lost)]
        first, last = lost[0], lost[-1]
        self.memory_was_lost(
            Loss(self._run.boot, first.seq, last.seq, first.started_at, last.ended_at)
        )

    def _use(self, catalogue: Catalogue) -> None:
        self._detector = Detector(catalogue.index, since=self._settled)
        self._siblings = catalogue.siblings
        self._version = catalogue.version
        if catalogue.works is not None:
            self._follower = Follower(catalogue.works, since=self._beats)
            self._follower.expect(self._expected)

    def _recognise(self, landmarks: Landmarks) -> None:
        self._settled = landmarks.until
        self._attribution.hear(self._activity.feed(self._fingerprinter.levels))
        if self._detector is not None:
            self._attribution.take(self._detector.feed(landmarks))
        self._follow(self._semitones.feed(self._fingerprinter.sound))
        self._keep_all(self._attribution.tell(self._detector, self._follower))
        if self._detector is not None:
            self._understood = self._within(RECIPE.seconds(self._detector.decided))

    def _follow(self, beats: NDArray[np.int8]) -> None:
        self._beats += len(beats)
        if self._follower is not None:
            self._attribution.take_live(self._follower.feed(beats))

    def _end_detector(self) -> None:
        if self._follower is not None:
            self._attribution.take_live(self._follower.close())
            self._follower = None
        if self._detector is not None:
            self._attribution.take(self._detector.close())
            self._detector = None

    def _measure(self, seconds: list[Second]) -> None:
        for second in seconds:
            self._metered = Sample(self._metered + second.samples)
            self._levels.note(second, self._metered)
            for judged in self._signal.feed(second, self._metered):
                self._waiting.append((judged.state, judged.end, judged.fault, None))

    def _end_stretch(self) -> None:
        """Sound breaks off here; what was not yet judged is judged by what there is."""
        self._measure(self._meter.close())
        for judged in self._signal.close():
            self._waiting.append((judged.state, judged.end, judged.fault, None))

    def _account(self) -> None:
        """Account for what is understood; without a catalogue there is nothing to understand."""
        until = self._understood if self._detector is not None else self._captured
        while self._waiting and self._coverage.end < until:
            state, end, fault, trouble = self._waiting[0]
            self._keep_all(self._coverage.feed(state, min(end, until), fault, trouble))
            if end <= until:
                self._waiting.popleft()

    def _as_if_power_failed(self) -> list[Span]:
        """The spans that would end now; sound not judged and understood by then is lost."""
        last = copy(self._coverage)
        spans: list[Span] = []
        for judged in self._waiting:
            state, end, *_ = judged
            spans += last.feed("lost", end) if state == "heard" else last.feed(*judged)
        spans += last.feed("lost", self._captured)
        return [*spans, *last.running()]

    def _pass_over(self, hole: Hole) -> None:
        """Silence in place of what was missed keeps frames and samples in step."""
        second = self._run.anchor.rate_hz
        left = hole.end - hole.first
        while left > 0:
            silence = np.zeros(min(left, second), dtype=np.float32)
            self._recognise(self._fingerprinter.feed(silence))
            left -= silence.size

    def _keep_all(self, things: Iterable[_Told]) -> None:
        for thing in things:
            self._seq += 1
            self._records.append(self._record(thing, self._seq))
            if isinstance(thing, Span):
                self._levels.forget(thing.end)

    def _record(self, thing: _Told, seq: int) -> AnyRecord:
        """What was found, in the words of the wire."""
        run, until, version = self._run, self._captured, self._version
        match thing:
            case Span():
                return covered(run, thing, self._levels.over(thing.first, thing.end), seq=seq)
            case Known():
                return detected(run, thing, self._siblings, until=until, version=version, seq=seq)
            case Live():
                return played_live(run, thing, until=until, version=version, seq=seq)
            case UnknownMusic():
                return unknown(run, thing, until=until, version=version, seq=seq)

    def _within(self, seconds: float) -> Sample:
        """A frame reaches a little beyond the sound it was made of."""
        return min(self._run.anchor.place(seconds), self._captured)
