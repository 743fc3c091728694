"""What becomes of a line of an evening: what says that it was played, and is that enough."""

from typing import Literal

from central.ingest.reconcile import State
from central.venues.uses import Use

AGREED: tuple[State, ...] = ("matched", "order swapped")

Basis = Literal["heard", "programme", "cue-sheet", "production"]
"""What says that it was played: a box, the programme and a person, a production's cue sheet; of a
grand right, the production itself."""

LengthBy = Literal["heard", "declared", "usual", "standard"]
"""Where a length comes from: the hall, whoever declared it, the work, or nobody."""

Fate = Literal["paid", "waits", "not played", "grand right"]
"""What becomes of a line: its part is paid, waits for a person, or it takes no part and why."""


def fate_of(
    *, state: State, verdict: str, use: Use, basis: Basis, by_sheet: bool, of_the_evening: bool
) -> Fate:
    """What becomes of a line when its event is closed.

    Args:
        state: how declared and heard agree.
        verdict: a person's last word; empty when nobody said anything, or it was taken back.
        use: of the music.
        basis: what says that it was played.
        by_sheet: it belongs to a showing that is paid by its cue sheet.
        of_the_evening: it sounded then, however wrong its box's clock may have been.
    """
    if verdict == "not played":
        return "not played"
    if use == "stage":  # the evening's licence is not for it; the production pays for it
        return "grand right"
    if verdict or basis == "cue-sheet":
        return "paid"
    vouched = state in AGREED or (of_the_evening and not by_sheet)
    undecided = state == "declared only" or not vouched
    return "waits" if undecided else "paid"
