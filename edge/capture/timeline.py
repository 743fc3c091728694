"""Where sound lies: grabs and outages in, pieces out, each beginning where the one before ended."""

from collections.abc import Iterator
from dataclasses import replace

from edge.capture.block import AudioBlock, Hole, Missing, Piece, Sample, from_pcm, peaks_of_pcm
from edge.capture.causes import Cause, Measure, Trouble
from edge.capture.loss import CARD_STEP_SECONDS, NS, SERVER_STEP_SECONDS, Judged, LossFinder
from edge.capture.ring import Grab


class Timeline:
    """The place of every sample since the source began, over any number of streams.

    Within a stream places are counted in frames; from one stream to the next they are measured
    on the monotonic clock.
    """

    def __init__(self, rate_hz: int, *, began_ns: int | None) -> None:
        """Begin at sample 0.

        Args:
            rate_hz: of every stream.
            began_ns: the instant of sample 0, monotonic; None: the first sample that comes is it.
        """
        self._rate_hz = rate_hz
        self._place = Sample(0)
        self._known_ns = began_ns  # the instant of `_place`, while no stream runs
        self._trouble = Trouble("unplugged")
        self._finder = LossFinder(rate_hz)
        self._base: Sample | None = None  # the place of the stream's frame 0
        self._expected = 0  # the frame count that would follow without a jump

    @property
    def drift_ppm(self) -> float | None:
        """How much faster than it says the card runs; None while that is not known."""
        return self._finder.drift_ppm

    @property
    def is_fast(self) -> bool:
        """Whether the card brings more frames than time goes by."""
        return self._finder.is_fast

    def begin_stream(self, *, is_exclusive: bool) -> None:
        """Frames will come from a card of which we are the only user, or through a sound server."""
        step_seconds = CARD_STEP_SECONDS if is_exclusive else SERVER_STEP_SECONDS
        self._finder = LossFinder(self._rate_hz, step_seconds=step_seconds)

    def feed(self, grab: Grab) -> Iterator[Piece]:
        """The pieces that are decided by a grab of the present stream."""
        for judged in self._finder.feed(grab):
            yield from self._pieces(judged)

    def end_stream(self, cause: Cause) -> Iterator[Piece]:
        """The rest of the stream; until the next one, sound is missing because of `cause`."""
        for judged in self._finder.close():
            yield from self._pieces(judged)
        if self._base is not None:
            self._known_ns = self._finder.taken_ns(self._place - self._base)
            self._trouble = Trouble(cause)
        self._trouble = replace(self._trouble, cause=cause)
        self._base, self._expected = None, 0

    def try_step(self, step: Measure, until_ns: int) -> Iterator[Hole]:
        """The hole until now; what is missing from now on was so although `step` was tried."""
        yield from self.pass_outage(until_ns)
        self._trouble = replace(self._trouble, step=step, attempt=self._trouble.attempt + 1)

    def pass_outage(self, until_ns: int) -> Iterator[Hole]:
        """The hole from the end of the last stream until now."""
        if self._known_ns is not None and self._base is None:
            frames = (until_ns - self._known_ns) * self._rate_hz // NS
            yield from self._jump(frames, "unplugged", self._trouble)
            self._known_ns += max(0, frames) * NS // self._rate_hz

    def _pieces(self, judged: Judged) -> Iterator[Piece]:
        grab = judged.grab
        channels = len(grab.pcm) // (2 * grab.frames)
        if self._base is None:
            yield from self._close_outage()
        yield from self._jump(grab.first - self._expected, "behind", None)
        lost_cause: Cause = "overflow" if grab.overflowed else "dropped"
        yield from self._jump(judged.lost, "lost", Trouble(lost_cause))
        taken_ns = self._finder.taken_ns(self._place - (self._base or 0))
        block = AudioBlock(
            from_pcm(grab.pcm, channels),
            self._place,
            self._rate_hz,
            taken_ns,
            peaks_of_pcm(grab.pcm, channels),
        )
        self._place, self._expected = block.end, grab.first + grab.frames
        yield block

    def _close_outage(self) -> Iterator[Hole]:
        yield from self.pass_outage(self._finder.taken_ns(0))
        self._base = self._place

    def _jump(self, frames: int, state: Missing, trouble: Trouble | None) -> Iterator[Hole]:
        if frames > 0:
            hole = Hole(self._place, Sample(self._place + frames), state, trouble)
            self._place = hole.end
            yield hole
