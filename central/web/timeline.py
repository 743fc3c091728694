"""An evening drawn on a line: what the box could hear, and what it heard, as shares of the width.

Everything here is plain data; a template only places it. Positions are percentages of the
evening's length, so that the picture fits a phone and a sheet of paper alike.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from central.web.words import clock_text, length_text, seconds_text

# Where two boxes disagree the better ear counts: the hall was heard if one of them heard it.
STATES = ("heard", "behind", "lost", "unplugged", "powered_off", "unreported")
STATES_IN_WORDS = {
    "heard": "heard",
    "behind": "box too slow",
    "lost": "sound lost",
    "unplugged": "unplugged",
    "powered_off": "powered off",
    "unreported": "not reported",
}
_STEPS_SECONDS = (10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400)
_MOST_TICKS = 11


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
class Stretch:
    """One state of the box, as reported or as drawn."""

    state: str
    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Sounding:
    """One play as the timeline needs it; `detections` are the spans of sound behind it."""

    play_id: str
    recording_id: str
    title: str
    authors: str
    known: bool
    started_at: datetime
    ended_at: datetime
    milliseconds: int
    confidence: float
    detections: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle on the line: left edge and width in percent, and what it says when asked."""

    left: float
    width: float
    kind: str
    says: str


@dataclass(frozen=True, slots=True)
class PlayBar:
    """A play, with the detections it consists of drawn inside it."""

    bar: Bar
    label: str
    label_left: float
    detections: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """Everything heard of one recording."""

    title: str
    authors: str
    known: bool
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
    sentence: str
    legend: tuple[tuple[str, str], ...]


def draw(window: Window, stretches: Iterable[Stretch], plays: Iterable[Sounding]) -> Timeline:
    """Lay an evening out.

    Args:
        window: the event, not empty.
        stretches: what boxes reported of their own state; may overlap and leave holes.
        plays: what was heard.

    Returns:
        Lanes in the order their recordings were first heard.
    """
    covered = cover(window, stretches)
    bars = tuple(_stretch_bar(window, stretch) for stretch in covered)
    seen = {stretch.state for stretch in covered}
    return Timeline(
        ticks=tuple(_ticks(window)),
        coverage=bars,
        deaf=tuple(bar for bar in bars if bar.kind != "heard"),
        lanes=tuple(_lanes(window, plays)),
        sentence=coverage_sentence(covered),
        legend=tuple((state, STATES_IN_WORDS[state]) for state in STATES if state in seen),
    )


def cover(window: Window, stretches: Iterable[Stretch]) -> list[Stretch]:
    """Account for every instant of the window exactly once, holes as `unreported`.

    Where reports overlap, the better ear counts (`STATES`, best first).
    """
    inside = [
        stretch
        for stretch in stretches
        if stretch.started_at < window.end and stretch.ended_at > window.start
    ]
    cuts = {window.start, window.end}
    for stretch in inside:
        cuts |= {max(stretch.started_at, window.start), min(stretch.ended_at, window.end)}
    edges = sorted(cuts)
    covered: list[Stretch] = []
    for start, end in itertools.pairwise(edges):
        state = _best_state(inside, start, end)
        if covered and covered[-1].state == state:
            covered[-1] = Stretch(state, covered[-1].started_at, end)
        else:
            covered.append(Stretch(state, start, end))
    return covered


def _best_state(stretches: Sequence[Stretch], start: datetime, end: datetime) -> str:
    states = {s.state for s in stretches if s.started_at <= start and s.ended_at >= end}
    return next((state for state in STATES if state in states), "unreported")


def coverage_sentence(covered: Sequence[Stretch]) -> str:
    """`listened to 594 of 600 s (99.0 %); 6 s powered off`: every second is in it once."""
    milliseconds = dict.fromkeys(STATES, 0)
    for stretch in covered:
        milliseconds[stretch.state] += _milliseconds(stretch.ended_at - stretch.started_at)
    whole = sum(milliseconds.values())
    heard = milliseconds.pop("heard")
    rest = [
        f"{seconds_text(length)} s {STATES_IN_WORDS[state]}"
        for state, length in milliseconds.items()
        if length
    ]
    permille = heard * 1000 // whole if whole else 0
    share = f"{permille // 10}.{permille % 10} %"
    return "; ".join(
        [f"listened to {seconds_text(heard)} of {seconds_text(whole)} s ({share})", *rest]
    )


def _milliseconds(length: timedelta) -> int:
    return length // timedelta(milliseconds=1)


def _stretch_bar(window: Window, stretch: Stretch) -> Bar:
    words = STATES_IN_WORDS[stretch.state]
    begins = clock_text(stretch.started_at, window.time_zone)
    ends = clock_text(stretch.ended_at, window.time_zone)
    length = seconds_text(_milliseconds(stretch.ended_at - stretch.started_at))
    says = f"{words} from {begins} to {ends}, {length} s"
    return _bar(window, stretch.started_at, stretch.ended_at, kind=stretch.state, says=says)


def _bar(window: Window, start: datetime, end: datetime, *, kind: str, says: str) -> Bar:
    left = window.percent(start)
    return Bar(left, round(window.percent(end) - left, 4), kind, says)


def _lanes(window: Window, plays: Iterable[Sounding]) -> Iterable[Lane]:
    by_recording: dict[str, list[Sounding]] = {}
    for play in sorted(plays, key=lambda play: (play.started_at, play.play_id)):
        by_recording.setdefault(play.recording_id, []).append(play)
    for same in by_recording.values():
        bars = tuple(_play_bar(window, play) for play in same)
        yield Lane(same[0].title, same[0].authors, same[0].known, bars)


def _play_bar(window: Window, play: Sounding) -> PlayBar:
    begins = clock_text(play.started_at, window.time_zone)
    ends = clock_text(play.ended_at, window.time_zone)
    sure = f"{play.confidence:.0%} sure"
    says = f"{play.title}, {begins} to {ends}, {length_text(play.milliseconds)} performed, {sure}"
    kind = "known" if play.known else "unknown"
    bar = _bar(window, play.started_at, play.ended_at, kind=kind, says=says)
    inside = tuple(_bar(window, start, end, kind=kind, says=says) for start, end in play.detections)
    return PlayBar(bar, f"{play.confidence:.0%}", round(bar.left + bar.width, 4), inside)


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
