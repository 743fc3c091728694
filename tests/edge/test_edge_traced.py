"""What the hearing process tells the kernel: it writes outbox, signs and journal, nothing else."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from edge.matcher.fingerprint import fingerprint
from edge.matcher.recipe import RECIPE
from edge.matcher.write import write_segment
from edge.selftest import made_up_music
from edge.sync.outbox import Outbox
from edge.sync.wire import DetectionRecord
from tests.edge.stage import stock
from tests.fakes.central_simulator import CentralSimulator
from tests.fakes.evenings import make_box

ROOT = Path(__file__).parents[2]
RATE_HZ = 48_000
CALLS = "openat,open,creat,write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendmmsg,sendfile,"
CALLS += "copy_file_range,splice,socket,connect,mmap,memfd_create,io_uring_setup"
WRITE = re.compile(
    r"^(?:\d+ +)?(?:write|pwrite64|writev|pwritev2?|sendto|sendmsg)\(\d+<(.*?)>, (.*)"
)
OPENED = re.compile(r'^(?:\d+ +)?open(?:at)?\(.*?"((?:\\x[0-9a-f]{2})*)", (O_[A-Z_|]+)')
TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
STRIDE, WINDOW = 500, 12


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    """An evening heard by a real process, with every call that could carry sound away."""
    folder = tmp_path_factory.mktemp("traced")
    piece = made_up_music(1, 30)
    noise = np.random.default_rng(7).uniform(-0.9, 0.9, 5 * RATE_HZ)
    sound = np.round(np.concatenate([piece, noise]) * 32767).astype("<i2")
    soundfile.write(folder / "evening.wav", sound, RATE_HZ, subtype="PCM_16")
    write_segment(folder / "known.qseg", [("rec-1", fingerprint(piece, RATE_HZ))])
    box = make_box(folder / "box", CentralSimulator(recipe=RECIPE.id), "http://127.0.0.1:9")
    stock(box, (folder / "known.qseg").read_bytes(), version=1)
    (folder / "signs").mkdir()
    command = [sys.executable, "-m", "edge", "listen", "--home", box.home, "--signs",
               folder / "signs", "--file", folder / "evening.wav"]  # fmt: skip
    watched = ["strace", "-f", "-y", "-xx", "-s", "1000000", "-e", f"trace={CALLS}",
               "-e", "signal=none", "-o", folder / "calls", *command]  # fmt: skip
    subprocess.run(
        watched,
        cwd=ROOT,
        env=os.environ | {"NUMBA_CACHE_DIR": str(folder / "warm"), "PYTHONDONTWRITEBYTECODE": "1"},
        check=True,
        capture_output=True,
    )
    outbox = Outbox.open(box.outbox)
    assert any(isinstance(one, DetectionRecord) for one in outbox.records())  # it did hear
    outbox.close()
    calls = (folder / "calls").read_text(errors="replace").splitlines()
    return {"folder": folder, "box": box, "calls": calls, "sound": sound}


def plain(escaped):
    return bytes.fromhex(escaped.replace("\\x", ""))


def writes(traced):
    """Each write: where to, and what."""
    for call in traced["calls"]:
        if found := WRITE.match(call):
            what = b"".join(plain(part) for part in TEXT.findall(found[2]))
            where = plain(found[1]).decode() if found[1].startswith("\\x") else found[1]
            yield where, what


@pytest.mark.slow
def test_it_writes_its_outbox_its_signs_and_its_journal_and_nothing_else(traced):
    own = [str(traced["box"].outbox.parent), str(traced["folder"] / "signs")]
    compiler = str(traced["folder"] / "warm")  # Numba's cache: on a box it is made at installation
    elsewhere = {
        where
        for where, _ in writes(traced)
        if not where.startswith((*own, compiler, "pipe:", "anon_inode:"))
    }

    assert elsewhere == set()
    assert {where.partition(":")[0] for where, _ in writes(traced)} >= {"pipe"}


@pytest.mark.slow
def test_it_opens_nothing_for_writing_elsewhere(traced):
    allowed = (str(traced["folder"]), "/dev/null", "/dev/shm", "/tmp/")
    opened = [found for call in traced["calls"] if (found := OPENED.match(call))]
    for_writing = {
        plain(one[1]).decode() for one in opened if {"O_WRONLY", "O_RDWR"} & set(one[2].split("|"))
    }

    assert len(opened) > 100
    assert {path for path in for_writing if not path.startswith(allowed)} == set()


@pytest.mark.slow
def test_it_has_no_socket_and_no_way_around_writing(traced):
    named = {call.split("(")[0].split()[-1] for call in traced["calls"] if "(" in call}

    assert not named & {"socket", "connect", "sendto", "sendmsg", "sendmmsg", "sendfile", "splice"}
    assert not named & {"io_uring_setup", "copy_file_range"}
    shared = [
        call
        for call in traced["calls"]
        if "mmap(" in call
        and "MAP_SHARED" in call
        and "PROT_WRITE" in call
        and "MAP_ANONYMOUS" not in call  # no file, and nobody but its own children
    ]
    # the only memory that is also a file: SQLite's index of its log, which holds page numbers
    assert [call for call in shared if "-shm" not in _unescaped(call)] == []


def _unescaped(call):
    return re.sub(r"(\\x[0-9a-f]{2})+", lambda found: plain(found[0]).decode("latin-1"), call)


@pytest.mark.slow
def test_no_write_carries_sound(traced):
    whole = traced["sound"]
    shapes = {
        kind(whole[at : at + WINDOW]).tobytes()
        for at in range(0, whole.size - WINDOW, STRIDE)
        for kind in (lambda s: s, lambda s: s.astype("<f4") / 32768, lambda s: s.astype("<i4"))
    }
    everything = b"\0".join(what for _, what in writes(traced))

    assert len(shapes) > 9_000
    assert not [shape for shape in shapes if len(set(shape)) > 3 and shape in everything]
    assert whole[500:512].tobytes() in shapes  # the search would find it
