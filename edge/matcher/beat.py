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
_REACH = 4  # beats before and after a landmark in which it is looked for,
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
    frames = np.empty(len(quarters), np.int64)
    for t in range(len(begins) - 1):
        frames[begins[t] : begins[t + 1]] = t
    out = np.zeros(len(quarters))
    counts = _apart(frames, quarters)
    stands_out = _beats(counts, len(begins) - 1)
    for _ in range(_BEATS):
        lag = np.argmax(stands_out)
        if stands_out[lag] < _STRONG:
            break
        stands_out[max(0, lag - _NEAR) : lag + _NEAR + 1] = 0
        aside = (counts[lag + 1] - counts[lag - 1]) / counts[lag - 1 : lag + 2].sum()
        _expect(begins, quarters, frames, lag + aside, out)
    return out


@njit(cache=True, nogil=True)
def _apart(frames: NDArray[np.int64], quarters: NDArray[np.int64]) -> NDArray[np.float64]:
    """How many pairs of landmarks of one pitch stand so many frames apart."""
    counts = np.zeros(_LONGEST + 2)
    order = np.argsort(quarters)
    pitches, times = quarters[order], frames[order]
    for i in range(len(order)):
        k = i + 1
        while k < len(order) and pitches[k] - pitches[i] <= _SAME:
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
def _expect(
    begins: NDArray[np.int64],
    quarters: NDArray[np.int64],
    frames: NDArray[np.int64],
    lag: float,
    out: NDArray[np.float64],
) -> None:
    """Raise what is known of each landmark to the share of beats in which it is there, too."""
    length = len(begins) - 1
    for j in range(len(quarters)):
        there, asked = 0, 0
        for k in range(-_REACH, _REACH + 1):
            at = frames[j] + np.int64(np.rint(k * lag))
            if k and 0 <= at < length:
                asked += 1
                first, last = begins[max(0, at - _NEAR)], begins[min(length, at + _NEAR + 1)]
                there += _any_near(quarters[first:last], quarters[j])
        if asked >= _FEWEST and there >= _LEAST * asked:
            out[j] = max(out[j], there / asked)


@njit(cache=True, nogil=True)
def _any_near(quarters: NDArray[np.int64], pitch: Whole) -> bool:
    near = 0
    for quarter in quarters:
        near += abs(quarter - pitch) <= _SAME
    return near > 0
