"""Is it a hall that is heard? What ails a signal, named while it lasts and from where it began."""

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from edge.capture.block import Sample
from edge.capture.hum import HumFilter
from edge.capture.level import Second

Fault = Literal[
    "digital_zero",
    "muted_mixer",
    "stuck",
    "below_floor",
    "clipping",
    "direct_current",
    "hum",
    "dead_channel",
]
SignalState = Literal["heard", "silent_signal", "clipped"]
Kind = Literal["silent", "below_floor", "clipping", "direct_current", "hum", "dead_channel"]

_STEP = 1 / 32_768  # of a 16-bit converter
_MUTED_STEPS = 2  # what is left of a signal behind a closed switch
_DEAD_SHARE = 1 / 300  # of the loudest channel: what leaks into one with nothing at its plug
_CLIPPED_SHARE = 0.002  # of a second's samples: a hundred of 48,000 are heard as cracks
_OFFSET = 0.03  # of full scale; what cards add by themselves is ten times less
_BELOW_DB = 6.0  # under the quietest that this site ever was
_STEADY_DB = 1.0  # within which electronics' own hiss stays; no hall does
_HISS = 0.15  # whiteness of electronics' own hiss; halls rumble, and stay under 0.1
BASELINE_MINUTES = 600  # of listening before a site is believed to be known
LONGEST_BASELINE_MINUTES = 20_000  # two weeks; what is older is forgotten


@dataclass(frozen=True, slots=True)
class Rule:
    """When a suspicion becomes a fault, and when it is over.

    Attributes:
        needs: suspicious seconds, s.
        bears: innocent seconds in between that do not end it, s.
    """

    needs: int
    bears: int


