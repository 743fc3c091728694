"""Making the next catalogue: for every box all of it, or for each kind of house its part."""

from dataclasses import dataclass
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from central.catalogue import builder
from central.catalogue.joining import Progress
from central.catalogue.pruning import prune
from central.catalogue.store import Catalogue
from central.desk import Office
from central.errors import Unready
from central.profiles.grounds import chosen


@dataclass(frozen=True, slots=True)
class Made:
    """A build that succeeded, and whether old files could be removed after it.

    Attributes:
        catalogue: the version now in force.
        not_removed: why files that no box can want any more are still there; empty: they are gone.
    """

    catalogue: Catalogue
    not_removed: str = ""


def make(office: Office, *, progress: Progress = builder.silently) -> Made:
    """The catalogue of all recordings registered now; unchanged, it is the version there was.

    Files that no box can want any more are gone after it; where they cannot be removed, the
    version is in force all the same.

    Args:
        office: whose recordings.
        progress: told how many of the new recordings are compared with the others.

    Raises:
        Unacceptable: there is nothing to recognise yet.
    """
    choose = partial(chosen, settings=office.settings, now=office.now())
    made = builder.build(office, choose=choose, progress=progress)
    try:
        prune(office, now=office.now())
    except (Unready, OSError, SQLAlchemyError) as fault:
        return Made(made, str(fault))
    return Made(made)
