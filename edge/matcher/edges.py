"""When a recording began to sound, and when it ceased: cut, faded out, or played to its end."""

from dataclasses import dataclass, replace

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.matcher.presence import CLASSES
from edge.matcher.score import nats_of, said

LAG_FRAMES = 7  # a frame shows 186 ms, eight hops: sound of n frames lasts so many hops longer
_BEFORE_FRAMES = 645  # 15 s that say how much of the recording comes through
_EARLIER_FRAMES = 43  # 1 s: what the highest sum may have taken by chance
_LATER_FRAMES = 301  # 7 s: how long a fade may go on unheard
_STEP_FRAMES = 2
_FADES = np.array((1.0, 43.0, 86.0, 129.0, 172.0, 258.0))  # not at all, 1, 2, 3, 4 or 6 s
_SHARES = np.array((0.03, 0.06, 0.1, 0.15, 0.22, 0.32, 0.45, 0.6))
# Beforehand music is cut as likely as faded out; under voices, no fade is less likely than a cut.
_LIKELY = np.array((0.5, 0.1, 0.1, 0.1, 0.1, 0.1))
_HALF_SECOND = 21  # frames
_THROUGH = 5.0  # times sooner than by chance: it came through
_BURSTS = 1.75  # times more uneven than dice from half second to half second: between words
# Share of the landmarks that a hall loses with each decibel: 0.29 come through at +5 dB, 0.21 at
# 0, 0.14 at -5. A tenth of the amplitude, 20 dB, costs 0.3.
_LOST_A_DECADE = 0.3
_COMPANY = 0.5  # of each landmark's evidence: they come through and are drowned together,
_RISING = 0.1  # and of each place's, where levels speak of all: what rises rises together
# Of what is possible, so much lies before the end that is told: half by landmarks alone; a third
# where levels speak, as if a second too much, which is paid to the wrong, were twice as bad.
_MEDIAN, _TOLD = 0.5, 1 / 3
_INTRO_FRAMES = 215  # 5 s: the longest beginning taken on trust,
_OUTRO_FRAMES = 516  # 12 s: and the longest ending
_INTRO_SHARE, _OUTRO_SHARE = 0.08, 0.06  # are supposed to come through: endings die away
_INTRO_DOUBT = 4.0  # nats against them: who begins so near to the beginning began there
_RECORDING_FRAMES = 8613  # 200 s: to be cut in just the last ten is unlikely, one to twenty


@dataclass(frozen=True, slots=True)
class Expected:
    """The landmarks of a recording, as it lies along the stream, and what became of them.

    Attributes:
        frames: int64, stream frame of each, rising.
        ratios: float64, how much sooner than by chance something stands there; 0 if nothing does.
        louds: uint8, the class of how loud the place of each is.
        first: stream frame at which the recording itself begins.
        last: stream frame at which it is over.
    """

    frames: NDArray[np.int64]
    ratios: NDArray[np.float64]
    louds: NDArray[np.uint8]
    first: int
    last: int

    def between(self, first: int, until: int) -> "Expected":
        """Those with first <= frame < until."""
        low, high = np.searchsorted(self.frames, (first, until))
        part = slice(low, high)
        columns = (self.frames[part], self.ratios[part], self.louds[part])
        return Expected(*columns, self.first, self.last)

    def by_landmarks(self) -> "Expected":
        """The same, not knowing how loud any place is."""
        return replace(self, louds=np.full_like(self.louds, CLASSES))


def began(expected: Expected, *, reached: int, since: int) -> int:
    """The stream frame at which a recording began to sound.

    Where little speaks against it, it was played from its beginning; else it began where its
    evidence does.

    Args:
        expected: landmarks around the beginning.
        reached: stream frame from which on its evidence sums highest.
        since: stream frame from which on the stream was heard.
    """
    near = max(since, reached - _INTRO_FRAMES) <= expected.first <= reached
    doubt = _doubt(expected, expected.first, reached, _INTRO_SHARE)
    return expected.first if near and doubt <= _INTRO_DOUBT else reached


