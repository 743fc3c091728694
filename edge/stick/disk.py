"""The bare bytes of a stick: a device or an image file, never read or written past its end."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.errors import BadStick


class Disk:
    """Bytes at places; every place is checked against the size found when it was opened."""

    def __init__(self, descriptor: int, *, name: str, size_bytes: int) -> None:
        self._descriptor = descriptor
        self._name = name
        self.size_bytes = size_bytes

    def read(self, start: int, count: int) -> bytes:
        """The `count` bytes from byte `start`.

        Raises:
            BadStick: they do not all lie on the stick, or the stick does not answer.
        """
        self._check(start, count)
        try:
            found = os.pread(self._descriptor, count, start)
        except OSError as e:
            raise BadStick(f"{self._name} does not answer at byte {start}: {e.strerror}") from e
        if len(found) != count:
            raise BadStick(f"{self._name} gave {len(found)} of {count} bytes at byte {start}")
        return found

    def write(self, start: int, content: bytes) -> None:
        """Put `content` at byte `start`.

        Raises:
            BadStick: it does not fit there, or the stick does not take it.
        """
        self._check(start, len(content))
        try:
            written = os.pwrite(self._descriptor, content, start)
        except OSError as e:
            raise BadStick(f"{self._name} cannot be written at byte {start}: {e.strerror}") from e
        if written != len(content):
            raise BadStick(f"{self._name} took {written} of {len(content)} bytes at byte {start}")

    def flush(self) -> None:
        """Return when everything written so far is on the medium.

        Raises:
            BadStick: the stick does not confirm it, for example because it was pulled.
        """
        try:
            os.fsync(self._descriptor)
        except OSError as e:
            raise BadStick(f"{self._name} did not keep what was written: {e.strerror}") from e

    def _check(self, start: int, count: int) -> None:
        if start < 0 or start + count > self.size_bytes:
            raise BadStick(
                f"{self._name} has {self.size_bytes} bytes; its file system points to byte {start}"
            )


@contextmanager
def open_disk(path: Path) -> Iterator[Disk]:
    """The block device or image file at `path`, for reading and writing.

    Raises:
        BadStick: it cannot be opened, is in use (mounted), or is neither device nor file.
    """
    try:
        is_device = stat.S_ISBLK(path.stat().st_mode)
        # Linux refuses O_EXCL on a block device that is mounted: two writers would tear it.
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | (os.O_EXCL if is_device else 0))
    except OSError as e:
        raise BadStick(f"{path} cannot be opened: {e.strerror}") from e
    try:
        if not is_device and not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise BadStick(f"{path} is neither a block device nor an image file")
        yield Disk(descriptor, name=str(path), size_bytes=os.lseek(descriptor, 0, os.SEEK_END))
    finally:
        os.close(descriptor)
