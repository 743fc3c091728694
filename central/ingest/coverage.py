"""How much of an evening was listened to: what all boxes of a hall say, made into one line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Literal, get_args

State = Literal[
    "heard",
    "clipped",
    "behind",
    "lost",
    "silent_signal",
    "muted",
    "outside_schedule",
    "unplugged",
    "clock_unknown",
    "powered_off",
    "unreported",
]

# Of several boxes or inputs in a hall the best counts: who heard makes up for who did not.
BEST_FIRST: tuple[State, ...] = get_args(State)


@dataclass(frozen=True, slots=True)
class CoverageSpan:
    """One state of listening from one instant to another."""

    state: State
    started_at: datetime
    ended_at: datetime


def merge_coverage(
    spans: Iterable[CoverageSpan], *, start: datetime, end: datetime
) -> list[CoverageSpan]:
    """The best state at every instant of the window, neighbours of one state joined.

    The answer covers the window exactly, without holes or overlaps: what no box has reported is
    there as "unreported".
    """
    inside = [span for span in spans if span.started_at < end and span.ended_at > start]
    opening: dict[datetime, list[State]] = {}
    closing: dict[datetime, list[State]] = {}
    for span in inside:
        opening.setdefault(max(span.started_at, start), []).append(span.state)
        closing.setdefault(min(span.ended_at, end), []).append(span.state)
    open_now = dict.fromkeys(BEST_FIRST, 0) | {"unreported": 1}
    merged: list[CoverageSpan] = []
    for since, until in pairwise(sorted({start, end} | opening.keys() | closing.keys())):
        for state in opening.get(since, ()):
            open_now[state] += 1
        for state in closing.get(since, ()):
            open_now[state] -= 1
        best = next(state for state in BEST_FIRST if open_now[state])
        _extend(merged, CoverageSpan(best, since, until))
    return merged


def _extend(merged: list[CoverageSpan], span: CoverageSpan) -> None:
    if merged and merged[-1].state == span.state:
        span = CoverageSpan(span.state, merged.pop().started_at, span.ended_at)
    merged.append(span)
