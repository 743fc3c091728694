"""The last minute of a stream: what was heard, and what of it nobody who is followed explains."""

from collections.abc import Sequence

import numpy as np

from edge.matcher.alignment import unexplained
from edge.matcher.cadence import STEP_FRAMES
from edge.matcher.hold import Hold
from edge.matcher.index import Index
from edge.matcher.landmarks import Landmarks, join
from edge.matcher.recipe import Frame, Recipe
from edge.matcher.score import Hearing, hear

WINDOW_FRAMES = 430  # 10 s: what is searched with
MEMORY_FRAMES = 2580  # 60 s: how far back a beginning can be found
WEIGHED_FRAMES = 1720  # 40 s: the most that a suspicion is weighed with,
_LONGER = (WINDOW_FRAMES, 860, WEIGHED_FRAMES)  # and all it is weighed with


class Stream:
    """What is remembered of a stream.

    Args:
        index: what can be recognised in it.
        since: stream frame of the first landmarks it is going to be told.
        recipe: the numbers that made the landmarks.

    Attributes:
        heard: the landmarks of the last 60 s, and those that came since.
        since: stream frame from which is listened.
        now: stream frame up to which everything is decided.
    """

    def __init__(self, index: Index, *, since: Frame, recipe: Recipe) -> None:
        nothing = np.zeros(0, np.float32)
        self.heard = Landmarks(np.zeros(0, np.int32), nothing, nothing, since)
        self.since = since
        self.now = since - since % STEP_FRAMES
        self._index = index
        self._recipe = recipe
        self._left: tuple[object, Landmarks, Hearing] | None = None

    def take(self, landmarks: Landmarks) -> None:
        """Hear what comes next."""
        self.heard = join([self.heard, landmarks])

    def reach(self, until: int) -> None:
        """Go on to a stream frame, and forget what is too far behind it."""
        self.now = until
        self.heard = self.heard.between(until - MEMORY_FRAMES, int(self.heard.until))

    def end(self) -> None:
        """Be done with what was heard: whatever comes is another stream."""
        self.since = Frame(self.now)

    def window(self, landmarks: Landmarks, frames: int, *, back: int = 0) -> Hearing:
        """So many frames of some of its landmarks, up to now or a little before."""
        until = self.now - back
        first = max(self.since, until - frames, self.now - MEMORY_FRAMES)
        return hear(landmarks, first, until, self._recipe)

    def windows(self, landmarks: Landmarks) -> list[Hearing]:
        """The last 10, 20 and 40 s, as far as the stream goes back."""
        heard = {}
        for frames in _LONGER:
            window = self.window(landmarks, frames)
            heard[window.first] = window
        return list(heard.values())

    def memory(self) -> Hearing:
        """All that is remembered."""
        return self.window(self.heard, MEMORY_FRAMES)

    def left_over(self, holds: Sequence[Hold]) -> tuple[Landmarks, Hearing]:
        """What these do not explain, and its last 10 s; made once for who is followed now."""
        state = (self.since, self.now, [(one.laid, one.start, one.end) for one in holds])
        if self._left is None or self._left[0] != state:
            rest = self.rest(holds)
            self._left = (state, rest, self.window(rest, WINDOW_FRAMES))
        return self._left[1:]

    def rest(self, holds: Sequence[Hold]) -> Landmarks:
        """What is remembered and not explained by any of these."""
        rest = self.heard.between(self.now - MEMORY_FRAMES, self.now)
        for one in holds:
            segment = self._index.segments[one.laid.segment]
            rest = unexplained(rest, segment, one.laid, self._recipe).explained(one.start, one.end)
        return rest

    def explained(self, holds: Sequence[Hold]) -> float:
        """How much of the last 10 s these explain, 0 to 1; all of an empty stretch."""
        since = max(self.since, self.now - WINDOW_FRAMES)
        known = sum(max(0, one.end - max(one.start, since)) for one in holds)
        return known / (self.now - since) if self.now > since else 1.0
