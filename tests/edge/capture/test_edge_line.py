"""The process of a card never outlives whoever started it, whatever the card does."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edge.capture.card import Wish, encode
from edge.capture.ring import RingShape

ROOT = Path(__file__).parents[3]
OPENS_A_LINE = """
import sys, time
from pathlib import Path
from edge.capture.line import Line
line = Line("USB Audio", rate_hz=0, block_seconds=0.1, queue_seconds=1, alsa=Path("/nonexistent"))
print(line.process_id, flush=True)
while sys.argv[1] == "opened" and not line.is_open:
    list(line.hear(0.1))
print("there", flush=True)
time.sleep(3600)
"""


def is_gone(process_id):
    """No such process, or only its name is left until somebody reaps it."""
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


@pytest.fixture
def environment(tmp_path):
    paths = f"{ROOT / 'tests/fakes/portaudio'}:{ROOT}"
    return {**os.environ, "PORTAUDIO_SCRIPT": str(tmp_path / "script"), "PYTHONPATH": paths}


@pytest.mark.parametrize(
    ("when", "script"), [("opened", {}), ("opened", {"grabs": 1}), ("hangs", {"hangs": True})]
)
def test_a_card_is_let_go_when_who_listens_is_killed(tmp_path, environment, when, script):
    (tmp_path / "script").write_text(json.dumps({"name": "USB Audio", **script}))
    listener = subprocess.Popen(
        [sys.executable, "-c", OPENS_A_LINE, when],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with listener:
        card = int(listener.stdout.readline())
        assert listener.stdout.readline() == "there\n"
        assert not is_gone(card)

        listener.send_signal(signal.SIGKILL)

    until = time.monotonic() + 120
    while not is_gone(card):
        assert time.monotonic() < until, f"process {card} still holds the card"
        time.sleep(0.05)


def test_a_card_whose_listener_is_gone_before_it_begins_is_never_opened(tmp_path, environment):
    (tmp_path / "script").write_text(json.dumps({"name": "USB Audio", "hangs": True}))
    words, said = os.pipe()
    wish = Wish("USB Audio", 0, 0.1, RingShape(2, 9600), 0, 0, said, "/nonexistent")

    ended = subprocess.run(
        [sys.executable, "-m", "edge.capture.card", encode(wish), str(os.getpid() + 1)],
        env=environment,
        cwd=ROOT,
        pass_fds=(said,),
        check=False,
        timeout=120,
    )
    os.close(said)

    assert ended.returncode == 0
    assert os.read(words, 100) == b""
    os.close(words)
