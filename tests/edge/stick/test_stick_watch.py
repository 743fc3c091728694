"""The real stick agent, real udev events, a real file system: what comes of plugging in."""

import json
import os
import signal
import socket
import subprocess
import sys

import pytest

from edge.stick.blank import make_blank
from edge.stick.labels import bundle_name, identity_name, receipt_name
from edge.stick.medium import open_medium

pytestmark = pytest.mark.udev


@pytest.fixture
def agent(udev, box):
    """`qulaq-edge stick watch`, running; its journal is read line by line."""
    process = udev.start("edge", "stick", "watch", "--home", str(box.home))
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate(timeout=20)


def line_of(process):
    line = process.stdout.readline()

    assert line, "the agent ended"
    return json.loads(line)


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "stick.img"
    make_blank(path, volume_number=1)
    return path


def test_a_stick_is_served_when_it_is_plugged_in(udev, agent, box, image, put, central):
    put(image, central.orders(box.device))

    assert line_of(agent)["event"] == "stick_agent_ready"
    udev.plug_in(image)
    served = line_of(agent)
    with open_medium(udev.node) as medium:
        names = medium.names()
    bench = udev.start("provisioning", "receipt", "--stick", "/dev/sda1")
    shown, _ = bench.communicate(timeout=20)

    assert f"{box.device}  orders 1 in force" in shown
    assert (served["event"], served["verdict"]) == ("stick_served", "applied")
    assert box.paths.bundle.exists()
    assert names == sorted(
        [
            "RECEIPT.txt",
            bundle_name(box.device),
            identity_name(box.device),
            receipt_name(box.device),
        ]
    )


def test_a_stick_plugged_in_before_the_agent_starts_is_served(udev, box, image):
    udev.plug_in(image)
    process = udev.start("edge", "stick", "watch", "--home", str(box.home))
    events = [line_of(process)["event"] for _ in range(2)]
    process.terminate()
    process.communicate(timeout=20)

    assert events == ["stick_served", "stick_agent_ready"]


def test_each_plugging_in_is_served_once_whatever_events_say(udev, agent, image):
    line_of(agent)
    udev.plug_in(image)
    first = line_of(agent)
    for _ in range(2):
        udev.hint()
    udev.pull_out()
    udev.plug_in(image, plugged_at=2)
    second = line_of(agent)
    agent.send_signal(signal.SIGTERM)
    rest, _ = agent.communicate(timeout=20)

    assert [first["event"], second["event"]] == ["stick_served", "stick_served"]
    assert [json.loads(line)["event"] for line in rest.splitlines()] == ["stick_agent_stopped"]
    assert agent.returncode == 0


def test_a_stick_that_cannot_be_read_does_not_end_the_agent(udev, agent, image, tmp_path):
    line_of(agent)
    noise = tmp_path / "noise"
    noise.write_bytes(os.urandom(1 << 16))
    udev.plug_in(noise)
    refused = line_of(agent)
    udev.pull_out()
    udev.plug_in(image, plugged_at=2)

    assert refused["event"] == "stick_unusable"
    assert line_of(agent)["event"] == "stick_served"


FOREIGN = {
    "another label": {"label": "PHOTOS"},
    "another file system": {"kind": "ext4"},
    "a fixed disk": {"removable": 0},
    "not by USB": {"bus": "ata"},
}


@pytest.mark.parametrize("case", FOREIGN)
def test_what_is_not_our_stick_is_not_touched(udev, agent, image, case):
    line_of(agent)
    udev.plug_in(image, **FOREIGN[case])
    udev.pull_out()
    # Ours comes after: when it has been served, the other one has been passed over.
    udev.plug_in(image, plugged_at=2)

    assert line_of(agent)["event"] == "stick_served"
    agent.terminate()
    rest, _ = agent.communicate(timeout=20)
    assert "stick_served" not in rest


def test_the_bench_lists_what_is_plugged_in(udev, image):
    def listed():
        process = udev.start("provisioning", "sticks")
        return process.communicate(timeout=20)[0]

    nothing = listed()
    udev.plug_in(image)
    ours = listed()
    udev.pull_out()
    udev.plug_in(image, label="PHOTOS")
    foreign = listed()

    assert "No USB stick" in nothing
    assert "/dev/sda1  QULAQ  Ultra 4C530001  ready" in ours
    assert "the label must be QULAQ" in foreign


def test_a_program_that_is_told_to_stop_while_idle_leaves_at_once(agent):
    line_of(agent)
    agent.send_signal(signal.SIGINT)

    assert agent.wait(timeout=20) == 0


def test_the_agent_tells_systemd_when_no_stick_can_be_missed(udev, box, tmp_path):
    door = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(door)
        manager.settimeout(20)
        process = subprocess.Popen(
            ["umockdev-wrapper", sys.executable, "-m", "edge", "stick", "watch"],
            env=os.environ
            | {
                "UMOCKDEV_DIR": str(udev.root),
                "NOTIFY_SOCKET": door,
                "STATE_DIRECTORY": str(box.home),
            },
            stdout=subprocess.PIPE,
        )
        said = manager.recv(100)
        process.terminate()
        process.communicate(timeout=20)

    assert said == b"READY=1"
