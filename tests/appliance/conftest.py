"""One machine for all tests: built, booted and given its orders once, then thawed for each test."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import numpy as np
import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from edge.matcher.fingerprint import fingerprint
from edge.matcher.recipe import RECIPE
from edge.matcher.write import write_segment
from edge.selftest import made_up_music
from edge.stick.blank import make_blank
from edge.stick.medium import open_medium
from edge.sync.letters import BoxInput, Bundle
from edge.sync.seal import new_key
from provisioning.stick import identities, write_orders
from tests.appliance.machine import CARD, CENTRAL, DISK, Machine
from tests.appliance.microphone import RATE_HZ, Microphone
from tests.fakes.central_simulator import MADE_AT, CentralSimulator, on_loopback

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
KEPT = Path(os.environ.get("QULAQ_APPLIANCE", ROOT / ".cache/appliance"))
PIECE_SECONDS = 15.0
OFFICE = "office.json"
HOUR = 3600  # s; a condition is awaited, nothing is timed


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.appliance)


def _release():
    """Everything that goes into the machine, in one name."""
    parts = ("edge", "systemd", "tests/appliance/agent.py", "tests/appliance/build.sh", "uv.lock")
    return _name_of(*parts)


def _manner():
    """How a machine is made ready, in one name."""
    return _name_of(*(f"tests/appliance/{name}.py" for name in ("conftest", "machine", "line")))


def _name_of(*parts):
    digest = hashlib.sha256()
    for part in parts:
        root = ROOT / part
        for path in sorted([root] if root.is_file() else root.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return digest.hexdigest()[:12]


@pytest.fixture(scope="session")
def image():
    """The machine's kernel and disk, built unless they are there as everything now is."""
    folder = Path(os.environ.get("QULAQ_APPLIANCE_IMAGE", KEPT / f"machine-{_release()}"))
    with _one_at_a_time():
        if not (folder / "disk").exists():
            for old in KEPT.glob("machine-*"):
                subprocess.run(["rm", "-rf", old], check=True)
            subprocess.run([HERE / "build.sh", folder], check=True)
    return folder


