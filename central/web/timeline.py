"""An evening drawn on a line: what the box could hear, and what it heard, as shares of the width.

Everything here is plain data; a template only places it. Positions are percentages of the
evening's length, so that the picture fits a phone and a sheet of paper alike.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from central.ingest import listening
from central.ingest.coverage import BEST_FIRST, CoverageSpan
from central.ingest.listening import state_in_words
from central.ingest.unknown import UnknownSpan, length_of, minutes_text
from central.royalties.distribution import Evidence, PlayUsed
from central.web.words import (
    HUES,
    clock_text,
    foreground_text,
    length_text,
    percent_text,
    seconds_text,
)

# Degrees by which the strokes of each state lean: told apart on paper and without colours, too.
HATCHES = {
    "clipped": 90,
    "behind": 0,
    "lost": 90,
    "silent_signal": -45,
    "muted": 0,
    "outside_schedule": 45,
    "unplugged": -45,
    "clock_unknown": 0,
    "powered_off": 45,
    "unreported": 45,
}
_STEPS_SECONDS = (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400)
_MOST_TICKS = 11
_LABEL_FITS_BEFORE = 93.0  # percent


@dataclass(frozen=True, slots=True)
class Window:
    """The evening itself, and whose wall clock it is told in."""

    start: datetime
    end: datetime
    time_zone: str

    def percent(self, instant: datetime) -> float:
        """Where an instant lies, 0 to 100; what lies outside is put on the edge."""
        share = (instant - self.start) / (self.end - self.start)
        return round(min(max(share, 0.0), 1.0) * 100, 4)


@dataclass(frozen=True, slots=True)
class Sounding:
    """A play by the names people know it by."""

    play: PlayUsed
    title: str
    authors: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle on the line: left edge and width in percent, and what it says when asked."""

    left: float
    width: float
    kind: str
    says: str


