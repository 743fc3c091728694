"""A theatre in an open office, two evenings of which are closed."""

from datetime import timedelta

import pytest

from central.database import writing
from central.repertoire.shares import Share
from tests.central.royalties.conftest import Theatre

KAZAKH = "Әә Ғғ Ққ Ңң Өө Ұұ Үү Һһ Іі"


@pytest.fixture
def theatre(office):
    return Theatre(office.books)


@pytest.fixture
def closed(theatre):
    """A closing with a paid, a repeated, an unknown and an unlucky play, and a silent evening."""
    theatre.event()
    theatre.event(starts_at=theatre.evening + timedelta(hours=2), fee_minor=777)
    whole = [Share(theatre.parties[0], "CA", 10_000)]
    thirds = [
        Share(party, "CA", points)
        for party, points in zip(theatre.parties, (3334, 3333, 3333), strict=True)
    ]
    with writing(theatre.books) as connection:
        formula = theatre._record(connection, "=HYPERLINK(1)", whole)
        lettered = theatre._record(connection, KAZAKH, thirds)
    first, second = theatre.recordings
    theatre.hears(first, second=10, seconds=61)
    theatre.hears(first, second=110, seconds=62)
    theatre.hears(second, second=200, seconds=63)
    theatre.hears("rec-nobody-knows", second=290, seconds=47)
    theatre.hears(formula, second=350, seconds=50)
    theatre.hears(lettered, second=410, seconds=50)
    return theatre.close()


@pytest.fixture
def ask(office):
    """Ask for a report; answers what came."""

    def asked(path, **query):
        answer = office.http.get(f"/v1{path}", params=query)
        assert answer.status_code == 200, answer.text
        return answer

    return asked
