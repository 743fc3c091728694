"""One machine for all tests: built, booted and given its orders once, then thawed for each test."""

import hashlib
import os
import subprocess
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from edge.matcher.fingerprint import fingerprint
from edge.matcher.recipe import RECIPE
from edge.matcher.write import write_segment
from edge.selftest import made_up_music
from edge.stick.blank import make_blank
from edge.stick.medium import open_medium
from edge.sync.letters import BoxInput, Bundle
from provisioning.stick import identities, write_orders
from tests.appliance.machine import Machine
from tests.appliance.microphone import RATE_HZ, Microphone
from tests.fakes.central_simulator import MADE_AT, CentralSimulator, on_loopback

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
KEPT = Path(os.environ.get("QULAQ_APPLIANCE", ROOT / ".cache/appliance"))
PIECE_SECONDS = 40.0


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.appliance)


def _release():
    """Everything that goes into the machine, in one name."""
    digest = hashlib.sha256()
    for part in ("edge", "systemd", "tests/appliance/agent.py", "tests/appliance/build.sh"):
        root = ROOT / part
        for path in sorted([root] if root.is_file() else root.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    digest.update((ROOT / "uv.lock").read_bytes())
    return digest.hexdigest()[:12]


@pytest.fixture(scope="session")
def image():
    """The machine's kernel and disk, built unless they are there as everything now is."""
    folder = Path(os.environ.get("QULAQ_APPLIANCE_IMAGE", KEPT / f"machine-{_release()}"))
    if not (folder / "disk").exists():
        for old in KEPT.glob("machine-*"):
            subprocess.run(["rm", "-rf", old], check=True)
        subprocess.run([HERE / "build.sh", folder], check=True)
    return folder


@pytest.fixture(scope="session")
def office():
    """A central the box can reach, with a catalogue in which the known piece stands."""
    central = CentralSimulator(recipe=RECIPE.id)
    with on_loopback(central.answer) as url:
        yield SimpleNamespace(central=central, url=url.replace("127.0.0.1", "10.0.2.2"))


@pytest.fixture(scope="session")
def piece():
    """The known piece: float32, mono."""
    return made_up_music(1, PIECE_SECONDS)


@pytest.fixture(scope="session")
def evening(piece):
    """What the microphone hears: other music, the known piece, other music; raw 16 bit."""
    sound = np.concatenate([made_up_music(2, 8.0), piece, made_up_music(3, 60.0)])
    return (sound * 32767).astype("<i2").tobytes()


@pytest.fixture(scope="session")
def stick(tmp_path_factory):
    """A blank stick."""
    path = tmp_path_factory.mktemp("stick") / "stick.img"
    make_blank(path, volume_number=1)
    return path


@pytest.fixture(scope="session")
def booted(image, office, stick, piece, tmp_path_factory):
    """A folder with a machine in it that has its orders and its catalogue, frozen in that state."""
    folder = tmp_path_factory.mktemp("machine")
    segment = folder / "known.qseg"
    write_segment(segment, [("rec-1", fingerprint(piece, RATE_HZ))])
    office.central.publish([segment.read_bytes()], version=1)
    machine = Machine(image, folder)
    machine.new_disk()
    machine.new_card()
    machine.switch_on()
    machine.await_("systemctl is-system-running", seconds=900)
    _make_a_box(machine, office)
    _bring_orders(machine, office, stick)
    machine.await_("systemctl is-active qulaq-speak qulaq-status", seconds=900)
    machine.await_("ls /var/lib/qulaq/shelf/manifest.json", seconds=900)
    _hear_once(machine)
    machine.run("sync")
    machine.freeze("ready")
    return folder


def _hear_once(machine):
    """Freeze an ear that is awake: it has heard a microphone, and waits for it to come back."""
    microphone = Microphone(b"")
    machine.plug_in(microphone)
    machine.await_state("heard")
    microphone.pull()
    microphone.close()
    machine.await_state("unplugged")


def _make_a_box(machine, office):
    """What installing with --trust does when the machine is a real one."""
    machine.put("/srv/central.pem", office.central.public_key)
    # A thawed ear waits until a test has plugged its microphone in.
    machine.put("/etc/qulaq/box.toml", "reopen_attempts = 1000\n")
    make = "/opt/qulaq/bin/qulaq-edge identity --home /var/lib/qulaq --trust /srv/central.pem"
    machine.run(make, seconds=900)
    machine.run("systemd-tmpfiles --create qulaq.conf && systemctl start qulaq-stick", seconds=900)


def _bring_orders(machine, office, stick):
    """The stick's way: to the box, to the bench, to the box again."""
    machine.plug_stick(stick)
    machine.await_("journalctl -u qulaq-stick -o cat | grep introduced", seconds=900)
    machine.pull_stick()
    with open_medium(stick) as medium:
        (identity,) = identities(medium)
        office.central.boxes[identity.device] = identity.public_key
        orders = Bundle(
            serial=1,
            device=identity.device,
            issued_at=MADE_AT,
            venue="Philharmonic",
            hall="Small hall",
            time_zone="Asia/Almaty",
            inputs=[BoxInput(device="Hall Microphone")],
            central_url=office.url,
            central_key=office.central.public_key,
        )
        write_orders(medium, office.central.sealed(orders), device=identity.device)
    machine.plug_stick(stick)
    machine.await_("ls /var/lib/qulaq/orders/bundle.json", seconds=900)
    machine.pull_stick()


@pytest.fixture
def machine(booted, image):
    """The machine as it was when it had its orders."""
    machine = Machine(image, booted, frozen="ready")
    (booted / "told").unlink(missing_ok=True)
    machine.switch_on()
    yield machine
    machine.cut_power()


@pytest.fixture
def microphone(evening):
    """A microphone that is not plugged in yet."""
    microphone = Microphone(evening)
    yield microphone
    microphone.close()
