"""When a work played live begins and ends: evidence gathered beat by beat, without a clock."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.matcher.works.alignment import (
    ACCEPTED,
    ANNOUNCED,
    BLOCK,
    START,
    UNIT,
    WORTH,
    Alignment,
)
from edge.matcher.works.references import References
from edge.matcher.works.semitones import BANDS, Beat

_PROMISING = (ACCEPTED - ANNOUNCED) // 2  # from which one waits whether it becomes more
_PATIENCE = 32  # beats, 15 s: a work that says nothing more for so long has ended
_CHANCE = 1.6 * UNIT  # by so much more chance is e times less likely to have said it


@dataclass(frozen=True, slots=True)
class Performance:
    """A stretch of the stream in which a work was played.

    Attributes:
        reference_id: whose score or sound it followed.
        start: its first beat.
        end: the beat after its last.
        from_beat: place in the reference at `start`.
        to_beat: place in the reference at `end`.
        score: what spoke for it, in likenesses of whole beats; that it was announced among it.
    """

    reference_id: str
    start: Beat
    end: Beat
    from_beat: int
    to_beat: int
    score: float

    @property
    def confidence(self) -> float:
        """How sure it is, 0 to 1."""
        return 1 - float(np.exp(-self.score * UNIT / _CHANCE))

    @property
    def tempo(self) -> float:
        """Beats of the reference in a beat of the stream; repeats and cuts make it meaningless."""
        return max(0, self.to_beat - self.from_beat) / max(1, self.end - self.start)


@dataclass(slots=True)
class _Hold:
    """A work that is being followed."""

    start: int
    origin: int
    peak: int
    end: int
    place: int
    said: int  # beforehand, by the programme


class Follower:
    """Turns beats as they come into performances of works.

    Where several references fit one stretch, the one that more speaks for is told. What speaks
    for none strongly enough is told of none. Beats are laid `BLOCK` at a time: what is known lags
    behind by as much.

    Args:
        references: what can be recognised.
        since: beat of the stream that comes first.
    """

    def __init__(self, references: References, *, since: int = 0) -> None:
        self._references = references
        self._since = since
        self._alignment = Alignment(references)
        self._waiting = np.zeros((0, BANDS), np.int8)  # fewer than a block
        self._best = np.zeros((len(references.ids), 4), np.int32)  # as the alignment stands
        self._now = 0  # beats laid
        self._holds: dict[int, _Hold] = {}
        self._told: list[Performance] = []  # lately

    def expect(self, references: Collection[str]) -> None:
        """From now on these works are announced, in any order, and no others.

        An announced work is believed when half of what else it takes speaks for it. What it is not,
        it does not become: of works that fit one stretch, the one is told that more speaks for.
        """
        chosen = [one in references for one in self._references.ids]
        self._alignment.enough = ACCEPTED - np.array(chosen, np.int32) * np.int32(ANNOUNCED)

    def feed(self, beats: NDArray[np.int8]) -> list[Performance]:
        """Take the next beats; give the performances that ended."""
        waiting = np.concatenate((self._waiting, beats))
        whole = len(waiting) // BLOCK * BLOCK
        self._waiting = waiting[whole:]
        blocks = [waiting[first : first + BLOCK] for first in range(0, whole, BLOCK)]
        return [one for block in blocks for one in self._lay(block)]

    def sounding(self) -> list[Performance]:
        """The performances still going on, as far as is known now."""
        here = [self._performance(number, one) for number, one in self._holds.items()]
        return [one for one in here if not _outdone(one, [*here, *self._told])]

    @property
    def settled(self) -> Beat:
        """The beat before which nothing more will be recognised."""
        waiting = self._best[self._best[:, WORTH] >= _PROMISING, START].tolist()
        holds = [one.start for one in self._holds.values()]
        return Beat(self._since + min([self._now - _PATIENCE, *waiting, *holds]))

    def close(self) -> list[Performance]:
        """End the stream; give the performances that were still going on."""
        ended = self._lay(self._waiting) if len(self._waiting) else []
        self._waiting = self._waiting[:0]
        ended += self.sounding()
        self._holds.clear()
        return ended

    def _lay(self, block: NDArray[np.int8]) -> list[Performance]:
        for best in self._alignment.hear(block):
            self._now += 1
            self._best = best
            for number in np.flatnonzero(best[:, WORTH] >= self._alignment.enough).tolist():
                self._follow(number)
        over = [
            number
            for number, one in self._holds.items()
            if self._best[number, WORTH] == 0 or self._now - one.end >= _PATIENCE
        ]
        return self._tell(over)

    def _follow(self, number: int) -> None:
        worth, start, origin, place = self._best[number].tolist()
        hold = self._holds.get(number)
        if hold is None or worth > hold.peak:
            said = ACCEPTED - int(self._alignment.enough[number])
            self._holds[number] = _Hold(start, origin, worth, self._now, place + 1, said)

    def _tell(self, over: list[int]) -> list[Performance]:
        here = {number: self._performance(number, one) for number, one in self._holds.items()}
        rivals = [*here.values(), *self._told]
        ended = [here[number] for number in over if not _outdone(here[number], rivals)]
        for number in over:
            del self._holds[number]
            self._alignment.forget(number)
            self._best[number] = 0
        began = min([one.start for one in here.values()], default=0)
        self._told = [one for one in [*self._told, *ended] if one.end > began]
        return sorted(ended, key=lambda one: (one.start, one.reference_id))

    def _performance(self, number: int, one: _Hold) -> Performance:
        return Performance(
            self._references.ids[number],
            Beat(self._since + one.start),
            Beat(self._since + one.end),
            one.origin,
            one.place,
            (one.peak + one.said) / UNIT,
        )


def _outdone(one: Performance, others: list[Performance]) -> bool:
    """Whether more speaks for another over most of the same stretch."""
    for other in others:
        both = min(one.end, other.end) - max(one.start, other.start)
        more = (other.score, one.reference_id) > (one.score, other.reference_id)
        if other.reference_id != one.reference_id and 2 * both > one.end - one.start and more:
            return True
    return False
