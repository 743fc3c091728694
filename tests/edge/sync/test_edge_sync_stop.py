import json
import signal
import subprocess
import sys

import pytest


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_sync_leaves_cleanly_when_asked_to_stop_in_the_middle_of_a_round(tmp_path, asked):
    process = subprocess.Popen(
        [sys.executable, "-m", "edge", "sync", "--home", str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        events = [json.loads(process.stdout.readline())["event"]]
        process.send_signal(asked)
        events += [json.loads(line)["event"] for line in process.stdout]

    assert (events[0], events[-1], process.returncode) == ("sync_started", "sync_stopped", 0)
