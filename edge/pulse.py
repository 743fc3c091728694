"""What an input is like now, told once a second to whoever looks at the venue's page."""

import math
import time
from pathlib import Path

import numpy as np

from edge import signs
from edge.capture.block import AudioBlock, Piece
from edge.capture.coverage import State
from edge.capture.signal import Fault


class Pulse:
    """What an input is like now, for the venue's page: its state and level, once a second."""

    def __init__(self, input_name: str, folder: Path | None, rate_hz: int) -> None:
        """Leave the signs of an input in a folder, or nowhere."""
        self._input, self._folder, self._rate_hz = input_name, folder, rate_hz
        self._peak, self._power, self._samples = 0.0, 0.0, 0
        self.is_kept = True  # whether the card takes what is heard
        self.directions = 0  # the number of those it listens by

    def feel(self, piece: Piece, state: State, fault: Fault | None) -> None:
        """Take in a piece; each second of sound, and each hole, is told.

        Args:
            piece: of sound, or of its absence.
            state: what the ear takes it for.
            fault: what ails the signal, if anything.

        Raises:
            OSError: memory cannot be written.
        """
        if isinstance(piece, AudioBlock):
            self._peak = max(self._peak, float(np.abs(piece.samples).max(initial=0.0)))
            self._power += float(np.dot(piece.samples, piece.samples))
            self._samples += piece.samples.size
            if self._samples >= self._rate_hz:
                self._tell(state, fault)
        else:
            self._tell(state, fault)

    def _tell(self, state: State, fault: Fault | None) -> None:
        level = (self._power / self._samples) ** 0.5 if self._samples else 0.0
        sign = signs.Heard(
            input=self._input,
            at_seconds=time.monotonic(),
            state=state,
            fault=fault,
            peak_dbfs=_dbfs(self._peak),
            rms_dbfs=_dbfs(level),
            is_kept=self.is_kept,
            directions=self.directions,
        )
        signs.heard(self._folder, sign)
        self._peak, self._power, self._samples = 0.0, 0.0, 0


def _dbfs(amplitude: float) -> float:
    """Decibels below full scale; digital silence is as quiet as 16 bits can be and less."""
    return round(20 * math.log10(max(amplitude, 1e-5)), 1)
