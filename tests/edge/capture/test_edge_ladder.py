from hypothesis import given
from hypothesis import strategies as st

from edge.capture.ladder import Ladder


def a_ladder():
    return Ladder(reopen_attempts=3, rebind_attempts=3)


def test_a_card_that_stays_silent_is_opened_then_switched_then_the_box_is_started_anew():
    ladder = a_ladder()

    steps = [ladder.next_step(is_there=True) for _ in range(14)]

    assert (["reopen"] * 3 + ["rebind"] * 3 + ["reboot"]) * 2 == steps


def test_a_card_that_is_not_there_is_waited_for():
    ladder = a_ladder()

    assert {"reopen"} == {ladder.next_step(is_there=False) for _ in range(100)}


@given(st.floats(0, 29), st.floats(30, 1e6))
def test_only_lasting_sound_brings_it_back_to_the_ground(short, long):
    ladder = a_ladder()
    for _ in range(3):
        ladder.next_step(is_there=True)

    ladder.heard(short)
    assert ladder.next_step(is_there=True) == "rebind"

    ladder.heard(long)
    assert ladder.next_step(is_there=True) == "reopen"