# Every one is named well within a minute; a pause of a record, a crack or a low organ is none.
RULES: dict[Kind, Rule] = {
    "silent": Rule(needs=25, bears=0),
    "below_floor": Rule(needs=40, bears=0),
    "clipping": Rule(needs=8, bears=5),
    "direct_current": Rule(needs=25, bears=2),
    "hum": Rule(needs=40, bears=5),
    "dead_channel": Rule(needs=40, bears=2),
}
_STATE_OF: dict[Kind, SignalState] = {
    "silent": "silent_signal",
    "below_floor": "silent_signal",
    "clipping": "clipped",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """What was heard up to a place, from where the one before ended.

    Attributes:
        state: `silent_signal` and `clipped` are no hearing; `heard` may have a fault beside it.
        fault: what ails it, if anything.
        end: the place after it.
    """

    state: SignalState
    fault: Fault | None
    end: Sample


class Baseline:
    """How quiet it gets at a site: the quietest second of each minute that was surely heard."""

    def __init__(self, floors_db: Iterable[float] = ()) -> None:
        """Go on from what was learned before, dBFS for each minute, the oldest first."""
        self._floors = deque(floors_db, maxlen=LONGEST_BASELINE_MINUTES)
        self._minute: list[float] = []
        self._lowest = self._find()

    def remember(self, floors_db: Iterable[float]) -> None:
        """Put what was learned in earlier runs, the oldest first, before what was learned since."""
        self._floors = deque([*floors_db, *self._floors], maxlen=LONGEST_BASELINE_MINUTES)
        self._lowest = self._find()

    @property
    def lowest_db(self) -> float | None:
        """The floor under which no hall of this site sinks, dBFS; None until it is known."""
        return self._lowest

    def learn(self, second: Second) -> None:
        """Take a second that was surely heard."""
        self._minute.append(second.rms_db)
        if len(self._minute) == 60:
            self._floors.append(min(self._minute))
            self._minute.clear()
            self._lowest = self._find()

    def _find(self) -> float | None:
        if len(self._floors) < BASELINE_MINUTES:
            return None
        return sorted(self._floors)[len(self._floors) // 100]  # one minute in a hundred may lie


class _Suspicion:
    """Seconds of one kind of trouble, counted until they are a fault or over."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self.forget()

    def forget(self) -> None:
        """Nothing is suspected."""
        self.since: int | None = None  # number of the first suspicious second
        self._last = 0
        self._count = 0

    def see(self, number: int, *, suspicious: bool) -> None:
        """Take the next second."""
        if suspicious:
            self.since = number if self.since is None else self.since
            self._last, self._count = number, self._count + 1
        elif self.since is not None and number - self._last > self._rule.bears:
            self.forget()

    @property
    def proven(self) -> bool:
        """Whether it is a fault."""
        return self._count >= self._rule.needs

    def undecided_before(self, number: int) -> int:
        """The seconds before this number need not be waited for any more."""
        if self.since is None:
            return number
        return self._last + 1 if self.proven else self.since


class Signal:
    """Watches one input, second by second.

    A second is judged once nothing that began with it can still turn out to be a fault: at once
    while nothing is suspected, and after at most a minute.
    """

    def __init__(self, low_rate_hz: float, *, baseline: Baseline) -> None:
        """Watch an input whose site is known by its baseline, which goes on learning."""
        self._baseline = baseline
        self._hum = HumFilter(low_rate_hz)
        self._suspicions = {kind: _Suspicion(rule) for kind, rule in RULES.items()}
        self._pending: deque[tuple[Second, Sample]] = deque()
        self._number = 0  # of the next second to be judged
        self._band: tuple[float, float] | None = None  # of levels while below the floor, dB
        self._silences: Counter[Fault] = Counter()

    @property
    def present(self) -> tuple[SignalState, Fault | None]:
        """What the last second counts as by what is proven so far, and what ails it."""
        return self._verdict(self._number + len(self._pending) - 1)

    def feed(self, second: Second, end: Sample) -> list[Judged]:
        """Take the next second, which ended at a place; give what is now certain."""
        number = self._number + len(self._pending)
        self._pending.append((second, end))
        suspected = self._suspected(second)
        for kind, suspicion in self._suspicions.items():
            suspicion.see(number, suspicious=kind in suspected)
        if self._suspicions["silent"].since is None:
            self._silences.clear()
        return self._settle(number + 1)

    def close(self) -> list[Judged]:
        """The stretch of sound is over: what was not proven is innocent."""
        number = self._number + len(self._pending)
        for suspicion in self._suspicions.values():
            if not suspicion.proven:
                suspicion.forget()
        judged = self._settle(number, last=True)
        for suspicion in self._suspicions.values():
            suspicion.forget()
        self._hum.close()
        self._silences.clear()
        self._band = None
        return judged

    def _suspected(self, second: Second) -> set[Kind]:
        suspected: set[Kind] = set()
        silence = _silence(second)
        if silence is not None:
            self._silences[silence] += 1
            suspected.add("silent")
        elif self._is_below_floor(second):
            suspected.add("below_floor")
        if second.clipped > _CLIPPED_SHARE * second.samples:
            suspected.add("clipping")
        if abs(second.mean) > _OFFSET and silence is None:
            suspected.add("direct_current")
        if self._hum.feed(second):
            suspected.add("hum")
        if _has_dead_channel(second):
            suspected.add("dead_channel")
        return suspected

    def _is_below_floor(self, second: Second) -> bool:
        lowest, level = self._baseline.lowest_db, second.rms_db
        if lowest is None or level > lowest - _BELOW_DB or second.whiteness < _HISS:
            self._band = None
            return False
        least, most = self._band or (level, level)
        self._band = (min(least, level), max(most, level))
        if self._band[1] - self._band[0] > _STEADY_DB:
            self._band = None
            return False
        return True

    def _settle(self, until: int, *, last: bool = False) -> list[Judged]:
        """Judge what need not be waited for any more."""
        told = [self._suspicions[kind] for kind in _STATE_OF]
        certain = until if last else min(one.undecided_before(until) for one in told)
        judged: list[Judged] = []
        while self._number < certain:
            second, end = self._pending.popleft()
            state, fault = self._verdict(self._number)
            self._number += 1
            if state == "heard" and fault is None:
                self._baseline.learn(second)
            judged.append(Judged(state, fault, end))
        return judged

    def _verdict(self, number: int) -> tuple[SignalState, Fault | None]:
        for kind, suspicion in self._suspicions.items():
            if suspicion.proven and suspicion.since is not None and number >= suspicion.since:
                return _STATE_OF.get(kind, "heard"), self._name(kind)
        return "heard", None

    def _name(self, kind: Kind) -> Fault:
        return self._silences.most_common(1)[0][0] if kind == "silent" else kind


def _has_dead_channel(second: Second) -> bool:
    """Whether one channel has nothing while another has sound, which the mix would hide."""
    if not second.peaks:
        return False
    loudest, least = max(second.peaks), min(second.peaks)
    nothing = max(_MUTED_STEPS * _STEP, _DEAD_SHARE * loudest)
    return least <= nothing and loudest > 8 * _MUTED_STEPS * _STEP


def _silence(second: Second) -> Fault | None:
    """What kind of nothing a second is; None when it is something."""
    swing = second.highest - second.lowest
    if second.peak == 0:
        return "digital_zero"
    if swing > 2 * _MUTED_STEPS * _STEP:
        return None
    return "muted_mixer" if second.peak <= _MUTED_STEPS * _STEP else "stuck"
