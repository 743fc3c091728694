"""A torn database is put aside, out of the way and for the office to read."""

from contextlib import suppress
from pathlib import Path

from edge.durable import sync_folder

KEPT = 2  # so many; older ones go
_PARTS = ("-wal", "-shm", "")


def kept(path: Path) -> list[Path]:
    """What was put aside of a database, the oldest first."""
    return sorted(path.parent.glob(f"{path.stem}.torn-*{path.suffix}"))


def put(path: Path) -> None:
    """Move a torn database out of the way.

    Raises:
        OSError: the card is read-only or dying.
    """
    older = kept(path)
    number = int(older[-1].stem.rsplit("-", 1)[1]) + 1 if older else 1
    aside = path.with_name(f"{path.stem}.torn-{number:06d}{path.suffix}")
    # Its log first: a new database must never meet the log of another.
    for part in _PARTS:
        with suppress(FileNotFoundError):
            path.with_name(path.name + part).rename(aside.with_name(aside.name + part))
    sync_folder(path.parent)
    for old in older[: max(0, len(older) + 1 - KEPT)]:
        remove(old)


def remove(path: Path) -> None:
    """Let go of a database that was put aside.

    Raises:
        OSError: the card is read-only or dying.
    """
    for part in _PARTS:
        path.with_name(path.name + part).unlink(missing_ok=True)
