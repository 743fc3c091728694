"""The tests' hand inside the machine: runs what comes over a serial line and says how it went.

A line in: {"id": 1, "command": "…", "seconds": 60}. A line out: {"id": 1, "code": 0, "said": "…"}.
It speaks over a virtio port, so it works while the network is cut.
"""

import json
import subprocess
import time
from pathlib import Path

PORT = Path("/dev/virtio-ports/qulaq.agent")


def carry_out(asked):
    """Run a command and tell its exit code and all it printed."""
    try:
        ran = subprocess.run(
            ["/bin/bash", "-c", asked["command"]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=asked["seconds"],
            check=False,
        )
        code, said = ran.returncode, ran.stdout
    except subprocess.TimeoutExpired as e:
        code, said = 124, e.stdout or b""
    return {"id": asked["id"], "code": code, "said": said.decode(errors="replace")}


while not PORT.exists():
    time.sleep(0.1)
with PORT.open("r+b", buffering=0) as line:
    waiting = b""
    while True:
        arrived = line.read(65536)
        if not arrived:
            time.sleep(0.1)  # nobody at the other end yet
            continue
        *whole, waiting = (waiting + arrived).split(b"\n")
        for one in whole:
            if one.strip():
                answer = json.dumps(carry_out(json.loads(one))).encode() + b"\n"
                while answer:
                    answer = answer[line.write(answer) :]
