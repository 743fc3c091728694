"""When a recording begins and ends: a state machine over suspicions in time, without a clock."""

from dataclasses import dataclass
from typing import NamedTuple

from edge.matcher.alignment import Alignment, unexplained
from edge.matcher.cadence import STEP_FRAMES, Cadence
from edge.matcher.decoy import IMPOSSIBLE, Decoys
from edge.matcher.fingerprint import Landmarks
from edge.matcher.hold import SHORTEST_FRAMES, Hold, hold
from edge.matcher.index import Index
from edge.matcher.ladder import TRIES, bent
from edge.matcher.recipe import RECIPE, Frame, Recipe
from edge.matcher.score import hear
from edge.matcher.search import Pace, Suspect, frames_of, probability, score_at, search, suspect
from edge.matcher.stream import MEMORY_FRAMES, WEIGHED_FRAMES, WINDOW_FRAMES, Stream
from edge.matcher.warp import AS_RECORDED, LADDER, Warp

CERTAIN = 14.8  # log odds from which a recording is believed
_RELIEF = 3.0  # less when a stream ends: a box looks so a thousand times more seldom than each 5 s
SUSPECTED = 0.0  # log odds from which a place is looked at again when more has been heard
BEGINNING = Frame(0)  # of a stream
_SAME_START = 43  # 1 s: by which two readings of one stretch may differ on where it begins
_LAYERS = 3  # recordings that may begin to sound within one step
_DEEP_WINDOW = 1290  # frames, 30 s: in which what is drowned is looked for
_HALF = 0.5  # of its last 10 s is to be explained when a stream ends, or all rungs are tried
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


class Doubted(NamedTuple):
    """A recording that was not believed.

    Attributes:
        recording_id: which.
        lack: log odds more that it would have needed, above 0.
    """

    recording_id: str
    lack: float


