"""One search: the places in the catalogue that could explain a window, and how sure each is."""

from dataclasses import dataclass
from math import exp

import numpy as np

from edge.matcher.index import Index, Segment
from edge.matcher.landmarks import Landmarks, query_hashes
from edge.matcher.match import vote
from edge.matcher.recipe import Recipe
from edge.matcher.verify import Scene, Verdict, best_places, judge, scene

HASHED_PER_SECOND = 60
FAN = 12
CANDIDATES = 100  # verified coarsely, of each segment
JUDGED = 8  # weighed against their neighbourhood, of each segment


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
        log_odds: natural logarithm of the odds that it is really there, on this window alone.
    """

    segment: int
    recording: int
    first: int
    until: int
    speed: float
    verdict: Verdict
    log_odds: float


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
    hashes, anchors = query_hashes(sparse, FAN)
    view = scene(dense.played_at(speed, first=first), index.recipe)
    found = []
    for number, segment in enumerate(index.segments):
        places = vote(segment, hashes, anchors, limit=CANDIDATES).diagonals
        for verdict in _verdicts(segment, view, places, index.recipe):
            recording = segment.recording_at(verdict.place + len(view.marked) // 2)
            odds = log_odds(verdict)
            found.append(Suspect(number, recording, first, until, speed, verdict, odds))
    return sorted(found, key=lambda suspect: -suspect.log_odds)


def probability(log_odds: float) -> float:
    """The probability that stands for these log odds, 0 to 1."""
    return 1 / (1 + exp(-min(max(log_odds, -50.0), 50.0)))


def log_odds(verdict: Verdict) -> float:
    """How sure one window makes us; a logistic rule fitted on real music in real rooms."""
    return 0.5 * verdict.score + 1.0 * verdict.gap - 11.0


def _verdicts(
    segment: Segment, view: Scene, candidates: np.ndarray, recipe: Recipe
) -> list[Verdict]:
    places, scores = best_places(segment, view, candidates, recipe)
    order = np.argsort(-scores, kind="stable")[:JUDGED]
    return [judge(segment, view, place, recipe) for place in dict.fromkeys(places[order].tolist())]
