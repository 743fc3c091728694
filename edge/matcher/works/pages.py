"""How long the first or last pages of a work took: they are laid along what was heard there."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from edge.matcher.works.semitones import SCALE

_ALIKE = SCALE * SCALE  # the likeness of two equal beats
_MIDDLE = round(0.50 * _ALIKE)  # where it is known what is played, so little speaks for it
_MOST = round(0.30 * _ALIKE)  # what one beat can say for or against
_BENT = round(0.10 * _ALIKE)  # what a step beside the written tempo costs
_STRANGE = _ALIKE  # and to be e times slower or faster than all the rest
_SURELY = round(0.10 * _ALIKE)  # each beat says on average, of others one time in a hundred
_DROWNED = -3 * _ALIKE  # what is worth less than this says nothing of how long they took
_FEW = 2  # beats of a reference that are too few to be looked for
_UNSURE = 2  # beats more or less that say nothing of the pace
_SLOWEST = 2.2  # times what the pace of the rest would take
_SPARE = 16  # beats, 7 s, beside that
_CHORD = 3  # beats of the reference that its last chord takes
_SOUNDS = round(0.65 * _ALIKE)  # a likeness by which that is still there
_BREATH = 2  # beats for which it may not be, as another voice moves
_SINKS = 2  # beats that it lasts at least, as it sinks into the hall's own sounds
_NEVER = -(1 << 30)


def taken(
    pages: NDArray[np.int8], heard: NDArray[np.int8], *, pace: float
) -> tuple[int | None, bool]:
    """How long it took to play some pages to their end.

    They go on by no, one or two beats with each that is heard: players slow down, most of all at
    an end. First pages are asked for backwards.

    Args:
        pages: int8 (beats, 48), of the reference; the first has been heard already.
        heard: int8 (beats, 48), what came after it.
        pace: of all the rest, beats of the reference in a beat of the stream.

    Returns:
        beats until the last of the pages, 0 if it cannot have been reached in what was heard, and
        None if they are few or cannot be heard there, drowned perhaps, so that only the pace tells;
        and whether it was surely these pages that were played.
    """
    left = max(0, len(pages) - 1)
    if left <= _FEW:
        return None, False
    asked = heard[: int(_SLOWEST * left / pace) + _SPARE].astype(np.float32)
    if 2 * len(asked) < left:
        return 0, False
    alike = (asked @ pages.T.astype(np.float32)).astype(np.int32)  # whole numbers below 2 ** 24
    worth = _lay(np.clip(alike - _MIDDLE, -_MOST, _MOST))
    took = np.arange(1, len(asked) + 1)
    strange = np.abs(np.log((took + _UNSURE) * pace / (left + _UNSURE)))
    worth -= np.rint(_STRANGE * strange).astype(np.int32)
    last = int(np.argmax(worth)) + 1
    best = int(worth[last - 1])
    return (None if best < _DROWNED else last), best >= _SURELY * last


def lasting(pages: NDArray[np.int8], heard: NDArray[np.int8]) -> int:
    """For how many beats the last chord of a reference can be heard.

    Args:
        pages: int8 (beats, 48), the end of the reference.
        heard: int8 (beats, 48), what came after it had been reached.
    """
    chord = pages[-_CHORD:].T.astype(np.int32)
    sounds = (heard.astype(np.int32) @ chord).max(axis=1, initial=0) >= _SOUNDS
    last = min(_SINKS, len(heard))
    for beat in np.flatnonzero(sounds).tolist():
        if beat - last > _BREATH:
            break
        last = beat + 1
    return last


@njit(cache=True, nogil=True)
def _lay(says: NDArray[np.int32]) -> NDArray[np.int32]:
    """What the best way to the last page is worth after each beat that was heard.

    Args:
        says: int32, shape (beats heard, beats of the pages).
    """
    count, pages = says.shape
    before = np.full(pages, _NEVER, np.int32)
    here = np.empty(pages, np.int32)
    worth = np.empty(count, np.int32)
    before[0] = 0
    for t in range(count):
        for p in range(pages):
            way = before[p] - _BENT
            if p >= 1:
                way = max(way, before[p - 1])
            if p >= 2:
                way = max(way, before[p - 2] - _BENT)
            here[p] = max(way + says[t, p], _NEVER)
        worth[t] = here[-1]
        before[:] = here
    return worth
