"""The outbox of who hears, opened as soon as its card can be written: hearing does not wait."""

import errno
import sqlite3
from collections.abc import Callable, Sequence
from typing import Final

from edge.errors import Misconfigured, Unwritable
from edge.sync.calendar import Fix
from edge.sync.entry import Checkpoint
from edge.sync.left import Left
from edge.sync.outbox import Outbox
from edge.sync.wire import AnyRecord

_OF_THE_CARD: Final = {errno.EROFS, errno.EIO, errno.ENOSPC}
_OF_THE_DATABASE: Final = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL}


class PatientOutbox:
    """An outbox that may not be there yet; until it is, nothing is known and nothing is taken."""

    def __init__(self, opener: Callable[[], Outbox]) -> None:
        """Try to open it.

        Raises:
            Misconfigured: it cannot be opened, and not because of the card.
        """
        self._opener = opener
        self._outbox: Outbox | None = None
        self._why = ""
        self.try_again()

    def try_again(self) -> bool:
        """Open it, if that can be done by now; whether it is open.

        Raises:
            Misconfigured: it cannot be opened, and not because of the card.
        """
        if self._outbox is None:
            try:
                self._outbox = self._opener()
            except Misconfigured as e:
                if not is_of_the_card(e.__cause__):
                    raise
                self._why = str(e)
        return self._outbox is not None

    def close(self) -> None:
        """Let the files go."""
        if self._outbox is not None:
            self._outbox.close()

    def put(self, records: Sequence[AnyRecord], checkpoint: Checkpoint) -> None:
        """Write records and how far listening has come, all or nothing.

        Raises:
            Unwritable: the card takes nothing; tell the same again with what is new.
        """
        if self._outbox is None:
            raise Unwritable(self._why)
        self._outbox.put(records, checkpoint)

    def left(self, input_name: str) -> Left | None:
        """What the last run at an input left; see `Outbox.left`."""
        return self._outbox.left(input_name) if self._outbox is not None else None

    def fixes(self) -> list[Fix]:
        """What was ever learned of the calendar, as far as that can be read."""
        return self._outbox.fixes() if self._outbox is not None else []

    def held(self) -> list[AnyRecord]:
        """The records that wait for their time."""
        return self._outbox.held() if self._outbox is not None else []

    def date(self, records: Sequence[AnyRecord]) -> None:
        """Records that were held have their time now."""
        if self._outbox is not None:
            self._outbox.date(records)

    def floors_db(self, input_name: str, *, at_most: int) -> list[float]:
        """The floors of the last minutes that an input surely heard, dBFS, the oldest first."""
        known = self._outbox
        return known.floors_db(input_name, at_most=at_most) if known is not None else []


def is_of_the_card(cause: BaseException | None) -> bool:
    """Whether something failed because a card is read-only, full or dying."""
    if isinstance(cause, OSError):
        return cause.errno in _OF_THE_CARD
    code = getattr(cause, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _OF_THE_DATABASE
