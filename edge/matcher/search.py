"""One search: the places in the catalogue that could explain a window, and how sure each is."""

from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import NDArray

from edge.matcher.index import Index
from edge.matcher.landmarks import Landmarks, query_hashes
from edge.matcher.match import vote
from edge.matcher.verify import Scene, Verdict, best_places, judge, scene

HASHED_PER_SECOND = 60
FAN = 12
CANDIDATES = 100  # verified coarsely, of each segment
JUDGED = 8  # of all segments, weighed against their neighbourhood
_TWINS = 3  # recordings that may share a stretch of sound, the same song on two discs
_POOLED = 12  # the best other places, less the twins, that tell how well chance does here
_LEAST_POOL = 5.0  # chance does no worse than this, however small the catalogue
_USUAL_POOL = 8.0  # 99 of 100 windows of real music stay below


@dataclass(frozen=True, slots=True)
class Suspect:
    """A recording that could be sounding in a window.

    Attributes:
        segment: number of its segment in the index.
        recording: its number in the segment.
        first: stream frame the window begins at.
        until: the frame after the window's last.
        speed: seconds of the recording that go by in one second of the stream.
        verdict: how well it explains the window; its place belongs to `first`.
        pool: score that other recordings reach in the same window.
        log_odds: natural logarithm of the odds that it is really there, on this window alone.
    """

    segment: int
    recording: int
    first: int
    until: int
    speed: float
    verdict: Verdict
    pool: float
    log_odds: float


@dataclass(frozen=True, slots=True)
class _Places:
    """Where candidates lie best, over all segments, one row each, the best first."""

    segments: NDArray[np.int64]
    recordings: NDArray[np.int64]
    places: NDArray[np.int64]
    scores: NDArray[np.float32]


def search(
    index: Index, landmarks: Landmarks, first: int, until: int, *, speed: float
) -> list[Suspect]:
    """Who could be sounding in first <= frame < until, the most certain first.

    Args:
        index: the catalogue.
        landmarks: of the stream, at least those of the window.
        first: the window's first frame.
        until: the frame after its last.
        speed: the playing speed supposed.
    """
    dense = landmarks.between(first, until)
    sparse = dense.strongest(HASHED_PER_SECOND).played_at(speed, first=first)
    view = scene(dense.played_at(speed, first=first), index.recipe)
    found = _candidates(index, view, *query_hashes(sparse, FAN))
    suspects = []
    for k in range(min(JUDGED, len(found.places))):
        number, place = int(found.segments[k]), int(found.places[k])
        verdict = judge(index.segments[number], view, place, index.recipe)
        pool = _pool(found, k)
        odds = log_odds(verdict, pool)
        who = int(found.recordings[k])
        suspects.append(Suspect(number, who, first, until, speed, verdict, pool, odds))
    return sorted(suspects, key=lambda suspect: -suspect.log_odds)


def probability(log_odds: float) -> float:
    """The probability that stands for these log odds, 0 to 1."""
    return 1 / (1 + exp(-min(max(log_odds, -30.0), 30.0)))


def log_odds(verdict: Verdict, pool: float) -> float:
    """How sure one window makes us: a rule fitted on real music, rooms and voices.

    What counts is the score, its lead over other places nearby, and that other recordings do
    not fit as well: where many do, they share an instrument or a drum loop, not the sound.
    """
    crowd = max(0.0, pool - _USUAL_POOL)
    return 0.5 * verdict.score + verdict.gap - 1.5 * crowd - 11.0


def _candidates(
    index: Index, view: Scene, hashes: NDArray[np.uint32], anchors: NDArray[np.int32]
) -> _Places:
    rows = [np.zeros((0, 4))]
    for number, segment in enumerate(index.segments):
        bins = vote(segment, hashes, anchors, limit=CANDIDATES).diagonals
        places, scores = best_places(segment, view, bins, index.recipe)
        places, once = np.unique(places, return_index=True)
        # The guard between recordings is longer than a window: it touches one, the last begun.
        who = [segment.recording_at(place + len(view.marked) - 1) for place in places.tolist()]
        rows.append(np.column_stack((np.full(len(who), number), who, places, scores[once])))
    table = np.concatenate(rows)
    table = table[np.argsort(-table[:, 3], kind="stable")]
    whole = table[:, :3].astype(np.int64)
    return _Places(whole[:, 0], whole[:, 1], whole[:, 2], table[:, 3].astype(np.float32))


def _pool(found: _Places, k: int) -> float:
    """Score that recordings other than the k-th candidate's reach where they cannot be meant."""
    other = (found.segments != found.segments[k]) | (found.recordings != found.recordings[k])
    scores = found.scores[other][_TWINS:_POOLED]
    return max(_LEAST_POOL, float(scores.mean())) if len(scores) else _LEAST_POOL
