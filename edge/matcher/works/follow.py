"""When a work played live begins and ends: evidence gathered beat by beat, without a clock."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

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
from edge.matcher.works.references import References
from edge.matcher.works.semitones import BANDS, SCALE, Beat

_PROMISING = (ACCEPTED - ANNOUNCED) // 2  # from which one waits whether it becomes more
_PATIENCE = 32  # beats, 15 s: what begins later than so long ago may still be recognised
_LOST = 6 * UNIT  # what must speak against a work before it is not followed any more
_LONGEST = 600  # beats, five minutes, for which what was lost is waited for
_UNHEARD = 128  # beats, 1 min, that a work may have been played and not been recognised
_MISSED = 3 * _UNHEARD // 2  # beats of the stream that this takes at the slowest pace
_REMEMBERED = 256  # beats, 2 min
_CHORD = 3  # beats of the reference that its last chord takes
_SOUNDS = round(0.65 * SCALE * SCALE)  # a likeness by which that is still there
_BREATH = 2  # beats for which it may not be, as another voice moves
_UNSURE = 16  # beats by which the place of a work may be off where it was lost or found again
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
    """A work that is being followed, or was and has been lost in the midst of it."""

    number: int  # of its reference
    start: int
    origin: int
    peak: int
    end: int
    place: int
    said: int  # beforehand, by the programme
    before: int = 0  # what spoke for it until it was lost and found again
    rest: int = 0  # beats after `end` in which it was played to its end

    @property
    def pace(self) -> float:
        """Beats of the reference in a beat of the stream, if repeats and cuts let it show."""
        played = max(1, self.end - self.start)
        return min(max((self.place - self.origin) / played, 2 / 3), 1.0)

    @property
    def most_unheard(self) -> int:
        """Beats of the reference that may be missing where it was played from or to its edge."""
        return min(_UNHEARD, (self.end - self.start) // 2)

    def may_become(self, later: "_Hold") -> bool:
        """Whether a work that was lost here went on meanwhile until it was found there."""
        if self.number != later.number:
            return False
        passed, gone = later.start - self.end, later.origin - self.place
        # cuts are made, and variations are alike; what goes back is begun anew
        return gone >= -_UNSURE and (passed <= _UNHEARD or gone <= 2 * passed + _UNSURE)


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
        self._heard = np.zeros((0, BANDS), np.int8)  # lately
        self._best = np.zeros((len(references.ids), 4), np.int32)  # as the alignment stands
        self._now = 0  # beats laid
        self._holds: dict[int, _Hold] = {}
        self._lost: list[_Hold] = []  # not heard any more, in the midst of a work
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
        for one in self._holds.values():
            one.rest = self._rest(one)
        ended += self.sounding()
        self._holds.clear()
        self._lost.clear()
        return sorted(ended, key=_order)

    def _lay(self, block: NDArray[np.int8]) -> list[Performance]:
        self._heard = np.concatenate((self._heard, block))[-_REMEMBERED:]
        for best in self._alignment.hear(block):
            self._now += 1
            self._best = best
            for number in np.flatnonzero(best[:, WORTH] >= self._alignment.enough).tolist():
                self._follow(number)
        for one in list(self._holds.values()):
            if self._is_lost(one):
                self._lose(one)
        return self._tell()

    def _follow(self, number: int) -> None:
        worth, start, origin, place = self._best[number].tolist()
        hold = self._holds.get(number)
        if hold is None:
            said = ACCEPTED - int(self._alignment.enough[number])
            hold = _Hold(number, start, origin, worth, self._now, place + 1, said)
            for lost in [one for one in self._lost if one.may_become(hold)]:
                self._lost.remove(lost)
                hold = replace(hold, start=lost.start, origin=lost.origin)
                hold.before += lost.before + lost.peak
            self._holds[number] = hold
        elif worth > hold.peak:
            if not hold.before:
                hold.start, hold.origin = start, origin
            hold.peak, hold.end, hold.place = worth, self._now, place + 1

    def _is_lost(self, one: _Hold) -> bool:
        """Whether a work is not heard any more: too much speaks against it, or it is at its end."""
        if self._left(one) <= _UNSURE and self._now - one.end >= _PATIENCE:
            return True
        return bool(self._best[one.number, WORTH] < one.peak - min(_LOST, one.peak * 3 // 4))

    def _lose(self, one: _Hold) -> None:
        """Begin anew with a work, and remember where it was lost."""
        one.rest = self._rest(one)
        self._lost.append(self._holds.pop(one.number))
        self._alignment.forget(one.number)
        self._best[one.number] = 0

    def _tell(self) -> list[Performance]:
        """What was lost, and will not be found again: it has ended, or another is played now."""
        lately = max([one.start for one in self._holds.values()], default=-1)
        for one in self._lost:
            if one.end <= lately:
                one.rest = min(one.rest, lately - one.end)
        over = [one for one in self._lost if one.end <= lately or self._is_over(one)]
        self._lost = [one for one in self._lost if one not in over]
        here = [self._performance(one) for one in [*self._holds.values(), *self._lost]]
        lost = [self._performance(one) for one in over]
        ended = [one for one in lost if not _outdone(one, [*here, *lost, *self._told])]
        began = min([one.start for one in here], default=0)
        self._told = [one for one in [*self._told, *ended] if one.end > began]
        self._last = max([self._last, *(one.end - self._since for one in ended)])
        return sorted(ended, key=_order)

    def _is_over(self, one: _Hold) -> bool:
        """Whether what was lost will not be found again where it would be by now."""
        longest = min(2 * self._left(one), _LONGEST) + _PATIENCE
        return one.number in self._holds or self._now - one.end > longest

    def _rest(self, one: _Hold) -> int:
        """For how many beats a work went on after it was heard last, if it was near its end.

        What was left of it was played, and its last chord lasts as long as it can be heard.
        """
        left = self._left(one)
        if left > one.most_unheard:
            return 0
        rest = round(left / one.pace)
        if (gone := self._now - one.end - rest) <= 0:
            return rest
        first, end = self._references.firsts[one.number : one.number + 2].tolist()
        bands = self._references.bands[:, first:end]
        chord = bands[:, np.flatnonzero(bands.any(axis=0))[-_CHORD:]].astype(np.int32)
        after = self._heard[max(0, len(self._heard) - gone) :].astype(np.int32)
        after = np.roll(after, -int(self._alignment.moved[one.number]), axis=1)
        sounds = (after @ chord).max(axis=1, initial=0) >= _SOUNDS
        lasting = 0
        for beat in np.flatnonzero(sounds).tolist():
            if beat - lasting > _BREATH:
                break
            lasting = beat + 1
        return rest + lasting

    def _began(self, one: _Hold) -> int:
        """Where a work began that is heard from its first beats on: they were played as well."""
        missed = round(one.origin / one.pace) if one.origin <= one.most_unheard else 0
        return max(one.start - missed, min(one.start, self._last))

    def _left(self, one: _Hold) -> int:
        """Beats of a work that were still to come when it was heard last."""
        first, end = self._references.firsts[one.number : one.number + 2].tolist()
        return int(end - first) - one.place

    def _performance(self, one: _Hold) -> Performance:
        missed = one.start - self._began(one)
        return Performance(
            self._references.ids[one.number],
            Beat(self._since + one.start - missed),
            Beat(self._since + min(one.end + one.rest, self._now)),
            max(0, one.origin - missed),
            one.place + (self._left(one) if one.rest else 0),
            (one.before + one.peak + one.said) / UNIT,
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
