"""The tests' hand inside the machine: runs what comes over a serial line and says how it went.

A line in: {"id": 1, "command": "…", "seconds": 60}. A line out: {"id": 1, "code": 0, "said": "…"}.
What is to be awaited is awaited here, where looking again costs least: "until": true runs a command
again and again, by the machine's own clock, until it succeeds; {"id": 2, "file": "…", "has": "…"}
waits until a file has these words. Both answer once, when it is so.
It speaks over a virtio port, so it works while the network is cut.
"""

import json
import subprocess
import time
from pathlib import Path

PORT = Path("/dev/virtio-ports/qulaq.agent")
LOOK_SECONDS, TRY_SECONDS = 0.1, 0.5  # between two looks into a file, two tries of a command


def run(asked):
    """Run a command; its exit code and all it printed."""
    try:
        ran = subprocess.run(
            ["/bin/bash", "-c", asked["command"]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=asked["seconds"],
            check=False,
        )
    except subprocess.TimeoutExpired as e:
        return 124, e.stdout or b""
    return ran.returncode, ran.stdout


def look(path, words):
    """Wait until a file has some words; what is in it then."""
    while True:
        try:
            content = Path(path).read_bytes()
        except OSError:
            content = b""
        if words.encode() in content:
            return 0, content
        time.sleep(LOOK_SECONDS)


def carry_out(asked):
    """Do what is asked, and say how it went."""
    if "file" in asked:
        code, said = look(asked["file"], asked["has"])
    else:
        code, said = run(asked)
        while asked.get("until") and code != 0:
            time.sleep(TRY_SECONDS)
            code, said = run(asked)
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
