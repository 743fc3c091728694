"""When a recording begins and ends: a state machine over suspicions in time, without a clock."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edge.matcher.fingerprint import Landmarks
from edge.matcher.index import Index
from edge.matcher.landmarks import join
from edge.matcher.recipe import RECIPE, Frame, Recipe
from edge.matcher.search import Suspect, probability, search
from edge.matcher.track import (
    BRIDGE_FRAMES,
    INTRO_FRAMES,
    OUTRO_FRAMES,
    Alignment,
    Reach,
    evidence,
    span,
    unexplained,
)
from edge.matcher.verify import Scene, scene

STEP_FRAMES = 215  # 5 s: how often the catalogue is searched
WINDOW_FRAMES = 430  # 10 s: what is searched with
MEMORY_FRAMES = 1720  # 40 s: how far back a beginning can be found
SHORTEST_FRAMES = 172  # 4 s: what is shorter is not reported
CERTAIN = 6.0  # log odds at which a recording is believed to be there: 1 in 400 of doubt
LEAST_GAINED = 30.0  # nats that landmark by landmark evidence must add up to besides
SUSPECTED = -5.0  # log odds from which a window counts as a witness
AGREEMENT = 9.0  # log odds gained when a disjoint window names the same place
OTHER_SPEEDS = (25 / 24, 24 / 25, 1.01, 0.99, 1.02, 0.98)  # film on television, and worn decks
UNUSUAL = 3.0  # log odds against a speed other than the recorded one
BEGINNING = Frame(0)  # of a stream
_SAME_PLACE = 6  # frames by which two windows may differ on where a recording lies
_SAME_SPEED = 0.002  # by which they may differ on how fast it runs
_SAME_START = 43  # 1 s: by which two readings of one stretch may differ on where it begins
_LAYERS = 3  # recordings that may begin to sound within one step


@dataclass(frozen=True, slots=True)
class Detection:
    """A stretch of the stream in which a recording sounded.

    Attributes:
        recording_id: which recording.
        start: first frame of the stream that it explains.
        end: the frame after the last one.
        reference_start_seconds: what place in the recording sounds at `start`.
        speed: seconds of the recording that go by in one second of the stream.
        confidence: probability that this recording was there, 0 to 1.
    """

    recording_id: str
    start: Frame
    end: Frame
    reference_start_seconds: float
    speed: float
    confidence: float


@dataclass(slots=True)
class _Lock:
    """A recording that is being followed."""

    laid: Alignment
    log_odds: float
    heard: float  # share of its landmarks that came through when it was found
    start: int
    origin: int  # stream frame from which `ahead` counts
    ahead: Reach
    last: int  # stream frame at which the recording itself is over
    left: bool = False  # the recording goes on from another place: what follows is another stretch

    @property
    def end(self) -> int:
        end = self.origin + self.ahead.frames
        return end + self.ahead.played_out(self.last - end, most=OUTRO_FRAMES)

    @property
    def over(self) -> bool:
        return self.left or self.ahead.silent >= BRIDGE_FRAMES


class Detector:
    """Turns landmarks as they come into detections.

    Every 5 s of the stream, at frames fixed from its beginning, it searches the last 10 s for
    recordings it is not already following, so its answers do not depend on how the stream was
    cut. Memory is bounded whatever the length of the stream: 40 s of landmarks (at most 90 a
    second, 12 bytes each), at most 168 suspicions a step, the few recordings that sound or
    fell silent less than 15 s ago, and 25 MB while a search is on; the catalogue itself stays in
    its files.

    Args:
        index: what can be recognised.
        since: stream frame of the first landmarks it is going to be fed.
        recipe: the numbers that made the landmarks.
    """

    def __init__(self, index: Index, *, since: Frame = BEGINNING, recipe: Recipe = RECIPE) -> None:
        self._index = index
        self._recipe = recipe
        self._since = since
        nothing = np.zeros(0, np.float32)
        self._heard = Landmarks(np.zeros(0, np.int32), nothing, nothing, since)
        self._now = since - since % STEP_FRAMES  # stream frame up to which everything is decided
        self._locks: list[_Lock] = []
        self._suspicions: list[Suspect] = []
        self._told: dict[tuple[int, int], int] = {}  # where what was told of a recording ends

    @property
    def decided(self) -> Frame:
        """What is told of the stream before this frame takes all of it into account."""
        return Frame(self._now)

    def feed(self, landmarks: Landmarks) -> list[Detection]:
        """Take the next landmarks of the stream; give the detections that ended."""
        self._heard = join([self._heard, landmarks])
        ended = []
        while self._now + STEP_FRAMES <= landmarks.until:
            ended += self._step(self._now + STEP_FRAMES)
        return ended

    def sounding(self) -> list[Detection]:
        """The detections still going on, as far as is known now."""
        return [found for lock in self._locks if (found := self._detection(lock))]

    def close(self) -> list[Detection]:
        """End the stream; give the detections that were still going on."""
        ended = self._step(int(self._heard.until)) if self._heard.until > self._now else []
        ended += self.sounding()
        self._locks.clear()
        return ended

    def _step(self, until: int) -> list[Detection]:
        before, self._now = self._now, until
        self._heard = self._heard.between(until - MEMORY_FRAMES, int(self._heard.until))
        self._follow(before, until)
        self._suspicions = [s for s in self._suspicions if s.first >= until - MEMORY_FRAMES]
        for _ in range(_LAYERS):
            if not self._discover(max(self._since, until - WINDOW_FRAMES), until):
                break
        over = [lock for lock in self._locks if lock.over]
        self._locks = [lock for lock in self._locks if not lock.over]
        told = self._told | {lock.laid.who: lock.end for lock in over}
        self._told = {who: end for who, end in told.items() if end > until - MEMORY_FRAMES}
        return [found for lock in over if (found := self._detection(lock))]

    def _follow(self, before: int, until: int) -> None:
        """Carry every lock from one step to the next."""
        if not self._locks:
            return
        first = max(self._since, until - WINDOW_FRAMES)
        view = self._scene(first, until)
        for lock in self._locks:
            nats = self._evidence(lock.laid, view, first, heard=lock.heard)
            lock.ahead.feed(nats[before - first :])

    def _discover(self, first: int, until: int) -> bool:
        """Search a window for what no lock explains; True if a new lock was made."""
        rest = self._heard.between(first, until)
        for lock in self._locks:
            segment = self._index.segments[lock.laid.segment]
            rest = unexplained(rest, segment, lock.laid, self._recipe)
        suspects = self._suspects(rest, first, until)
        for suspect in suspects:
            if suspect.log_odds < SUSPECTED or self._is_followed(suspect):
                continue
            total = suspect.log_odds + self._support(suspect)
            if total >= CERTAIN and self._lock(suspect, total, until):
                return True
        self._suspicions += [s for s in suspects if s.log_odds >= SUSPECTED]
        return False

    def _suspects(self, rest: Landmarks, first: int, until: int) -> list[Suspect]:
        """Who could be sounding, at the recorded speed; where nobody is heard, at others too."""
        suspects = search(self._index, rest, first, until, speed=1.0)
        heard = any(lock.ahead.silent < STEP_FRAMES for lock in self._locks)
        if heard or (suspects and suspects[0].log_odds >= CERTAIN):
            return suspects
        for speed in OTHER_SPEEDS:
            others = search(self._index, rest, first, until, speed=speed)
            suspects += [replace(s, log_odds=s.log_odds - UNUSUAL) for s in others]
        return sorted(suspects, key=lambda suspect: -suspect.log_odds)

    def _is_followed(self, suspect: Suspect) -> bool:
        """Whether this is being followed, or another place of it was heard within the last step."""
        return any(
            lock.ahead.silent < STEP_FRAMES or _agree(lock.laid, suspect)
            for lock in self._of_recording(suspect)
        )

    def _support(self, suspect: Suspect) -> float:
        """Log odds added by the best earlier window, disjoint from this one, that agrees."""
        laid = _alignment(suspect)
        witnesses = [
            earlier.log_odds + AGREEMENT
            for earlier in self._suspicions
            if earlier.until <= suspect.first and _agree(laid, earlier)
        ]
        return max(witnesses, default=0.0)

    def _lock(self, suspect: Suspect, log_odds: float, until: int) -> bool:
        """Begin to follow a recording from where its evidence begins; False if that is little."""
        laid, verdict = _alignment(suspect), suspect.verdict
        first = max(self._since, until - MEMORY_FRAMES)
        heard = verdict.hits / max(1, verdict.wanted)
        nats = self._evidence(laid, self._scene(first, until), first, heard=heard)
        core = first + _densest(nats)
        back, ahead = Reach(), Reach()
        back.feed(nats[: core - first][::-1])
        ahead.feed(nats[core - first :])
        if ahead.gained < LEAST_GAINED:
            return False
        begins, last = span(self._index.segments[laid.segment], laid)
        start = core - back.frames
        start -= back.played_out(start - begins, most=INTRO_FRAMES)
        start = max(start, self._told.get(laid.who, 0))  # no second is told twice
        for earlier in self._of_recording(suspect):
            if start <= earlier.start + _SAME_START:
                self._locks.remove(earlier)  # a loop was taken for one of its other rounds
            else:
                earlier.left = True
                start = max(start, earlier.end)
        self._locks.append(_Lock(laid, log_odds, heard, start, core, ahead, last))
        return True

    def _of_recording(self, suspect: Suspect) -> list[_Lock]:
        who = _alignment(suspect).who
        return [lock for lock in self._locks if lock.laid.who == who]

    def _scene(self, first: int, until: int) -> Scene:
        window = self._heard.between(first, until)
        return scene(window.played_at(1.0, first=first), self._recipe)

    def _evidence(
        self, laid: Alignment, view: Scene, first: int, *, heard: float
    ) -> NDArray[np.float64]:
        segment = self._index.segments[laid.segment]
        return evidence(segment, laid, view, first, heard=heard, recipe=self._recipe)

    def _detection(self, lock: _Lock) -> Detection | None:
        if lock.end - lock.start < SHORTEST_FRAMES:
            return None
        segment = self._index.segments[lock.laid.segment]
        place = lock.laid.place_at(lock.start) - int(segment.starts[lock.laid.recording])
        return Detection(
            segment.recordings[lock.laid.recording],
            Frame(lock.start),
            Frame(lock.end),
            max(0.0, self._recipe.seconds(Frame(round(place)))),
            lock.laid.speed,
            probability(lock.log_odds),
        )


def _alignment(suspect: Suspect) -> Alignment:
    return Alignment(
        suspect.segment, suspect.recording, suspect.first, suspect.verdict.place, suspect.speed
    )


def _agree(laid: Alignment, suspect: Suspect) -> bool:
    """Whether a suspicion names the same place of the same recording at the same speed."""
    return (
        laid.who == _alignment(suspect).who
        and abs(laid.speed - suspect.speed) <= _SAME_SPEED
        and abs(laid.place_at(suspect.first) - suspect.verdict.place) <= _SAME_PLACE
    )


def _densest(nats: NDArray[np.float64]) -> int:
    """Where the stretch begins whose sum is highest; frames that say nothing are not part of it."""
    total = np.concatenate(([0.0], np.cumsum(nats)))
    lowest = np.minimum.accumulate(total)
    end = int(np.argmax(total - lowest))
    return end - int(np.argmin(total[end::-1]))
