"""A box with two inputs hears both, with a script in the place of PortAudio."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edge.sync.letters import BoxInput
from edge.sync.outbox import Outbox
from tests.fakes.central_simulator import CentralSimulator
from tests.fakes.evenings import make_box

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
INPUTS = (BoxInput(name="stage", device="Stage mixer"), BoxInput(name="foyer", device="something"))


@pytest.fixture
def box(tmp_path):
    return make_box(tmp_path / "box", CentralSimulator(), "http://127.0.0.1:9", inputs=INPUTS)


@pytest.fixture
def hearing(box, tmp_path):
    """`qulaq-edge listen` under orders that name two inputs."""
    script = tmp_path / "script.json"
    script.write_text(json.dumps({"name": "Stage mixer"}))
    paths = f"{ROOT / 'tests/fakes/portaudio'}:{ROOT}"
    with (tmp_path / "journal").open("w") as journal:
        process = subprocess.Popen(
            [sys.executable, "-m", "edge", "listen", "--home", box.home],
            env={**os.environ, "PORTAUDIO_SCRIPT": str(script), "PYTHONPATH": paths},
            cwd=ROOT,
            stdout=journal,
            stderr=journal,
        )
    yield process
    process.kill()
    process.wait()


def words(tmp_path):
    lines = (tmp_path / "journal").read_text().splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def test_every_input_the_orders_name_is_heard(box, hearing, tmp_path):
    def states():
        outbox = Outbox.open(box.outbox)
        points = {point.input: point.unfinished for point in outbox.checkpoints()}
        outbox.close()
        return {name: {r.state for r in records} for name, records in points.items()}

    end = time.monotonic() + 300
    sound = {"heard", "silent_signal"}  # a hall as quiet as the script's is silent, and it came
    while {name for name, said in states().items() if said & sound} != {"stage", "foyer"}:
        assert hearing.poll() is None, (tmp_path / "journal").read_text()
        assert time.monotonic() < end, (tmp_path / "journal").read_text()
        time.sleep(0.5)
    hearing.send_signal(signal.SIGTERM)

    assert hearing.wait(60) == 0
    opened = {w["device"]: w["name"] for w in words(tmp_path) if w["event"] == "card_opened"}
    assert {"Stage mixer": "Stage mixer", "something": "something else"} == opened
    outbox = Outbox.open(box.outbox)
    records = list(outbox.records())
    outbox.close()
    assert {"stage", "foyer"} == {record.input for record in records}
    assert len({record.boot for record in records}) == 2
