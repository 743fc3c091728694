"""A theatre whose evening was closed by a pack, with plays that wait for an owner."""

import pytest

from central.database import writing
from central.repertoire.shares import Share
from central.repertoire.store import put_work
from central.royalties import store
from central.royalties.closing import Days, close_period
from central.royalties.later.amounts import standing_of
from central.royalties.later.window import waits_for_an_owner
from central.royalties.money import total_of

PACK = "kz-venues-2026"


class After:
    """What tests do with a closed evening."""

    def __init__(self, theatre):
        self.theatre = theatre
        self.books = theatre.books

    def close(self, pack=PACK, *, day=21):
        days = self.theatre.days(first=day, last=day)
        with writing(self.books) as connection:
            by = Days(days.venue_id, days.first_day, days.last_day, pack)
            return close_period(connection, by, now=self.theatre.now)

    def work(self, title, *points):
        """A work whose parts go to the theatre's authors; answers its number."""
        parts = [
            Share(party, "CA", own)
            for party, own in zip(self.theatre.parties, points, strict=False)
        ]
        with writing(self.books) as connection:
            return put_work(connection, title=title, iswc=None, parts=parts, at=self.theatre.now)

    def standing(self, closing_id=1):
        return self.theatre.read(standing_of, closing_id)

    def waiting(self, closing_id=1):
        return [one for one in self.standing(closing_id) if waits_for_an_owner(one)]

    def wealth(self, closing_id=1):
        """What everybody has by what stands, and what waits under None."""
        sums = {}
        for one in self.standing(closing_id):
            sums[one.party_id] = sums.get(one.party_id, 0) + one.amount.minor
        return sums

    def whole(self, closing_id=1):
        """All that was ever divided in a closing."""
        events = self.theatre.read(store.closed_events, closing_id)
        return total_of((event.divided() for event in events), "KZT").minor


@pytest.fixture
def after(theatre):
    theatre.event()
    theatre.hears(theatre.recordings[0], second=30, seconds=120)
    theatre.hears(theatre.recordings[1], second=300, seconds=60)
    theatre.hears("rec-unregistered", second=400, seconds=20)
    return After(theatre)
