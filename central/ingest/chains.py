"""Whether what a box tells hangs together: its links beside its records and beside each other."""

from collections.abc import Iterable, Sequence

from edge.sync.chain import BEGINNING, content_of, follow
from edge.sync.wire import AnyRecord, Link


def is_altered(link: Link, records: Sequence[AnyRecord]) -> bool:
    """Whether a link does not fit the records that came with it.

    Args:
        link: what the box says of its chain.
        records: all of the batch, in any order.
    """
    mine = {record.seq: record for record in records if record.boot == link.boot}
    numbers = range(link.first, link.last + 1)
    if len(numbers) > len(mine) or not all(number in mine for number in numbers):
        return True
    contents = [content_of(mine[number]) for number in numbers]
    return follow(bytes.fromhex(link.before), contents).hex() != link.head


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
