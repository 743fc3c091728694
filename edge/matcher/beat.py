"""What comes again with every beat: who shares the beat shares all of it.

Two pieces with cymbals on the same beat agree in hundreds of landmarks once they agree in one.
Where others stand a beat before and after, one more is no wonder.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.matcher.bits import Whole

_SHORTEST, _LONGEST = 9, 172  # frames from beat to beat, 0.2 to 4 s: notes, and bars
_NEAR = 2  # frames by which a beat may come early or late,
_SAME = 2  # and quarters of a bin by which its pitch may be off
_STRONG = 5.0  # standard deviations by which a beat stands out of chance
_BEATS = 3  # the strongest are looked at
_ASIDE = np.array((-4, -3, -2, -1, 1, 2, 3, 4))  # beats from a landmark to where it is looked for,
_FEWEST = 3  # if so many of them lie in the window,
_LEAST = 0.3  # and share of them in which it must be found: some are, by chance


@njit(cache=True, nogil=True)
def usual(begins: NDArray[np.int64], quarters: NDArray[np.int64]) -> NDArray[np.float64]:
    """How surely each landmark of a window is to be expected, by those one to four beats aside.

    Args:
        begins: int64, one more than frames: the first landmark of each.
        quarters: int64, frequency of each landmark in quarters of a bin, by rising frame.

    Returns:
        float64, 0 to 1, for each landmark: the share of those beats in which it is there, too; of
        several beats the one in which it is most.
    """
    length = len(begins) - 1
    frames = np.empty(len(quarters), np.int64)
    for t in range(length):
        frames[begins[t] : begins[t + 1]] = t
    order = np.argsort(quarters)
    pitches, times = quarters[order], frames[order]
    counts = _apart(pitches, times)
    stands_out = _beats(counts, length)
    out = np.zeros(len(quarters))
    for _ in range(_BEATS):
        lag = np.argmax(stands_out)
        if stands_out[lag] < _STRONG:
            break
        stands_out[max(0, lag - _NEAR) : lag + _NEAR + 1] = 0
        aside = (counts[lag + 1] - counts[lag - 1]) / counts[lag - 1 : lag + 2].sum()
        beats = np.rint(_ASIDE * (lag + aside)).astype(np.int64)
        there = _there(pitches, times, length, beats)
        for n in range(len(order)):
            share = _share(there[n], times[n] + beats, length)
            out[order[n]] = max(out[order[n]], share)
    return out


@njit(cache=True, nogil=True)
def _apart(pitches: NDArray[np.int64], times: NDArray[np.int64]) -> NDArray[np.float64]:
    """How many pairs of landmarks of one pitch, by rising pitch, stand so many frames apart."""
    counts = np.zeros(_LONGEST + 2)
    for i in range(len(pitches)):
        k = i + 1
        while k < len(pitches) and pitches[k] - pitches[i] <= _SAME:
            lag = abs(times[k] - times[i])
            if lag < len(counts):
                counts[lag] += 1
            k += 1
    return counts


@njit(cache=True, nogil=True)
def _beats(counts: NDArray[np.float64], length: Whole) -> NDArray[np.float64]:
    """How far each count, and half of both beside it, stands above the average one.

    In standard deviations of what is counted by chance; 0 for what is no beat.
    """
    room = np.maximum(1, length - np.arange(len(counts)))  # fewer pairs can lie far apart
    average = np.mean((counts / room)[_SHORTEST : _LONGEST + 1])
    stands_out = np.zeros(len(counts))
    for lag in range(_SHORTEST, _LONGEST + 1):
        due = average * room[lag]
        more = counts[lag] + 0.5 * (counts[lag - 1] + counts[lag + 1]) - 2 * due
        stands_out[lag] = more / np.sqrt(max(1.5 * due, 1.0))
    return stands_out


@njit(cache=True, nogil=True)
def _there(
    pitches: NDArray[np.int64],
    times: NDArray[np.int64],
    length: Whole,
    beats: NDArray[np.int64],
) -> NDArray[np.uint8]:
    """At which of the beats aside, a bit for each, there is one of a landmark's pitch, too."""
    which = np.zeros(2 * length, np.uint8)  # of a landmark so many frames later, from -length on
    for n in range(len(beats)):
        first, last = beats[n] - _NEAR + length, beats[n] + _NEAR + length
        which[max(0, first) : max(0, last + 1)] |= np.uint8(1 << n)
    there = np.zeros(len(pitches), np.uint8)
    for i in range(len(pitches)):
        k = i + 1
        while k < len(pitches) and pitches[k] - pitches[i] <= _SAME:
            later = times[k] - times[i]
            there[i] |= which[length + later]
            there[k] |= which[length - later]
            k += 1
    return there


@njit(cache=True, nogil=True)
def _share(there: Whole, asked: NDArray[np.int64], length: Whole) -> float:
    """In what share of the beats that lie in the window a landmark is there, if it is often."""
    within, found = 0, 0
    for n in range(len(asked)):
        if 0 <= asked[n] < length:
            within += 1
            found += (there >> n) & 1
    return found / within if within >= _FEWEST and found >= _LEAST * within else 0.0
