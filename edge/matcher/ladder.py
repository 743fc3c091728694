"""Who could be sounding bent: a window asked at other speeds, tempos and pitches."""

from collections.abc import Iterable

from edge.matcher.index import Index
from edge.matcher.landmarks import Landmarks
from edge.matcher.refine import settled
from edge.matcher.score import Hearing
from edge.matcher.search import BRIEF, Suspect, search, suspect
from edge.matcher.warp import Warp

TRIES = 8.0  # log of the warps that the ladder and a closer look try: each is a chance for chance
_PROMISING = -4.0  # log odds from which a rung's find is worth a closer look
_LOOKED_AT = 3  # finds of a rung


def bent(
    index: Index, landmarks: Landmarks, heard: Hearing, warps: Iterable[Warp]
) -> list[Suspect]:
    """Who could be sounding in a window, bent somehow like one of these warps.

    Who is believed must be surer, in log odds, by `TRIES` than a recording tried at one warp only.

    Args:
        index: the catalogue.
        landmarks: of the stream, at least those of the window.
        heard: the window.
        warps: the rungs to try.
    """
    suspects = []
    for warp in warps:
        for found in search(index, landmarks, heard, warp=warp, pace=BRIEF)[:_LOOKED_AT]:
            if found.log_odds >= _PROMISING:
                suspects.append(suspect(index, settled(index, found.laid, heard), heard))
    return [one for one in suspects if one.clear]
