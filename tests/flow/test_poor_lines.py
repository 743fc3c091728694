"""An evening of two halls, over lines that are slow, lose and are cut: it arrives complete."""

import os
import subprocess
import sys
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import soundfile

from edge.config import BoxPaths
from edge.selftest import made_up_music
from edge.sync.outbox import Outbox
from tests.fakes.places import office_and_halls
from tests.flow.office import Office, until

ROOT = Path(__file__).parents[2]
RATE_HZ = 16_000
SEVEN = datetime(2026, 3, 5, 14, tzinfo=UTC)  # 19:00 in Almaty
PIECES = 2
TURN_SECONDS = 60  # of which 40 are a known piece
LENGTH = timedelta(seconds=PIECES * TURN_SECONDS)
PACE = 10  # times real time
A_FEW = 20  # of the records that an evening has, one a second
LINES = {
    "hall-a": {"kilobits": 64, "lost_percent": 3},
    "hall-b": {"kilobits": 96, "lost_percent": 10},
}
SETTINGS = """
checkpoint_seconds = 1
coverage_seconds = 1
filing_seconds = 0
batch_records = 3
sync_seconds = 0.2
timeout_seconds = 2
backoff_base_seconds = 0.2
backoff_cap_seconds = 1
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may make network namespaces"),
]


class Box:
    """A box in its hall: one process hears the evening, another one speaks."""

    def __init__(self, folder, hall, line, *, office, pieces):
        folder.mkdir()
        self.paths, self.hall, self.line = BoxPaths(folder / "box"), hall, line
        self._folder, self._evening = folder, folder / "evening.flac"
        soundfile.write(self._evening, evening_of(pieces), RATE_HZ)
        (folder / "box.toml").write_text(SETTINGS)
        self.device = office.hang(self.paths)

    def listen(self, doing):
        words = ["--file", self._evening, "--pace", str(PACE), "--began", SEVEN.isoformat()]
        return self._start(doing, "listen", *words)

    def speak(self, doing):
        self._start(doing, "sync")
        until(self.paths.manifest.exists, "the catalogue is there")

    def said(self, word):
        return (self._folder / f"{word}.log").read_text()

    def misses_the_office(self):
        """Wait until it has found no office once more."""
        before = self.said("sync").count("Unreachable")
        until(lambda: self.said("sync").count("Unreachable") > before, "no office is found")

    def told(self):
        """All that it ever told, by key, and how much of that waits."""
        with closing(Outbox.open(self.paths.outbox)) as outbox:
            told = sorted((str(one.boot), one.seq) for one in outbox.records())
            return told, outbox.tally().waiting

    def _start(self, doing, word, *words):
        log = doing.enter_context((self._folder / f"{word}.log").open("w"))
        command = [sys.executable, "-m", "edge", word, "--home", self.paths.home]
        command += ["--config", self._folder / "box.toml", *words]
        with self.hall.entered():
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT)
        doing.callback(process.wait, 60)
        doing.callback(process.terminate)
        return process


def evening_of(pieces):
    """Each known piece, and something unknown after it."""
    unknown = made_up_music(99, 20, rate_hz=RATE_HZ)
    return np.concatenate([part for piece in pieces for part in (piece, unknown)])


def arrived(office, box):
    """What the office's books have of a box, by key."""
    return sorted(office.rows(f"SELECT boot, seq FROM records WHERE device = '{box.device}'"))


def in_the_hall(office, number, what):
    """What the office says of the hall's whole evening."""
    window = {"start": SEVEN.isoformat(), "end": (SEVEN + LENGTH).isoformat()}
    return office.staff.get(f"/v1/halls/{number}/{what}", params=window).raise_for_status().json()


def assert_all_is_there(office, box, number, recordings):
    """Each record once, the chain whole, every second heard and every piece a play."""
    told, waiting = box.told()
    assert (told, 0) == (arrived(office, box), waiting)
    memory = office.staff.get(f"/v1/boxes/{box.device}/memory").raise_for_status().json()
    assert [0] * 4 == [memory[fault] for fault in ("altered", "forks", "missing", "lost")]
    (whole,) = in_the_hall(office, number, "coverage")
    edges = [datetime.fromisoformat(whole[edge]) for edge in ("started_at", "ended_at")]
    assert ("heard", [SEVEN, SEVEN + LENGTH]) == (whole["state"], edges)
    plays = in_the_hall(office, number, "plays")
    assert recordings == [play["recording_id"] for play in plays]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The office; its boxes, each with what will be played in its hall."""
    folder = tmp_path_factory.mktemp("poor")
    with ExitStack() as doing:
        place, halls = doing.enter_context(office_and_halls(LINES))
        doing.enter_context(place.entered())
        office = doing.enter_context(closing(Office(folder / "office", host="10.77.0.1")))
        known = {f"Piece {n}": made_up_music(n, 40, rate_hz=RATE_HZ) for n in range(PIECES)}
        ids = office.register(known, rate_hz=RATE_HZ)
        boxes = []
        for (hall, line), order in zip(halls, (sorted(known), sorted(known)[::-1]), strict=True):
            pieces = [known[title] for title in order]
            box = Box(folder / line.name, hall, line, office=office, pieces=pieces)
            boxes.append((box, [ids[title] for title in order]))
        yield office, boxes


def cut_for_a_while(office, boxes):
    """In the middle of it no line carries anything, and then all do again."""
    for box in boxes:
        until(lambda box=box: len(arrived(office, box)) > A_FEW, "letters arrive")
    for box in boxes:
        box.line.cut()
    for box in boxes * 2:
        box.misses_the_office()
    there = [arrived(office, box) for box in boxes]
    for box in boxes:
        box.misses_the_office()
        until(lambda box=box: box.told()[1] > 0, "more is heard meanwhile")
    assert there == [arrived(office, box) for box in boxes]
    for box in boxes:
        box.line.heal()


def test_an_evening_arrives_complete_over_slow_lossy_lines_that_are_cut(world):
    office, evening = world
    boxes = [box for box, _ in evening]
    with ExitStack() as doing:
        for box in boxes:
            box.speak(doing)
        ears = [box.listen(doing) for box in boxes]
        cut_for_a_while(office, boxes)
        for ear, box in zip(ears, boxes, strict=True):
            assert 0 == ear.wait(120), box.said("listen")
            until(lambda box=box: box.told()[1] == 0, "all is delivered", 120)

    for number, (box, recordings) in enumerate(evening, 1):
        assert_all_is_there(office, box, number, recordings)
        assert all(box.line.lost()), "nothing was ever lost on the line"
        assert all(box.line.held_back()), "the line was never full"
    assert [] == office.rows("SELECT * FROM forks")
