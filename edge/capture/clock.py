"""From a place in the sound to an instant of the box's own time and of the calendar."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from edge.capture.block import Sample

_BILLION = 1_000_000_000
_MILLION = 1_000_000
STEADY_SECONDS = 60  # a clock that ran off is led back within some of these
MOST_PPM = 2_000  # by which samples may be led to lie nearer together or farther apart


@dataclass(frozen=True, slots=True)
class Anchor:
    """One sample whose instant is known, or believed; all others follow from the rate.

    Attributes:
        began: aware instant of sample 0.
        rate_hz: samples per second.
        synced: was calendar time known when the anchor was set?
    """

    began: datetime
    rate_hz: int
    synced: bool

    def __post_init__(self) -> None:
        if self.began.tzinfo is None:
            raise ValueError(f"an anchor needs an aware instant, not {self.began}")
        if self.rate_hz <= 0:
            raise ValueError(f"a rate of {self.rate_hz} Hz is no rate")

    def instant(self, place: Sample) -> datetime:
        """When a sample was heard, to the microsecond (rounded down, so order is kept)."""
        return self.began + timedelta(microseconds=place * _MILLION // self.rate_hz)

    def place(self, seconds: float) -> Sample:
        """The sample nearest to so many seconds after the source began."""
        return Sample(round(seconds * self.rate_hz))


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant of the box's own time.

    Attributes:
        kernel: names the kernel's run.
        monotonic_ns: since it began, ns; nobody sets that.
    """

    kernel: UUID
    monotonic_ns: int


@dataclass(frozen=True, slots=True)
class _Tie:
    """From a place on, samples follow each other at this pace."""

    place: int
    monotonic_ns: int
    ppb: int  # by which a sample takes longer than its rate says, parts per billion


class SampleClock:
    """When each sample was heard in the box's own time, though the card's crystal runs by itself.

    What was said of a place is never said differently later: a correction begins where the last
    one stands and leads back slowly.
    """

    def __init__(self, began: Moment, rate_hz: int) -> None:
        """Sample 0 was heard at a moment."""
        self.kernel = began.kernel
        self._rate_hz = rate_hz
        self._ties = [_Tie(0, began.monotonic_ns, 0)]
        self._drift_ppb = 0.0

    @property
    def drift_ppm(self) -> float:
        """By how much the card's samples take longer than their rate says, as learned so far."""
        return self._drift_ppb / 1000

    def moment(self, place: Sample) -> Moment:
        """When a sample was heard."""
        return Moment(self.kernel, self._ns(place))

    def correct(self, place: Sample, monotonic_ns: int) -> None:
        """A sample not yet asked for was in truth heard at another instant of monotonic time.

        Args:
            place: the place up to which everything was heard.
            monotonic_ns: when, as measured.
        """
        said = self._ns(place)
        late_ns = monotonic_ns - said
        span_seconds = (place - self._ties[-1].place) / self._rate_hz
        most = MOST_PPM * 1000
        # a proportional and an integral part, so weighed that the error dies out without a swing
        self._drift_ppb += late_ns * span_seconds / (4 * STEADY_SECONDS**2)
        self._drift_ppb = max(-most, min(self._drift_ppb, most))
        ppb = round(self._drift_ppb + late_ns / STEADY_SECONDS)
        self._ties.append(_Tie(place, said, max(-most, min(ppb, most))))

    def _ns(self, place: int) -> int:
        tie = next((t for t in reversed(self._ties) if t.place <= place), self._ties[0])
        return tie.monotonic_ns + (place - tie.place) * (_BILLION + tie.ppb) // self._rate_hz
