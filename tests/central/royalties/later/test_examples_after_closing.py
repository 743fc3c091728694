"""SUISA's concert in the books: of its hundred minutes ten are known to nobody."""

from datetime import UTC, datetime, timedelta

import pytest

from central.database import writing
from central.errors import Unacceptable
from central.repertoire.shares import Share
from central.repertoire.store import put_work
from central.repertoire.tables import shares, works
from central.royalties.later import runs
from central.royalties.later.claim_books import Filing
from central.royalties.later.claims import accept, file_claim
from central.royalties.rules.claims import CLAIM_TOO_LATE

LAST_DAY = datetime(2028, 5, 21, 12, tzinfo=UTC)  # eighteen months after the concert
AFTER = LAST_DAY + timedelta(days=1)


@pytest.fixture
def concert(theatre, after):
    """Closed: 2,295.00 are left of 3,000.00 after 15 %, 7.5 % and 2.5 %."""
    start = theatre.evening - timedelta(hours=20)
    theatre.event(starts_at=start, minutes=120, fee_minor=300_000, currency="CHF")
    theatre.hears(theatre.recordings[1], second=-72_000, seconds=5_400)
    theatre.hears("rec-nobody-knows", second=-66_000, seconds=600)
    after.close("suisa-concert", day=20)
    after.song = after.work("Теңіз", 10_000)
    return after


def claimed(concert, now):
    (waiting,) = concert.waiting()
    filing = Filing(waiting.reference, "Абай", "a@example.kz", "mine", work_id=concert.song)
    with writing(concert.books) as connection:
        return file_claim(connection, filing, by="", now=now)


def test_ninety_minutes_are_paid_and_ten_wait(concert):
    assert concert.wealth() == {concert.theatre.parties[2]: 206_550, None: 22_950}


def test_claimed_inside_the_window_the_ten_are_paid_and_nothing_is_weighed_again(concert):
    one = claimed(concert, LAST_DAY)
    with writing(concert.books) as connection:
        accept(connection, one.id, work_id=None, why="", by="x", now=AFTER)

    first, _, third = concert.theatre.parties
    wealth = concert.wealth()
    assert (wealth[first], wealth[third], wealth.get(None, 0)) == (22_950, 206_550, 0)


def test_after_the_window_they_go_to_the_known_works_and_a_later_claim_is_refused(concert):
    late = claimed(concert, AFTER)
    with writing(concert.books) as connection:
        runs.do(connection, "redistribution", 1, by="x", now=AFTER)

    assert [step.reason for step in late.steps] == [CLAIM_TOO_LATE]
    assert concert.wealth()[concert.theatre.parties[2]] == 229_500
    assert concert.waiting() == []
    filing = Filing(late.filing.reference, "Абай", "a@example.kz", "mine")
    with pytest.raises(Unacceptable, match="does not wait"), writing(concert.books) as connection:
        file_claim(connection, filing, by="", now=AFTER)


def test_of_an_arrangement_of_what_is_free_two_thirds_are_payable_to_nobody(theatre, after):
    """STIM: of a line of 91.80 the arranger has 30.60, and 61.20 stay."""
    arranger = [Share(theatre.parties[0], "AR", 3_333)]
    with writing(after.books) as connection:
        song = put_work(connection, title="Күй", iswc=None, parts=[], at=theatre.now)
        connection.execute(works.update().where(works.c.id == song).values(free_points=6_667))
        connection.execute(
            shares.insert().values(
                work_id=song,
                party_id=arranger[0].party_id,
                role=arranger[0].role,
                basis_points=arranger[0].basis_points,
                right_name="performing",
            )
        )
    start = theatre.evening - timedelta(hours=20)
    theatre.event(starts_at=start, minutes=120, fee_minor=300_000, currency="CHF")
    theatre.hears(theatre.recordings[1], second=-72_000, seconds=96 * 60)
    theatre.hears("rec-nobody-knows", second=-66_000, seconds=240)
    after.close("suisa-concert", day=20)
    after.song = song
    one = claimed(after, LAST_DAY)
    with writing(after.books) as connection:
        accept(connection, one.id, work_id=None, why="", by="x", now=LAST_DAY)
        later = runs.planned(connection, "redistribution", 1, now=AFTER)

    wealth = after.wealth()
    assert (wealth[theatre.parties[0]], wealth[None]) == (3_060, 6_120)
    assert after.waiting() == []
    assert later.moves == ()  # what is nobody's is nobody's for good
