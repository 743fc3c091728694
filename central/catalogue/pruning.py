"""Files of the catalogue that no box can want any more leave the office's disk."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from sqlalchemy import Connection, select

from central.catalogue.store import catalogues, manifests
from central.database import reading
from central.desk import Office
from central.errors import Unready
from edge.sync.wire import Manifest

GENERATIONS = 2  # the newest, and the one before: what a box keeps itself
# A box that was told of a version fetches its files until it is told of another. What a builder
# left that was cut off goes after the same time.
GRACE = timedelta(days=30)

_OURS = re.compile(r"([0-9a-f]{64})\.(qseg|qsib|qwrk|list)|[0-9a-f]{32}\.draft")


def prune(office: Office, *, now: datetime) -> int:
    """Remove the files that no version names which is in force or was within `GRACE`.

    What was written within that time stays too, whoever names it: somebody may be building.

    Args:
        office: whose files.
        now: the office's clock.

    Returns:
        How many bytes that freed.

    Raises:
        Unready: a file could not be removed; all others are gone.
        OSError: the folder cannot be read.
    """
    before = now - GRACE
    with reading(office.books) as connection:
        kept = _named_since(connection, before)
    unwanted = (path for path in office.home.segments.iterdir() if _is_unwanted(path, kept))
    freed, faults = 0, []
    for path in sorted(unwanted):
        try:
            freed += _remove(path, written_before=before)
        except OSError as fault:
            faults.append(fault)
    if faults:
        raise Unready(f"{len(faults)} old files cannot be removed, first of all: {faults[0]}")
    return freed


def _named_since(connection: Connection, instant: datetime) -> set[str]:
    """The digests of all files of the last generations, and of versions in force since then."""
    rows = connection.execute(
        select(catalogues.c.version, catalogues.c.made_at).order_by(catalogues.c.version.desc())
    ).all()
    versions = [row.version for row in rows[:GENERATIONS]]
    # a version was in force until the next was made
    versions += [older.version for newer, older in pairwise(rows) if newer.made_at > instant]
    wanted = select(manifests.c.content).where(manifests.c.version.in_(versions))
    return {
        file.sha256
        for content in connection.scalars(wanted)
        for file in Manifest.model_validate_json(content).files
    }


def _is_unwanted(path: Path, kept: Collection[str]) -> bool:
    found = _OURS.fullmatch(path.name)
    return found is not None and found[1] not in kept


def _remove(path: Path, *, written_before: datetime) -> int:
    """Remove a file that is as old as that; how many bytes that freed."""
    try:
        # Looked at only now: somebody who builds meanwhile may have written it once more.
        found = path.stat()
        if found.st_mtime >= written_before.timestamp():
            return 0
        path.unlink()
    except FileNotFoundError:  # another process of the same office was first, or it was a draft
        return 0
    return found.st_size
