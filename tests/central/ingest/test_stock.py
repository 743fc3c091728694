"""What the books lack of what they had is asked for, by number."""

from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from central.database import writing
from central.ingest.stock import lacking
from central.ingest.tables import detections, records
from edge.sync.wire import Gaps, Inventory, Span

BOOT = UUID(int=7)


@given(st.integers(1, 30), st.integers(0, 30), st.sets(st.integers(1, 60)))
def test_what_lacks_and_what_is_kept_is_all_there_was(first, more, kept):
    span = Span(boot=BOOT, first=first, last=first + more)
    kept = {number for number in kept if span.first <= number <= span.last}
    gaps = list(lacking(span, kept))

    told = [number for gap in gaps for number in range(gap.first, gap.last + 1)]
    assert sorted(set(range(span.first, span.last + 1)) - kept) == told
    assert all(one.last + 1 < following.first for one, following in pairwise(gaps))


def test_after_a_backup_came_back_the_office_asks_for_what_it_lacks(office):
    box = office.box(office.hall())
    box.receipt(*(box.heard(seq) for seq in range(1, 11)))
    with writing(office.books) as connection:
        for table in (detections, records):
            connection.execute(delete(table).where(table.c.seq.in_([4, 5, 10])))
    told = Inventory(device=box.device, delivered=(Span(boot=box.boot, first=1, last=10),))
    answer = box.send("/v1/inventory", box.seal(told))

    gaps = Gaps.model_validate_json(answer.content).missing
    assert [(box.boot, 4, 5), (box.boot, 10, 10)] == [(g.boot, g.first, g.last) for g in gaps]


def test_nothing_is_asked_for_where_nothing_lacks(office):
    box = office.box(office.hall())
    box.receipt(*(box.heard(seq) for seq in range(1, 11)))
    told = Inventory(device=box.device, delivered=(Span(boot=box.boot, first=1, last=10),))

    assert {"missing": []} == box.send("/v1/inventory", box.seal(told)).json()


def test_an_endless_inventory_is_refused(office):
    box = office.box(office.hall())
    told = Inventory(device=box.device, delivered=(Span(boot=box.boot, first=1, last=2**31 - 1),))
    answer = box.send("/v1/inventory", box.seal(told))

    assert 422 == answer.status_code
    assert "more than" in answer.json()["detail"]


def test_a_box_takes_stock_for_itself_alone(office):
    hall_id = office.hall()
    honest, liar = office.box(hall_id), office.box(hall_id)
    told = Inventory(device=honest.device, delivered=())

    assert 422 == liar.send("/v1/inventory", liar.seal(told)).status_code
