"""How sound may have been bent on its way: faster or slower, higher or lower, each for itself."""

from dataclasses import dataclass

import numpy as np

from edge.matcher.landmarks import Landmarks
from edge.matcher.recipe import Frame

_SEMITONE = 2.0 ** (1 / 12)


@dataclass(frozen=True, slots=True)
class Warp:
    """What was done to a recording before it was heard.

    Attributes:
        speed: seconds of the recording that go by in one second of the stream.
        pitch: how many times higher than in the recording everything sounds.
    """

    speed: float = 1.0
    pitch: float = 1.0

    def undone(self, landmarks: Landmarks, *, first: int) -> Landmarks:
        """The landmarks as the recording has them, their frames counted from `first`."""
        frames = np.rint((landmarks.frames - first) * self.speed).astype(np.int32)
        bins = (landmarks.bins / self.pitch).astype(np.float32)
        until = Frame(int(np.ceil((landmarks.until - first) * self.speed)))
        if self == AS_RECORDED:
            return Landmarks(frames, bins, landmarks.heights, until, landmarks.presence)
        return Landmarks(frames, bins, landmarks.heights, until)


AS_RECORDED = Warp()


def deck(speed: float) -> Warp:
    """A record or a film that runs at another speed: time and pitch change together."""
    return Warp(speed, speed)


def _ladder() -> tuple[Warp, ...]:
    """Every warp that is tried, the likelier first.

    Steps are twice what a vote forgives: 0.4 % where pitch moves along (0.2 % is a bin at
    4 kHz), 1 % where only time does (a frame in a pair's longest gap is 2 %).
    """
    film = [deck(25 / 24), deck(24 / 25)]
    worn = [deck(1 + sign * k / 250) for k in range(1, 22) for sign in (1, -1)]
    stretched = [Warp(1 + sign * k / 100, 1.0) for k in range(1, 9) for sign in (1, -1)]
    transposed = [Warp(1.0, _SEMITONE**k) for k in (1, -1, 2, -2)]
    return (*film, *transposed, *stretched, *worn)


LADDER = _ladder()
