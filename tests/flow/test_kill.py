"""Two hundred power cuts: box processes are killed at any instant; nothing is lost or doubled."""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
import soundfile

from edge.config import BoxPaths
from edge.selftest import made_up_music
from edge.sync.entry import Checkpoint
from edge.sync.outbox import Outbox
from edge.sync.wire import CoverageRecord, DetectionRecord
from tests.flow.office import Office, until

KILLS_OF_EACH = 100  # at least: on a slow machine until every piece has been told
COLD_EVERY = 50  # one in so many is started from nothing instead of forked
RATE_HZ = 16_000
PACE = 200  # times real time: a checkpoint every 50 ms
LIFE_SECONDS = 0.15  # at most, after its first or its telling word
SEVEN = datetime(2026, 3, 5, 19, tzinfo=UTC)
BACKLOG = 2_000  # records of an earlier boot: so many that uploads are cut in the middle
ROOT = Path(__file__).parents[2]

SETTINGS = """
batch_records = 2
sync_seconds = 0.1
backoff_base_seconds = 0.1
backoff_cap_seconds = 0.2
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office = Office(tmp_path_factory.mktemp("office") / "home")
    yield office
    office.close()


@pytest.fixture(scope="module")
def nursery():
    process = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("nursery.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    assert process.stdout.readline() == "ready\n"
    yield process
    process.stdin.close()
    process.wait(20)
    process.stdout.close()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # whom a failure left alive


class BoxProcess:
    """A command of the box in a process of its own, made to be killed."""

    def __init__(self, argv, *, journal, nursery, cold):
        self._journal = journal
        self._popen = None
        argv = [str(word) for word in argv]
        if cold:
            with journal.open("w") as file:
                command = [sys.executable, "-m", "edge", *argv]
                self._popen = subprocess.Popen(command, stdout=file, stderr=file, cwd=ROOT)
            self._pid = self._popen.pid
        else:
            print(json.dumps({"argv": argv, "log": str(journal)}), file=nursery.stdin, flush=True)
            self._pid = int(nursery.stdout.readline())

    def is_alive(self):
        if self._popen is not None:
            return self._popen.poll() is None
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, 0)
            return True
        return False

    def has_said(self, word):
        return self._journal.exists() and word in self._journal.read_text()

    def await_word(self, word, *, or_else=lambda: False):
        """Until it says so, has ended, or has no reason left to."""
        until(
            lambda: self.has_said(word) or or_else() or not self.is_alive(),
            f"{self._journal}: {word}",
        )

    def kill(self):
        """As the power does it: without a word, whatever it was doing."""
        assert self.is_alive(), f"it ended by itself: {self._journal.read_text()}"
        os.kill(self._pid, signal.SIGKILL)
        until(lambda: not self.is_alive(), f"process {self._pid} is dead")


def evening_of(known):
    """Known pieces with unknown ones between them, for a quarter of an hour."""
    unknown = made_up_music(99, 20, rate_hz=RATE_HZ)
    turn = np.concatenate([part for piece in known.values() for part in (piece, unknown)])
    return np.tile(turn, 5)


def fill_with_backlog(outbox):
    """What an earlier boot heard and could not yet report, up to SEVEN."""
    boot = UUID(int=1)
    records = [
        CoverageRecord(
            boot=boot,
            seq=seq,
            started_at=SEVEN - timedelta(minutes=BACKLOG - seq + 1),
            ended_at=SEVEN - timedelta(minutes=BACKLOG - seq),
            clock_synced=True,
            state="heard",
        )
        for seq in range(1, BACKLOG + 1)
    ]
    outbox.put(records, Checkpoint("main", boot, "an earlier evening", SEVEN, ()))


def written(outbox):
    """All records by key, and how far was listened."""
    records = {(r.boot, r.seq): r for r in outbox.records()}
    return records, outbox.checkpoints()[0].listened_until


def assert_accounted_for(records):
    """Numbers without holes, time without gap or overlap, no piece told twice."""
    numbers, covered, told = defaultdict(list), [], defaultdict(list)
    for record in records.values():
        numbers[record.boot].append(record.seq)
        spans = told[record.recording_id] if isinstance(record, DetectionRecord) else covered
        spans.append((record.started_at, record.ended_at))
    for seqs in numbers.values():
        assert sorted(seqs) == list(range(1, len(seqs) + 1))
    covered.sort()
    assert all(one[1] == following[0] for one, following in pairwise(covered))
    for spans in told.values():
        spans.sort()
        assert all(one[1] <= following[0] for one, following in pairwise(spans))


def sync_to_the_end(paths):
    command = [sys.executable, "-m", "edge", "sync", "--home", paths.home, "--once"]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)


@pytest.mark.slow
def test_two_hundred_kills_lose_nothing_and_double_nothing(tmp_path, office, nursery):
    dice = random.Random(20260305)
    known = {f"Piece {n}": made_up_music(n, 40, rate_hz=RATE_HZ) for n in range(3)}
    ids = office.register(known, rate_hz=RATE_HZ)
    evening, config = tmp_path / "evening.flac", tmp_path / "box.toml"
    soundfile.write(evening, evening_of(known), RATE_HZ)
    length = soundfile.info(evening).duration
    config.write_text(SETTINGS)
    paths = BoxPaths(tmp_path / "box")
    device = office.hang(paths)
    sync = ["sync", "--home", paths.home, "--config", config]

    def start(argv, number):
        journal = tmp_path / f"{argv[0]}-{number}.log"
        return BoxProcess(argv, journal=journal, nursery=nursery, cold=number % COLD_EVERY == 0)

    sync_to_the_end(paths)
    outbox = Outbox.open(paths.outbox)
    fill_with_backlog(outbox)
    before, listened = written(outbox)
    told = set()
    for number in count():
        if number >= KILLS_OF_EACH and told >= set(ids.values()):
            break
        began = listened + timedelta(seconds=dice.choice([0, 1, 30]))
        skip = (began - SEVEN).total_seconds() % (length / 2)
        listen = ["listen", "--home", paths.home, "--file", evening, "--pace", PACE]
        listen += ["--began", began.isoformat(), "--skip", skip]
        box = [
            (start(listen, number), ["", "listening_started"]),
            (start(sync, number), ["", "sync_started", "batch_uploaded"]),
        ]
        dice.shuffle(box)
        for process, words in box:
            # a fast machine may have delivered everything already
            process.await_word(dice.choice(words), or_else=lambda: outbox.tally().waiting == 0)
            time.sleep(dice.uniform(0, LIFE_SECONDS))
            acknowledged, _ = written(outbox)
            process.kill()
        after, listened = written(outbox)
        assert before.items() <= acknowledged.items() <= after.items()
        assert_accounted_for(after)
        before = after
        told = {r.recording_id for r in before.values() if isinstance(r, DetectionRecord)}

    sync_to_the_end(paths)
    keys = sorted((device, str(boot), seq) for boot, seq in before)
    assert keys == sorted(office.rows("SELECT device, boot, seq FROM records"))
    assert office.rows("SELECT * FROM forks") == []
    tally = outbox.tally()
    outbox.close()
    assert (0, len(keys), 0) == (tally.waiting, tally.delivered, tally.rejected)
    assert set(ids.values()) == told
    said = "".join(journal.read_text() for journal in tmp_path.glob("*-*.log"))
    assert said.count("listening_started") > KILLS_OF_EACH / 3  # the kills did meet work under way
    assert said.count("batch_uploaded") > KILLS_OF_EACH / 3
