"""What is on tonight: the parts of the evening, in order."""

from dataclasses import dataclass
from typing import Literal

from demo.music import NoMusic

Condition = Literal["clear", "under speech", "unknown", "short"]


@dataclass(frozen=True, slots=True)
class Quiet:
    """Nobody plays; the house makes the noise a house makes."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Clapping:
    """The house applauds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Talk:
    """Somebody speaks, and nothing is played."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Piece:
    """A recording, whole or in part, in the clear or under somebody speaking."""

    name: str  # as in the table of recordings
    condition: Condition = "clear"
    start: float = 0.0  # where in the recording, s
    seconds: float | None = None  # None: to its end


Part = Quiet | Clapping | Talk | Piece


@dataclass(frozen=True, slots=True)
class Programme:
    """An evening on paper, and the recordings the catalogue shall know."""

    parts: tuple[Part, ...]
    unknown: str  # the recording that is played and kept out of the catalogue
    power_cut_at: float  # seconds after the beginning, in the middle of a piece
    catalogue: tuple[str, ...] | None = None  # None: every recording but the unknown one


POWER_CUT_SECONDS = 6.0

EVENING = Programme(
    parts=(
        Quiet(9),
        Piece("crossroads"),
        Clapping(8),
        Talk(18),
        Piece("randomness-decides", start=60, seconds=35),
        Quiet(6),
        Piece("hell", start=40, seconds=12),
        Quiet(5),
        Talk(5),
        Piece("contemplation", "under speech", start=30, seconds=40),
        Clapping(9),
        Piece("mountain", "unknown", start=5, seconds=60),
        Quiet(5),
        Piece("hunting"),
        Clapping(10),
        Piece("progression", start=100, seconds=45),
        Quiet(7),
        Piece("desert", start=10, seconds=4, condition="short"),
        Quiet(8),
        Piece("graveyard", start=30, seconds=28),
        Piece("jungle", start=20, seconds=24),
        Quiet(6),
        Piece("crossroads", start=12, seconds=22),
        Quiet(13),
        Talk(11),
        Piece("caves"),
        Clapping(14),
        Quiet(15),
    ),
    unknown="mountain",
    power_cut_at=290.0,
)

REHEARSAL = Programme(
    parts=(
        Quiet(6),
        Piece("crossroads"),
        Clapping(6),
        Talk(6),
        Piece("contemplation", "under speech", start=30, seconds=20),
        Quiet(4),
        Piece("mountain", "unknown", start=5, seconds=20),
        Quiet(3),
        Piece("hunting", start=10, seconds=50),
        Clapping(6),
        Quiet(10),
    ),
    unknown="mountain",
    power_cut_at=140.0,
    catalogue=("crossroads", "contemplation", "hunting", "caves", "jungle"),
)


def known_names(programme: Programme, *, recordings: tuple[str, ...]) -> tuple[str, ...]:
    """The recordings that go into the catalogue, in the order of the table.

    Raises:
        NoMusic: the programme names a recording that is not there.
    """
    wanted = set(programme.catalogue or recordings) - {programme.unknown}
    played = {part.name for part in programme.parts if isinstance(part, Piece)}
    if strangers := (wanted | played) - set(recordings):
        raise NoMusic(f"the programme names {sorted(strangers)}, which no package here carries")
    return tuple(name for name in recordings if name in wanted)