class Detector:
    """Turns landmarks as they come into detections.

    Every 5 s of the stream, at frames fixed from its beginning, it searches the last 10 s for
    recordings it is not already following, so its answers do not depend on how the stream was
    cut; beside one that is heard it looks for others every 30 s. Where nobody is heard it looks
    deeper into the last 30 s every minute, and at the stream's end; in 400,000 recordings and
    more it does both less often, and counts fewer votes in each segment. What it suspects it
    weighs again, with up to 40 s, whenever more has been heard. Where nobody is heard it climbs
    the ladder of speeds, tempos and pitches, some rungs a step, and all of it over the last 30 s
    at the stream's end if most of the last 10 s is not explained. Memory is bounded however long
    the stream: 60 s of landmarks (at most 90 a second, 12 bytes each) and of how loud every place
    was (2 MB), the suspicions of 40 s, the few recordings that sound or fell silent less than 15 s
    ago, and 10 MB while a search is on, 70 MB while a deeper one is, 230 MB at a stream's end.

    Args:
        index: what can be recognised.
        since: stream frame of the first landmarks it is going to be fed.
        recipe: the numbers that made the landmarks.
    """

    def __init__(self, index: Index, *, since: Frame = BEGINNING, recipe: Recipe = RECIPE) -> None:
        self._index = index
        self._recipe = recipe
        self._stream = Stream(index, since=since, recipe=recipe)
        self._cadence = Cadence.among(index.count)
        self._holds: list[Hold] = []
        self._suspicions: list[tuple[int, Alignment]] = []  # when, what
        self._told: dict[tuple[int, int], int] = {}  # where what was told of a recording ends
        self._met: list[Warp] = []  # the warps lately found, the latest first
        self._decoys = Decoys()
        self._closest: Doubted | None = None
        self._rung = 0

    @property
    def decided(self) -> Frame:
        """What is told of the stream before this frame takes all of it into account."""
        return Frame(self._stream.now)

    @property
    def false_a_month(self) -> float | None:
        """Detections by chance to be expected in a month of this sound; None at first."""
        score = score_at(CERTAIN, frames_of(self._index))
        every = self._recipe.seconds(Frame(STEP_FRAMES))
        return self._decoys.false_a_month(score, every_seconds=every)

    @property
    def closest(self) -> Doubted | None:
        """The surest of those not believed in what was fed last, however they were looked for."""
        return self._closest

    def feed(self, landmarks: Landmarks) -> list[Detection]:
        """Take the next landmarks of the stream; give the detections that ended."""
        self._stream.take(landmarks)
        self._closest = None
        ended = []
        while self._stream.now + STEP_FRAMES <= landmarks.until:
            ended += self._step(self._stream.now + STEP_FRAMES)
        return ended

    def sounding(self) -> list[Detection]:
        """The detections still going on, as far as is known now."""
        return [self._detection(one, one.end) for one in self._holds if one.long]

    def close(self) -> list[Detection]:
        """End the stream; give the detections that were still going on, and who is found last.

        Nothing more is going to be heard, and so is seldom looked: less is asked.
        """
        heard = int(self._stream.heard.until)
        ended = self._step(heard) if heard > self._stream.now else []
        if self._stream.explained(self._holds) < _HALF:
            self._dig(self._cadence.last, relief=_RELIEF)
        length = min(_DEEP_WINDOW, self._stream.now - self._stream.since)
        for back in range(0, length, WINDOW_FRAMES):
            if self._stream.explained(self._holds) < _HALF:
                self._rung = 0
                self._climb(len(LADDER), back=back)
        ended += self._endings(self._holds, relief=_RELIEF)
        self._holds.clear()
        self._stream.end()
        return ended

    def _step(self, until: int) -> list[Detection]:
        before = self._stream.now
        self._stream.reach(until)
        self._follow(before)
        self._suspicions = [
            (when, laid) for when, laid in self._suspicions if when > until - WEIGHED_FRAMES
        ]
        for _ in range(_LAYERS):
            if (self._any_heard() and until % self._cadence.besides) or not self._discover():
                break
        if until % self._cadence.decoy == 0:
            self._try_decoy()
        if not self._any_heard() and until - self._stream.since >= WINDOW_FRAMES:
            if until % self._cadence.deep:
                self._climb(self._cadence.rungs)
            else:
                self._dig(self._cadence.deeper)
        over = [one for one in self._holds if one.over]
        self._holds = [one for one in self._holds if not one.over]
        ended = self._endings(over)
        self._told = {who: end for who, end in self._told.items() if end > until - MEMORY_FRAMES}
        return ended

    def _follow(self, before: int) -> None:
        """Carry every recording that is followed from one step to the next."""
        if self._holds:
            window = self._stream.window(self._stream.heard, WINDOW_FRAMES)
            for one in self._holds:
                one.follow(self._index, window, since=before)

    def _discover(self) -> bool:
        """Search the window for what nobody followed explains; True if somebody new is."""
        rest, window = self._stream.left_over(self._holds)
        heard = self._any_heard()
        pace = self._cadence.beside if heard else self._cadence.alone
        found = []
        for warp in (AS_RECORDED, *(() if heard else self._met)):
            found += search(self._index, rest, window, warp=warp, pace=pace)
            if found and found[0].log_odds >= CERTAIN:
                break
        return self._believe(rest, found, asked=CERTAIN)

    def _dig(self, pace: Pace, *, relief: float = 0.0) -> None:
        """Look for what is drowned: in a longer window, among more places of more votes."""
        rest, _ = self._stream.left_over(self._holds)
        window = self._stream.window(rest, _DEEP_WINDOW)
        found = search(self._index, rest, window, pace=pace)
        self._believe(rest, found, asked=CERTAIN - relief)

    def _believe(self, rest: Landmarks, found: list[Suspect], *, asked: float) -> bool:
        """Follow the surest of what was found or suspected before; True if it is believed."""
        fresh = [one.laid for one in found if one.log_odds >= SUSPECTED]
        laid = fresh + [old for _, old in self._suspicions]
        weighed = [one for one in self._weighed(rest, laid) if one.clear]
        best = sorted(weighed, key=lambda one: -one.log_odds)
        if any(self._begin(one) for one in best if one.log_odds >= asked):
            return True
        self._doubt([*weighed, *(one for one in found if one.log_odds < SUSPECTED)], asked=asked)
        known = [old for _, old in self._suspicions]
        new = [one for one in fresh if not any(one.agrees(old) for old in known)]
        self._suspicions += [(self._stream.now, one) for one in new]
        return False

    def _doubt(self, found: list[Suspect], *, asked: float) -> None:
        """Keep the surest of those that are not believed."""
        lacks = [(asked - one.log_odds, one) for one in found if one.clear]
        near = [both for both in lacks if both[0] > 0]
        if near:
            lack, one = min(near, key=lambda both: both[0])
            if self._closest is None or lack < self._closest.lack:
                self._closest = Doubted(self._name(one.laid), lack)

    def _try_decoy(self) -> None:
        """See how well chance does on the window, unless there is nothing in it."""
        window = self._stream.window(self._stream.heard, WINDOW_FRAMES)
        found = search(self._index, self._stream.heard, window, warp=IMPOSSIBLE)
        if found:
            self._decoys.take(max(one.weight.score for one in found))

    def _climb(self, rungs: int, *, back: int = 0) -> None:
        """Try the next rungs of the ladder on the window; after the last comes the first.

        Where one is believed all others are tried too: another may explain far more. The window
        ends so many frames back.
        """
        until = self._rung + rungs
        rest, window = self._stream.left_over(self._holds)
        if back:
            window = self._stream.window(rest, WINDOW_FRAMES, back=back)
        asked = (self._index, rest, window)
        found = bent(*asked, LADDER[self._rung : until])
        believed = any(one.log_odds >= CERTAIN + TRIES for one in found)
        self._rung = until if until < len(LADDER) and not believed else 0
        if believed:
            found += bent(*asked, LADDER[: until - rungs] + LADDER[until:])
            self._begin(max(found, key=lambda one: one.log_odds))
        self._doubt(found, asked=CERTAIN + TRIES)

    def _weighed(self, rest: Landmarks, suspicions: list[Alignment]) -> list[Suspect]:
        """Each suspicion on the window, of those ending now, that speaks for it most."""
        left = [laid for laid in suspicions if not self._is_followed(laid)]
        if not left:
            return []
        free = self._stream.windows(rest)
        weighed = []
        for laid in left:
            others = [one for one in self._holds if one.laid.who != laid.who]
            own = len(others) < len(self._holds)  # a loop, with all that was heard of its rounds
            windows = self._stream.windows(self._stream.rest(others)) if own else free
            tries = [suspect(self._index, laid, window) for window in windows]
            weighed.append(max(tries, key=lambda one: one.log_odds))
        return weighed

    def _is_followed(self, laid: Alignment) -> bool:
        """Whether this is being followed, or another place of it was heard within the last step."""
        return any(
            one.ahead.silent < STEP_FRAMES or one.laid.agrees(laid)
            for one in self._holds
            if one.laid.who == laid.who
        )

    def _any_heard(self) -> bool:
        """Whether somebody sounds; who agrees for a moment only may be another, or bent."""
        return any(one.ahead.silent < STEP_FRAMES and one.long for one in self._holds)

    def _begin(self, found: Suspect) -> bool:
        """Begin to follow a recording, and have its other stretches end before it.

        What was heard in its other stretches is no news: a recording agrees with itself a beat
        aside too. Without evidence of its own nothing is begun, and the answer is False.
        """
        stream = self._stream
        new = hold(self._index, found, stream.windows(stream.heard), stream.memory())
        laid = new.laid
        own = [one for one in self._holds if one.laid.who == laid.who]
        before = [one for one in own if new.start > one.start + _SAME_START]
        told = max([self._told.get(laid.who, 0), *(one.end for one in before)])
        if new.end < max([told, *(one.end for one in own)]) + SHORTEST_FRAMES:
            return False
        if new.start < told:  # no second is told twice
            new.start = told
            heard = hear(stream.heard, new.start, new.end, self._recipe)
            if suspect(self._index, laid, heard).log_odds < CERTAIN:
                return False
        for earlier in own:
            if earlier in before:
                earlier.left = new.start
            else:
                self._holds.remove(earlier)  # a loop was taken for one of its other rounds
        self._withdraw(new)
        self._holds.append(new)
        if laid.warp != AS_RECORDED:
            rest = [one for one in self._met if abs(one.speed - laid.warp.speed) > 0.002]
            self._met = [laid.warp, *rest][:_REMEMBERED]
        return True

    def _withdraw(self, new: Hold) -> None:
        """Take back who began lately and is not believed any more beside somebody new."""
        segment = self._index.segments[new.laid.segment]
        rest = unexplained(self._stream.heard, segment, new.laid, self._recipe)
        rest = rest.explained(new.start, new.end)
        for one in [one for one in self._holds if one.start > self._stream.now - MEMORY_FRAMES]:
            left = suspect(self._index, one.laid, hear(rest, one.start, one.end, self._recipe))
            if left.log_odds < SUSPECTED:
                self._holds.remove(one)

    def _endings(self, holds: list[Hold], *, relief: float = 0.0) -> list[Detection]:
        """What is told of recordings that are over, or that the stream ends with."""
        real = [one for one in holds if not (one.over and one.fleeting(CERTAIN - relief))]
        return [found for one in real if (found := self._ended(one))]

    def _ended(self, one: Hold) -> Detection | None:
        """What is told of a recording that is not heard any more, if it was heard long enough."""
        self._told[one.laid.who] = one.end
        if not one.long:
            return None
        beneath = any(one.beneath(other) for other in self._holds if other.long)
        end = self._told[one.laid.who] = one.ended(
            self._index, self._stream.memory(), beneath=beneath
        )
        return self._detection(one, end)

    def _detection(self, one: Hold, end: int) -> Detection:
        segment = self._index.segments[one.laid.segment]
        place = one.laid.place_at(one.start) - int(segment.starts[one.laid.recording])
        return Detection(
            self._name(one.laid),
            Frame(one.start),
            Frame(end),
            max(0.0, self._recipe.seconds(Frame(round(place)))),
            one.laid.warp.speed,
            probability(one.log_odds),
        )

    def _name(self, laid: Alignment) -> str:
        return self._index.segments[laid.segment].recordings[laid.recording]
