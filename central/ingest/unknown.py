"""Music heard and not known: what all boxes of a hall say of it, less what any of them knew."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class UnknownSpan:
    """A stretch of music that no recording explains.

    Attributes:
        foreground: share of it that nobody spoke over, 0 to 1.
    """

    started_at: datetime
    ended_at: datetime
    foreground: float


def merge_unknown(
    spans: Iterable[UnknownSpan],
    known: Iterable[tuple[datetime, datetime]],
    *,
    start: datetime,
    end: datetime,
) -> list[UnknownSpan]:
    """Unknown music within a window, every instant once, without what was known somewhere.

    Where boxes differ, the one that heard fewer voices over the music is believed: it hangs
    nearer to the music.

    Args:
        spans: what boxes say they did not know.
        known: when something was recognised.
        start: of the window.
        end: of the window.
    """
    changes: dict[datetime, list[tuple[float | None, int]]] = defaultdict(list)
    told = [(span.started_at, span.ended_at, span.foreground) for span in spans]
    for began, ended, share in [*told, *((*edges, None) for edges in known)]:
        if began < end and ended > start:
            changes[max(began, start)].append((share, 1))
            changes[min(ended, end)].append((share, -1))
    open_now: dict[float | None, int] = defaultdict(int)
    pieces: list[UnknownSpan] = []
    for since, until in pairwise(sorted(changes)):
        for share, step in changes[since]:
            open_now[share] += step
        shares = [share for share, count in open_now.items() if share is not None and count]
        if shares and not open_now[None]:
            _join(pieces, UnknownSpan(since, until, max(shares)))
    return pieces


def length_of(spans: Iterable[UnknownSpan]) -> int:
    """How long they last together, ms."""
    return sum(((span.ended_at - span.started_at) for span in spans), timedelta(0)) // MILLISECOND


def minutes_text(milliseconds: int) -> str:
    """A duration in whole seconds, as one says it: `7 min 12 s`, `1 h 0 min 5 s`, `48 s`."""
    minutes, seconds = divmod((milliseconds + 500) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min {seconds} s"
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def _join(pieces: list[UnknownSpan], span: UnknownSpan) -> None:
    """Add a stretch, as part of the last one if it follows without a gap."""
    if pieces and pieces[-1].ended_at == span.started_at:
        last = pieces.pop()
        before, added = last.ended_at - last.started_at, span.ended_at - span.started_at
        share = (before * last.foreground + added * span.foreground) / (before + added)
        span = UnknownSpan(last.started_at, span.ended_at, share)
    pieces.append(span)
