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
    """

    frames: int = 0
    _seen: int = field(default=0, repr=False)
    _fall: float = field(default=0.0, repr=False)  # evidence seen beyond the reach, never above 0
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
            self._fall += value
            self._again = max(0.0, self._again + value)
            if self._fall > 0 or self._again > RESUMED:
                self.frames, self._fall, self._again = self._seen, 0.0, 0.0
