"""Packed letters come in as others do; what is not one, or too large, is refused in words."""

import threading
from contextlib import suppress

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.rush import Counters, Moments
from edge.sync.packing import pack
from edge.sync.wire import DetectionBatch

PACKED = {"Content-Type": "application/json", "Content-Encoding": "zstd"}


def letter(box, *seqs):
    batch = DetectionBatch(device=box.device, records=[box.heard(seq) for seq in seqs])
    return box.seal(batch).model_dump_json().encode()


def test_a_packed_letter_is_taken_as_any_other(office):
    box = office.box(office.hall())
    plain, packed = letter(box, 1, 2), pack(letter(box, 1, 2))
    first = office.stranger.post("/v1/detections", content=packed, headers=PACKED)
    second = office.stranger.post("/v1/detections", content=plain)

    assert len(packed) < len(plain)
    assert 2 == first.json()["accepted"]
    assert 2 == second.json()["duplicates"]


@pytest.mark.parametrize("torn", [b"", b"no frame at all", pack(b"{}")[:-1], pack(b"{}") + b"x"])
def test_what_cannot_be_unpacked_is_refused_in_words(office, torn):
    answer = office.stranger.post("/v1/detections", content=torn, headers=PACKED)

    assert 400 == answer.status_code
    assert "zstd" in answer.json()["detail"]


def test_a_bomb_is_refused(office):
    answer = office.stranger.post("/v1/detections", content=pack(bytes(10**9)), headers=PACKED)

    assert 400 == answer.status_code
    assert "more than" in answer.json()["detail"]


def test_another_packing_is_refused_and_the_right_one_is_named(office):
    headers = PACKED | {"Content-Encoding": "gzip"}
    answer = office.stranger.post("/v1/detections", content=b"x", headers=headers)

    assert 415 == answer.status_code
    assert "zstd" == answer.headers["accept-encoding"]


def test_a_packed_body_is_counted_before_it_is_opened(open_office_with):
    office = open_office_with(largest_body_bytes=1_000)
    answer = office.stranger.post("/v1/detections", content=bytes(1_001), headers=PACKED)

    assert 413 == answer.status_code


def test_who_finds_all_counters_taken_is_told_when_to_come_before_a_byte_is_read(open_office_with):
    office = open_office_with(letters_at_once=1, letters_per_second=1)
    box = office.box(office.hall())
    body, reading, go_on = letter(box, 1), threading.Event(), threading.Event()
    taken = []

    def slowly():
        for at in range(len(body)):
            yield body[at : at + 1]
            reading.set()
            go_on.wait(0.05)

    def hand_in_slowly():
        with httpx.Client(base_url=office.url, verify=False, timeout=300) as other:
            written = {"Content-Type": "application/json"}
            while not taken:
                with suppress(httpx.TransportError):  # it was the one who found the counter taken
                    answer = other.post("/v1/detections", content=slowly(), headers=written)
                    taken.extend([answer] * answer.is_success)

    slow = threading.Thread(target=hand_in_slowly)
    slow.start()
    assert reading.wait(60)
    refused = office.stranger.post("/v1/detections", content=body)
    while refused.is_success and slow.is_alive():  # the slow one is not yet at the counter
        refused = office.stranger.post("/v1/detections", content=body)
    again = office.stranger.post("/v1/detections", content=body)
    staff = office.http.get("/v1/parties")
    go_on.set()
    slow.join()

    assert [503, 503, 200] == [refused.status_code, again.status_code, staff.status_code]
    assert 1 <= int(refused.headers["retry-after"]) < int(again.headers["retry-after"])
    assert "come again in" in refused.json()["detail"]
    assert [200] == [answer.status_code for answer in taken]


def test_moments_lie_apart_and_never_further_than_an_hour():
    moments = Moments(per_second=2)
    given = [moments.next(100.0) for _ in range(10_000)]

    assert [1, 1, 2, 2, 3] == given[:5]
    assert sorted(given) == given
    assert 3600 == given[-1]
    assert 1 == moments.next(100_000.0)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60))
def test_never_more_letters_are_open_than_there_are_counters(acts):
    counters, inside = Counters(at_once=8, per_second=10), 0
    for comes, can_wait in acts:
        if comes:
            is_let_in = counters.enter(0.0, can_wait=can_wait) is None
            assert is_let_in == (inside < (6 if can_wait else 8))
            inside += is_let_in
        elif inside:
            counters.leave()
            inside -= 1