@contextmanager
def _one_at_a_time():
    """Of several at work beside each other the first makes what all of them use."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def piece():
    """The known piece: float32, mono."""
    return made_up_music(1, PIECE_SECONDS)


@pytest.fixture(scope="session")
def evening(piece):
    """What the microphone hears: other music, the known piece, other music; raw 16 bit."""
    sound = np.concatenate([made_up_music(2, 4.0), piece, made_up_music(3, 60.0)])
    return (sound * 32767).astype("<i2").tobytes()


@pytest.fixture(scope="session")
def ready(image, piece, slowness, tmp_path_factory):
    """A folder with a machine that has its orders, its catalogue and an ear that is awake.

    Making it takes long, since a program starts slowly in an emulated machine. So it is kept
    beside the image, with the office the box was told to obey; tested is a copy.
    """
    kept = image / f"ready-{_manner()}"
    with _one_at_a_time():
        if not (kept / OFFICE).exists():
            for old in image.glob("ready-*"):
                shutil.rmtree(old)
            kept.mkdir()
            stick = tmp_path_factory.mktemp("stick") / "stick.img"
            _make_ready(Machine(image, kept, slowness=slowness), piece, stick)
    with TemporaryDirectory(dir=image) as folder:
        for name in (DISK, CARD, OFFICE):
            shutil.copy(kept / name, folder)
        yield Path(folder)


@pytest.fixture(scope="session")
def office(ready):
    """The central that the box in the machine reports to."""
    kept = json.loads((ready / OFFICE).read_text())
    with _opened_office(load_pem_private_key(kept["key"].encode(), None)) as office:
        office.central.boxes = kept["boxes"]
        yield office


@contextmanager
def _opened_office(key):
    central = CentralSimulator(recipe=RECIPE.id, key=key)
    with on_loopback(central.answer) as url:
        yield SimpleNamespace(central=central, port=int(url.rpartition(":")[2]))


def _make_ready(machine, piece, stick):
    key = new_key()
    with _opened_office(key) as office:
        segment = machine.folder / "known.qseg"
        write_segment(segment, [("rec-1", fingerprint(piece, RATE_HZ))])
        office.central.publish([segment.read_bytes()], version=1)
        machine.new_disk()
        machine.new_card()
        machine.switch_on(office.port)
        machine.await_("systemctl is-system-running")
        _make_a_box(machine, office)
        make_blank(stick, volume_number=1)
        _bring_orders(machine, office, stick)
        machine.await_units("qulaq-speak", "qulaq-status")
        machine.await_("ls /var/lib/qulaq/shelf/manifest.json")
        _hear_once(machine)
        machine.run("sync")
        machine.freeze("ready")
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        kept = {"key": pem, "boxes": office.central.boxes}
        (machine.folder / OFFICE).write_text(json.dumps(kept))


def _hear_once(machine):
    """Freeze an ear that is awake: it has heard a microphone, and waits for it to come back."""
    microphone = Microphone(b"", now=machine.now)
    machine.plug_in(microphone)
    machine.await_state("heard")
    microphone.pull()
    microphone.close()
    machine.await_state("unplugged")


SETTINGS = """
checkpoint_seconds = 5
coverage_seconds = 5
filing_seconds = 15
reopen_attempts = 1
sync_seconds = 5
"""


def _make_a_box(machine, office):
    """What installing with --trust does when the machine is a real one."""
    machine.put("/srv/central.pem", office.central.public_key)
    machine.put("/etc/qulaq/box.toml", SETTINGS)
    make = "/opt/qulaq/bin/qulaq-edge identity --home /var/lib/qulaq --trust /srv/central.pem"
    machine.run(make, seconds=HOUR)
    machine.run("systemd-tmpfiles --create qulaq.conf && systemctl start qulaq-stick", seconds=HOUR)


def _bring_orders(machine, office, stick):
    """The stick's way: to the box, to the bench, to the box again."""
    machine.plug_stick(stick)
    machine.await_("journalctl -u qulaq-stick -o cat | grep introduced")
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
            inputs=[BoxInput(device="hw:hall")],
            central_url=CENTRAL,
            central_key=office.central.public_key,
            catalogue_root=office.central.anchor.root,
        )
        write_orders(medium, office.central.sealed(orders), device=identity.device)
    machine.plug_stick(stick)
    machine.await_("ls /var/lib/qulaq/orders/bundle.json")
    machine.pull_stick()


@pytest.fixture(scope="session")
def slowness():
    """How long an emulated processor must work for a second of the machine, s.

    As long as a box would be busy in that second, times what emulation costs: less, and it does
    not keep up with sound.
    """
    return float(os.environ.get("QULAQ_SLOWNESS", "2.5"))


@pytest.fixture
def machine(ready, image, office, slowness, figures):
    """The machine as it was when it had its orders; its clock is not known to be right."""
    office.central.records.clear()
    office.central.heartbeats.clear()
    machine = Machine(image, ready, frozen="ready", slowness=slowness)
    (ready / "told").unlink(missing_ok=True)
    try:
        yield machine.switch_on(office.port)
    finally:
        figures("seconds of ours that one of the machine's took", f"{machine.slowness:.1f}")
        machine.cut_power()


@pytest.fixture
def microphone(evening, machine):
    """A microphone that is not plugged in yet."""
    microphone = Microphone(evening, now=machine.now)
    yield microphone
    microphone.close()


@pytest.fixture
def figures(record_property):
    """Takes the name of a figure and what was measured: shown at the end, asserted by nobody."""
    return record_property


def pytest_terminal_summary(terminalreporter):
    measured = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "teardown":
                for name, words in report.user_properties:
                    measured.setdefault(name, []).append(words)
    if measured:
        terminalreporter.section("measured in the emulated machine")
        for name, words in measured.items():
            terminalreporter.write_line(f"{name}: {', '.join(words)}")
