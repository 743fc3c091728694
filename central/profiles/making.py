"""Making the next catalogue: for every box all of it, or for each kind of house its part."""

from functools import partial

from central.catalogue import builder
from central.catalogue.joining import Progress
from central.catalogue.pruning import prune
from central.catalogue.store import Catalogue
from central.desk import Office
from central.profiles.grounds import chosen


def make(office: Office, *, progress: Progress = builder.silently) -> Catalogue:
    """The catalogue of all recordings registered now; unchanged, it is the version there was.

    Files that no box can want any more are gone after it.

    Args:
        office: whose recordings.
        progress: told how many of the new recordings are compared with the others.

    Raises:
        Unacceptable: there is nothing to recognise yet.
    """
    choose = partial(chosen, settings=office.settings, now=office.now())
    made = builder.build(office, choose=choose, progress=progress)
    prune(office, now=office.now())
    return made
