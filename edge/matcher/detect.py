"""When a recording begins and ends: a state machine over suspicions in time, without a clock."""

from dataclasses import dataclass

import numpy as np

from edge.matcher.alignment import Alignment, unexplained
from edge.matcher.decoy import IMPOSSIBLE, Decoys
from edge.matcher.fingerprint import Landmarks
from edge.matcher.hold import Hold, hold
from edge.matcher.index import Index
from edge.matcher.landmarks import join
from edge.matcher.recipe import RECIPE, Frame, Recipe
from edge.matcher.refine import refined
from edge.matcher.score import Hearing, hear
from edge.matcher.search import (
    BRIEF,
    Suspect,
    frames_of,
    probability,
    score_at,
    search,
    suspect,
)
from edge.matcher.warp import AS_RECORDED, LADDER, Warp

STEP_FRAMES = 215  # 5 s: how often the catalogue is searched
WINDOW_FRAMES = 430  # 10 s: what is searched with
MEMORY_FRAMES = 2580  # 60 s: how far back a beginning can be found
SHORTEST_FRAMES = 86  # 2 s: what is shorter is not reported
CERTAIN = 14.8  # log odds at which chance brings one false detection in five months of music
SUSPECTED = 0.0  # log odds from which a place is looked at again when more has been heard
BEGINNING = Frame(0)  # of a stream
_LONGER = (430, 860, 1720)  # frames, 10 to 40 s: what a suspicion is weighed with
_SAME_START = 43  # 1 s: by which two readings of one stretch may differ on where it begins
_LAYERS = 3  # recordings that may begin to sound within one step
_RUNGS = (1, 10)  # of the ladder, climbed in a step, at least and at most,
_RUNG_RECORDINGS = 200_000  # as many as let it look through so many recordings
_BESIDES_FRAMES = 6 * STEP_FRAMES  # 30 s: how often others are looked for beside who is heard
_TRIES = 8.0  # log of the warps that the ladder and a closer look try: each is a chance for chance
_BENT_SHARE = 0.3  # of a bent recording's landmarks must come through
_PROMISING = -4.0  # log odds from which a rung's find is worth a closer look
_DECOY_FRAMES = 48 * STEP_FRAMES  # four minutes: how often a window is searched for what cannot be
_REMEMBERED = 1  # warps met before, which a hall is likely to keep


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


