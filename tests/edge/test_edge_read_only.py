"""A card that is read-only when the box is switched on: it hears, says so, and writes later."""

import subprocess
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import numpy as np
import pytest

from edge import signs
from edge.capture.signal import BASELINE_MINUTES
from edge.config import BoxPaths, Settings
from edge.errors import Misconfigured, Unwritable
from edge.listen import listen
from edge.selftest import made_up_music
from edge.sync.outbox import Outbox
from edge.sync.wire import Level
from edge.view.glance import look_at
from edge.view.health import Verdict, verdict
from tests.edge.stage import RATE_HZ, SEVEN, Stage, an_evening
from tests.fakes.evenings import checkpoint, folder_in_memory, heard

SETTINGS = Settings(coverage_seconds=20)
SOUND = made_up_music(5, 60, rate_hz=RATE_HZ)


def mount(folder, how):
    command = ["mount", "-t", "tmpfs", "-o", f"{how}size=4M", "qulaq-test", folder]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def card():
    """A real small file system with what an earlier evening left on it."""
    with folder_in_memory() as folder:
        mount(folder, "")
        try:
            hear(Stage(SOUND[: 20 * RATE_HZ]), BoxPaths(folder))
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def hear(source, paths, **more):
    evening = an_evening(source, **more)
    listen(evening, paths=paths, settings=SETTINGS, progress=lambda _: None)


def test_it_hears_and_says_so_and_all_is_written_when_the_card_takes_it(card, tmp_path):
    mount(card, "remount,ro,")
    paths, seen = BoxPaths(card, signs=tmp_path), []

    def look():
        seen.append([one.is_kept for one in signs.inputs([tmp_path])])

    happens = {15: look, 35: lambda: mount(card, "remount,rw,"), 55: look}
    hear(Stage(SOUND, happens=happens), paths, began=SEVEN + timedelta(seconds=100), boot=2)

    assert [[False], [True]] == seen
    outbox = Outbox.open(paths.outbox)
    records = sorted(outbox.records(), key=lambda one: one.started_at)
    outbox.close()
    assert {"heard", "powered_off"} == {one.state for one in records}
    assert (SEVEN, SEVEN + timedelta(seconds=160)) == (records[0].started_at, records[-1].ended_at)
    assert all(a.ended_at == b.started_at for a, b in pairwise(records))


def test_a_hall_is_known_by_its_floor_once_the_card_can_be_read(card):
    remember_a_hall_of(-50.0, BoxPaths(card))
    mount(card, "remount,ro,")
    hiss = np.random.default_rng(3).normal(0, 1e-4, 75 * RATE_HZ).astype(np.float32)
    sound = np.concatenate([SOUND[: 45 * RATE_HZ], hiss])

    hear(Stage(sound, happens={25: lambda: mount(card, "remount,rw,")}), BoxPaths(card), boot=2)

    assert ["below_floor"] == sorted({fault for fault in faults_on(card) if fault})


def remember_a_hall_of(floor_dbfs, paths):
    """Minutes enough to know it by, as an earlier run has told them."""
    boot = UUID(int=7)
    level = Level(peak_dbfs=floor_dbfs + 30, rms_dbfs=floor_dbfs + 20, floor_dbfs=floor_dbfs)
    minutes = [
        heard(seq, boot=boot, state="heard").model_copy(update={"level": level})
        for seq in range(1, BASELINE_MINUTES + 1)
    ]
    outbox = Outbox.open(paths.outbox)
    outbox.left("main")
    outbox.put(minutes, checkpoint(boot=boot))
    outbox.close()


def faults_on(card):
    outbox = Outbox.open(BoxPaths(card).outbox)
    found = [one.fault for one in outbox.records()]
    outbox.close()
    return found


def test_a_card_that_stays_read_only_is_told_to_the_end_and_the_page_says_it(card, tmp_path):
    mount(card, "remount,ro,")

    with pytest.raises(Unwritable, match="Read-only file system"):
        hear(Stage(SOUND[: 30 * RATE_HZ]), BoxPaths(card, signs=tmp_path), boot=2)

    (sign,) = signs.inputs([tmp_path])
    assert not sign.is_kept
    look = look_at(BoxPaths(card), [tmp_path], now=SEVEN, seconds=sign.at_seconds)
    assert verdict(look) in (Verdict.UNKEPT, Verdict.NO_ORDERS)


def test_a_folder_that_is_no_folder_is_a_mistake_and_not_a_card(tmp_path):
    (tmp_path / "box").write_text("a file")

    with pytest.raises(Misconfigured, match="cannot keep what is heard"):
        hear(Stage(SOUND[:RATE_HZ]), BoxPaths(tmp_path / "box"))
