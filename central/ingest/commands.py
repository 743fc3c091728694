"""What is done with the evidence from the office's own desk."""

from collections.abc import Iterator
from contextlib import closing

from central.database import reading
from central.founding import open_office
from central.ingest import audit
from central.settings import Home, Settings


def faults_in(home: Home) -> Iterator[audit.Fault]:
    """All that is not, or no longer, as a box signed it.

    Raises:
        Unready: no office in that folder.
    """
    with closing(open_office(home, Settings())) as office, reading(office.books) as connection:
        yield from audit.audit(connection)
