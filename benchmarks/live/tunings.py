"""An orchestra tunes and every work of the list is announced: whatever is told of it is false."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.cores import spread
from benchmarks.live import programme, stage
from benchmarks.live.music import Work
from benchmarks.live.pieces import beats_of_sound, dice_of, laboratory, references_of
from edge.matcher.works.follow import Follower
from edge.matcher.works.references import References

_NUMBERS = range(60, 360)  # before them are those by which was chosen what a held chord says
_ABOVE = 10.0  # dB by which the orchestra is above the audience
_AFTER = 3.0  # s of silence


def measure(lab: Path, works: Sequence[Work], cache: Path) -> list[list[str]]:
    """The works that are told of each tuning."""
    cache.mkdir(parents=True, exist_ok=True)
    known = references_of(works, cache)
    laboratory(lab)  # here: processes that play may have none of their own
    return [_told(known, beats) for beats in spread(partial(_heard, lab), _NUMBERS, doing="tuning")]


def _told(known: References, beats: NDArray[np.int8]) -> list[str]:
    follower = Follower(known)
    follower.expect(dict.fromkeys(known.ids, 0))
    return [one.reference_id for one in (*follower.feed(beats), *follower.close())]


def _heard(lab: Path, number: int) -> NDArray[np.int8]:
    rooms, dice = laboratory(lab), dice_of(f"tuning {number}")
    dry = np.concatenate([programme.tuning(rooms, dice), programme.silence(_AFTER)])
    sound = stage.in_hall(rooms, dice, dry, above=_ABOVE)
    return beats_of_sound(stage.as_heard(stage.as_recorded(sound)))
