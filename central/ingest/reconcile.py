"""What was declared beside what was heard: which piece is which, and what stands alone.

Pieces and plays are paired by work. Pairs that stand in the same order on both sides come first,
as many as there can be; what is left is paired out of order; a play that continues its neighbour's
work within `PAUSE` belongs to it. Nothing is used twice and nothing is dropped.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

State = Literal[
    "matched", "order swapped", "encore", "heard only", "declared only", "not recognised"
]
# Within it a work that sounds again is the same piece going on, as between movements; a true
# repetition is paid alike either way, for its time counts.
PAUSE = timedelta(minutes=2)
_A_PAIR = 10**12  # one pair more outweighs any number of milliseconds


@dataclass(frozen=True, slots=True)
class Listed:
    """A declared piece: its place in the programme, the works its title may mean, encore or not."""

    key: int
    place: int
    works: frozenset[int]
    encore: bool = False


@dataclass(frozen=True, slots=True)
class Sounded:
    """Music that was heard; `work` is None where nobody knows which."""

    key: str
    work: int | None
    started_at: datetime
    ended_at: datetime
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Line:
    """A piece, the plays that are it, or both."""

    state: State
    listed: int | None
    heard: tuple[str, ...]


def reconcile(
    listed: Iterable[Listed], heard: Iterable[Sounded], *, same: Mapping[str, int] | None = None
) -> list[Line]:
    """Every piece and every play in exactly one line.

    Args:
        listed: the programme, keys unique.
        heard: plays, keys unique.
        same: plays that a person has said to be a declared piece, by keys.

    Returns:
        Lines in the order of the programme; what was only heard follows, by time.
    """
    pieces = sorted(listed, key=lambda piece: (piece.place, piece.key))
    sounds = sorted(heard, key=lambda sound: (sound.started_at, sound.key))
    pairs = _told(pieces, sounds, same or {})
    in_order = pairs | _in_order(pieces, sounds, taken=pairs)
    paired = in_order | _out_of_order(pieces, sounds, taken=in_order)
    owner = _continued(pieces, sounds, {sound: piece for piece, sound in paired.items()})
    lines = [
        _of_piece(place, pieces, sounds, paired=paired, in_order=in_order, owner=owner)
        for place in range(len(pieces))
    ]
    over_at = _over_at(pieces, sounds, paired)
    alone = [sound for place, sound in enumerate(sounds) if place not in owner]
    return lines + [Line(_alone(sound, over_at), None, (sound.key,)) for sound in alone]


def _told(
    pieces: Sequence[Listed], sounds: Sequence[Sounded], same: Mapping[str, int]
) -> dict[int, int]:
    """The pairs a person has made, as far as both sides are here and free."""
    place_of = {piece.key: place for place, piece in enumerate(pieces)}
    pairs: dict[int, int] = {}
    for place, sound in enumerate(sounds):
        piece = place_of.get(same[sound.key]) if sound.key in same else None
        if piece is not None and piece not in pairs:
            pairs[piece] = place
    return pairs


def _in_order(
    pieces: Sequence[Listed], sounds: Sequence[Sounded], *, taken: Mapping[int, int]
) -> dict[int, int]:
    """The most pairs that stand in one order on both sides, then the longest heard."""
    rows = [place for place in range(len(pieces)) if place not in taken]
    columns = [place for place in range(len(sounds)) if place not in set(taken.values())]
    best = [[0] * (len(columns) + 1) for _ in range(len(rows) + 1)]
    for i in range(len(rows) - 1, -1, -1):
        for j in range(len(columns) - 1, -1, -1):
            worth = _worth(pieces[rows[i]], sounds[columns[j]])
            both = worth + best[i + 1][j + 1] if worth else 0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], both)
    pairs, i, j = {}, 0, 0
    while i < len(rows) and j < len(columns):
        worth = _worth(pieces[rows[i]], sounds[columns[j]])
        if worth and best[i][j] == worth + best[i + 1][j + 1]:
            pairs[rows[i]] = columns[j]
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return pairs


def _worth(piece: Listed, sound: Sounded) -> int:
    return _A_PAIR + sound.milliseconds if sound.work in piece.works else 0


def _out_of_order(
    pieces: Sequence[Listed], sounds: Sequence[Sounded], *, taken: Mapping[int, int]
) -> dict[int, int]:
    """Pieces still alone with the longest play of their work that is still alone."""
    free = [place for place in range(len(sounds)) if place not in set(taken.values())]
    pairs: dict[int, int] = {}
    for place, piece in enumerate(pieces):
        fitting = [one for one in free if sounds[one].work in piece.works]
        if place not in taken and fitting:
            pairs[place] = max(fitting, key=lambda one: (sounds[one].milliseconds, -one))
            free.remove(pairs[place])
    return pairs


def _continued(
    pieces: Sequence[Listed], sounds: Sequence[Sounded], owner: dict[int, int]
) -> dict[int, int]:
    """Give plays that stand alone to the piece that the play beside them is of, if of one work."""
    steps = [(place - 1, place) for place in range(1, len(sounds))]
    for beside, place in [*steps, *((place, beside) for beside, place in reversed(steps))]:
        if place in owner or beside not in owner:
            continue
        earlier, later = sounds[min(beside, place)], sounds[max(beside, place)]
        goes_on = earlier.work == later.work and sounds[place].work in pieces[owner[beside]].works
        if goes_on and later.started_at - earlier.ended_at <= PAUSE:
            owner[place] = owner[beside]
    return owner


def _of_piece(
    place: int,
    pieces: Sequence[Listed],
    sounds: Sequence[Sounded],
    *,
    paired: Mapping[int, int],
    in_order: Mapping[int, int],
    owner: Mapping[int, int],
) -> Line:
    heard = tuple(sounds[sound].key for sound in sorted(owner) if owner[sound] == place)
    state: State = "matched" if place in in_order else "order swapped"
    return Line(state if place in paired else "declared only", pieces[place].key, heard)


def _over_at(
    pieces: Sequence[Listed], sounds: Sequence[Sounded], paired: Mapping[int, int]
) -> datetime | None:
    """When the programme was over; None if its last piece was not heard, so nobody can say."""
    programme = [place for place, piece in enumerate(pieces) if not piece.encore]
    if not programme or programme[-1] not in paired:
        return None
    return max(sounds[paired[place]].ended_at for place in programme if place in paired)


def _alone(sound: Sounded, over_at: datetime | None) -> State:
    if sound.work is None:
        return "not recognised"
    after = over_at is not None and sound.started_at >= over_at
    return "encore" if after else "heard only"
