"""A small office whose evening is closed and whose log has begun."""

import pytest

from central.founding import found, open_office
from central.settings import Home, Settings
from tests.central.royalties.conftest import NOW, Theatre


class Logged(Theatre):
    """A theatre in an office of its own, with all that `follow` and `bundle_of` need."""

    def __init__(self, office):
        super().__init__(office.books)
        self.office = office

    def evening_closed(self):
        """An evening of three plays, closed; answers the number of the first statement."""
        first, second = self.recordings
        self.event(minutes=30)
        self.hears(first, second=10, seconds=100)
        self.hears(second, second=200, seconds=61)
        self.hears(first, second=400, seconds=37)
        return self.close().statements[0].id


@pytest.fixture
def logged(tmp_path):
    home = Home(tmp_path / "office")
    found(home, at=NOW)
    office = open_office(home, Settings(log_name="central.example/log"))
    yield Logged(office)
    office.close()
