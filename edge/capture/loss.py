"""Frames against the monotonic clock: a step is loss, a slope is the card's drift."""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.capture.ring import Grab

NS = 1_000_000_000
CARD_STEP_SECONDS = 0.005  # later than the floor by more is either late, or after a loss
SERVER_STEP_SECONDS = 0.5  # … where a sound server lies between: it hoards sound as it likes
FLOOR_NS = 8 * NS  # the floor is the least delay of so long
PATIENCE_SECONDS = (
    5  # what is late must have caught up after so long; a busy machine takes its time
)
POINTED_SECONDS = 2  # … or after so long, if the driver says itself that it threw frames away
LEAST_HELD = 8  # grabs: the least delay of so many is near the floor again
WINDOW_NS = 10 * NS  # drift is judged by the least delay of such windows,
WINDOWS = 60  # so many of them: ten minutes
FAST = 1.005  # no card's clock is off by so much: it is another rate than it says,
HEAD_START_NS = 1 * NS  # … what a driver may hand over at once at the beginning aside


@dataclass(frozen=True, slots=True)
class Judged:
    """A grab, and how many frames the card lost just before it."""

    lost: int
    grab: Grab


class Floor:
    """The least delay of the last few seconds."""

    def __init__(self) -> None:
        """Nothing has been seen."""
        self._least: deque[tuple[int, int]] = deque()  # (when, delay), both rising

    def __bool__(self) -> bool:
        return bool(self._least)

    @property
    def delay_ns(self) -> int:
        """The least delay, ns."""
        return self._least[0][1]

    def feed(self, at_ns: int, delay_ns: int) -> None:
        """Learn a delay and forget what is too old."""
        while self._least and self._least[-1][1] >= delay_ns:
            self._least.pop()
        self._least.append((at_ns, delay_ns))
        while self._least[0][0] < at_ns - FLOOR_NS:
            self._least.popleft()

    def start_anew(self, at_ns: int, delay_ns: int) -> None:
        """Forget all but this."""
        self._least = deque([(at_ns, delay_ns)])


class Drift:
    """How much faster than it says a card runs, by the slope of its least delays."""

    def __init__(self) -> None:
        """Nothing has been seen."""
        self._windows: deque[tuple[int, int, int]] = deque(maxlen=WINDOWS)  # run, when, delay
        self._run = 0
        self._least: tuple[int, int] | None = None
        self._since_ns = 0

    def feed(self, at_ns: int, delay_ns: int) -> None:
        """Learn the delay of a grab."""
        if self._least is None:
            self._least, self._since_ns = (at_ns, delay_ns), at_ns
        elif at_ns - self._since_ns >= WINDOW_NS:
            self._windows.append((self._run, *self._least))
            self._least, self._since_ns = (at_ns, delay_ns), at_ns
        elif delay_ns < self._least[1]:
            self._least = at_ns, delay_ns

    def step(self) -> None:
        """Delays before and after now cannot be compared: a step is known only roughly."""
        self._run += 1
        self._least = None

    @property
    def ppm(self) -> float | None:
        """Parts per million, positive for a fast card; None before there is enough to say.

        Source:
            P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau", JASA 63
            (1968), here with each pair weighted by its distance and within one run only.
        """
        if len(self._windows) < 3:
            return None
        run, when, delay = np.array(self._windows, dtype=np.int64).T
        early, late = np.triu_indices(run.size, k=1)
        same = run[early] == run[late]
        apart = (when[late] - when[early])[same]
        if not apart.size:
            return None
        slopes = (delay[late] - delay[early])[same] / apart
        return -1e6 * _weighted_median(slopes, apart)


