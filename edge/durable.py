"""Writing files so that a power cut leaves the old one or the new one, never half of either."""

import errno
import mmap
import os
from pathlib import Path

SECTOR_BYTES = 512  # what a card writes whole or not at all


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in a folder that exists, or replace it; when this returns it is on the disk.

    Raises:
        OSError: the disk is full or not writable; what was there before is as it was.
    """
    draft = path.with_name(f".{path.name}.part")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut.

    Raises:
        OSError: there is no such folder, or the disk does not answer.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Card:
    """Files written in whole sectors: each act is on the card when it returns.

    Sectors go past the page cache where the file system allows that: a sign of life every ten
    seconds then costs one sector and not a page of eight.
    """

    def __init__(self) -> None:
        self._files: dict[Path, int] = {}
        self._lent = mmap.mmap(-1, mmap.PAGESIZE)  # memory at an address such writing accepts

    def write(self, path: Path, content: bytes, *, at: int) -> None:
        """Write sectors at a place of a file, which is made if it is not there.

        Args:
            path: in a folder that exists.
            content: its last sector is filled up with zeros.
            at: bytes from the beginning, a multiple of `SECTOR_BYTES`.

        Raises:
            OSError: the card is full, read-only or dying; any of the sectors may be written.
        """
        size = -(-len(content) // SECTOR_BYTES) * SECTOR_BYTES
        if size > len(self._lent):
            self._lent = mmap.mmap(-1, size)
        self._lent[:size] = content.ljust(size, b"\0")
        written = self._put(path, memoryview(self._lent)[:size], at)
        if written < size:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    def remove(self, path: Path) -> None:
        """Let go of a file for ever; that it is gone already is no fault.

        Raises:
            OSError: the card is read-only or dying.
        """
        self._forget(path)
        path.unlink(missing_ok=True)
        sync_folder(path.parent)

    def close(self) -> None:
        """Let all files go; they may be written to again."""
        for path in list(self._files):
            self._forget(path)

    def _put(self, path: Path, content: memoryview, at: int) -> int:
        file = self._files.get(path)
        if file is None:
            file = self._open(path, os.O_DIRECT)
        try:
            return os.pwrite(file, content, at)
        except OSError as e:
            if e.errno != errno.EINVAL:
                raise
        self._forget(path)  # its sectors are larger: through the page cache, then
        return os.pwrite(self._open(path, 0), content, at)

    def _open(self, path: Path, direct: int) -> int:
        is_new = not path.exists()
        how = os.O_RDWR | os.O_CREAT | os.O_DSYNC | os.O_CLOEXEC
        try:
            file = os.open(path, how | direct, 0o660)
        except OSError as e:
            if e.errno != errno.EINVAL or not direct:
                raise
            file = os.open(path, how, 0o660)  # not on this file system
        self._files[path] = file
        if is_new:
            sync_folder(path.parent)
        return file

    def _forget(self, path: Path) -> None:
        if (file := self._files.pop(path, None)) is not None:
            os.close(file)