@dataclass(frozen=True, slots=True)
class PlayBar:
    """A play, with the detections it consists of drawn inside it.

    Attributes:
        label: how sure the recognition is.
        label_at: where the label is put, percent.
        anchor: which end of the label is there; near the right edge it stands before the bar.
    """

    bar: Bar
    label: str
    label_at: float
    anchor: Literal["start", "end"]
    detections: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """Everything heard of one recording."""

    title: str
    authors: str
    known: bool
    hue: int
    plays: tuple[PlayBar, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark of the wall clock."""

    left: float
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The whole picture of an evening."""

    ticks: tuple[Tick, ...]
    coverage: tuple[Bar, ...]
    deaf: tuple[Bar, ...]
    lanes: tuple[Lane, ...]
    unknown: tuple[Bar, ...]
    unknown_sentence: str  # empty when there was none
    sentence: str
    legend: tuple[tuple[str, str], ...]
    hatches: tuple[tuple[str, int], ...]


def draw(
    window: Window,
    coverage: Sequence[CoverageSpan],
    plays: Iterable[Sounding],
    *,
    unknown: Sequence[UnknownSpan] = (),
) -> Timeline:
    """Lay an evening out.

    Args:
        window: the event, not empty.
        coverage: spans that cover the window exactly, by start.
        plays: what was heard.
        unknown: music that no recording explains, disjoint, by start.

    Returns:
        Lanes in the order their recordings were first heard.
    """
    bars = tuple(_coverage_bar(window, span) for span in coverage)
    seen = {span.state for span in coverage}
    return Timeline(
        ticks=tuple(_ticks(window)),
        coverage=bars,
        deaf=tuple(bar for bar in bars if bar.kind != "heard"),
        lanes=tuple(_lanes(window, plays)),
        unknown=tuple(_unknown_bar(window, span) for span in unknown),
        unknown_sentence=unknown_sentence(unknown),
        sentence=listening.sentence(coverage),
        legend=tuple((state, state_in_words(state)) for state in BEST_FIRST if state in seen),
        hatches=tuple((state, HATCHES[state]) for state in HATCHES if state in seen),
    )


def unknown_sentence(unknown: Sequence[UnknownSpan]) -> str:
    """`music heard, not known: 7 min 12 s`; nothing when there was none."""
    return f"music heard, not known: {minutes_text(length_of(unknown))}" if unknown else ""


def _milliseconds(length: timedelta) -> int:
    return length // timedelta(milliseconds=1)


def _coverage_bar(window: Window, span: CoverageSpan) -> Bar:
    words = state_in_words(span.state)
    begins = clock_text(span.started_at, window.time_zone)
    ends = clock_text(span.ended_at, window.time_zone)
    length = seconds_text(_milliseconds(span.ended_at - span.started_at))
    says = f"{words} from {begins} to {ends}, {length} s"
    return _bar(window, span.started_at, span.ended_at, kind=span.state, says=says)


def _unknown_bar(window: Window, span: UnknownSpan) -> Bar:
    begins = clock_text(span.started_at, window.time_zone)
    ends = clock_text(span.ended_at, window.time_zone)
    says = f"music, not known, {begins} to {ends}, {foreground_text(span.foreground)}"
    return _bar(window, span.started_at, span.ended_at, kind="unknown", says=says)


def _bar(window: Window, start: datetime, end: datetime, *, kind: str, says: str) -> Bar:
    left = window.percent(start)
    return Bar(left, round(window.percent(end) - left, 4), kind, says)


def _lanes(window: Window, soundings: Iterable[Sounding]) -> Iterable[Lane]:
    by_recording: dict[str, list[Sounding]] = {}
    for sounding in sorted(soundings, key=lambda one: (one.play.started_at, one.play.id)):
        by_recording.setdefault(sounding.play.recording_id, []).append(sounding)
    for number, same in enumerate(by_recording.values()):
        first = same[0]
        yield Lane(
            title=first.title,
            authors=first.authors,
            known=first.play.work_id is not None,
            hue=number % HUES,
            plays=tuple(_play_bar(window, sounding) for sounding in same),
        )


def _play_bar(window: Window, sounding: Sounding) -> PlayBar:
    play = sounding.play
    begins = clock_text(play.started_at, window.time_zone)
    ends = clock_text(play.ended_at, window.time_zone)
    sure = percent_text(play.confidence_per_mille)
    performed = length_text(play.milliseconds)
    says = f"{sounding.title}, {begins} to {ends}, {performed} performed, {sure} sure"
    bar = _bar(window, play.started_at, play.ended_at, kind="play", says=says)
    right = round(bar.left + bar.width, 4)
    at_the_edge = right > _LABEL_FITS_BEFORE
    return PlayBar(
        bar=bar,
        label=sure,
        label_at=bar.left if at_the_edge else right,
        anchor="end" if at_the_edge else "start",
        detections=tuple(_detection_bar(window, heard) for heard in play.detections),
    )


def _detection_bar(window: Window, heard: Evidence) -> Bar:
    begins = clock_text(heard.started_at, window.time_zone)
    ends = clock_text(heard.ended_at, window.time_zone)
    says = f"detection {heard.key}, {begins} to {ends}"
    return _bar(window, heard.started_at, heard.ended_at, kind="detection", says=says)


def _ticks(window: Window) -> Iterable[Tick]:
    length_seconds = (window.end - window.start).total_seconds()
    step = next(
        (step for step in _STEPS_SECONDS if length_seconds / step <= _MOST_TICKS),
        _STEPS_SECONDS[-1],
    )
    zone = ZoneInfo(window.time_zone)
    local = window.start.astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    past = (local - midnight).total_seconds() % step
    tick = window.start + timedelta(seconds=(step - past) % step)
    pattern = "%H:%M" if step >= 60 else "%H:%M:%S"
    while tick <= window.end:
        yield Tick(window.percent(tick), tick.astimezone(zone).strftime(pattern))
        tick += timedelta(seconds=step)
