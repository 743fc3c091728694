"""A box with a key and a central it trusts, sticks, and a make-believe udev."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from edge.config import BoxPaths
from edge.stick.blank import make_blank
from edge.stick.labels import bundle_name
from edge.stick.medium import open_medium
from edge.sync import seal
from edge.sync.identity import lay_trust, load_or_make
from edge.sync.letters import BoxInput, Bundle

NOW = datetime(2026, 3, 5, 19, 0, tzinfo=UTC)


@pytest.fixture
def central():
    """Central's key, and orders as it writes them."""
    key = seal.new_key()

    def orders(device, *, signed_with=key, signer="central", **changes):
        written = {
            "serial": 1,
            "device": device,
            "issued_at": NOW,
            "venue": "Опера театры",
            "hall": "Үлкен зал",
            "time_zone": "Asia/Almaty",
            "inputs": [BoxInput(device="USB Audio")],
            "central_url": "https://central.example",
            "central_key": seal.public_pem(key),
            "catalogue_root": "{}",
        }
        bundle = Bundle.model_validate(written | changes)
        sealed = seal.seal(bundle, signer=signer, key=signed_with)
        return sealed.model_dump_json().encode()

    return SimpleNamespace(key=key, public_key=seal.public_pem(key), orders=orders)


@pytest.fixture
def box(tmp_path, central):
    """A box that was made: it has a key and knows whom to trust."""
    paths = BoxPaths(tmp_path / "box")
    identity = load_or_make(paths.identity)
    lay_trust(paths.trust, central.public_key)
    return SimpleNamespace(
        paths=paths, home=paths.home, device=identity.device, public_key=identity.public_key
    )


@pytest.fixture(params=["image", "folder"])
def stick(request, tmp_path):
    """An empty stick, as an image and as a folder."""
    path = tmp_path / "stick"
    if request.param == "image":
        make_blank(path, volume_number=1)
    else:
        path.mkdir()
    return path


@pytest.fixture
def put(box):
    """Write orders for the box on a stick."""

    def put(path, letter):
        with open_medium(path) as medium:
            medium.write_file(bundle_name(box.device), letter)

    return put


class Udev:
    """A make-believe machine into which sticks are plugged."""

    def __init__(self):
        if shutil.which("umockdev-wrapper") is None:
            pytest.fail("umockdev-wrapper is missing: apt-get install umockdev")
        program = Path(__file__).with_name("udev_testbed.py")
        self._testbed = self._start([sys.executable, str(program)], os.environ)
        self.root = Path(self._testbed.stdout.readline().strip())
        self.node = self.root / "dev" / "sda1"  # as the programs started here see /dev/sda1

    def start(self, *command):
        """A program that believes in this machine; its output is read line by line."""
        environment = os.environ | {"UMOCKDEV_DIR": str(self.root)}
        return self._start([sys.executable, "-m", *command], environment)

    def plug_in(self, image, **changes):
        usual = {
            "label": "QULAQ", "kind": "vfat", "bus": "usb", "removable": 1, "plugged_at": 1
        }  # fmt: skip
        self._order(do="plug_in", image=str(image), **usual | changes)

    def pull_out(self):
        self._order(do="pull_out")

    def hint(self):
        self._order(do="hint")

    def close(self):
        self._testbed.communicate(timeout=20)

    def _order(self, **order):
        self._testbed.stdin.write(json.dumps(order) + "\n")
        self._testbed.stdin.flush()

        assert self._testbed.stdout.readline() == "done\n"

    @staticmethod
    def _start(command, environment):
        return subprocess.Popen(
            ["umockdev-wrapper", *command],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )


@pytest.fixture
def udev():
    machine = Udev()
    yield machine
    machine.close()
