"""A line of an evening as it is to be paid: which work, how long, and on whose word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from central.ingest.decisions import Decision
from central.ingest.fates import Basis, Fate, LengthBy
from central.ingest.plays import Play
from central.ingest.reconcile import State
from central.ingest.screenings import Screening
from central.venues.accounts import Account
from central.venues.declarations import Declared
from central.venues.uses import Placing, Use


@dataclass(frozen=True, slots=True)
class Settled:
    """A line of the reconciliation.

    Attributes:
        name: how decisions call it.
        work_id: the work it would be paid for; None if nobody knows, or several fit.
        use: of the music: as the piece says, else the part of the evening it was heard in.
        placing: how it stood in the evening: in full, in a medley, as the audience walked in.
        milliseconds: heard; if only declared, as declared, or the usual length of the work.
        from_programme_alone: no box heard it.
        sounds_at: when it sounded by its film's sheet and start; None where these do not say.
        of_the_evening: it sounded then, however wrong its box's clock may have been.
        decision: the last word of a person on it, if it still holds.
        is_open: a person has to settle it.
        stake_minor: its part of the event's fee by time, rounded down; what is out has none.
    """

    name: str
    state: State
    piece: Declared | None
    plays: tuple[Play, ...]
    work_id: int | None
    use: Use
    placing: Placing
    basis: Basis
    milliseconds: int
    length_by: LengthBy
    from_programme_alone: bool
    sounds_at: datetime | None
    of_the_evening: bool
    decision: Decision | None
    is_open: bool
    fate: Fate
    stake_minor: int = 0


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """An event with every declared piece and every play in one line each, and all decisions.

    Attributes:
        screenings: the films that the plays tell of.
    """

    account: Account
    lines: tuple[Settled, ...]
    history: Sequence[Decision]
    screenings: tuple[Screening, ...]

    @property
    def open_minor(self) -> int:
        """The money that waits for a person, in minor units."""
        return sum(line.stake_minor for line in self.lines if line.is_open)
