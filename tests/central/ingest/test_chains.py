from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from central.database import reading, writing
from central.ingest.chain_store import memory_of
from central.ingest.chains import is_altered, is_fork, loose_ends
from central.ingest.tables import batches
from edge.sync.chain import BEGINNING, content_of, follow
from edge.sync.seal import seal
from edge.sync.wire import BatchReceipt, DetectionBatch, HoleRecord, Link
from tests.fakes.evenings import BOOT, SEVEN, heard


def link_of(records, before=BEGINNING):
    head = follow(before, [content_of(record) for record in records])
    first, last = records[0], records[-1]
    return Link(
        boot=first.boot, first=first.seq, last=last.seq, before=before.hex(), head=head.hex()
    )


def contents(records):
    return {(str(record.boot), record.seq): content_of(record) for record in records}


def after(link):
    return bytes.fromhex(link.head)


RECORDS = [heard(seq) for seq in range(1, 9)]
WHOLE = link_of(RECORDS)
CUT = st.tuples(st.integers(1, 8), st.integers(1, 8)).map(sorted)


def piece_of(first, last, lie=None):
    """The records between these numbers, as a letter of their own tells them."""
    before = lie or follow(BEGINNING, [content_of(one) for one in RECORDS[: first - 1]])
    return link_of(RECORDS[first - 1 : last], before)


def test_a_link_fits_the_records_it_came_with():
    assert not is_altered(WHOLE, contents(RECORDS))


@given(st.integers(0, 7))
def test_a_record_changed_or_withheld_shows_in_its_link(number):
    others = [record for record in RECORDS if record.seq != number + 1]
    changed = heard(number + 1, recording="another")

    assert is_altered(WHOLE, contents(others))
    assert is_altered(WHOLE, contents([*others, changed]))


def test_batches_cut_in_another_way_are_no_fork():
    first, rest = link_of(RECORDS[:3]), link_of(RECORDS[3:], after(link_of(RECORDS[:3])))

    assert not is_fork(first, [WHOLE], contents(RECORDS))
    assert not is_fork(rest, [WHOLE, first], contents(RECORDS))
    assert loose_ends([WHOLE, first, rest]) == []


@given(CUT, CUT, st.booleans())
def test_letters_cut_anywhere_and_told_again_hang_together(one, other, turned):
    told, again = sorted((piece_of(*one), piece_of(*other)), key=lambda link: link.first)
    come = [again, told] if turned else [told, again]
    loose = [told] * (told.first > 1)
    if again.first == told.first or again.first > told.last + 1:
        loose += [again] * (again.first > 1)

    assert not is_fork(come[1], [come[0]], contents(RECORDS))
    assert sorted(loose, key=str) == sorted(loose_ends(come), key=str)


@given(CUT, CUT)
def test_a_piece_that_repeats_another_but_follows_something_else_is_a_fork(one, other):
    told, again = piece_of(*one), piece_of(*other, lie=bytes(31) + b"9")
    overlaps = told.first <= again.last and again.first <= told.last

    assert overlaps == is_fork(again, [told], contents(RECORDS))


def test_a_card_that_was_copied_tells_on_in_two_ways():
    one = link_of([heard(1, boot=UUID(int=2))], after(WHOLE))
    other = link_of([heard(1, boot=UUID(int=3))], after(WHOLE))

    assert is_fork(other, [WHOLE, one], {})
    assert is_fork(link_of(RECORDS, bytes(31) + b"1"), [WHOLE], {})


def test_what_never_came_leaves_a_loose_end():
    first, second = link_of(RECORDS[:3]), link_of(RECORDS[3:5], after(link_of(RECORDS[:3])))
    third = link_of(RECORDS[5:], after(second))

    assert loose_ends([first, third]) == [third]
    assert loose_ends([third, first, second]) == []


def send(box, records, *links):
    batch = DetectionBatch(device=box.device, records=records, chain=links)
    answer = box.send("/v1/detections", seal(batch, signer=box.device, key=box.key))
    assert answer.status_code == 200, answer.text
    return BatchReceipt.model_validate_json(answer.content)


def memory(office, box):
    with reading(office.books) as connection:
        return memory_of(connection, box.device)


def test_the_office_keeps_the_head_of_every_box(office):
    box = office.box(office.hall())
    for _ in range(2):
        send(box, RECORDS, WHOLE)

    told = memory(office, box)
    assert (1, WHOLE.head) == (told.links, told.head)
    assert (0, 0, 0, 0) == (told.altered, told.forks, told.missing, told.lost)


def test_the_office_sees_forks_gaps_and_what_a_card_has_lost(office):
    box = office.box(office.hall())
    last = link_of(RECORDS[5:], bytes(32)[:31] + b"2")
    send(box, RECORDS[:3], link_of(RECORDS[:3]))
    send(box, RECORDS[5:], last)
    copied = [heard(1, boot=UUID(int=3))]
    send(box, copied, link_of(copied, BEGINNING))
    hole = HoleRecord(
        boot=UUID(int=4),
        seq=1,
        started_at=SEVEN,
        ended_at=SEVEN,
        clock_synced=True,
        lost_boot=BOOT,
        first=4,
        last=5,
    )
    receipt = send(box, [hole], link_of([hole], after(last)))

    told = memory(office, box)
    assert (0, 1, 1, 1) == (told.altered, told.forks, told.missing, told.lost)
    assert receipt.accepted == 1


@pytest.mark.parametrize("order", list(permutations([(1, 3), (4, 8), (3, 5), (5, 6)])))
def test_a_receipt_lost_on_the_way_leaves_no_gap_though_letters_are_cut_anew(office, order):
    box = office.box(office.hall())
    for first, last in order:
        send(box, RECORDS[first - 1 : last], piece_of(first, last))

    told = memory(office, box)
    assert (4, 0, 0, 0, 0) == (told.links, told.altered, told.forks, told.missing, told.lost)


@pytest.mark.parametrize("known", [(1, 4), (3, 6), (1, 8), (4, 5)])
def test_who_tells_a_part_of_it_after_something_else_tells_a_fork(office, known):
    box = office.box(office.hall())
    first, last = known
    send(box, RECORDS[first - 1 : last], piece_of(first, last))
    send(box, RECORDS[2:5], piece_of(3, 5, lie=bytes(31) + b"9"))

    assert 1 == memory(office, box).forks


def test_who_tells_a_part_of_what_a_disk_has_spoiled_is_believed(office):
    box = office.box(office.hall())
    send(box, RECORDS[:4], piece_of(1, 4))
    with writing(office.books) as connection:
        connection.execute(update(batches).values(payload="no letter"))
    receipt = send(box, RECORDS[2:], piece_of(3, 8))

    assert (4, 2) == (receipt.accepted, receipt.duplicates)
    assert (2, 0) == (memory(office, box).links, memory(office, box).forks)


@pytest.mark.parametrize("place", [{"first": 2**70}, {"last": 2**70}])
def test_a_piece_at_numbers_no_books_can_keep_is_not_kept_and_its_records_are(office, place):
    box = office.box(office.hall())
    receipt = send(box, RECORDS, WHOLE.model_copy(update=place))

    assert (8, 0) == (receipt.accepted, memory(office, box).links)


def test_a_batch_without_a_chain_is_taken_as_ever(office):
    box = office.box(office.hall())
    receipt = box.receipt(box.heard(1))

    assert (1, 0) == (receipt.accepted, memory(office, box).links)
