"""What a technician hands in: a stick's file system, its image, or a folder standing in for it."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Protocol

from edge.durable import write_whole
from edge.errors import BadStick
from edge.stick.disk import open_disk
from edge.stick.volume import INBOX, Volume

MOST_FILES = 64  # up to five for each of a dozen boxes
MOST_BYTES = 1 << 20  # of one file
_PIECE_BYTES = 1 << 16
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Medium(Protocol):
    """The files in QULAQ/, whatever carries them."""

    def names(self) -> list[str]:
        """File names in QULAQ/, sorted; at most `MOST_FILES` + 1, so that too many show."""

    def read_file(self, name: str, *, limit: int = MOST_BYTES) -> bytes:
        """A file's content, if it has no more than `limit` bytes."""

    def pieces(self, name: str, *, limit: int) -> Iterator[bytes]:
        """The same, piece by piece."""

    def write_file(self, name: str, content: bytes) -> None:
        """Put or replace a file; when this returns it is on the medium."""


class FatMedium:
    """A FAT file system in a block device or image file, read in user space, never mounted."""

    def __init__(self, volume: Volume) -> None:
        self._volume = volume

    def names(self) -> list[str]:
        """File names in QULAQ/, sorted.

        Raises:
            BadStick: the file system is broken.
        """
        return sorted(self._volume.names(most=MOST_FILES + 1))

    def read_file(self, name: str, *, limit: int = MOST_BYTES) -> bytes:
        """A file's content.

        Raises:
            BadStick: no such file, too large, or broken.
        """
        return self._volume.read(_checked(name), limit=limit)

    def pieces(self, name: str, *, limit: int) -> Iterator[bytes]:
        """A file's content, cluster by cluster.

        Raises:
            BadStick: no such file, too large, or broken.
        """
        return self._volume.pieces(_checked(name), limit=limit)

    def write_file(self, name: str, content: bytes) -> None:
        """Put or replace a file.

        Raises:
            BadStick: the stick is full, broken or gone.
        """
        self._volume.write(_checked(name), content)


class FolderMedium:
    """A folder: a stick that is mounted, or a share."""

    def __init__(self, folder: Path) -> None:
        self._inbox = folder / INBOX

    def names(self) -> list[str]:
        """File names in QULAQ/, sorted.

        Raises:
            BadStick: the folder cannot be read, or QULAQ is a link that leads elsewhere.
        """
        self._refuse_links()
        if not self._inbox.is_dir():
            return []
        try:
            with os.scandir(self._inbox) as listing:
                files = (e.name for e in listing if e.is_file(follow_symlinks=False))
                return sorted(islice(files, MOST_FILES + 1))
        except OSError as e:
            raise BadStick(f"{self._inbox} cannot be read: {e.strerror}") from e

    def read_file(self, name: str, *, limit: int = MOST_BYTES) -> bytes:
        """A file's content.

        Raises:
            BadStick: no such file, too large, or a link.
        """
        return b"".join(self.pieces(name, limit=limit))

    def pieces(self, name: str, *, limit: int) -> Iterator[bytes]:
        """A file's content, piece by piece.

        Raises:
            BadStick: no such file, too large, or a link.
        """
        self._refuse_links()
        path = self._inbox / _checked(name)
        left = limit
        try:
            with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:  # noqa: PTH123
                while piece := file.read(min(_PIECE_BYTES, left + 1)):
                    left -= len(piece)
                    if left < 0:
                        raise BadStick(f"{INBOX}/{name} has more than {limit} bytes")
                    yield piece
        except OSError as e:
            raise BadStick(f"{path} cannot be read: {e.strerror}") from e

    def write_file(self, name: str, content: bytes) -> None:
        """Put or replace a file: whole or not at all.

        Raises:
            BadStick: the folder cannot be written.
        """
        self._refuse_links()
        path = self._inbox / _checked(name)
        try:
            self._inbox.mkdir(exist_ok=True)
            write_whole(path, content)
        except OSError as e:
            raise BadStick(f"{path} cannot be written: {e.strerror}") from e

    def _refuse_links(self) -> None:
        if self._inbox.is_symlink():
            raise BadStick(f"{self._inbox} is a link; it must be a folder")


@contextmanager
def open_medium(path: Path) -> Iterator[Medium]:
    """The stick at `path`: a folder, an image file, or a block device such as /dev/sda1.

    Raises:
        BadStick: nothing is there, or nothing that could be a stick.
    """
    if path.is_dir():
        yield FolderMedium(path)
    else:
        with open_disk(path) as disk:
            yield FatMedium(Volume(disk, now=datetime.now(UTC)))


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise BadStick(f"{name!r} is not a name for a file on a stick")
    return name
