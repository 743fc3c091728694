"""What is heard through a real PortAudio stream: no call to the kernel carries it any further."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from edge.sync.outbox import Outbox
from tests.edge.capture.soundcards import RATE_HZ, SoundCards
from tests.edge.capture.test_edge_real_stream import a_box, pcm
from tests.edge.test_edge_traced import CALLS, STRIDE, WINDOW, writes

pytestmark = [pytest.mark.audio, pytest.mark.slow]

ROOT = Path(__file__).parents[3]
SECONDS = 20
CONNECT = re.compile(r"^(?:\d+ +)?connect\(\d+<.*?>, \{sa_family=(\w+)(?:, sun_path=\"(.*?)\")?")


@pytest.fixture(scope="module")
def traced(tmp_path_factory):
    """Noise played to a card while `qulaq-edge listen` hears it, with every call of it told."""
    folder = tmp_path_factory.mktemp("stream")
    (folder / "cards").mkdir()
    (folder / "signs").mkdir()
    cards = SoundCards(folder / "cards", ["stage"])
    cards.plug_in()
    box = a_box(folder)
    (folder / "box.toml").write_text("checkpoint_seconds = 1\nunplugged_seconds = 30\n")
    command = [sys.executable, "-m", "edge", "listen", "--home", box.home, "--device", "stage",
               "--config", folder / "box.toml", "--signs", folder / "signs"]  # fmt: skip
    watched = ["strace", "-f", "-y", "-xx", "-s", "1000000", "-e", f"trace={CALLS}",
               "-e", "signal=none", "-o", folder / "calls", *command]  # fmt: skip
    noise = np.random.default_rng(7).uniform(-0.9, 0.9, SECONDS * RATE_HZ)
    with (folder / "said").open("w") as said:
        listening = subprocess.Popen(
            watched,
            cwd=ROOT,
            env=cards.environment | {"PYTHONDONTWRITEBYTECODE": "1"},
            stdout=said,
            stderr=said,
        )
    try:
        await_(lambda: "card_opened" in (folder / "said").read_text(), listening)
        cards.play("stage", pcm(noise))
        await_(lambda: heard_seconds(box) >= SECONDS / 2, listening)
        hearing = Path(f"/proc/{listening.pid}/task/{listening.pid}/children").read_text().split()
        os.kill(int(hearing[0]), signal.SIGTERM)  # strace ends when they whom it watches have
        assert listening.wait(120) == 0, (folder / "said").read_text()
    finally:
        listening.kill()
        listening.wait()
        cards.pull_out()
    calls = (folder / "calls").read_text(errors="replace").splitlines()
    sound = np.frombuffer(pcm(noise), "<i2")
    return {"folder": folder, "box": box, "calls": calls, "sound": sound}


def await_(condition, process, seconds=300):
    end = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, "it ended by itself"
        assert time.monotonic() < end
        time.sleep(0.2)


def heard_seconds(box):
    if not box.outbox.exists():
        return 0
    outbox = Outbox.look(box.outbox)
    try:
        spans = [*outbox.records(), *(r for at in outbox.checkpoints() for r in at.unfinished)]
    finally:
        outbox.close()
    heard = [r for r in spans if r.kind == "coverage" and r.state == "heard"]
    return sum((r.ended_at - r.started_at).total_seconds() for r in heard)


def test_the_stream_goes_to_outbox_signs_and_words_and_nowhere_else(traced):
    own = (str(traced["box"].outbox.parent), str(traced["folder"] / "signs"))
    driver = (str(traced["folder"] / "cards"), "/dev/null", "/dev/shm", "socket:", "UNIX")
    elsewhere = {
        where
        for where, _ in writes(traced)
        if not where.startswith((*own, *driver, "pipe:", "anon_inode:", "/memfd:"))
        and where != str(traced["folder"] / "said")
    }

    assert elsewhere == set()


def test_it_is_connected_to_the_sound_server_of_the_test_bed_and_to_nobody(traced):
    """A card of this machine's own has no server; here the driver asks one for its frames."""
    families = [found for call in traced["calls"] if (found := CONNECT.match(call))]

    assert {family for family, _ in (one.groups() for one in families)} <= {"AF_UNIX"}


def test_no_call_carries_what_the_card_gave(traced):
    whole = traced["sound"]
    shapes = {
        kind(whole[at : at + WINDOW]).tobytes()
        for at in range(0, whole.size - WINDOW, STRIDE)
        for kind in (lambda s: s, lambda s: s.astype("<f4") / 32768, lambda s: s.astype("<i4"))
    }
    everything = b"\0".join(what for _, what in writes(traced))

    assert len(shapes) > 5_000
    assert not [shape for shape in shapes if shape in everything]
