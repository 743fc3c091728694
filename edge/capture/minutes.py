"""How loud a stretch was: the figures of its seconds, put together for a technician."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from edge.capture.block import Sample
from edge.capture.level import Second, decibels, loudness


@dataclass(frozen=True, slots=True)
class Figures:
    """Levels of a stretch of sound.

    Attributes:
        peak_db: of its largest sample, dBFS.
        rms_db: of all of it, dBFS.
        floor_db: RMS of its quietest whole second, dBFS.
        loudness_lufs: integrated; None when nothing was above the gate.
    """

    peak_db: float
    rms_db: float
    floor_db: float
    loudness_lufs: float | None


@dataclass(frozen=True, slots=True)
class _Line:
    """What is kept of one second."""

    end: Sample
    samples: int
    peak: float
    square: float
    weighted: tuple[float, ...]


class LevelBook:
    """The levels of the last seconds, until the stretch they belong to has been told."""

    def __init__(self) -> None:
        """Nothing was heard yet."""
        self._lines: deque[_Line] = deque()

    def note(self, second: Second, end: Sample) -> None:
        """Keep the figures of a second that ended at a place."""
        self._lines.append(_Line(end, second.samples, second.peak, second.square, second.weighted))

    def over(self, first: Sample, end: Sample) -> Figures | None:
        """The figures of a stretch; None when no second ended in it."""
        inside = [line for line in self._lines if first < line.end <= end]
        return _sum_up(inside) if inside else None

    def forget(self, before: Sample) -> None:
        """Seconds that ended up to this place need not be kept."""
        while self._lines and self._lines[0].end <= before:
            self._lines.popleft()


def _sum_up(lines: Sequence[_Line]) -> Figures:
    samples = sum(line.samples for line in lines)
    whole = max(line.samples for line in lines)
    peak = max(line.peak for line in lines)
    return Figures(
        peak_db=decibels(peak * peak),
        rms_db=decibels(sum(line.square * line.samples for line in lines) / samples),
        floor_db=decibels(min(line.square for line in lines if line.samples == whole)),
        loudness_lufs=loudness([tenth for line in lines for tenth in line.weighted]),
    )
