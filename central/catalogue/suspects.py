"""Which recordings of the catalogue to compare with one: ten seconds of it at a time are asked."""

from edge.matcher.index import Index, Segment
from edge.matcher.landmarks import Landmarks, reference_hashes
from edge.matcher.match import vote

SPEEDS = (1.0, 25 / 24, 24 / 25)  # as recorded, and film on television either way
WINDOW_FRAMES = 430  # 10 s, and as far from one window to the next
HASHED_PER_SECOND = 20
FAN = 5
LEAST_VOTES = 24  # of a window for one place: 98 of 100 windows of other music stay below
MOST_ASKED = 20  # recordings of one window, so that the cost is bounded whatever it is made of
_CANDIDATES = 500  # places: one that repeats itself answers itself in many
_LEAST_LANDMARKS = 20  # of a window; silence is like any other silence


def suspects(index: Index, name: str, landmarks: Landmarks) -> list[tuple[str, float]]:
    """Recordings that could share sound with one, and the speed at which, by id.

    Args:
        index: what is registered, the one itself or not.
        name: id of the one.
        landmarks: of the one.

    Returns:
        Id and speed: how many frames of the other go by in one frame of the one.
    """
    found = {
        (other, speed)
        for speed in SPEEDS
        for first in range(0, max(1, landmarks.until), WINDOW_FRAMES)
        for other in _asked(index, name, landmarks.between(first, first + WINDOW_FRAMES), speed)
    }
    return sorted(found)


def _asked(index: Index, name: str, window: Landmarks, speed: float) -> list[str]:
    """The recordings most hashes of a window name, the most named first."""
    if len(window.frames) < _LEAST_LANDMARKS:
        return []
    first = int(window.frames[0])
    moved = window.strongest(HASHED_PER_SECOND).played_at(speed, first=first)
    hashes, anchors = reference_hashes(moved, FAN)
    votes: dict[str, int] = {}
    for segment in index.segments:
        candidates = vote(segment, hashes, anchors, limit=_CANDIDATES)
        for place, count in zip(candidates.diagonals, candidates.votes, strict=True):
            if count >= LEAST_VOTES:
                who = _recording(segment, int(place), int(moved.until))
                votes[who] = max(votes.get(who, 0), int(count))
    votes.pop(name, None)
    return sorted(votes, key=lambda who: (-votes[who], who))[:MOST_ASKED]


def _recording(segment: Segment, place: int, frames: int) -> str:
    """Whose stretch of the timeline a window laid at a place ends on: the guard is longer."""
    return str(segment.recordings[segment.recording_at(place + frames - 1)])
