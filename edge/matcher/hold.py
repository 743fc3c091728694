"""A recording that is being followed: where it began, how far it reaches, when it is over."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.matcher.alignment import Alignment, span
from edge.matcher.index import Index
from edge.matcher.score import Hearing, nats_by_frame
from edge.matcher.track import BRIDGE_FRAMES, INTRO_FRAMES, OUTRO_FRAMES, Reach

_MOST_HEARD = 0.12  # share of landmarks supposed to survive: more would end in a fade or a voice
_LEAST_HEARD = 0.08


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
        last: stream frame at which the recording itself is over.
        left: it goes on from another of its places: what follows is another stretch.
    """

    laid: Alignment
    log_odds: float
    heard: float
    start: int
    origin: int
    ahead: Reach
    last: int
    left: bool = False

    @property
    def end(self) -> int:
        """The frame after the last that it explains."""
        end = self.origin + self.ahead.frames
        return end + self.ahead.played_out(self.last - end, most=OUTRO_FRAMES)

    @property
    def over(self) -> bool:
        """Whether nothing more is expected of it."""
        return self.left or self.ahead.silent >= BRIDGE_FRAMES

    def follow(self, index: Index, heard: Hearing, *, since: int) -> None:
        """Take what the frames of a window from `since` on say."""
        nats = _nats(index, self.laid, heard, self.heard)
        self.ahead.feed(nats[since - heard.first :])


def hold(index: Index, laid: Alignment, memory: Hearing, *, share: float, log_odds: float) -> Hold:
    """Begin to follow a recording from where its evidence begins.

    Args:
        index: the catalogue.
        laid: how the recording lies along the stream.
        memory: all that is remembered of the stream.
        share: of its landmarks that came through where it was found, 0 to 1.
        log_odds: that it is no work of chance.
    """
    heard = min(max(share / 2, _LEAST_HEARD), _MOST_HEARD)
    nats = _nats(index, laid, memory, heard)
    core = _densest(nats)
    back, ahead = Reach(), Reach()
    back.feed(nats[:core][::-1])
    ahead.feed(nats[core:])
    begins, last = span(index.segments[laid.segment], laid)
    start = memory.first + core - back.frames
    start -= back.played_out(start - begins, most=INTRO_FRAMES)
    return Hold(laid, log_odds, heard, start, memory.first + core, ahead, last)


def _nats(index: Index, laid: Alignment, heard: Hearing, share: float) -> NDArray[np.float64]:
    segment = index.segments[laid.segment]
    return nats_by_frame(segment, laid, heard, share=share, recipe=index.recipe)


def _densest(nats: NDArray[np.float64]) -> int:
    """Where the stretch begins whose sum is highest; frames that say nothing are not part of it."""
    total = np.concatenate(([0.0], np.cumsum(nats)))
    lowest = np.minimum.accumulate(total)
    end = int(np.argmax(total - lowest))
    return end - int(np.argmin(total[end::-1]))