class LossFinder:
    """Hands grabs on with the frames lost before them, computed from when they came.

    A grab comes when its last frame was taken, or later: never earlier. So the delay of a grab
    against its frame count has a floor, and only lost frames lift the floor. A grab above it is
    held until either one that came after it is back on the floor (it was late), or patience is
    at its end (frames are missing: as many as the least held delay lies above the floor).

    A driver that hoards sound and later hands it all over looks as if it had lost it; what was
    told lost in error is made good at the next loss.
    """

    def __init__(self, rate_hz: int, *, step_seconds: float = CARD_STEP_SECONDS) -> None:
        """Judge one stream from its first grab.

        Args:
            rate_hz: frames per second, as the card says.
            step_seconds: the smallest loss that is found, s.
        """
        self._rate_hz = rate_hz
        self._step_ns = round(step_seconds * NS)
        self._floor = Floor()
        self._drift = Drift()
        self._held: list[Grab] = []
        self._lost = 0  # frames, so far
        self._untold = 0  # of them, not yet told with a grab
        self._credit_ns = 0  # told lost in error
        self._began_ns: int | None = None
        self._is_fast = False

    @property
    def drift_ppm(self) -> float | None:
        """How much faster than it says the card runs; None while that is not known."""
        return self._drift.ppm

    @property
    def is_fast(self) -> bool:
        """Whether more frames came than time went by: the card runs at another rate."""
        return self._is_fast

    def taken_ns(self, frames: int) -> int:
        """When the stream had counted so many frames, lost ones included; monotonic, ns.

        Raises:
            ValueError: nothing has been judged yet.
        """
        if not self._floor:
            raise ValueError("no grab has been judged yet: nothing is known about time")
        return self._floor.delay_ns + self._ns(frames)

    def feed(self, grab: Grab) -> list[Judged]:
        """Take the next grab; returns what has been decided, oldest first."""
        self._watch_rate(grab)
        return self._feed(grab)

    def close(self) -> list[Judged]:
        """The stream is over: what is still held was late, for all we can know."""
        held, self._held = self._held, []
        return [self._told(grab) for grab in held]

    def _feed(self, grab: Grab) -> list[Judged]:
        if self._held or self._is_late(grab):
            self._held.append(grab)
            return self._settle()
        return [self._accept(grab)]

    def _settle(self) -> list[Judged]:
        if not self._is_late(self._held[-1]):
            late, self._held = self._held[:-1], self._held[-1:]
            return [*map(self._told, late), self._accept(self._held.pop())]
        pointed = any(grab.overflowed for grab in self._held)
        patience = POINTED_SECONDS if pointed else PATIENCE_SECONDS
        is_patient = self._held[-1].came_ns - self._held[0].came_ns < patience * NS
        if is_patient or len(self._held) < LEAST_HELD:
            return []
        return self._declare_loss()

    def _declare_loss(self) -> list[Judged]:
        """Frames are missing before the first held grab, or before the one the driver points at."""
        at = next((i for i, grab in enumerate(self._held) if grab.overflowed), 0)
        held, self._held = self._held, []
        delay = min(map(self._delay, held[at:]))
        step = delay - self._floor.delay_ns
        excused = min(step, self._credit_ns)
        self._credit_ns -= excused
        lost = round((step - excused) * self._rate_hz / NS)
        judged = [self._told(grab) for grab in held[:at]]
        self._lost += lost
        self._untold += lost
        self._floor.start_anew(held[at].came_ns, delay - self._ns(lost))
        self._drift.step()
        return judged + [one for grab in held[at:] for one in self._feed(grab)]

    def _accept(self, grab: Grab) -> Judged:
        delay = self._delay(grab)
        if self._floor and delay < self._floor.delay_ns - self._step_ns:
            self._credit_ns += min(self._floor.delay_ns - delay, self._ns(self._lost))
            self._drift.step()
        self._floor.feed(grab.came_ns, delay)
        self._drift.feed(grab.came_ns, delay)
        return self._told(grab)

    def _told(self, grab: Grab) -> Judged:
        lost, self._untold = self._untold, 0
        return Judged(lost, grab)

    def _is_late(self, grab: Grab) -> bool:
        return bool(self._floor) and self._delay(grab) > self._floor.delay_ns + self._step_ns

    def _delay(self, grab: Grab) -> int:
        return grab.came_ns - self._ns(grab.first + grab.frames + self._lost)

    def _ns(self, frames: int) -> int:
        return frames * NS // self._rate_hz

    def _watch_rate(self, grab: Grab) -> None:
        if self._began_ns is None:
            self._began_ns = grab.came_ns
        allowed = (grab.came_ns - self._began_ns) * FAST + HEAD_START_NS
        self._is_fast |= self._ns(grab.first) > allowed


def _weighted_median(values: NDArray[np.float64], weights: NDArray[np.int64]) -> float:
    order = np.argsort(values)
    heap = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(heap, heap[-1] / 2)])
