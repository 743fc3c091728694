import pytest

from edge.capture.card import Refusal, Wish, decode, encode, find_device
from edge.capture.ring import RingShape

CARDS = [
    {"name": "USB Audio: - (hw:1,0)", "max_input_channels": 1},
    {"name": "USB Audio Stage: - (hw:2,0)", "max_input_channels": 2},
    {"name": "HDMI", "max_input_channels": 0},
    {"name": "default", "max_input_channels": 32},
]


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
    with pytest.raises(Refusal, match=complaint):
        find_device(CARDS, name)


def test_a_machine_without_cards_says_so():
    with pytest.raises(Refusal, match="no capture device at all"):
        find_device([], "USB")


def test_a_wish_passes_as_an_argument():
    wish = Wish("hw:зал", 48_000, 0.1, RingShape(150, 9600), 3, 4, 5, "/proc/asound")

    assert wish == decode(encode(wish))
