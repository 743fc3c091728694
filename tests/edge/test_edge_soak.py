"""Eight hours of sound through the process that hears: nothing grows, nothing is missed."""

import os
import subprocess
import sys
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from edge.matcher.fingerprint import fingerprint
from edge.matcher.recipe import RECIPE
from edge.matcher.write import write_segment
from edge.selftest import made_up_music
from edge.sync.outbox import Outbox
from edge.sync.wire import CoverageRecord, DetectionRecord
from tests.edge.stage import stock
from tests.fakes.central_simulator import CentralSimulator
from tests.fakes.evenings import SEVEN, make_box

pytestmark = pytest.mark.soak

ROOT = Path(__file__).parents[2]
RATE_HZ = 48_000
HOURS = float(os.environ.get("QULAQ_SOAK_HOURS", "8"))
TRACKS, TRACK_SECONDS = 24, 60
PAUSE_SECONDS = 90  # of other music, then of silence, between two tracks
GROWTH_KB = 16_384  # what may come and go between two looks once the process is warm
WARM = 3  # looks before growth counts: the first tracks fill buffers and caches


def pcm(sound):
    return (sound * 32767).astype("<i2").tobytes()


@pytest.fixture(scope="module")
def tracks():
    return [made_up_music(100 + n, TRACK_SECONDS, rate_hz=RATE_HZ) for n in range(TRACKS)]


@pytest.fixture
def box(tmp_path, tracks):
    """A box that knows the tracks."""
    write_segment(
        tmp_path / "known.qseg",
        [(f"rec-{n}", fingerprint(track, RATE_HZ)) for n, track in enumerate(tracks)],
    )
    box = make_box(tmp_path / "box", CentralSimulator(recipe=RECIPE.id), "http://127.0.0.1:9")
    stock(box, (tmp_path / "known.qseg").read_bytes(), version=1)
    return box


def programme(tracks):
    """The evening, piece by piece: which track (or None), and its sound."""
    others = [made_up_music(900 + n, PAUSE_SECONDS - 30, rate_hz=RATE_HZ) for n in range(3)]
    hush = np.random.default_rng(5).normal(0, 1e-4, 30 * RATE_HZ)
    seconds, number = 0, 0
    while seconds < HOURS * 3600:
        yield None, pcm(others[number % len(others)]) + pcm(hush)
        yield number % TRACKS, pcm(tracks[number % TRACKS])
        seconds += PAUSE_SECONDS + TRACK_SECONDS
        number += 1


def look_at(pid):
    """Resident memory that is not a mapped file, kB, and how many handles a process holds."""
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    anonymous = next(int(line.split()[1]) for line in status if line.startswith("RssAnon"))
    return anonymous, len(list(Path(f"/proc/{pid}/fd").iterdir()))


def test_a_long_evening_is_heard_whole_and_leaves_no_trace_in_memory(box, tracks):
    command = [sys.executable, "-m", "edge", "listen", "--home", box.home, "--file", "-",
               "--began", SEVEN.isoformat()]  # fmt: skip
    planted, place, looks = [], 0, []
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as listening:
        for track, sound in programme(tracks):
            if track is not None:
                planted.append((f"rec-{track}", SEVEN + timedelta(seconds=place / RATE_HZ)))
                looks.append(look_at(listening.pid))
            listening.stdin.write(sound)  # the pipe is short: what is written is soon heard
            place += len(sound) // 2
        listening.stdin.close()
        _, status, used = os.wait4(listening.pid, 0)
        listening.returncode = os.waitstatus_to_exitcode(status)
    memory, handles = zip(*looks[WARM:], strict=True)
    heard_seconds, worked_seconds = place / RATE_HZ, used.ru_utime + used.ru_stime
    sys.stdout.write(
        f"\n{len(planted)} tracks in {heard_seconds / 3600:.2f} h of sound, heard in "
        f"{worked_seconds:.0f} s of processor ({heard_seconds / worked_seconds:.1f} x real time); "
        f"anonymous memory {memory[0]} to {memory[-1]} kB, at most {max(memory)} kB, "
        f"{set(handles)} handles\n"
    )
    assert listening.returncode == 0

    outbox = Outbox.open(box.outbox)
    records = list(outbox.records())
    outbox.close()
    spans = sorted(
        (one for one in records if isinstance(one, CoverageRecord)), key=lambda one: one.started_at
    )
    assert {"heard"} == {span.state for span in spans}
    assert (spans[0].started_at, spans[-1].ended_at) == (
        SEVEN,
        SEVEN + timedelta(seconds=place / RATE_HZ),
    )
    assert all(a.ended_at == b.started_at for a, b in pairwise(spans))
    found = [one for one in records if isinstance(one, DetectionRecord)]
    missed = [
        (recording, at)
        for recording, at in planted
        if not any(
            one.recording_id == recording and abs(one.started_at - at) < timedelta(seconds=10)
            for one in found
        )
    ]
    assert missed == []
    assert len(found) == len(planted)
    assert max(memory) - memory[0] < GROWTH_KB
    assert len(set(handles)) == 1
