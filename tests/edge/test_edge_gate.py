"""What the box may not hear it does not hear, and the time it took is told."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.capture.block import AudioBlock, Hole
from edge.gate import ALWAYS, Gate, Schedule, no_switch, switch_at
from edge.sync.letters import Hours

ALMATY = ZoneInfo("Asia/Almaty")
EVENINGS = Schedule((Hours(days=[5, 6], begins="18:30", ends="01:00"),), "Asia/Almaty")
MATINEE = Schedule((Hours(days=[7], begins="11:00", ends="13:00"),), "Asia/Almaty")


def local(day, clock):
    """An instant of November 2026 by the clock on the wall; the 20th is a Friday."""
    return datetime.fromisoformat(f"2026-11-{day} {clock}").replace(tzinfo=ALMATY)


def block():
    return AudioBlock(np.zeros(10, np.float32), 100, 8_000)


@pytest.mark.parametrize(
    ("schedule", "at", "allowed"),
    [
        (EVENINGS, local(20, "18:29:59"), False),
        (EVENINGS, local(20, "18:30:00"), True),
        (EVENINGS, local(21, "00:59:59"), True),  # the night after Friday
        (EVENINGS, local(21, "01:00:00"), False),
        (EVENINGS, local(20, "00:30:00"), False),  # the night after Thursday
        (EVENINGS, local(22, "00:30:00"), True),  # the night after Saturday, already Sunday
        (EVENINGS, local(22, "19:00:00"), False),
        (MATINEE, local(22, "12:59:59"), True),
        (MATINEE, local(22, "13:00:00"), False),
        (ALWAYS, local(22, "04:00:00"), True),
    ],
)
def test_hours_are_those_of_the_clock_on_the_wall(schedule, at, allowed):
    assert schedule.allows(at) == schedule.allows(at.astimezone(UTC)) == allowed


CLOCKS = st.times().map(lambda clock: f"{clock.hour:02}:{clock.minute:02}")


@given(st.sets(st.integers(1, 7), min_size=1), CLOCKS, CLOCKS)
def test_so_many_hours_a_week_are_heard_as_were_ordered(days, begins, ends):
    schedule = Schedule((Hours(days=sorted(days), begins=begins, ends=ends),), "Asia/Almaty")
    monday = datetime(2026, 11, 16, tzinfo=ALMATY).astimezone(UTC)
    minutes = sum(schedule.allows(monday + timedelta(minutes=n)) for n in range(7 * 24 * 60))

    first, last = (int(clock[:2]) * 60 + int(clock[3:]) for clock in (begins, ends))
    assert minutes == len(days) * ((last - first) % 1440 or 1440)


@pytest.mark.parametrize(
    ("schedule", "muted", "at", "state"),
    [
        (ALWAYS, False, None, None),
        (ALWAYS, True, None, "muted"),
        (EVENINGS, True, local(20, "12:00"), "muted"),
        (EVENINGS, False, local(20, "12:00"), "outside_schedule"),
        (EVENINGS, False, local(20, "20:00"), None),
        (EVENINGS, False, None, "clock_unknown"),
    ],
)
def test_what_may_not_be_heard_is_a_hole_of_its_own_length(schedule, muted, at, state):
    piece = Gate(schedule, is_muted=lambda: muted).let(block(), at=at)

    if state is None:
        assert isinstance(piece, AudioBlock)
    else:
        assert piece == Hole(100, 110, state)


def test_a_hole_stays_what_it_is():
    hole = Hole(5, 9, "unplugged")

    assert hole is Gate(EVENINGS, is_muted=lambda: True).let(hole, at=None)


def test_a_switch_that_breaks_counts_as_thrown(tmp_path):
    assert switch_at(tmp_path / "mute") is no_switch
    value = tmp_path / "value"
    value.write_text("0\n")
    (tmp_path / "mute").symlink_to(value)
    is_muted = switch_at(tmp_path / "mute")

    assert not is_muted()
    value.write_text("1\n")
    assert is_muted()
    value.unlink()
    assert is_muted()
    assert switch_at(tmp_path / "mute")()
