"""How often, and how deeply, is looked for what: by how much there is to look through."""

from dataclasses import dataclass
from typing import Self

from edge.matcher.search import DEEP, LAST, THOROUGH, Pace

STEP_FRAMES = 215  # 5 s: how often the catalogue is searched
_BESIDES_FRAMES = 6 * STEP_FRAMES  # 30 s: how often others are looked for beside who is heard
_DEEP_FRAMES = 12 * STEP_FRAMES  # a minute: how often what is drowned is looked for
_DECOY_FRAMES = 48 * STEP_FRAMES  # four minutes: how often a window is searched for what cannot be
_RUNGS = (1, 10)  # of the ladder, climbed in a step, at least and at most,
_AFFORDABLE = 200_000  # recordings to look through in a step; with more, what can wait waits


@dataclass(frozen=True, slots=True)
class Cadence:
    """What a box can afford in a catalogue of its size.

    Attributes:
        besides: stream frames from one look for others beside who is heard to the next.
        deep: likewise for what is drowned.
        decoy: likewise for what cannot be.
        rungs: of the ladder, climbed in a step.
        alone: how a window is searched where nobody is heard.
        beside: how it is searched beside who is heard.
        deeper: how a longer one is, every `deep` frames.
        last: how it is at a stream's end.
    """

    besides: int
    deep: int
    decoy: int
    rungs: int
    alone: Pace
    beside: Pace
    deeper: Pace
    last: Pace

    @classmethod
    def among(cls, recordings: int) -> Self:
        """What can be afforded among so many recordings."""
        seldom = max(1, recordings // _AFFORDABLE)
        affordable = _AFFORDABLE // max(1, recordings)
        return cls(
            besides=_BESIDES_FRAMES * seldom,
            deep=_DEEP_FRAMES * seldom,
            decoy=_DECOY_FRAMES * seldom,
            rungs=min(max(affordable, _RUNGS[0]), _RUNGS[1]),
            alone=THOROUGH.thinned(max(1, seldom // 2)),
            beside=THOROUGH.thinned(seldom),
            deeper=DEEP,
            last=LAST.thinned(seldom),
        )
