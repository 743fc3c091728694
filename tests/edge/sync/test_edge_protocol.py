import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import BadCatalogue, Busy, Refused, Unreachable
from edge.sync.protocol import (
    LONGEST_REST_SECONDS,
    Answer,
    ask_time,
    beat,
    drive,
    expect,
    fetch_piece,
    fetch_vouched,
    upload,
)
from edge.sync.seal import new_key, public_pem, seal
from edge.sync.wire import BatchReceipt, DetectionBatch, Sealed
from tests.fakes.central_simulator import CentralSimulator
from tests.fakes.evenings import heard

LETTER = Sealed(payload="{}", signer="qb-0123456789abcdef", signature="")


def saying(status, body=b"", **headers):
    return lambda _request: Answer(status, body, headers)


def test_a_batch_is_delivered_once_however_often_it_is_sent():
    central, key = CentralSimulator(), new_key()
    central.enrol(public_pem(key), url="http://central.example")
    (device,) = central.boxes
    letter = DetectionBatch(device=device, records=[heard(1), heard(2)])
    sealed = seal(letter, signer=device, key=key)

    receipts = [drive(upload(sealed), central.answer) for _ in range(3)]

    once, again = (BatchReceipt(accepted=2, duplicates=0), BatchReceipt(accepted=0, duplicates=2))
    assert [once, again, again] == receipts
    assert set(central.times_taken.values()) == {1}


def test_a_stranger_is_refused():
    with pytest.raises(Refused, match="403"):
        drive(upload(LETTER), CentralSimulator().answer)


TALKS = [lambda: upload(LETTER), lambda: beat(LETTER), lambda: ask_time("0" * 32)]


@pytest.mark.parametrize("talk", TALKS)
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, Unreachable),
        (400, Refused),
        (403, Refused),
        (413, Refused),
        (422, Refused),
        (429, Busy),
        (500, Unreachable),
        (502, Unreachable),
        (503, Busy),
    ],
)
def test_every_no_is_told_apart_by_what_to_do_next(talk, status, error):
    with pytest.raises(error, match=str(status)):
        drive(talk(), saying(status, b"because"))


def test_the_reason_central_gives_reaches_the_person_who_must_look():
    with pytest.raises(Refused, match="sum is 9999"):
        expect(Answer(422, b"sum is 9999"), 200)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("120", 120.0),
        ("", 0.0),
        ("Wed, 21 Oct 2026 07:28:00 GMT", 0.0),
        ("-5", 0.0),
        ("²", 0.0),
        ("9" * 400, LONGEST_REST_SECONDS),
    ],
)
def test_central_may_ask_for_seconds(asked, seconds):
    with pytest.raises(Busy) as busy:
        expect(Answer(503, b"", {"retry-after": asked}), 200)

    assert seconds == busy.value.wait_seconds


@pytest.mark.parametrize("body", [b"<html>Accept our terms</html>", b"", b"{}", b'{"accepted": 1}'])
def test_a_portal_that_says_200_to_everything_is_not_central(body):
    with pytest.raises(Unreachable, match="no BatchReceipt"):
        drive(upload(LETTER), saying(200, body))


def test_a_central_without_a_catalogue_is_no_trouble():
    assert drive(fetch_vouched("metadata/2.root.json", longest=9), saying(404)) is None


@given(st.binary(min_size=1, max_size=300), st.integers(1, 90))
def test_a_segment_fetched_in_pieces_is_the_segment(content, longest):
    central = CentralSimulator()
    segment = central.publish([content], version=1).segments[0]

    arrived = b""
    while len(arrived) < len(content):
        piece = drive(fetch_piece(segment, first=len(arrived), longest=longest), central.answer)
        assert 0 < len(piece) <= longest
        arrived += piece

    assert content == arrived
    assert all(request.longest_answer <= longest for request in central.requests)


def test_a_small_segment_may_come_whole():
    segment = CentralSimulator().publish([b"abc"], version=1).segments[0]

    assert drive(fetch_piece(segment, first=0, longest=100), saying(200, b"abc")) == b"abc"


@pytest.mark.parametrize(
    ("place", "body"),
    [("bytes 0-3/10", b"abcd"), ("bytes 4-7/11", b"abcd"), ("bytes 4-7/10", b"abc"), ("", b"abcd")],
)
def test_other_bytes_than_were_asked_for_are_not_taken(place, body):
    segment = CentralSimulator().publish([b"0123456789"], version=1).segments[0]
    answer = saying(206, body, **{"content-range": place})

    with pytest.raises(BadCatalogue, match="asked for bytes 4-7/10"):
        drive(fetch_piece(segment, first=4, longest=4), answer)
