"""Which boxes have told of a run: one whose key is lost tells it once more, by another name."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, bindparam, insert, select

from central.ingest.tables import tellers

_OF = select(tellers.c.boot, tellers.c.device).where(
    tellers.c.boot.in_(bindparam("boots", expanding=True))
)


def tellers_of(connection: Connection, boots: Collection[str]) -> dict[str, set[str]]:
    """Run → the boxes that have told of it."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in connection.execute(_OF, {"boots": list(boots)}):
        found[row.boot].add(row.device)
    return found


def put_tellers(
    connection: Connection, told: Collection[tuple[str, str]], known: Mapping[str, Collection[str]]
) -> None:
    """Keep who tells of a run.

    Args:
        connection: a writing transaction.
        told: runs and boxes.
        known: run → the boxes that are in the books, as `tellers_of` gives them.
    """
    new = sorted((boot, device) for boot, device in told if device not in known.get(boot, ()))
    if new:
        rows = [{"boot": boot, "device": device} for boot, device in new]
        connection.execute(insert(tellers), rows)
