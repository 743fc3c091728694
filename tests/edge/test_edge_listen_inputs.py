import socket
import threading
import time
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest

from edge.capture.block import Hole, Sample
from edge.errors import Deaf, Misconfigured
from edge.listen import listen_together
from edge.sync.wire import DetectionRecord
from tests.edge.stage import (
    EVENING,
    RATE_HZ,
    SETTINGS,
    SEVEN,
    Stage,
    an_evening,
    hear,
    known_segment,
    stock,
    written,
)

pytestmark = pytest.mark.usefixtures("journal")


@pytest.fixture(scope="module")
def segment():
    return known_segment()


def test_two_ears_at_one_input_are_refused(paths):
    def second_ear():
        with pytest.raises(Misconfigured, match="another process already listens"):
            hear(an_evening(Stage(EVENING), boot=2), paths)

    source = Stage(EVENING, happens={5: second_ear})
    hear(an_evening(source), paths)

    assert source.played_seconds == 55
    assert {UUID(int=1)} == {r.boot for r in written(paths)[0]}


def test_two_inputs_of_one_box_do_not_meet(paths):
    hear(an_evening(Stage(EVENING)), paths)
    hear(replace(an_evening(Stage(EVENING), boot=2), input="foyer"), paths)

    records, checkpoints = written(paths)
    assert ["foyer", "main"] == [c.input for c in checkpoints]
    assert {"heard"} == {r.state for r in records}


def hear_together(evenings, paths):
    listen_together(evenings, paths=paths, settings=SETTINGS, progress=lambda _seconds: None)


def test_stage_and_foyer_are_heard_side_by_side_each_with_its_own_books(paths, segment):
    stock(paths, segment, version=1)
    stage = replace(an_evening(Stage(EVENING)), input="stage")
    foyer = replace(an_evening(Stage(EVENING[: 14 * RATE_HZ]), boot=2), input="foyer")

    hear_together([stage, foyer], paths)

    records, checkpoints = written(paths)
    ends = {point.input: point.listened_until for point in checkpoints}
    assert {"stage": SEVEN + timedelta(seconds=55), "foyer": SEVEN + timedelta(seconds=14)} == ends
    for name, boot, seconds in (("stage", 1, 55), ("foyer", 2, 14)):
        mine = [r for r in records if r.input == name]
        assert {UUID(int=boot)} == {r.boot for r in mine}
        assert list(range(1, len(mine) + 1)) == sorted(r.seq for r in mine)
        spans = [r.ended_at - r.started_at for r in mine if r.kind == "coverage"]
        assert timedelta(seconds=seconds) == sum(spans, timedelta())
    assert {"stage"} == {r.input for r in records if isinstance(r, DetectionRecord)}


def breaks(error):
    """Something to happen in mid-evening."""

    def happen():
        raise error

    return happen


@pytest.fixture
def words(tmp_path, monkeypatch):
    """What a service manager is told, to the last word."""
    heard = []

    def listen_to(door):
        while not heard or heard[-1] != b"STOPPING=1":
            heard.append(door.recv(100))

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind(str(tmp_path / "notify"))
        door.settimeout(600)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        manager = threading.Thread(target=listen_to, args=(door,))
        manager.start()
        yield heard
        manager.join()


def test_an_input_that_cannot_go_on_lets_the_others_hear_to_the_end_and_is_told(
    paths, words, journal
):
    gone = Deaf("the card is gone")

    def the_other_ends():
        while not any(e["event"] == "input_ended" for e in journal):
            time.sleep(0.01)

    stage = replace(an_evening(Stage(EVENING, happens={2: the_other_ends})), input="stage")
    foyer = an_evening(Stage(EVENING, happens={2: breaks(gone)}), boot=2)

    with pytest.raises(Deaf, match="the card is gone"):
        hear_together([stage, replace(foyer, input="foyer")], paths)

    ends = {point.input: point.listened_until for point in written(paths)[1]}
    assert SEVEN + timedelta(seconds=2) == ends["foyer"]
    assert SEVEN + timedelta(seconds=55) == ends["stage"]
    while not words or words[-1] != b"STOPPING=1":
        time.sleep(0.01)
    assert words.count(b"READY=1") == 1
    assert words.count(b"WATCHDOG=1") >= 53  # systemd is told of the one that still hears
    assert ["foyer"] == [e["input"] for e in journal if e["event"] == "input_ended"]


def test_a_fault_that_is_no_cards_ends_all_inputs_so_that_the_process_begins_anew(paths):
    long = Stage(np.tile(EVENING, 40))
    stage = replace(an_evening(long), input="stage")
    fault = {17: breaks(RuntimeError("a bug"))}
    foyer = replace(an_evening(Stage(EVENING, happens=fault), boot=2), input="foyer")

    with pytest.raises(RuntimeError, match="a bug"):
        hear_together([stage, foyer], paths)

    ends = {point.input: point.listened_until for point in written(paths)[1]}
    assert SEVEN + timedelta(seconds=17) == ends["foyer"]
    assert SEVEN + timedelta(seconds=long.played_seconds) == ends["stage"]


def test_the_watchdog_is_fed_by_what_the_source_accounts_for(paths, tmp_path, monkeypatch):
    class Unplugged(Stage):
        def pieces(self):
            yield from super().pieces()
            end = self._samples.size
            yield Hole(Sample(end), Sample(end + 60 * RATE_HZ), "unplugged")

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind(str(tmp_path / "notify"))
        door.settimeout(0.01)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        hear(an_evening(Unplugged(EVENING[: 3 * RATE_HZ])), paths)
        words = [door.recv(100) for _ in range(6)]
        with pytest.raises(TimeoutError):
            door.recv(100)

    assert [b"READY=1", *[b"WATCHDOG=1"] * 4, b"STOPPING=1"] == words
