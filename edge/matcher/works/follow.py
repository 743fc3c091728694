"""When a work played live begins and ends: evidence gathered beat by beat, without a clock."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.matcher.works.alignment import (
    ACCEPTED,
    ANNOUNCED,
    BLOCK,
    MOVED,
    START,
    UNIT,
    WORTH,
    Alignment,
)
from edge.matcher.works.hold import FARTHEST, UNSURE, Hold
from edge.matcher.works.pages import lasting, taken
from edge.matcher.works.references import References
from edge.matcher.works.semitones import BANDS, SCALE, Beat

_PROMISING = (ACCEPTED - ANNOUNCED) // 2  # from which one waits whether it becomes more
_TIMES = 2  # a lead: so many times what spoke lately for any other work,
_LEAD = round(1.2 * UNIT)  # and so much more in each beat,
_FEW = 50  # or twice that in a list of fewer works: chance has not so many others to liken music to
_ONE_CHORD = 0.75  # how alike beats are, two by two, if one chord is held: each says the same
_PATIENCE = 32  # beats, 15 s: what begins later than so long ago may still be recognised
_LOST = 6 * UNIT  # what must speak against a work before it is not followed any more
_LONGEST = 600  # beats, five minutes, for which what was lost is waited for
_MISSED = 3 * FARTHEST // 2  # beats of the stream that first pages may have taken
_REMEMBERED = 4096  # beats, half an hour: as long as the beginning of a work may be looked for
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


class Follower:
    """Turns beats as they come into performances of works.

    Where several references fit one stretch, the one that more speaks for is told. What speaks
    for none strongly enough, nor for one far more than for all others, is told of none. Beats are
    laid `BLOCK` at a time: what is known lags behind by as much.

    Args:
        references: what can be recognised.
        since: beat of the stream that comes first.

    Attributes:
        lately: int64, of each reference: what spoke for it in each of the last `_PATIENCE` beats,
            together. What is played leads for as long as it is played, chance never for long.
    """

    def __init__(self, references: References, *, since: int = 0) -> None:
        self._references = references
        self._since = since
        self._alignment = Alignment(references)
        self._waiting = np.zeros((0, BANDS), np.int8)  # fewer than a block
        self._heard = np.zeros((0, BANDS), np.int8)  # lately
        self._best = np.zeros((len(references.ids), 4), np.int32)  # as the alignment stands
        self._stood = np.zeros(len(references.ids), np.int32)  # what spoke for it in one chord
        self._spoke = np.zeros((_PATIENCE, len(references.ids)), np.int32)  # beat by beat, in turn
        self.lately = np.zeros(len(references.ids), np.int64)
        self._laid = 0  # beats, the last block whole
        self._now = 0  # of them looked at
        self._holds: dict[int, Hold] = {}
        self._lost: list[Hold] = []  # not heard any more, in the midst of a work
        self._told: list[Performance] = []  # lately
        self._last = 0  # beat at which the last of them ended

    def expect(self, references: Mapping[str, int]) -> None:
        """From now on these works are announced, in any order, and no others.

        An announced work is believed when half of what else it takes speaks for it. What it is not,
        it does not become: of works that fit one stretch, the one is told that more speaks for.

        Args:
            references: by how many semitones above what is written each is played; at most
                `MOVED` up or down.
        """
        ids = self._references.ids
        chosen = np.array([one in references for one in ids], np.int32)
        self._alignment.enough = ACCEPTED - chosen * np.int32(ANNOUNCED)
        moved = np.array([references.get(one, 0) for one in ids], np.int64)
        self._alignment.moved = np.clip(moved, -MOVED, MOVED)

    def feed(self, beats: NDArray[np.int8]) -> list[Performance]:
        """Take the next beats; give the performances that ended."""
        waiting = np.concatenate((self._waiting, beats))
        whole = len(waiting) // BLOCK * BLOCK
        self._waiting = waiting[whole:]
        blocks = [waiting[first : first + BLOCK] for first in range(0, whole, BLOCK)]
        return [one for block in blocks for one in self._lay(block)]

    def sounding(self) -> list[Performance]:
        """The performances still going on, as far as is known now."""
        here = [self._performance(one) for one in [*self._lost, *self._holds.values()]]
        return [one for one in here if not _outdone(one, [*here, *self._told])]

    @property
    def settled(self) -> Beat:
        """The beat before which nothing more will be recognised."""
        promising = np.flatnonzero(self._best[:, WORTH] >= _PROMISING).tolist()
        waiting = [int(self._best[one, START]) for one in promising if one not in self._holds]
        holds = [one.start for one in [*self._holds.values(), *self._lost]]
        soonest = min([self._now - _PATIENCE, *waiting, *holds]) - _MISSED
        return Beat(self._since + max(0, soonest))

    def close(self) -> list[Performance]:
        """End the stream; give the performances that were still going on."""
        ended = self._lay(self._waiting) if len(self._waiting) else []
        self._waiting = self._waiting[:0]
        for one in [*self._holds.values(), *self._lost]:
            one.rest = self._rest(one, self._now)
        ended += self.sounding()
        self._holds.clear()
        self._lost.clear()
        return sorted(ended, key=_order)

    def _lay(self, block: NDArray[np.int8]) -> list[Performance]:
        self._heard = np.concatenate((self._heard, block))[-_REMEMBERED:]
        self._laid += len(block)
        for best in self._alignment.hear(block):
            self._now += 1
            self._best = best
            self._remember(best[:, WORTH])
            wanted = self._wanted()
            lost = [one.number for one in self._lost]
            asked = wanted.copy()
            asked[lost] = np.minimum(asked[lost], _PROMISING)
            for number in np.flatnonzero(best[:, WORTH] >= asked).tolist():
                self._follow(number, believed=bool(best[number, WORTH] >= wanted[number]))
        for one in list(self._holds.values()):
            if self._is_lost(one):
                self._lose(one)
        return self._tell()

    def _remember(self, worth: NDArray[np.int32]) -> None:
        oldest = self._spoke[self._now % _PATIENCE]
        self.lately += worth - oldest
        oldest[:] = worth
        self._stood[worth < _PROMISING] = 0

    def _wanted(self) -> NDArray[np.int32]:
        """What must speak for each work now: less for one that far more spoke for than for others.

        Music that chance likens to one work it mostly likens to several, and to none for long.
        """
        wanted = self._alignment.enough.copy()
        if len(wanted):
            first = int(np.argmax(self.lately))
            others = int(np.delete(self.lately, first).max(initial=0))
            lead = _LEAD if len(wanted) >= _FEW else 2 * _LEAD
            if self.lately[first] >= _TIMES * others + _PATIENCE * lead:
                wanted[first] = min(int(wanted[first]), _PROMISING)
        wanted[list(self._holds)] = 0  # they are believed already
        return wanted

    def _follow(self, number: int, *, believed: bool) -> None:
        """Go on with a work, or begin; one that was lost is believed where it would be by now."""
        worth, start, origin, place = self._best[number].tolist()
        hold = self._holds.get(number)
        if hold is None:
            if worth < ACCEPTED and self._stands(number, start):
                return
            said = ACCEPTED - int(self._alignment.enough[number])
            hold = Hold(number, start, origin, worth, self._now, place + 1, said)
            before = [one for one in self._lost if one.may_become(hold, little=not believed)]
            if not believed and not before:
                return
            for lost in before:
                self._lost.remove(lost)
                hold.before += lost.before + lost.peak
                hold.start, hold.origin = lost.start, lost.origin
                hold.missed, hold.surely = lost.missed, lost.surely
            self._holds[number] = hold
            if not hold.before:
                self._open(hold)
        elif worth > hold.peak:
            hold.peak, hold.end, hold.place = worth, self._now, place + 1
            if not hold.before and (start, origin) != (hold.start, hold.origin):
                hold.start, hold.origin = start, origin
                self._open(hold)

    def _stands(self, number: int, since: int) -> bool:
        """Whether no more speaks for a work than spoke while one chord was held."""
        known = self._laid - len(self._heard)
        heard = self._heard[max(0, since - known) : self._now - known] / SCALE
        mean, worth = heard.mean(axis=0), self._best[number, WORTH]
        if mean @ mean > _ONE_CHORD:
            self._stood[number] = max(self._stood[number], worth)
        return bool(worth <= self._stood[number])

    def _is_lost(self, one: Hold) -> bool:
        """Whether a work is not heard any more: too much speaks against it, or it is at its end."""
        if self._left(one) <= UNSURE and self._now - one.end >= _PATIENCE:
            return True
        return bool(self._best[one.number, WORTH] < one.peak - min(_LOST, one.peak * 3 // 4))

    def _lose(self, one: Hold) -> None:
        """Begin anew with a work, and remember where it was lost."""
        left = self._left(one)
        one.rest = round(left / one.pace) if one.may_lack(left) else 0  # until more is heard
        self._lost.append(self._holds.pop(one.number))
        self._alignment.forget(one.number)
        self._best[one.number] = 0
        self._spoke[:, one.number] = 0
        self.lately[one.number] = 0

    def _tell(self) -> list[Performance]:
        """What was lost, and will not be found again: it has ended, or another is played now."""
        lately = max([one.start for one in self._holds.values()], default=-1)
        over = [one for one in self._lost if one.end <= lately or self._is_over(one)]
        for one in over:
            one.rest = self._rest(one, lately if one.end <= lately else self._now)
        self._lost = [one for one in self._lost if one not in over]
        here = [self._performance(one) for one in [*self._holds.values(), *self._lost]]
        lost = [self._performance(one) for one in over]
        ended = [one for one in lost if not _outdone(one, [*here, *lost, *self._told])]
        began = min([one.start for one in here], default=0)
        self._told = [one for one in [*self._told, *ended] if one.end > began]
        self._last = max([self._last, *(one.end - self._since for one in ended)])
        return sorted(ended, key=_order)

    def _is_over(self, one: Hold) -> bool:
        """Whether what was lost will not be found again where it would be by now."""
        longest = min(2 * self._left(one), _LONGEST) + _PATIENCE
        return one.number in self._holds or self._now - one.end > longest

    def _open(self, one: Hold) -> None:
        """Look how long the first pages took of a work that is heard from some way into it."""
        if one.origin > FARTHEST:
            return
        others = [*self._holds.values(), *self._lost]
        ends = [other.end for other in others if other.end <= one.start]
        since = max([self._last, one.start - _MISSED, *ends])
        pages = self._pages(one.number)[: one.origin + 1]
        before = self._between(one, since, one.start)
        one.missed, one.surely = taken(pages[::-1], before[::-1], pace=one.pace)

    def _rest(self, one: Hold, until: int) -> int:
        """For how many beats a work went on after it was heard last, if it was near its end.

        What was left of it was played, and its last chord lasts as long as it can be heard.
        """
        if (left := self._left(one)) > FARTHEST:
            return 0
        pages = self._pages(one.number)
        pages = pages[: np.flatnonzero(pages.any(axis=1))[-1] + 1]
        after = self._between(one, one.end, until)
        took, surely = taken(pages[one.place - 1 :], after, pace=one.pace)
        if not one.may_lack(left, surely=surely):
            return 0
        rest = took or round(left / one.pace)  # at most until another work begins
        return min(rest + lasting(pages, after[rest:]), until - one.end)

    def _pages(self, number: int) -> NDArray[np.int8]:
        first, end = self._references.firsts[number : number + 2].tolist()
        return self._references.bands[:, first:end].T

    def _between(self, one: Hold, first: int, end: int) -> NDArray[np.int8]:
        """What was heard lately, in the key in which a work is written."""
        known = self._laid - len(self._heard)
        heard = self._heard[max(0, first - known) : max(0, end - known)]
        return np.roll(heard, -int(self._alignment.moved[one.number]), axis=1)

    def _began(self, one: Hold) -> int:
        """Where a work began that is heard from its first beats on: they were played as well."""
        missed = one.first_pages if one.may_lack(one.origin, surely=one.surely) else 0
        return max(one.start - missed, min(one.start, self._last))

    def _left(self, one: Hold) -> int:
        """Beats of a work that were still to come when it was heard last."""
        first, end = self._references.firsts[one.number : one.number + 2].tolist()
        return int(end - first) - one.place

    def _performance(self, one: Hold) -> Performance:
        began = self._began(one)
        unheard = one.origin * (one.start - began) // max(1, one.first_pages)
        return Performance(
            self._references.ids[one.number],
            Beat(self._since + began),
            Beat(self._since + min(one.end + one.rest, self._now)),
            one.origin - unheard,
            one.place + (self._left(one) if one.rest else 0),
            max(one.before + one.peak + one.said, ACCEPTED) / UNIT,  # a lead says what is wanting
        )


def _order(one: Performance) -> tuple[Beat, str]:
    return one.start, one.reference_id


def _outdone(one: Performance, others: list[Performance]) -> bool:
    """Whether more speaks for another over most of the same stretch."""
    for other in others:
        both = min(one.end, other.end) - max(one.start, other.start)
        more = (other.score, one.reference_id) > (one.score, other.reference_id)
        if other.reference_id != one.reference_id and 2 * both > one.end - one.start and more:
            return True
    return False
