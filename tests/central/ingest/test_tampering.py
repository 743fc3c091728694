"""One byte changed anywhere, on the wire or in the books, and it is refused or found, and named."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import LargeBinary, column, select, table, text, update

from central.database import reading, writing
from central.ingest.audit import audit
from central.ingest.reading import letter_of
from central.ingest.tables import batches, coverage, detections, records
from central.ingest.taking import take
from edge.sync.packing import pack
from edge.sync.wire import DetectionBatch

PACKED = {"Content-Type": "application/json", "Content-Encoding": "zstd"}


def letters_of(box, count):
    """Batches of one to four records."""
    seq = 0
    for number in range(count):
        news = [box.heard(seq + n, confidence=0.5 + number / 10_000) for n in range(1, 5)]
        began = news[0].started_at
        covered = box.covered(seq + 5, "heard", began, began + timedelta(seconds=60))
        seq += 5
        yield box.seal(DetectionBatch(device=box.device, records=[*news[number % 4 :], covered]))


def altered(body, dice):
    place = dice.randrange(len(body))
    other = dice.choice([n for n in range(1, 256) if n != body[place]])  # PostgreSQL keeps no NUL
    return body[:place] + bytes([other]) + body[place + 1 :]


@pytest.mark.slow
def test_one_byte_changed_on_the_wire_in_any_of_a_thousand_letters_is_refused(office):
    dice = random.Random(20261121)
    box = office.box(office.hall())
    for sealed in letters_of(box, 1000):
        answer = office.stranger.post(
            "/v1/detections", content=altered(sealed.model_dump_json().encode(), dice)
        )
        assert answer.status_code in (400, 403, 422), answer.text
        assert answer.json()["detail"]
    with reading(office.books) as connection:
        assert [] == connection.execute(select(records)).all()


def test_every_byte_changed_of_a_packed_letter_gives_that_letter_or_a_refusal(office):
    dice = random.Random(3)
    box = office.box(office.hall())
    (sealed,) = letters_of(box, 1)
    packed = pack(sealed.model_dump_json().encode())
    for place in range(0, len(packed), 7):
        other = packed[:place] + bytes([packed[place] ^ (1 << dice.randrange(8))])
        answer = office.stranger.post(
            "/v1/detections", content=other + packed[place + 1 :], headers=PACKED
        )
        assert answer.status_code in (200, 400, 403, 422)
    with reading(office.books) as connection:
        told = {row.payload for row in connection.execute(select(batches))}
    assert told <= {sealed.payload}


@pytest.mark.slow
def test_one_byte_changed_in_the_books_in_each_of_a_thousand_letters_is_found_and_named(office):
    dice = random.Random(20261122)
    box = office.box(office.hall())
    with writing(office.books) as connection:
        for sealed in letters_of(box, 1000):
            take(connection, letter_of(sealed.payload), sealed=sealed, now=office.office.now())
    with writing(office.books) as connection:
        assert [] == list(audit(connection))
        kept = connection.execute(select(batches)).all()
        for row in kept:
            name = "payload" if row.id % 3 else "signature"
            said = altered(getattr(row, name).encode(), dice).decode("latin-1")
            connection.execute(update(batches).filter_by(id=row.id).values({name: said}))
    with reading(office.books) as connection:
        found = list(audit(connection))

    assert 1000 == len(kept)
    assert [(box.device, row.id) for row in kept] == [(one.device, one.batch_id) for one in found]
    assert all(box.device in one.what for one in found)


def test_a_letter_whose_packing_is_spoiled_is_found_and_named(office):
    box = office.box(office.hall())
    for sealed in letters_of(box, 3):
        box.send("/v1/detections", sealed)
    raw = table("batches", column("id"), column("payload", LargeBinary))
    with writing(office.books) as connection:
        whole = connection.execute(select(raw).order_by(raw.c.id)).all()
        packed = [row.payload for row in whole]
        middle = len(packed[2]) // 2
        bent = bytes([packed[2][middle] ^ 1])
        torn = [b"", packed[1][:-1], packed[2][:middle] + bent + packed[2][middle + 1 :]]
        for row, spoiled in zip(whole, torn, strict=True):
            connection.execute(raw.update().where(raw.c.id == row.id).values(payload=spoiled))
    with reading(office.books) as connection:
        found = list(audit(connection))

    assert [row.id for row in whole] == [one.batch_id for one in found]
    assert all("does not fit" in one.what for one in found)


@pytest.mark.parametrize(
    ("book", "change", "said"),
    [
        (detections, {"recording_id": "rec-other"}, "recording_id is rec-other, told was rec-1"),
        (detections, {"confidence": 1.0}, "confidence is 1.0"),
        (coverage, {"state": "lost"}, "state is lost, told was heard"),
        (records, {"content": "0" * 64}, "its digest is not"),
        (records, {"kind": "hole"}, "kept as hole"),
    ],
)
def test_a_row_that_says_something_else_than_its_letter_is_named(office, book, change, said):
    box = office.box(office.hall())
    for sealed in letters_of(box, 1):
        box.send("/v1/detections", sealed)
    with writing(office.books) as connection:
        wanted = connection.scalars(select(book.c.seq).order_by(book.c.seq)).first()
        connection.execute(update(book).filter_by(seq=wanted).values(change))
    with reading(office.books) as connection:
        (fault,) = audit(connection)

    assert f"record {box.boot}/{wanted}: " in fault.what
    assert said in fault.what


def test_a_row_without_a_letter_and_a_record_without_a_row_are_named(office):
    box = office.box(office.hall())
    for sealed in letters_of(box, 1):
        box.send("/v1/detections", sealed)
    with writing(office.books) as connection:
        connection.execute(detections.delete().filter_by(seq=1))
        connection.execute(text("UPDATE records SET seq = 99 WHERE seq = 1"))
    with reading(office.books) as connection:
        (fault,) = audit(connection)

    assert "99 is in the books and not in its letter" in fault.what
