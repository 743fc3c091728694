"""A hall without a network: a clock with a battery gives the time, if its error is said."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from edge.capture.clock import Moment
from edge.evening import Evening
from edge.listen import listen
from edge.sync.calendar import DRIFT_PPM, EPOCH, Calendar, Fix
from edge.sync.outbox import Outbox
from edge.timekeeping import Reading, read
from tests.edge.stage import EVENING, SETTINGS, SEVEN, Stage, written

pytestmark = pytest.mark.usefixtures("journal")

KERNEL = UUID(int=77)
SECOND = 1_000_000_000
WRONG = timedelta(seconds=7)  # what the battery's clock is wrong by
TRUSTED = replace(SETTINGS, clock_error_seconds=30.0)


class Clocks:
    """A machine without network time, set by its battery's clock when it started."""

    def __init__(self, *, battery=timedelta(), synced_after=10**9):
        self._battery, self._synced_after, self._seconds = battery, synced_after, 100

    def __call__(self):
        self._seconds += 10
        synced = self._seconds >= self._synced_after
        utc = SEVEN + timedelta(seconds=self._seconds - 100) + (timedelta() if synced else WRONG)
        utc_ns = (utc - EPOCH) // timedelta(microseconds=1) * 1000
        battery_s = (utc + self._battery - EPOCH) // timedelta(seconds=1)
        return Reading(self._seconds * SECOND, utc_ns, synced, 4_000_000, battery_s)


def heard_by(paths, clocks, settings):
    """What is ready to be sent after an evening by these clocks, and what waits for its time."""
    source = Stage(EVENING)
    started = Moment(KERNEL, 100 * SECOND)
    watch = Evening(source, "main", SEVEN, synced=False, boot=UUID(int=1), started=started)
    listen(watch, paths=paths, settings=settings, progress=lambda _: None, look=clocks)
    outbox = Outbox.open(paths.outbox)
    ready, held = outbox.next_batch(500), outbox.held()
    outbox.close()
    return ready, held


def test_what_was_heard_has_the_batterys_time_and_says_how_sure_it_is(paths):
    ready, held = heard_by(paths, Clocks(), TRUSTED)

    assert held == []
    assert ready[0].started_at == SEVEN + WRONG
    assert all(one.clock_synced and 30_000 <= one.uncertainty_ms < 30_100 for one in ready)


@pytest.mark.parametrize(
    ("clocks", "settings"),
    [
        pytest.param(Clocks(), SETTINGS, id="nobody said how wrong it may be"),
        pytest.param(Clocks(battery=-timedelta(days=9000)), TRUSTED, id="its battery is empty"),
        pytest.param(Clocks(battery=timedelta(minutes=5)), TRUSTED, id="it says another time"),
    ],
)
def test_a_clock_that_nobody_vouches_for_gives_no_time(paths, clocks, settings):
    ready, held = heard_by(paths, clocks, settings)

    assert ready == []
    assert held


def test_when_network_time_comes_after_all_the_quarrel_is_told(paths):
    heard_by(paths, Clocks(synced_after=145), TRUSTED)
    records, _ = written(paths)

    assert all(one.clock_synced and one.uncertainty_ms >= 7000 for one in records)
    assert records[-1].ended_at == SEVEN + timedelta(seconds=55)


def test_without_network_time_a_clock_runs_away_on_either_side():
    fix = Fix(KERNEL, 1000 * SECOND, 2_000_000_000 * SECOND, 5 * SECOND, "battery")
    drift = 1000 * SECOND * DRIFT_PPM // 1_000_000

    assert [5 * SECOND + drift, 5 * SECOND, 5 * SECOND + drift] == [
        Calendar([fix]).date(KERNEL, seconds * SECOND).uncertainty_ns for seconds in (0, 1000, 2000)
    ]


def test_the_machines_own_clock_is_found_where_linux_shows_it(tmp_path, monkeypatch):
    monkeypatch.setattr("edge.timekeeping.CLOCKS", tmp_path)
    without = read()
    for number, (is_set_by, said) in enumerate([("0", "5"), ("1", "1798761600")]):
        clock = tmp_path / f"rtc{number}"
        clock.mkdir()
        (clock / "hctosys").write_text(f"{is_set_by}\n")
        (clock / "since_epoch").write_text(f"{said}\n")

    assert (without.battery_s, read().battery_s) == (None, 1798761600)
