"""One search: the places in the catalogue that could explain a window, and how sure each is."""

from dataclasses import dataclass, replace
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from edge.matcher.alignment import Alignment
from edge.matcher.index import Index
from edge.matcher.landmarks import Landmarks, query_hashes
from edge.matcher.match import vote
from edge.matcher.score import Hearing, Weight, weigh
from edge.matcher.verify import Scene, best_places, scene
from edge.matcher.warp import AS_RECORDED, Warp

TYPICAL_FRAMES = 10336  # 240 s: the length of a recording
_SLOPE = 1.6  # nats by which chance's best score grows where a catalogue grows e-fold
_BASE = -14.0  # nats that the best of a single foreign recording would typically reach
_BENT_SHARE = 0.3  # of a bent recording's landmarks must come through
_SHORT_FRAMES, _LONG_FRAMES = 430, 1720  # 10 and 40 s: windows between them give chance more time,
_LINGERING = 0.007  # nats by which it reaches higher with each frame: 0.3 a second
_FEWEST = 1000  # recordings that even a small catalogue counts for: its music is like all music


@dataclass(frozen=True, slots=True)
class Pace:
    """How densely a window is paired for a search.

    Attributes:
        per_second: landmarks of the window that are paired, the highest of each second.
        fan: partners of each.
        votes: counted in each segment at most, of the pairs that promise most.
        candidates: of each segment, laid over the window coarsely.
        weighed: of all segments, weighed landmark by landmark.
        rounds: parts of the timeline that are counted one after the other, to need less memory.
    """

    per_second: int
    fan: int
    votes: int
    candidates: int
    weighed: int
    rounds: int = 1

    def thinned(self, by: int) -> "Pace":
        """So many times fewer votes and candidates of each segment, for a catalogue of many."""
        return replace(self, votes=self.votes // by, candidates=-(-self.candidates // by))


THOROUGH = Pace(60, 12, votes=1 << 20, candidates=100, weighed=12)
# Eight times the cost: most votes of a window, for what a crowd or a voice drowns.
DEEP = Pace(60, 12, votes=8 << 20, candidates=1500, weighed=24)
# At a stream's end there is time: six times the votes, of more pairs.
LAST = Pace(90, 20, votes=48 << 20, candidates=10000, weighed=24, rounds=2)
# A fifth of the cost: enough where the sound is clean and only bent.
BRIEF = Pace(30, 6, votes=1 << 16, candidates=30, weighed=6)


@dataclass(frozen=True, slots=True)
class Suspect:
    """A recording that could be sounding in a window.

    Attributes:
        laid: which recording, and how it would lie along the stream.
        weight: how well it explains the window.
        log_odds: natural logarithm of the odds that it is no work of chance.
    """

    laid: Alignment
    weight: Weight
    log_odds: float

    @property
    def clear(self) -> bool:
        """Whether enough is heard of it, if it is bent: a loop is played at any tempo."""
        return self.laid.warp == AS_RECORDED or self.weight.share >= _BENT_SHARE


def search(
    index: Index, landmarks: Landmarks, heard: Hearing, *, warp: Warp = AS_RECORDED,
    pace: Pace = THOROUGH,
) -> list[Suspect]:  # fmt: skip
    """Who could be sounding in a window, the most certain first.

    Args:
        index: the catalogue.
        landmarks: of the stream, at least those of the window.
        heard: the window.
        warp: how the sound is supposed to be bent.
        pace: how thorough the search is.
    """
    dense = landmarks.between(heard.first, heard.first + heard.length)
    sparse = warp.undone(dense.strongest(pace.per_second), first=heard.first)
    view = scene(warp.undone(dense, first=heard.first), heard.classes, index.recipe)
    laid = [
        Alignment(number, who, heard.first, place, warp)
        for number, who, place in _candidates(
            index, view, *query_hashes(sparse, pace.fan), pace=pace
        )
    ]
    return sorted((suspect(index, one, heard) for one in laid), key=lambda one: -one.log_odds)


def suspect(index: Index, laid: Alignment, heard: Hearing) -> Suspect:
    """Weigh one alignment against a window."""
    weight = weigh(index.segments[laid.segment], laid, heard, index.recipe)
    return Suspect(laid, weight, log_odds(weight.score, frames_of(index), heard.length))


def frames_of(index: Index) -> int:
    """Frames of all recordings of a catalogue."""
    return sum(segment.frames for segment in index.segments)


def log_odds(score: float, frames: int, length: int = _SHORT_FRAMES) -> float:
    """How sure a score makes us, in a catalogue of so many frames and a window of such a length.

    In windows of 10 s of foreign music the best score over a catalogue is distributed after Gumbel:
    its tail falls e-fold every 1.6 nats, and it moves by as much when the catalogue grows
    e-fold. These odds are one against the number of so good scores that chance alone
    produces in one window. In longer windows a common beat or a steady noise adds up.
    """
    lingered = _LINGERING * (min(max(length, _SHORT_FRAMES), _LONG_FRAMES) - _SHORT_FRAMES)
    return (score - lingered - _BASE) / _SLOPE - _rivals(frames)


def score_at(odds: float, frames: int) -> float:
    """The score whose log odds these are, in a catalogue of so many frames and a window of 10 s."""
    return _BASE + _SLOPE * (odds + _rivals(frames))


def _rivals(frames: int) -> float:
    """Natural logarithm of the recordings that chance may choose from."""
    return log(_FEWEST + frames / TYPICAL_FRAMES)


def probability(odds: float) -> float:
    """The probability that stands for these log odds, 0 to 1."""
    return 1 / (1 + exp(-min(max(odds, -30.0), 30.0)))


def _candidates(
    index: Index,
    view: Scene,
    hashes: NDArray[np.uint32],
    anchors: NDArray[np.int32],
    chances: NDArray[np.float32],
    *,
    pace: Pace,
) -> list[tuple[int, int, float]]:
    """Segment, recording and place of the candidates that cover the window best."""
    rows = [np.zeros((0, 4))]
    for number, segment in enumerate(index.segments):
        asked = (hashes, anchors, chances)
        bins = vote(
            segment, *asked, limit=pace.candidates, most=pace.votes, rounds=pace.rounds
        ).diagonals
        places, scores = best_places(segment, view, bins, index.recipe)
        places, once = np.unique(places, return_index=True)
        who = segment.recordings_at(places + (view.frames - 1))  # who ends it is meant
        rows.append(np.column_stack((np.full(len(who), number), who, places, scores[once])))
    table = np.concatenate(rows)
    best = table[np.argsort(-table[:, 3], kind="stable")][: pace.weighed]
    return [(int(row[0]), int(row[1]), float(row[2])) for row in best]
