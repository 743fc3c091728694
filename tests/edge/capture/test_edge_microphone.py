from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.capture.block import Hole, Sample
from edge.capture.microphone import Grab, Receiver, find_device, missing
from edge.errors import Deaf

RATE_HZ = 48_000
FRAMES = 480
CARDS = [
    {"name": "USB Audio: - (hw:1,0)", "max_input_channels": 1},
    {"name": "USB Audio Stage: - (hw:2,0)", "max_input_channels": 2},
    {"name": "HDMI", "max_input_channels": 0},
    {"name": "default", "max_input_channels": 32},
]


def listen_to(calls, *, capacity=1000, read=lambda index: False):
    """Let the driver call; each call is (frames lost before it, whether the flag is raised)."""
    receiver, clock, grabs = Receiver(rate_hz=RATE_HZ, capacity=capacity), 5.0, []
    for index, (lost, flagged) in enumerate(calls):
        clock += lost / RATE_HZ
        receiver.take(
            memoryview(bytes(2 * FRAMES)),
            FRAMES,
            SimpleNamespace(inputBufferAdcTime=clock),
            SimpleNamespace(input_overflow=flagged),
        )
        clock += FRAMES / RATE_HZ
        if read(index):
            grabs.append(receiver.next_grab())
    while receiver.waiting:
        grabs.append(receiver.next_grab())
    return grabs


def holes_of(grabs):
    place, expected, holes = Sample(0), 0, []
    for grab in grabs:
        found = missing(expected, grab, place)
        holes += found
        place = found[-1].end if found else place
        place = Sample(place + len(grab.pcm) // 2)
        expected = grab.first + len(grab.pcm) // 2
    return holes, place


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=30))
def test_frames_the_driver_lost_are_counted_to_the_frame(losses):
    losses[0] = 0  # nothing can be lost before the first frame
    calls = [(lost, lost > 0) for lost in losses]

    holes, end = holes_of(listen_to(calls))

    assert [lost for lost in losses if lost] == [hole.end - hole.first for hole in holes]
    assert all(hole.state == "lost" for hole in holes)
    assert end == sum(losses) + FRAMES * len(losses)


@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(1, 5))
def test_frames_missed_while_the_ear_was_busy_are_counted_to_the_frame(reads, capacity):
    calls = [(0, False)] * len(reads)

    grabs = listen_to([*calls, (0, False)], capacity=capacity, read=lambda i: [*reads, True][i])

    holes, end = holes_of(grabs)
    kept = FRAMES * len(grabs)
    assert end == kept + sum(hole.end - hole.first for hole in holes)
    assert all(hole.state == "behind" for hole in holes)


def test_a_hole_of_both_kinds_is_told_in_its_two_parts():
    grab = Grab(first=1000, lost=300, pcm=b"", came=0)

    assert [Hole(50, 650, "behind"), Hole(650, 950, "lost")] == missing(100, grab, Sample(50))


def test_without_a_jump_there_is_no_hole():
    assert missing(960, Grab(first=960, lost=0, pcm=b"ab", came=0), Sample(960)) == []


def test_a_card_is_found_by_part_of_its_name_in_any_case():
    assert CARDS[1] == find_device(CARDS, "audio stage")


def test_an_exact_name_wins_over_those_that_contain_it():
    cards = [*CARDS, {"name": "USB Audio", "max_input_channels": 1}]

    assert cards[-1] == find_device(cards, "USB Audio")


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("Behringer", "no sound device named like 'Behringer'; there is: 'USB Audio: -"),
        ("USB Audio", "2 sound devices named like 'USB Audio'"),
        ("HDMI", "no sound device"),
    ],
)
def test_a_card_that_is_not_there_or_not_clear_is_told_with_what_there_is(name, complaint):
    with pytest.raises(Deaf, match=complaint):
        find_device(CARDS, name)


def test_a_machine_without_cards_says_so():
    with pytest.raises(Deaf, match="no capture device at all"):
        find_device([], "USB")