class Detector:
    """Turns landmarks as they come into detections.

    Every 5 s of the stream, at frames fixed from its beginning, it searches the last 10 s for
    recordings it is not already following, so its answers do not depend on how the stream was
    cut; beside one that is heard it looks for others every 30 s. What it suspects it weighs
    again, with up to 40 s, whenever more has been heard. Where nobody is heard it goes through
    the ladder of speeds, tempos and pitches, some rungs a step, and at the stream's end through
    all of it if nothing was found. Memory is bounded whatever the length of the stream: 60 s of
    landmarks (at most 90 a second, 12 bytes each), the suspicions of 40 s, the few recordings
    that sound or fell silent less than 15 s ago, and 13 MB while a search is on; the catalogue
    itself stays in its files.

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
        self._holds: list[Hold] = []
        self._suspicions: list[tuple[int, Alignment]] = []  # when, what
        self._told: dict[tuple[int, int], int] = {}  # where what was told of a recording ends
        self._met: list[Warp] = []  # the warps lately found, the latest first
        self._decoys = Decoys()
        affordable = _RUNG_RECORDINGS // max(1, index.count)
        self._rungs = min(max(affordable, _RUNGS[0]), _RUNGS[1])
        self._rung = 0

    @property
    def decided(self) -> Frame:
        """What is told of the stream before this frame takes all of it into account."""
        return Frame(self._now)

    @property
    def false_a_month(self) -> float | None:
        """Detections by chance to be expected in a month of this sound; None at first."""
        score = score_at(CERTAIN, frames_of(self._index))
        every = self._recipe.seconds(Frame(STEP_FRAMES))
        return self._decoys.false_a_month(score, every_seconds=every)

    def feed(self, landmarks: Landmarks) -> list[Detection]:
        """Take the next landmarks of the stream; give the detections that ended."""
        self._heard = join([self._heard, landmarks])
        ended = []
        while self._now + STEP_FRAMES <= landmarks.until:
            ended += self._step(self._now + STEP_FRAMES)
        return ended

    def sounding(self) -> list[Detection]:
        """The detections still going on, as far as is known now."""
        return [found for one in self._holds if (found := self._detection(one))]

    def close(self) -> list[Detection]:
        """End the stream; give the detections that were still going on."""
        ended = self._step(int(self._heard.until)) if self._heard.until > self._now else []
        if not self._told and not self._holds and self._now > self._since:
            self._rung = 0
            self._climb(len(LADDER))
        ended += self.sounding()
        self._holds.clear()
        self._since = Frame(self._now)  # what was heard is behind
        return ended

    def _step(self, until: int) -> list[Detection]:
        before, self._now = self._now, until
        self._heard = self._heard.between(until - MEMORY_FRAMES, int(self._heard.until))
        self._follow(before)
        self._suspicions = [
            (when, laid) for when, laid in self._suspicions if when > until - _LONGER[-1]
        ]
        for _ in range(_LAYERS):
            if (self._any_heard() and until % _BESIDES_FRAMES) or not self._discover():
                break
        if until % _DECOY_FRAMES == 0:
            self._try_decoy()
        if not self._any_heard() and until - self._since >= WINDOW_FRAMES:
            self._climb(self._rungs)
        over = [one for one in self._holds if one.over]
        self._holds = [one for one in self._holds if not one.over]
        told = self._told | {one.laid.who: one.end for one in over}
        self._told = {who: end for who, end in told.items() if end > until - MEMORY_FRAMES}
        return [found for one in over if (found := self._detection(one))]

    def _follow(self, before: int) -> None:
        """Carry every recording that is followed from one step to the next."""
        if self._holds:
            window = self._window(self._heard, self._now, WINDOW_FRAMES)
            for one in self._holds:
                one.follow(self._index, window, since=before)

    def _discover(self) -> bool:
        """Search the window for what nobody followed explains; True if somebody new is."""
        rest = self._rest()
        window = self._window(rest, self._now, WINDOW_FRAMES)
        found = []
        for warp in (AS_RECORDED, *(() if self._any_heard() else self._met)):
            found += search(self._index, rest, window, warp=warp)
            if found and found[0].log_odds >= CERTAIN:
                break
        fresh = [one.laid for one in found if one.log_odds >= SUSPECTED]
        laid = fresh + [old for _, old in self._suspicions]
        weighed = [one for one in self._weighed(rest, laid) if _clear(one)]
        best = sorted(weighed, key=lambda one: -one.log_odds)
        if best and best[0].log_odds >= CERTAIN:
            self._begin(best[0])
            return True
        known = [old for _, old in self._suspicions]
        new = [one for one in fresh if not any(one.agrees(old) for old in known)]
        self._suspicions += [(self._now, one) for one in new]
        return False

    def _try_decoy(self) -> None:
        """See how well chance does on the window, unless there is nothing in it."""
        window = self._window(self._heard, self._now, WINDOW_FRAMES)
        found = search(self._index, self._heard, window, warp=IMPOSSIBLE)
        if found:
            self._decoys.take(max(one.weight.score for one in found))

    def _climb(self, rungs: int) -> None:
        """Try the next rungs of the ladder on the window; after the last comes the first."""
        rest = self._rest()
        window = self._window(rest, self._now, WINDOW_FRAMES)
        for warp in LADDER[self._rung : self._rung + rungs]:
            for found in search(self._index, rest, window, warp=warp, pace=BRIEF)[:3]:
                if found.log_odds < _PROMISING:
                    continue
                closer = suspect(self._index, refined(self._index, found.laid, window), window)
                if closer.log_odds >= CERTAIN + _TRIES and _clear(closer):
                    self._begin(closer)
                    self._rung = 0
                    return
        self._rung = self._rung + rungs if self._rung + rungs < len(LADDER) else 0

    def _weighed(self, rest: Landmarks, suspicions: list[Alignment]) -> list[Suspect]:
        """Each suspicion on the window, of those ending now, that speaks for it most."""
        free = self._windows(rest)
        weighed = []
        for laid in suspicions:
            if self._is_followed(laid):
                continue
            own = any(one.laid.who == laid.who for one in self._holds)
            windows = self._windows(self._rest(besides=laid.who)) if own else free
            tries = [suspect(self._index, laid, window) for window in windows]
            weighed.append(max(tries, key=lambda one: one.log_odds))
        return weighed

    def _windows(self, landmarks: Landmarks) -> list[Hearing]:
        """The last 10, 20 and 40 s, as far as the stream goes back."""
        heard = {}
        for frames in _LONGER:
            window = self._window(landmarks, self._now, frames)
            heard[window.first] = window
        return list(heard.values())

    def _is_followed(self, laid: Alignment) -> bool:
        """Whether this is being followed, or another place of it was heard within the last step."""
        return any(
            one.ahead.silent < STEP_FRAMES or one.laid.agrees(laid)
            for one in self._holds
            if one.laid.who == laid.who
        )

    def _any_heard(self) -> bool:
        return any(one.ahead.silent < STEP_FRAMES for one in self._holds)

    def _begin(self, found: Suspect) -> None:
        """Begin to follow a recording, and have its other stretches end before it."""
        laid, memory = found.laid, self._window(self._heard, self._now, MEMORY_FRAMES)
        for frames in _LONGER:
            laid = refined(self._index, laid, self._window(self._heard, self._now, frames))
        new = hold(self._index, laid, memory, share=found.weight.share, log_odds=found.log_odds)
        new.start = max(new.start, self._told.get(laid.who, 0))  # no second is told twice
        for earlier in [one for one in self._holds if one.laid.who == laid.who]:
            if new.start <= earlier.start + _SAME_START:
                self._holds.remove(earlier)  # a loop was taken for one of its other rounds
            else:
                earlier.left = True
                new.start = max(new.start, earlier.end)
        self._holds.append(new)
        if laid.warp != AS_RECORDED:
            rest = [one for one in self._met if abs(one.speed - laid.warp.speed) > 0.002]
            self._met = [laid.warp, *rest][:_REMEMBERED]

    def _rest(self, besides: tuple[int, int] | None = None) -> Landmarks:
        """What is remembered of the stream and not explained by what, `besides`, is followed."""
        rest = self._heard.between(self._now - MEMORY_FRAMES, self._now)
        for one in self._holds:
            if one.laid.who == besides:
                continue  # a loop is weighed in its other rounds with all that was heard of it
            segment = self._index.segments[one.laid.segment]
            rest = unexplained(rest, segment, one.laid, self._recipe)
        return rest

    def _window(self, landmarks: Landmarks, until: int, frames: int) -> Hearing:
        first = max(self._since, until - frames, self._now - MEMORY_FRAMES)
        return hear(landmarks, first, until, self._recipe)

    def _detection(self, one: Hold) -> Detection | None:
        if one.end - one.start < SHORTEST_FRAMES:
            return None
        segment = self._index.segments[one.laid.segment]
        place = one.laid.place_at(one.start) - int(segment.starts[one.laid.recording])
        return Detection(
            segment.recordings[one.laid.recording],
            Frame(one.start),
            Frame(one.end),
            max(0.0, self._recipe.seconds(Frame(round(place)))),
            one.laid.warp.speed,
            probability(one.log_odds),
        )


def _clear(found: Suspect) -> bool:
    """Whether enough is heard of a recording, if it is bent: a loop is played at any tempo."""
    return found.laid.warp == AS_RECORDED or found.weight.share >= _BENT_SHARE
