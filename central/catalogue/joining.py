"""Comparing every new recording with those there are: which share sound, and where."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import lru_cache

from central.catalogue import shared
from central.catalogue.shared import Pair
from central.catalogue.sharing import SAME_SOUND, Stretch
from central.catalogue.sharing import shared as shared_by
from central.catalogue.suspects import suspects
from central.database import reading, writing
from central.desk import Office
from edge.matcher.fingerprint import Fingerprint
from edge.matcher.index import Index
from edge.matcher.siblings import Common

Progress = Callable[[int, int], None]  # told how many recordings are done, of how many
_AT_HAND = 64  # fingerprints kept in memory, about 4 MB: those of one family come together


def compare_new(office: Office, index: Index, *, progress: Progress) -> None:
    """Find what recordings not yet compared share with those of the catalogue.

    Each is written down when it is done, so that a run cut off goes on where it was.

    Args:
        office: whose recordings.
        index: the catalogue, the new ones included.
        progress: told after each recording.
    """
    with writing(office.books) as connection:
        new = shared.unsought(connection)
        shared.forget(connection, new)

    @lru_cache(maxsize=_AT_HAND)
    def fingerprint(name: str) -> Fingerprint:
        with reading(office.books) as connection:
            return shared.fingerprint_of(connection, name)

    for done, (name, content) in enumerate(new.items(), 1):
        found = _shared_by(name, index, fingerprint)
        kinds = {
            (one, other): (shared.kind_between(fingerprint(one), fingerprint(other), all_), all_)
            for (one, other), all_ in found.items()
        }
        with writing(office.books) as connection:
            shared.put_found(connection, (name, content), kinds, at=office.now())
        progress(done, len(new))


def told_apart_by_nobody(pairs: Sequence[Pair], catalogue: Index) -> list[Common]:
    """The stretches over which two recordings of a catalogue sound the same to a box."""
    known = set(catalogue.recordings)
    return [
        Common(pair.one, pair.other, s.first, s.other, s.frames, s.speed)
        for pair in pairs
        if {pair.one, pair.other} <= known
        for s in pair.stretches
        if s.alike >= SAME_SOUND
    ]


def _shared_by(
    name: str, index: Index, fingerprint: Callable[[str], Fingerprint]
) -> dict[tuple[str, str], list[Stretch]]:
    """What one recording shares with each other, seen from the one whose id comes first."""
    own = fingerprint(name).landmarks
    found: dict[tuple[str, str], list[Stretch]] = defaultdict(list)
    for other, speed in suspects(index, name, own):
        theirs = fingerprint(other).landmarks
        if name < other:
            found[name, other] += shared_by(own, theirs, speed=speed)
        else:
            found[other, name] += shared_by(theirs, own, speed=1 / speed)
    return {pair: stretches for pair, stretches in found.items() if stretches}
