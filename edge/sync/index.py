"""The journals' index: a database that may be lost at any time, and is built anew from them."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Self, TypeVar

import structlog

from edge.errors import Torn
from edge.sync import aside, journal
from edge.sync.queue import Queue

T = TypeVar("T")

log = structlog.get_logger()


class Index:
    """One database beside the journals, shared by two processes, of which either may renew it."""

    def __init__(self, path: Path, opener: Callable[[Path], Queue]) -> None:
        """Open it, or build it where there is none.

        Args:
            path: of the database; the journals lie beside it.
            opener: how it is opened.

        Raises:
            sqlite3.Error: it cannot be opened.
            OSError: its folder cannot be written.
        """
        self._path, self._opener = path, opener
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._alone():
            self._queue = self._opened()
            self._inode: int | None = path.stat().st_ino  # None: who only looks follows nobody

    @classmethod
    def look(cls, path: Path) -> Self:
        """Open it only to look: whoever may not write in its folder can do so too.

        Raises:
            Unwritable: the file cannot be read.
        """
        index = cls.__new__(cls)
        index._path, index._queue, index._inode = path, Queue.look(path), None
        return index

    def close(self) -> None:
        """Let the file go."""
        self._queue.close()

    def ask(self, act: Callable[[Queue], T]) -> T:
        """Have the queue do something; if it is torn, build it anew and ask again."""
        try:
            return act(self.queue)
        except Torn:
            if self._inode is None:
                raise
            self.renew()
            return act(self.queue)

    @property
    def queue(self) -> Queue:
        """The queue; opened again if the other process has built it anew."""
        if self._inode is None:
            return self._queue
        try:
            is_same = self._path.stat().st_ino == self._inode
        except FileNotFoundError:
            is_same = False
        if not is_same:
            with self._alone():
                self._reopen()
        return self._queue

    def renew(self) -> None:
        """Set a torn database aside and build it anew, if the other process has not."""
        with self._alone():
            if self._path.exists() and self._path.stat().st_ino == self._inode:
                aside.put(self._path)
            self._reopen()

    def _reopen(self) -> None:
        self._queue.close()
        self._queue = self._opened()
        self._inode = self._path.stat().st_ino

    def _opened(self) -> Queue:
        """The database, built from the journals where it is new or was torn."""
        is_new = not self._path.exists() or not self._path.stat().st_size
        self._path.touch(0o660)
        try:
            queue = self._opener(self._path)
        except Torn as e:
            log.warning("outbox_put_aside", reason=str(e))
            aside.put(self._path)
            self._path.touch(0o660)
            queue, is_new = self._opener(self._path), True
        if is_new:
            for name in journal.inputs(self._path.parent):
                entries = journal.read(self._path.parent, name)
                queue.add(chain.from_iterable(entry.told for entry in entries))
        return queue

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold a lock file: two processes that make the same database at once would trip."""
        with self._path.with_suffix(".opening").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
