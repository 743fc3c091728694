"""From a place in the sound to an instant of the calendar."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from edge.capture.block import Sample


@dataclass(frozen=True, slots=True)
class Anchor:
    """One sample whose instant is known; all others follow from the rate.

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
        return self.began + timedelta(microseconds=place * 1_000_000 // self.rate_hz)

    def place(self, seconds: float) -> Sample:
        """The sample nearest to so many seconds after the source began."""
        return Sample(round(seconds * self.rate_hz))
