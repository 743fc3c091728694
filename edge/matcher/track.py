"""Following one recording through the stream: where it begins and where it ends."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

BRIDGE_FRAMES = 646  # 15 s: a gap in the evidence this long ends a detection
RESUMED = 15.0  # nats gathered after a gap: the recording is there again


@dataclass(slots=True)
class Reach:
    """How far a recording reaches in one direction: the frames whose evidence sums highest.

    Attributes:
        frames: how far it reaches, in frames from where it was begun.
        gained: nats of evidence within that reach.
        fall: nats of evidence seen beyond it, never above 0.
    """

    frames: int = 0
    gained: float = 0.0
    fall: float = 0.0
    _seen: int = field(default=0, repr=False)
    _again: float = field(default=0.0, repr=False)  # evidence since it was lowest beyond the reach

    @property
    def silent(self) -> int:
        """Frames seen since the reach ended."""
        return self._seen - self.frames

    def feed(self, evidence: NDArray[np.float64]) -> None:
        """Take the evidence of the next frames, in nats, going outward."""
        for value in evidence.tolist():
            if self.silent >= BRIDGE_FRAMES:
                return
            self._seen += 1
            self.fall += value
            self._again = max(0.0, self._again + value)
            if self.fall > 0 or self._again > RESUMED:
                self.gained += max(self.fall, self._again)
                self.frames, self.fall, self._again = self._seen, 0.0, 0.0
