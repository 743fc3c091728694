"""Laws of fees that come by a licence's tariff: stated, opened step by step, never silent."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.database import writing
from central.errors import Unacceptable
from central.repertoire.facts import WorkDetail
from central.repertoire.store import put_work
from central.royalties import store
from central.royalties.closing import close_period, days_of_event, same_closing
from central.royalties.commands import _told_of_event
from central.royalties.fees import fee_opened, require_tariff
from central.royalties.rules import shelf
from central.royalties.rules.material import Event
from central.royalties.rules.tariff import Performed, fee_of
from central.venues.accounts import Receipts, put_receipts
from central.venues.licences import Licence, put_licence, require_licensed
from tests.central.royalties.conftest import NOW

PACK = "kz-venues-2026"
FREE = WorkDetail(free_points=10_000)
LATER = date(2027, 1, 1)


def licence(theatre, tariff="philharmonic", basis="pro_rata_protected", **more):
    said = Licence(
        id=0,
        venue_id=theatre.venue_id,
        reference="№ 7/2026",
        family="kz-venues",
        tariff=tariff,
        basis=basis,
        screens=more.get("screens"),
        valid_from=date(2026, 1, 1),
        valid_to=more.get("valid_to"),
        told_by="Айгүл",
        told_at=NOW,
    )
    with writing(theatre.books) as connection:
        return put_licence(connection, said)


def box_office(theatre, event_id, gross_minor, tickets=100):
    with writing(theatre.books) as connection:
        put_receipts(connection, event_id, Receipts(gross_minor, tickets, "Касса", NOW))


@pytest.fixture
def concert(theatre):
    """Three minutes of «Жел» and one of a work nobody owns any more, under a licence."""

    def made(*, basis="pro_rata_protected", tariff="philharmonic", gross_minor=30_000_000):
        event_id = theatre.event(
            fee_minor=0, licence_id=licence(theatre, tariff=tariff, basis=basis)
        )
        with writing(theatre.books) as connection:
            put_work(connection, title="Соната", iswc=None, parts=[], at=NOW, detail=FREE)
        theatre.register("Соната", 3)
        theatre.hears(theatre.recordings[1], second=30, seconds=180)
        theatre.hears("rec-3", second=300, seconds=60)
        if gross_minor is not None:
            box_office(theatre, event_id, gross_minor)
        return event_id

    return made


def closed(theatre, pack=PACK, event_id=None):
    with writing(theatre.books) as connection:
        days = theatre.days()
        if event_id is not None:
            days = days_of_event(connection, event_id, pack=pack)
        return close_period(connection, theatre.by(days, pack), now=NOW)


@pytest.mark.parametrize(
    ("basis", "fee"), [("whole_programme", 1_500_000), ("pro_rata_protected", 1_125_000)]
)
def test_the_licence_says_whether_mozart_lowers_the_fee(theatre, concert, basis, fee):
    concert(basis=basis)
    done = closed(theatre)

    (event,) = done.events
    assert (fee, basis) == (event.fee.minor, event.fee_used.basis)
    assert (180_000, 240_000) == (event.performed.protected_ms, event.performed.whole_ms)
    assert [fee * 4 // 5] == [head.total.minor for head in done.statements]


def test_every_step_to_the_fee_is_told(theatre, concert):
    concert()
    (event,) = closed(theatre).events
    told = "\n".join(_told_of_event(event))

    assert "Concert of a philharmonic, pro_rata_protected" in told
    assert "receipts 300,000.00 × 5 %" in told
    assert "180000 ms protected ÷ 240000 ms performed" in told


def test_the_figures_a_tariff_assumed_are_stated(theatre, concert):
    concert()

    assert "tariffs.philharmonic.percent" in {
        one.key for one in closed(theatre).distribution.pack.assumed
    }


def test_what_was_closed_by_a_licence_is_read_back_the_same(theatre, concert):
    concert()
    done = closed(theatre)

    assert done.events == tuple(theatre.read(store.closed_events, done.distribution.id))


def test_a_box_office_nobody_told_is_not_taken_for_nought(theatre, concert):
    concert(gross_minor=None)

    with pytest.raises(Unacceptable, match="box office has not been told"):
        closed(theatre)


def test_the_last_word_of_the_box_office_counts(theatre, concert):
    event_id = concert(basis="whole_programme", gross_minor=1)
    box_office(theatre, event_id, 2_000_000)

    assert 100_000 == closed(theatre).events[0].fee.minor


def test_an_event_under_a_licence_is_closed_by_a_pack_of_its_family(theatre, concert):
    concert()

    with pytest.raises(Unacceptable, match="close it by a pack of kz-venues"):
        closed(theatre, pack="")
    with pytest.raises(Unacceptable, match="licensed by tariff philharmonic of kz-venues"):
        closed(theatre, pack="kazak-theatre-1997")


def test_a_hall_without_a_number_of_seats_is_named(theatre):
    theatre.event(fee_minor=0, licence_id=licence(theatre, tariff="cafe-free", basis=""))

    with pytest.raises(Unacceptable, match="hall has no number of seats"):
        closed(theatre)


@pytest.mark.parametrize(
    ("family", "tariff", "basis", "says"),
    [
        ("kz-venues", "philharmonic", "", "no silent default"),
        ("kz-venues", "nowhere", "", "no tariff 'nowhere'"),
        ("suisa-concert", "concert", "whole_programme", "always pro_rata_protected"),
        ("nobody", "concert", "", "no family of packs 'nobody'"),
    ],
)
def test_a_licence_no_pack_could_reckon_is_refused(family, tariff, basis, says):
    with pytest.raises(Unacceptable, match=says):
        require_tariff(list(shelf.packs()), family, tariff, basis)


def test_a_licence_holds_for_its_own_house_and_days(theatre):
    number = licence(theatre, valid_to=date(2026, 6, 30))

    with pytest.raises(Unacceptable, match="holds from 2026-01-01 to 2026-06-30"):
        theatre.read(require_licensed, number, theatre.hall_id, LATER)


TARIFFS = [(pack, tariff) for pack in shelf.packs() for tariff in pack.tariffs.values()]


@given(
    which=st.sampled_from(TARIFFS),
    basis=st.sampled_from(["whole_programme", "pro_rata_protected"]),
    quantity=st.integers(0, 10**12),
    free_ms=st.integers(0, 10**7),
    protected_ms=st.integers(0, 10**7),
    reported=st.booleans(),
)
def test_the_steps_give_what_the_engine_gives(
    which, basis, quantity, free_ms, protected_ms, reported
):
    pack, tariff = which
    event = Event(
        id=1,
        day=pack.valid_from,
        tariff=tariff.kind,
        basis=basis if tariff.basis == "named_by_licence" else "",
        receipts=quantity,
        attendance=quantity,
        seats=quantity,
        screens=quantity,
        reported=reported,
    )
    performed = Performed(protected_ms, protected_ms + free_ms)
    opened = fee_opened(tariff, event, performed)

    assert fee_of(pack, event, performed)[0] == opened.steps[-1]["gives"]
    assert "fee" == opened.steps[-1]["name"]


def test_an_event_that_came_late_is_closed_by_itself(theatre):
    theatre.event(minutes=5)
    first = closed(theatre, pack="")
    late = theatre.event(starts_at=theatre.evening.replace(hour=17))
    second = closed(theatre, pack="", event_id=late)

    assert ([late], late) == (
        [event.event_id for event in second.events],
        second.distribution.event_id,
    )
    alone = theatre.read(days_of_event, late)
    assert theatre.read(same_closing, alone, second.distribution.id)
    assert not theatre.read(same_closing, theatre.days(), second.distribution.id)
    assert theatre.read(same_closing, theatre.days(), first.distribution.id)
