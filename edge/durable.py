"""Writing files so that a power cut leaves the old one or the new one, never half of either."""

import os
from pathlib import Path


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
