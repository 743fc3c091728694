"""What was found at an input, in the words of the wire: numbered, and placed in time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from edge.capture.block import Sample
from edge.capture.causes import Trouble
from edge.capture.clock import Anchor, Moment, SampleClock
from edge.capture.coverage import Span
from edge.capture.minutes import Figures
from edge.matcher.attribution import Known, Live, UnknownMusic
from edge.matcher.recipe import RECIPE, Frame
from edge.matcher.siblings import Siblings
from edge.sync.wire import (
    Alternative,
    BoxTime,
    CoverageRecord,
    DetectionRecord,
    Level,
    UnknownMusicRecord,
    WorkRecord,
)


@dataclass(frozen=True, slots=True)
class Run:
    """Which records these are: one run of the hearing process at one input.

    Attributes:
        boot: names the run.
        input: the input's name, as provisioned.
        anchor: when and how fast its samples were taken, as the calendar says or is believed to.
        clock: the same in the box's own time; None for a recording, which has none.
    """

    boot: UUID
    input: str
    anchor: Anchor
    clock: SampleClock | None = None


def covered(run: Run, span: Span, figures: Figures | None, *, seq: int) -> CoverageRecord:
    """A stretch in one state, and how loud it was."""
    return CoverageRecord(
        **_key(run, span.first, span.end, seq=seq),
        state=span.state,
        fault=span.fault,
        **_card(span.trouble),
        level=None if figures is None else _level(figures),
    )


def powered_off(
    run: Run, since: datetime, until: datetime, *, left: Moment | None, seq: int
) -> CoverageRecord:
    """The time before the run.

    Args:
        run: that has begun.
        since: when the last one ended, as the calendar says or is believed to.
        until: when this time ends; not after the run began.
        left: when the last one ended in the box's own time, if that is known.
        seq: the record's number.
    """
    off = CoverageRecord(
        **_key(run, Sample(0), Sample(0), seq=seq) | {"started_at": since, "ended_at": until},
        state="powered_off",
    )
    if off.box is None or left is None:
        return off.model_copy(update={"box": None})
    other = None if left.kernel == off.box.kernel else left.kernel
    since_then = {"since_kernel": other, "started_ns": left.monotonic_ns}
    return off.model_copy(update={"box": off.box.model_copy(update=since_then)})


def unknown(
    run: Run, found: UnknownMusic, *, until: Sample, version: int, seq: int
) -> UnknownMusicRecord:
    """Music that no recording of a catalogue version explains."""
    return UnknownMusicRecord(
        **_heard(run, found.start, found.end, until=until, seq=seq),
        foreground=round(found.foreground, 3),
        catalogue_version=version,
    )


def played_live(run: Run, found: Live, *, until: Sample, version: int, seq: int) -> WorkRecord:
    """A stretch of a work played live, by the score that was followed."""
    return WorkRecord(
        **_heard(run, found.start, found.end, until=until, seq=seq),
        score_id=found.reference_id,
        from_seconds=round(found.from_seconds, 1),
        to_seconds=round(found.to_seconds, 1),
        confidence=found.confidence,
        catalogue_version=version,
    )


def detected(
    run: Run, known: Known, siblings: Siblings, *, until: Sample, version: int, seq: int
) -> DetectionRecord:
    """A recording, and what sounds the same where it was heard."""
    found = known.detection
    return DetectionRecord(
        **_heard(run, found.start, found.end, until=until, seq=seq),
        recording_id=found.recording_id,
        reference_start_seconds=found.reference_start_seconds,
        speed=found.speed,
        confidence=found.confidence,
        catalogue_version=version,
        recipe=RECIPE.id,
        alternatives=tuple(
            Alternative(
                recording_id=one.recording_id,
                reference_start_seconds=one.reference_start_seconds,
                speed=one.speed,
            )
            for one in siblings.alternatives(found)
        ),
        foreground=None if known.foreground is None else round(known.foreground, 3),
    )


def _card(trouble: Trouble | None) -> dict[str, Any]:
    """Why no sound came, and what was tried; nothing where there is nothing to say."""
    if trouble is None:
        return {}
    tried = {} if trouble.step is None else {"step": trouble.step, "attempt": trouble.attempt}
    return {"cause": trouble.cause} | tried


def _heard(run: Run, start: Frame, end: Frame, *, until: Sample, seq: int) -> dict[str, Any]:
    # a frame reaches a little beyond the sound it was made of; a record must not
    first, last = (run.anchor.place(RECIPE.seconds(frame)) for frame in (start, end))
    return _key(run, first, min(last, until), seq=seq)


def _key(run: Run, first: Sample, end: Sample, *, seq: int) -> dict[str, Any]:
    """What every record carries."""
    return {
        "boot": run.boot,
        "seq": seq,
        "input": run.input,
        "started_at": run.anchor.instant(first),
        "ended_at": run.anchor.instant(end),
        "clock_synced": run.anchor.synced,
        "box": None if run.clock is None else _box(run.clock, first, end),
    }


def _box(clock: SampleClock, first: Sample, end: Sample) -> BoxTime:
    return BoxTime(
        kernel=clock.kernel,
        first=first,
        end=end,
        started_ns=clock.moment(first).monotonic_ns,
        ended_ns=clock.moment(end).monotonic_ns,
    )


def _level(figures: Figures) -> Level:
    """To a tenth of a decibel."""
    loud = figures.loudness_lufs
    return Level(
        peak_dbfs=min(0.0, round(figures.peak_db, 1)),
        rms_dbfs=min(0.0, round(figures.rms_db, 1)),
        floor_dbfs=min(0.0, round(figures.floor_db, 1)),
        loudness_lufs=None if loud is None else max(-70.0, min(round(loud, 1), 20.0)),
    )
