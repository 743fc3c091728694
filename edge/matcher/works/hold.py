"""A work that is being followed, or was and has been lost in the midst of it."""

from dataclasses import dataclass

UNSURE = 16  # beats by which the place of a work may be off where it was lost or found again
_UNHEARD = 128  # beats, 1 min, that a work may have been played and not been recognised
FARTHEST = 2 * _UNHEARD  # and that it may, where what sounded there surely was the work


@dataclass(slots=True)
class Hold:
    """What is known of a work that is being followed, in beats of the stream if not said otherwise.

    Attributes:
        number: of its reference.
        start: from where on it is heard.
        origin: beat of the reference there.
        peak: what spoke for it most.
        end: up to where it was heard, when that much spoke for it.
        place: beat of the reference there.
        said: what its being announced speaks for it.
        before: what spoke for it until it was lost and found again.
        missed: beats before `start` that its first pages took, where that could be heard.
        surely: whether it was surely they that sounded there.
        rest: beats after `end` in which it was played to its end.
    """

    number: int
    start: int
    origin: int
    peak: int
    end: int
    place: int
    said: int
    before: int = 0
    missed: int | None = None
    surely: bool = False
    rest: int = 0

    @property
    def pace(self) -> float:
        """Beats of the reference in a beat of the stream, if repeats and cuts let it show."""
        played = max(1, self.end - self.start)
        return min(max((self.place - self.origin) / played, 2 / 3), 1.0)

    @property
    def first_pages(self) -> int:
        """Beats before `start` that its first pages took, by its pace if they were not heard."""
        return round(self.origin / self.pace) if self.missed is None else self.missed

    def may_lack(self, pages: int, *, surely: bool = False) -> bool:
        """Whether so many beats of the reference may be missing where it was played at its edge."""
        most = FARTHEST if surely else _UNHEARD
        return pages <= min(most, (self.end - self.start) // 2)

    def may_become(self, later: "Hold", *, little: bool = False) -> bool:
        """Whether a work that was lost here went on meanwhile until it was found there.

        Where little speaks for it, it must be where it would be by then, at half its tempo to
        twice. Else it may be anywhere, for cuts are made; what goes back is begun anew.
        """
        if self.number != later.number:
            return False
        passed, gone = later.start - self.end, later.origin - self.place
        if little:
            return passed >= -UNSURE and passed // 2 - UNSURE <= gone <= 2 * passed + UNSURE
        # variations are alike
        return gone >= -UNSURE and (passed <= _UNHEARD or gone <= 2 * passed + UNSURE)
