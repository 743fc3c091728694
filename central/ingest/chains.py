"""Whether what a box tells hangs together: its links beside its records and beside each other."""

from collections.abc import Iterable, Mapping

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
    mine = [contents.get((str(link.boot), seq)) for seq in range(link.first, link.last + 1)]
    told = [content for content in mine if content is not None]
    return len(told) < len(mine) or follow(bytes.fromhex(link.before), told).hex() != link.head


def is_fork(link: Link, known: Iterable[Link]) -> bool:
    """Whether another record has followed the same hash, or the same record another hash.

    A card that was copied, or put back to an older state, tells its story on in two ways.
    """
    mine = ((link.boot, link.first), link.before)
    for other in known:
        theirs = ((other.boot, other.first), other.before)
        if mine != theirs and (mine[0] == theirs[0] or mine[1] == theirs[1]):
            return True
    return False


def loose_ends(links: Iterable[Link]) -> list[Link]:
    """The links that follow what never came: records withheld, on their way, or lost."""
    every = list(links)
    heads = {link.head for link in every} | {BEGINNING.hex()}
    return [one for one in every if one.before not in heads]
