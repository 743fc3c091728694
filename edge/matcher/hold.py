"""A recording that is being followed: where it began, how far it reaches, when it is over."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.matcher.alignment import Alignment, span
from edge.matcher.edges import Expected, began, ceased
from edge.matcher.index import Index
from edge.matcher.refine import at_its_tempo, settled
from edge.matcher.score import Hearing, likeliness, nats_by_frame
from edge.matcher.search import Suspect
from edge.matcher.track import BRIDGE_FRAMES, Reach

SHORTEST_FRAMES = 86  # 2 s: what is shorter is not reported
_FLEETING_FRAMES = 645  # 15 s: what is heard no longer, though the stream went on,
_SURER = 3.0  # is to be surer by so much, in log odds: a recording goes on, an accident does not
_MOST_HEARD = 0.12  # share of landmarks supposed to survive: more would end in a fade or a voice
_LEAST_HEARD = 0.08
_LEAN = 0.05  # nats that each frame more must bring: chance brings some, now and then
_AT_ONCE = 43  # 1 s before now: what ends earlier may be stretched


@dataclass(slots=True)
class Hold:
    """A recording that is being followed.

    Attributes:
        laid: which one, and how it lies along the stream.
        log_odds: that it is no work of chance, when it was found.
        heard: share of its landmarks that must come through where it sounds.
        start: stream frame it begins to sound at.
        origin: stream frame from which `ahead` counts.
        ahead: how far it reaches.
        left: stream frame from which it goes on from another of its places, in another stretch.
    """

    laid: Alignment
    log_odds: float
    heard: float
    start: int
    origin: int
    ahead: Reach
    left: int | None = None

    @property
    def end(self) -> int:
        """The frame after the last that it explains, as long as it is followed."""
        return self.origin + self.ahead.frames

    @property
    def long(self) -> bool:
        """Whether it explains enough to be reported; a moment's agreement may be another's."""
        return self.end - self.start >= SHORTEST_FRAMES

    def fleeting(self, certain: float) -> bool:
        """Whether it was believed by a hair and was gone as soon as it was believed."""
        short = self.end - self.start < _FLEETING_FRAMES
        return short and self.left is None and self.log_odds < certain + _SURER

    @property
    def over(self) -> bool:
        """Whether nothing more is expected of it."""
        return self.left is not None or self.ahead.silent >= BRIDGE_FRAMES

    def follow(self, index: Index, heard: Hearing, *, since: int) -> None:
        """Take what the frames of a window from `since` on say."""
        nats = _nats(index, self.laid, heard, self.heard)
        self.ahead.feed(nats[since - heard.first :])

    def beneath(self, other: "Hold") -> bool:
        """Whether another recording began while it was heard, and is heard after it."""
        return self.start < other.start < self.end < other.end and other.laid.who != self.laid.who

    def ended(self, index: Index, memory: Hearing, *, beneath: bool) -> int:
        """The stream frame at which it fell silent, from all that is remembered of the stream."""
        now = memory.first + memory.length
        until = now if self.left is None else min(self.left, now)
        expected = _expected(index, self.laid, memory)
        return ceased(expected, start=self.start, reached=self.end, now=until, beneath=beneath)


def hold(index: Index, found: Suspect, windows: Sequence[Hearing], memory: Hearing) -> Hold:
    """Begin to follow a recording from where its evidence begins.

    Its speed is made to fit each window in turn. What agrees for a while and then no more, though
    the stream goes on, is tried at other tempos.

    Args:
        index: the catalogue.
        found: the recording, and how it was found to lie along the stream.
        windows: of the stream that end now, the shortest first.
        memory: all that is remembered of the stream.
    """
    laid = found.laid
    for window in windows:
        laid = settled(index, laid, window)
    new = _held(index, found, laid, memory)
    if new.end > memory.first + memory.length - _AT_ONCE:
        return new
    laid = at_its_tempo(index, laid, windows[0], around=(new.start + new.end) // 2)
    return new if laid is new.laid else _held(index, found, laid, memory)


def _held(index: Index, found: Suspect, laid: Alignment, memory: Hearing) -> Hold:
    heard = min(max(found.weight.share / 2, _LEAST_HEARD), _MOST_HEARD)
    nats = _nats(index, laid, memory, heard)
    core = _densest(nats - _LEAN)
    back, ahead = Reach(), Reach()
    back.feed(nats[:core][::-1] - _LEAN)
    ahead.feed(nats[core:])
    origin = memory.first + core
    expected = _expected(index, laid, memory)
    start = began(expected, reached=origin - back.frames, since=memory.first)
    return Hold(laid, found.log_odds, heard, start, origin, ahead)


def _expected(index: Index, laid: Alignment, memory: Hearing) -> Expected:
    segment = index.segments[laid.segment]
    found = likeliness(segment, laid, memory, index.recipe)
    return Expected(*found, *span(segment, laid))


def _nats(index: Index, laid: Alignment, heard: Hearing, share: float) -> NDArray[np.float64]:
    segment = index.segments[laid.segment]
    return nats_by_frame(segment, laid, heard, share=share, recipe=index.recipe)


def _densest(nats: NDArray[np.float64]) -> int:
    """Where the stretch begins whose sum is highest; frames that say nothing are not part of it."""
    total = np.concatenate(([0.0], np.cumsum(nats)))
    lowest = np.minimum.accumulate(total)
    end = int(np.argmax(total - lowest))
    return end - int(np.argmin(total[end::-1]))