def ceased(expected: Expected, *, start: int, reached: int, now: int, beneath: bool = False) -> int:
    """The stream frame at which a recording most probably fell silent.

    Where little speaks against it, it was played to its end: the nearer, the more may. Else it was
    cut or faded out, no one knows when or how fast; told is the median of what its landmarks leave
    possible, or less, where levels say more. In a fade the share that comes through falls with the
    level, and the last of it leaves none. That a frame shows what comes after it too, and that a
    hall rings on, make up for each other. What comes through in bursts lies under voices and was
    rather faded; what ends beneath another recording was faded slowly.

    Args:
        expected: landmarks around the end, from 15 s before it until now.
        start: stream frame it began at.
        reached: stream frame up to which its evidence sums highest.
        now: stream frame up to which the stream was heard.
        beneath: whether another recording, begun later, was heard with it and after it.
    """
    latest = min(expected.last + LAG_FRAMES, now)
    near = reached <= expected.last <= min(now, reached + _OUTRO_FRAMES)
    unheard = max(_HALF_SECOND, expected.last - reached)
    quiet = expected.by_landmarks()  # it dies away, and rises no more
    if near and _doubt(quiet, reached, now, _OUTRO_SHARE) <= np.log(_RECORDING_FRAMES / unheard):
        return latest
    first = max(start, reached - _EARLIER_FRAMES)
    ends = np.arange(first, reached + _LATER_FRAMES, _STEP_FRAMES, dtype=np.float64)
    since = max(start, reached - _BEFORE_FRAMES)
    heard = expected.between(since, now)
    fades = _FADES[-1:] if beneath else _FADES
    voices = _in_bursts(expected.between(since, first), since)
    likely = np.ones(len(fades)) if beneath or voices else _LIKELY
    nats = np.empty((len(fades), len(_SHARES), len(ends)))
    _weigh(heard.frames, heard.ratios, heard.louds, fades, ends, nats)
    levels = (heard.louds < CLASSES).any()
    each, told = (_RISING, _TOLD) if levels else (_COMPANY, _MEDIAN)
    odds = np.cumsum(likely @ np.exp(each * (nats - nats.max())).sum(1))
    return min(int(ends[np.searchsorted(odds, told * odds[-1])]), latest)


def _doubt(expected: Expected, first: int, until: int, share: float) -> float:
    """What speaks against its having sounded between two moments with so small a share, nats."""
    rest = expected.between(first, until)
    return -float(said(rest.ratios, rest.louds, share).sum())


def _in_bursts(before: Expected, since: int) -> bool:
    """Whether landmarks come through by the half second, as voices let them, and not evenly."""
    halves = (before.frames - since) // _HALF_SECOND
    listed = np.bincount(halves)
    through = np.bincount(halves, weights=before.ratios > _THROUGH)
    share = through.sum() / max(1, listed.sum())
    by_dice = share * (1 - share) * listed.sum()
    return bool(((through - share * listed) ** 2).sum() > _BURSTS * by_dice)


@njit(cache=True, nogil=True)
def _weigh(
    frames: NDArray[np.int64],
    ratios: NDArray[np.float64],
    louds: NDArray[np.uint8],
    fades: NDArray[np.float64],
    ends: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Write how much likelier each fade, share and end are than that nothing sounded, in nats."""
    steady = np.zeros(len(frames) + 1)
    for j in range(len(_SHARES)):
        share = _SHARES[j]
        for k in range(len(frames)):
            steady[k + 1] = steady[k] + nats_of(share, ratios[k], louds[k])
        for i in range(len(fades)):
            for m in range(len(ends)):
                first = np.searchsorted(frames, ends[m] - fades[i], "right")
                total = steady[first]
                for k in range(first, np.searchsorted(frames, ends[m])):
                    left = (ends[m] - frames[k]) / fades[i]  # of the amplitude
                    heard = share + _LOST_A_DECADE * np.log10(left)
                    if heard > 0:
                        total += nats_of(heard, ratios[k], louds[k])
                out[i, j, m] = total
