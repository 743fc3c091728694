"""Whether what a box tells hangs together: its links beside its records and beside each other."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from uuid import UUID

from edge.sync.chain import BEGINNING, follow
from edge.sync.wire import Link


def is_altered(link: Link, contents: Mapping[tuple[str, int], bytes]) -> bool:
    """Whether a link does not fit the records that came with it.

    Args:
        link: what the box says of its chain.
        contents: of all records of the batch, by boot and number: what the chain seals of each.
    """
    if link.last - link.first >= len(contents):
        return True
    boot = str(link.boot)
    mine = [contents.get((boot, seq)) for seq in range(link.first, link.last + 1)]
    told = [content for content in mine if content is not None]
    return len(told) < len(mine) or follow(bytes.fromhex(link.before), told).hex() != link.head


def is_fork(link: Link, known: Iterable[Link], contents: Mapping[tuple[str, int], bytes]) -> bool:
    """Whether another record has followed the same hash, or the same record another hash.

    A card that was copied, or put back to an older state, tells its story on in two ways.

    Args:
        link: what the box says of its chain.
        known: what it said before.
        contents: of its records and of those told before it, as for `is_altered`.
    """
    mine = (_place(link), link.before)
    for other in known:
        theirs = (_place(other), other.before)
        if mine != theirs and (mine[0] == theirs[0] or mine[1] == theirs[1]):
            return True
        earlier, later = sorted((link, other), key=_place)
        if begins_inside(later, earlier) and not _agrees(later, earlier, contents):
            return True
    return False


def begins_inside(link: Link, other: Link) -> bool:
    """Whether a link repeats a part of another: a box whose receipt was lost tells it once more."""
    return link.boot == other.boot and other.first < link.first <= other.last


def _agrees(link: Link, other: Link, contents: Mapping[tuple[str, int], bytes]) -> bool:
    """Whether it begins where that one stood; where that is not known, it is believed."""
    numbers = range(other.first, link.first)
    boot = str(other.boot)
    told = [contents.get((boot, seq), b"") for seq in numbers]
    return not all(told) or follow(bytes.fromhex(other.before), told).hex() == link.before


def loose_ends(links: Iterable[Link]) -> list[Link]:
    """The links that follow what never came: records withheld, on their way, or lost."""
    every = sorted(links, key=_place)
    heads = {link.head for link in every} | {BEGINNING.hex()}
    loose: list[Link] = []
    reach: dict[UUID, int] = {}  # of the links that begin earlier, by boot
    for (boot, first), together in groupby(every, key=_place):
        same = list(together)
        if reach.get(boot, 0) < first:
            loose += [one for one in same if one.before not in heads]
        reach[boot] = max(reach.get(boot, 0), *(one.last for one in same))
    return loose


def _place(link: Link) -> tuple[UUID, int]:
    return link.boot, link.first
