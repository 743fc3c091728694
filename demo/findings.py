"""What was heard against what was played, and whether the money is all there; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from demo.evening import Played

ASKED_SECONDS = 10.0  # a piece at least this long, in the clear, must be found
BOUNDARY_SECONDS = 2.0  # how far a start or an end may be off


@dataclass(frozen=True, slots=True)
class Heard:
    """One play as the office has it; times in seconds after the beginning of the evening."""

    name: str
    started: float
    ended: float
    seconds: float  # that were really heard, gaps left out
    confidence: float


@dataclass(frozen=True, slots=True)
class Row:
    """A piece that was played, and what was heard of it."""

    played: Played
    heard: tuple[Heard, ...]

    @property
    def is_asked(self) -> bool:
        """Whether it must be found: known, in the clear, and long enough."""
        long_enough = self.played.ended - self.played.started >= ASKED_SECONDS
        return self.played.condition == "clear" and long_enough

    @property
    def start_error(self) -> float | None:
        """Heard too late (+) or too early, s; None when it was not heard as one play."""
        piece = self.played
        if len(self.heard) != 1:
            return None
        return _outside(self.heard[0].started, piece.started, piece.audible_from)

    @property
    def end_error(self) -> float | None:
        """Heard too long (+) or too short, s; None when it was not heard as one play."""
        piece = self.played
        if len(self.heard) != 1:
            return None
        return _outside(self.heard[0].ended, piece.audible_until, piece.ended)


@dataclass(frozen=True, slots=True)
class Span:
    """One state of listening, in seconds after the beginning of the evening."""

    state: str
    started: float
    ended: float


@dataclass(frozen=True, slots=True)
class Due:
    """What one rightholder receives, in minor units, and what the lines of it sum to."""

    name: str
    minor: int
    lines_minor: int
    text: str
    plays: int
    adds_up: bool


@dataclass(frozen=True, slots=True)
class Payout:
    """A closed evening: the fee, what was deducted, what waits, and what everybody receives.

    Attributes:
        deducted: each deduction by name, in minor units and as people write it.
    """

    fee_minor: int
    fee: str
    suspended_minor: int
    dues: tuple[Due, ...]
    deducted: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold, and whether it does."""

    words: str
    holds: bool


def compare(
    played: Sequence[Played], heard: Sequence[Heard]
) -> tuple[tuple[Row, ...], tuple[Heard, ...]]:
    """Put what was heard beside what was played.

    Returns:
        A row for each piece played, and what was heard though it was not played then.
    """
    left = list(heard)
    rows = []
    for piece in played:
        mine = tuple(h for h in left if h.name == piece.name and _meets(h, piece))
        left = [h for h in left if h not in mine]
        rows.append(Row(piece, mine))
    return tuple(rows), tuple(left)


def check_hearing(rows: Sequence[Row], *, false: Sequence[Heard]) -> list[Check]:
    """Whether everything asked for was found, nothing else was, and the boundaries are right."""
    asked = [row for row in rows if row.is_asked]
    found = [row for row in asked if len(row.heard) == 1]
    errors = [abs(e) for row in found for e in (row.start_error, row.end_error) if e is not None]
    return [
        Check(
            f"{len(found)} of {len(asked)} known pieces of {ASKED_SECONDS:.0f} s and more in the"
            " clear found, each as one play",
            len(found) == len(asked) > 0,
        ),
        Check(f"{len(false)} heard that were not played", not false),
        Check(
            f"boundaries of these within {BOUNDARY_SECONDS:.0f} s"
            f" (largest error {max(errors, default=0.0):.2f} s)",
            bool(errors) and max(errors) <= BOUNDARY_SECONDS,
        ),
    ]


def check_coverage(spans: Sequence[Span], *, seconds: float, cut_seconds: float) -> list[Check]:
    """Whether every moment of the evening is accounted for, as what it was."""
    accounted = [span for span in spans if span.state != "unreported"]
    total = sum(span.ended - span.started for span in accounted)
    off = sum(span.ended - span.started for span in spans if span.state == "powered_off")
    return [
        Check(
            f"{100 * total / seconds:.4f} % of {seconds:.3f} s accounted for",
            abs(total - seconds) < 1e-3,
        ),
        Check(
            f"powered off for {off:.3f} s of it, as it was ({cut_seconds:.3f} s)",
            abs(off - cut_seconds) < 1e-3,
        ),
    ]


def check_payout(payout: Payout) -> list[Check]:
    """Whether the pool was given out to the last minor unit, and every line is in its statement."""
    lines = sum(due.lines_minor for due in payout.dues)
    taken = sum(minor for _, minor, _ in payout.deducted)
    return [
        Check(
            f"Σ statement lines {lines} + suspense {payout.suspended_minor}"
            f" + deductions {taken} = fee {payout.fee_minor} tiyn",
            lines + payout.suspended_minor + taken == payout.fee_minor,
        ),
        Check(
            "every statement is the sum of its lines, and what its account was booked",
            all(due.adds_up and due.minor == due.lines_minor for due in payout.dues),
        ),
    ]


def _meets(heard: Heard, played: Played) -> bool:
    return heard.started < played.ended and heard.ended > played.started


def _outside(instant: float, low: float, high: float) -> float:
    """How far an instant is above (+) or below (-) a stretch; 0 inside it."""
    return max(instant - high, 0.0) + min(instant - low, 0.0)
