"""Whole evenings: which events are found, how many of their seconds, and when they begin."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.hearing import Found, detections
from benchmarks.sets import Evening, Stretch

Span = tuple[float, float]
LEAST_OVERLAP = 1.0  # seconds a detection must share with an event
LEAST_EVENT = 10.0  # seconds: what is shorter need not be found


@dataclass(slots=True)
class Tally:
    """What was found of the events of one kind.

    Attributes:
        events: stretches of a recording the catalogue has, 10 s and longer.
        found: of those, how many a detection of their recording overlaps by a second.
        seconds: length of those events.
        attributed: of those seconds, how many are given to their recording.
        start_errors: seconds, detected less true beginning, of each found event.
        end_errors: likewise for the end.
    """

    events: int = 0
    found: int = 0
    seconds: float = 0.0
    attributed: float = 0.0
    start_errors: list[float] = field(default_factory=list)
    end_errors: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Evenings:
    """What was made of some evenings.

    Attributes:
        foreground: of events one listens to.
        background: of events under dialogue.
        hours: length of the evenings.
        wrong: seconds given to a recording that does not sound then.
        shared: of those, seconds of detections that are wrong from end to end, while a piece sounds
            in which the recording told is found too, undisturbed.
        wrong_detections: each detection of which more than a second is wrong, and what sounded.
        detections: how many there were.
        right: of those, how many share a second with an event of their recording.
    """

    foreground: Tally = field(default_factory=Tally)
    background: Tally = field(default_factory=Tally)
    hours: float = 0.0
    wrong: float = 0.0
    shared: float = 0.0
    wrong_detections: list[dict[str, object]] = field(default_factory=list)
    detections: int = 0
    right: int = 0


def answer(
    evenings: Sequence[Evening], catalogue: Path, cache: Path, *, name: str
) -> list[list[Found]]:
    """What the ear says of each evening."""
    sounds = [evening.sound for evening in evenings]
    return detections(catalogue, sounds, cache, doing=f"evenings against {name}")


def measure(
    evenings: Iterable[Evening], answers: Iterable[list[Found]], alike: set[tuple[str, str]]
) -> Evenings:
    """Compare what was said with the truth.

    Args:
        evenings: what was played.
        answers: what the ear said of each.
        alike: pieces, each with another recording it has stretches in common with.
    """
    seen = Evenings()
    for evening, found in zip(evenings, answers, strict=True):
        seen.hours += evening.stretches[-1].end / 3600
        for stretch in evening.stretches:
            if stretch.recording and stretch.end - stretch.start >= LEAST_EVENT:
                _count(seen.foreground if stretch.foreground else seen.background, stretch, found)
        for one in found:
            _judge(seen, evening, one, alike)
    return seen


def instead(evenings: Iterable[Evening], answers: Iterable[list[Found]]) -> set[str]:
    """The pieces that sound while another recording is told, wrongly from end to end."""
    return {
        stretch.source
        for evening, found in zip(evenings, answers, strict=True)
        for one in found
        if _right(evening, one) < LEAST_OVERLAP
        for stretch in _during(evening, one)
    }


def as_row(seen: Evenings) -> dict[str, object]:
    """The counts for the file of results."""
    return asdict(seen)


def shared(one: Span, others: Iterable[Span]) -> float:
    """Seconds of a span that lie in any of the others."""
    total, reached = 0.0, one[0]
    for start, end in sorted(others):
        reached = max(start, reached)
        total += max(0.0, min(end, one[1]) - reached)
        reached = max(reached, min(end, one[1]))
    return total


def _count(tally: Tally, event: Stretch, found: list[Found]) -> None:
    truth = (event.start, event.end)
    own = [(one.start, one.end) for one in found if one.recording == event.recording]
    tally.events += 1
    tally.seconds += event.end - event.start
    tally.attributed += shared(truth, own)
    touching = [span for span in own if shared(truth, [span]) >= LEAST_OVERLAP]
    if touching:
        tally.found += 1
        tally.start_errors.append(round(min(start for start, _ in touching) - event.start, 3))
        tally.end_errors.append(round(max(end for _, end in touching) - event.end, 3))


def _judge(seen: Evenings, evening: Evening, one: Found, alike: set[tuple[str, str]]) -> None:
    good = _right(evening, one)
    wrong = one.end - one.start - good
    during = _during(evening, one)
    seen.detections += 1
    seen.right += good >= LEAST_OVERLAP
    seen.wrong += wrong
    if good < LEAST_OVERLAP and any((s.source, one.recording) in alike for s in during):
        seen.shared += wrong
    if wrong > 1.0:
        sounding = [
            f"{s.kind} {s.source} {s.start:.1f} to {s.end:.1f} s".replace("  ", " ") for s in during
        ]
        seen.wrong_detections.append(
            {"evening": evening.sound.name, "wrong": round(wrong, 2)} | asdict(one)
            | {"sounding": sounding}
        )  # fmt: skip


def _right(evening: Evening, one: Found) -> float:
    """Seconds of a detection in which its recording does sound."""
    events = [(s.start, s.end) for s in evening.stretches if s.recording == one.recording]
    return shared((one.start, one.end), events)


def _during(evening: Evening, one: Found) -> list[Stretch]:
    span = (one.start, one.end)
    return [s for s in evening.stretches if shared(span, [(s.start, s.end)]) > 0]
