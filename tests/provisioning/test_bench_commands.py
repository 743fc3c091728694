"""From a blank stick to a box at work, by the commands people type."""

import subprocess
import sys

import pytest

from edge.stick.labels import bundle_name

TOKEN = "a-token-from-the-office"


def run(*command, **how):
    return subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **how,
    )


@pytest.fixture
def made_box(tmp_path, central):
    """A box made in the workshop: it has a key and trusts this central."""
    from edge.sync import seal

    trust = tmp_path / "central.pem"
    trust.write_text(seal.public_pem(central.key))
    made = run("edge", "identity", "--home", tmp_path / "box", "--trust", trust)

    assert made.returncode == 0, made.stderr
    return tmp_path / "box", made.stdout.split()[-1]


def test_a_blank_stick_brings_a_box_to_work(tmp_path, central, made_box):
    home, device = made_box
    image = tmp_path / "stick.img"
    made = run("provisioning", "stick-image", image)
    introduced = run("edge", "stick", "apply", "--home", home, "--stick", image)
    enrolled = run(
        "provisioning", "enrol", "--central", central.address, "--token", TOKEN, "--stick", image
    )
    applied = run("edge", "stick", "apply", "--home", home, "--stick", image)
    receipt = run("provisioning", "receipt", "--stick", image)

    assert made.returncode == 0, made.stderr
    assert introduced.stdout.startswith("introduced")
    assert f"Orders 1 for Опера театры, Үлкен зал are on the stick: {bundle_name(device)}" in (
        enrolled.stdout
    )
    assert applied.stdout == "applied: orders 1 are now in force\n"
    assert (home / "orders" / "bundle.json").exists()
    assert f"{device}  orders 1 in force" in receipt.stdout
    assert "signature good" in receipt.stdout
    codes = [introduced, enrolled, applied, receipt]
    assert [one.returncode for one in codes] == [0, 0, 0, 0]


def test_a_refusal_reaches_the_technician(tmp_path, central, made_box):
    home, device = made_box
    image = tmp_path / "stick.img"
    run("provisioning", "stick-image", image)
    run("edge", "stick", "apply", "--home", home, "--stick", image)
    (home / "keys" / "trust.pem").unlink()
    run("provisioning", "enrol", "--central", central.address, "--token", TOKEN, "--stick", image)
    applied = run("edge", "stick", "apply", "--home", home, "--stick", image)
    receipt = run("provisioning", "receipt", "--stick", image)

    assert (applied.returncode, receipt.returncode) == (2, 2)
    assert f"{device}  orders 0 REFUSED" in receipt.stdout


def test_an_identity_may_come_from_a_file_and_the_token_from_the_environment(
    tmp_path, central, box
):
    identity = tmp_path / "identity.json"
    identity.write_text(box.identity.model_dump_json())
    folder = tmp_path / "folder"
    folder.mkdir()
    enrolled = run(
        "provisioning",
        "enrol",
        *("--central", central.address, "--stick", folder, "--identity", identity),
        env={"QULAQ_TOKEN": TOKEN, "LANG": "C.UTF-8"},
    )

    assert enrolled.returncode == 0, enrolled.stderr
    assert (folder / "QULAQ" / bundle_name(box.device)).exists()


FAULTS = {
    "a used token": (["--token", "another-token-of-20"], "403"),
    "no such box": (["--token", TOKEN, "--device", "qb-0"], "no identity of qb-0"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_went_wrong_is_said_in_one_line_and_nothing_is_written(central, stick, box, fault):
    arguments, said = FAULTS[fault]
    enrolled = run(
        "provisioning", "enrol", "--central", central.address, "--stick", stick, *arguments
    )
    receipt = run("provisioning", "receipt", "--stick", stick)

    assert enrolled.returncode == 1
    assert said in enrolled.stderr
    assert len(enrolled.stderr.splitlines()) == 1
    assert "no receipt yet" in receipt.stdout
    assert receipt.returncode == 2


def test_a_stick_no_box_has_seen_has_no_receipt(tmp_path):
    image = tmp_path / "stick.img"
    run("provisioning", "stick-image", image)
    receipt = run("provisioning", "receipt", "--stick", image)

    assert receipt.returncode == 1
    assert "plug it into the box first" in receipt.stderr


@pytest.mark.parametrize("command", ["sticks", "enrol", "receipt", "stick-image"])
def test_every_command_teaches(command):
    taught = run("provisioning", command, "--help")

    assert taught.returncode == 0
    assert len(taught.stdout.splitlines()) > 5
