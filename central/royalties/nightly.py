"""`qulaq-central nightly`: every night anew, what the open evenings would come to."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import Engine, select

from central.database import reading, writing
from central.errors import CentralError
from central.royalties.provisional import estimates, replace
from central.venues.store import venues

journal = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Night:
    """What a night's run did.

    Attributes:
        evenings: how many open evenings were reckoned.
        refused: venues whose rule could not settle what was played, each with the reason; their
            figures of the night before stand, with their own date.
    """

    venues: int
    evenings: int
    refused: tuple[str, ...]


def reckon(
    books: Engine,
    *,
    family: str,
    clock: Callable[[], datetime],
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Night:
    """Replace the provisional figures of every venue, one after another.

    A venue is read in one view of the books and written in one short transaction, so that
    boxes are served meanwhile and a run that is cut off leaves whole venues only. Running twice is
    running once.

    Args:
        books: of the office.
        family: of packs, that the office follows.
        clock: the office's.
        progress: told after each venue how many of how many are done.
    """
    with reading(books) as connection:
        numbers = list(connection.scalars(select(venues.c.id).order_by(venues.c.id)))
    evenings, refused = 0, []
    for done, number in enumerate(numbers, start=1):
        try:
            with reading(books) as connection:
                found = estimates(connection, number, family=family, now=clock())
            with writing(books) as connection:
                evenings += replace(connection, number, found, at=clock())
        except CentralError as reason:
            journal.warning("venue_not_reckoned", venue=number, reason=str(reason))
            refused.append(f"venue {number}: {reason}")
        progress(done, len(numbers))
    return Night(len(numbers), evenings, tuple(refused))
