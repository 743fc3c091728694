"""Accounting for every sample: which spans were heard, and which were not and why."""

from dataclasses import dataclass
from typing import Literal

from edge.capture.block import Sample
from edge.capture.causes import Trouble
from edge.capture.signal import Fault

State = Literal[
    "heard",
    "clipped",
    "behind",
    "lost",
    "silent_signal",
    "muted",
    "outside_schedule",
    "unplugged",
    "clock_unknown",
]


@dataclass(frozen=True, slots=True)
class Span:
    """One state, from `first` up to but not including `end`; what ailed the signal, or the card."""

    state: State
    first: Sample
    end: Sample
    fault: Fault | None = None
    trouble: Trouble | None = None


class Coverage:
    """Spans that follow each other without a gap or an overlap, none longer than asked for."""

    def __init__(self, *, longest: int) -> None:
        """Begin accounting.

        Args:
            longest: samples in the longest span; a longer stay in one state is cut there.

        Raises:
            ValueError: `longest` is not positive.
        """
        self._longest = 0
        self.cut_after(longest)
        self._state: State | None = None
        self._ill: tuple[Fault | None, Trouble | None] = (None, None)
        self._first = Sample(0)
        self._end = Sample(0)

    def cut_after(self, longest: int) -> None:
        """From now on no span is longer than so many samples.

        Raises:
            ValueError: `longest` is not positive.
        """
        if longest <= 0:
            raise ValueError(f"a span of at most {longest} samples can hold nothing")
        self._longest = longest

    @property
    def end(self) -> Sample:
        """Everything before this place is accounted for."""
        return self._end

    def feed(
        self,
        state: State,
        end: Sample,
        fault: Fault | None = None,
        trouble: Trouble | None = None,
    ) -> list[Span]:
        """Account for everything up to `end`; returns the spans that this finished.

        Raises:
            ValueError: `end` lies before what is already accounted for.
        """
        if end < self._end:
            raise ValueError(f"{state} until sample {end}, but {self._end} is accounted for")
        if end == self._end:
            return []
        ill = fault, trouble
        finished = self.close() if (state, ill) != (self._state, self._ill) else []
        self._state, self._ill, self._end = state, ill, end
        while self._end - self._first >= self._longest:
            cut = Sample(self._first + self._longest)
            finished.append(Span(state, self._first, cut, *ill))
            self._first = cut
        return finished

    def running(self) -> list[Span]:
        """The span that is going on, if any, as long as it is now."""
        if self._state is None or self._end == self._first:
            return []
        return [Span(self._state, self._first, self._end, *self._ill)]

    def close(self) -> list[Span]:
        """Finish the span that is going on; accounting may continue after it."""
        finished = self.running()
        self._first = self._end
        return finished
