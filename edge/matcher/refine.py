"""How fast and how high exactly: a supposed warp made to fit what is heard."""

from dataclasses import replace

from edge.matcher.alignment import Alignment
from edge.matcher.index import Index
from edge.matcher.score import Hearing, weigh_each
from edge.matcher.warp import LADDER, Warp

_REACH = 5  # steps to each side
_STEP = 0.0005  # of the speed, in a window of ten seconds; longer ones tell finer steps apart
_STEP_FRAMES = 430
_SHIFTS = (0.0, -0.5, 0.5, -1.0, 1.0, -2.0, 2.0)  # frames
_WORTH = 8.0  # nats that a correction of speed or tempo must gain, and
_WORTH_SHARE = 0.05  # of the score: what is nearly as recorded is as recorded
_ROUNDS = 16  # of steps from one speed to the next: from a rung of the ladder to any other
_CLEAR = 25.0  # nats without which a window says nothing of a speed


def refined(index: Index, laid: Alignment, heard: Hearing) -> Alignment:
    """The alignment near another that explains a window best; itself where the window is unclear.

    A deck's pitch is moved with its speed; where only one of them is bent, only that is moved.
    """
    step = _STEP * min(1.0, _STEP_FRAMES / max(1, heard.length))
    as_it_is, own = _best(index, laid, heard, (1.0,))
    if own < _CLEAR:
        return laid
    factors = tuple(1 + k * step for k in range(-_REACH, _REACH + 1) if k)
    bent, score = _best(index, laid, heard, factors)
    return bent if score > own + max(_WORTH, _WORTH_SHARE * own) else as_it_is


def settled(index: Index, laid: Alignment, heard: Hearing) -> Alignment:
    """As `refined`, step after step while each explains the window better.

    A few seconds of a recording that is much stretched agree with it at many tempos.
    """
    for _ in range(_ROUNDS):
        nearer = refined(index, laid, heard)
        if nearer.warp == laid.warp:
            return nearer
        laid = nearer
    return laid


def at_its_tempo(index: Index, laid: Alignment, heard: Hearing, *, around: int) -> Alignment:
    """The recording at the tempo that explains a window best; itself if that is hardly better.

    Args:
        index: the catalogue.
        laid: how the recording lies along the stream, were it not stretched.
        heard: the window.
        around: stream frame around which it agrees with what is heard.
    """
    if laid.warp.pitch != 1.0:
        return laid
    tries = [
        replace(laid, first=around, place=laid.place_at(around) + shift, warp=tempo)
        for tempo in (laid.warp, *(warp for warp in LADDER if warp.pitch == 1.0))
        for shift in _SHIFTS
    ]
    weights = weigh_each(index.segments[laid.segment], tries, heard, index.recipe)
    best = max(range(len(tries)), key=lambda k: weights[k].score)
    own = max(weights[k].score for k in range(len(_SHIFTS)))
    if weights[best].score <= own + max(_WORTH, _WORTH_SHARE * own):
        return laid
    return settled(index, tries[best], heard)


def _best(
    index: Index, laid: Alignment, heard: Hearing, factors: tuple[float, ...]
) -> tuple[Alignment, float]:
    """The best alignment, and its score, over small shifts of these factors of the speed."""
    middle = heard.first + heard.length // 2
    tries = [
        replace(
            laid, first=middle, place=laid.place_at(middle) + shift, warp=_bent(laid.warp, factor)
        )
        for factor in factors
        for shift in _SHIFTS
    ]
    weights = weigh_each(index.segments[laid.segment], tries, heard, index.recipe)
    best = max(range(len(tries)), key=lambda k: weights[k].score)
    return tries[best], weights[best].score


def _bent(warp: Warp, by: float) -> Warp:
    if warp.speed == warp.pitch:
        return Warp(warp.speed * by, warp.pitch * by)
    if warp.pitch == 1.0:
        return Warp(warp.speed * by, 1.0)
    return Warp(warp.speed, warp.pitch * by)
