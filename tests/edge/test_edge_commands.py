import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import click
import numpy as np
import pytest
import soundfile
from click.testing import CliRunner

from edge.__main__ import main
from edge.matcher.fingerprint import fingerprint
from edge.matcher.write import write_segment
from edge.selftest import made_up_music
from edge.sync.letters import StickReceipt
from edge.sync.outbox import Outbox
from edge.sync.seal import unseal
from edge.sync.wire import BatchReceipt, Rejection, Sealed
from tests.fakes.central_simulator import CentralSimulator, on_loopback
from tests.fakes.chips import Tpm
from tests.fakes.evenings import SEVEN, checkpoint, heard, make_box

ROOT = Path(__file__).parents[2]
RATE_HZ = 16_000


def call(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def run(*arguments, **pipe):
    command = [sys.executable, "-m", "edge", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, cwd=ROOT, check=False, **pipe)


@pytest.fixture
def box(tmp_path):
    return make_box(tmp_path / "box", CentralSimulator(), "http://127.0.0.1:9")


COMMANDS = ["check-config", "chip-rights", "compile", "identity", "listen", "match", "selftest"]
COMMANDS += ["status", "sync"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_teaches_by_an_example(name):
    said = call(name, "--help")

    assert said.exit_code == 0
    assert f"qulaq-edge {name}" in said.output.split("Example")[1]


@pytest.mark.parametrize("name", [*COMMANDS, "recover", "serve-status"])
def test_help_shows_examples_as_they_are_typed(name):
    assert "\\b" not in call(name, "--help").output


def test_the_box_names_all_its_commands():
    said = call("--help")

    assert all(f"  {name} " in said.output for name in [*COMMANDS, "stick"])
    assert isinstance(main.get_command(click.Context(main), "stick"), click.Command)


def test_an_unknown_command_is_told():
    assert "No such command 'lissen'" in call("lissen").output


def test_a_box_makes_its_key_once_and_tells_its_id(tmp_path):
    (tmp_path / "central.pem").write_text(CentralSimulator().public_key)

    first = call("identity", "--home", tmp_path / "box", "--trust", tmp_path / "central.pem")

    assert first.output == call("identity", "--home", tmp_path / "box").output
    assert first.output.startswith("qb-")


def test_a_bare_box_tells_what_it_lacks(tmp_path):
    said = call("status", "--home", tmp_path)

    assert "no key yet" in said.output
    assert "no orders yet" in said.output
    assert "catalogue  none yet" in said.output
    assert list(tmp_path.iterdir()) == []


def test_status_tells_place_records_coverage_and_what_sounds(box):
    outbox = Outbox.open(box.outbox)
    records = [heard(1), heard(2, state="heard"), heard(3, state="lost"), heard(4)]
    outbox.put(records, checkpoint(unfinished=[heard(5, recording="rec-9")]))
    no = Rejection(boot=records[3].boot, seq=4, reason="from the future")
    outbox.settle(
        [heard(1), heard(4)], BatchReceipt(accepted=1, duplicates=0, rejected=[no]), at=SEVEN
    )
    outbox.close()

    told = json.loads(call("status", "--home", box.home, "--json").output)

    assert ("Philharmonic", "Small hall", 0) == (
        told["venue"],
        told["hall"],
        told["catalogue_version"],
    )
    assert {"waiting": 2, "delivered": 1, "rejected": 1} == told["records"]
    assert {"heard": 10.0, "lost": 10.0} == told["coverage_seconds"]
    assert [f"{records[3].boot}/4: from the future"] == told["rejections"]
    (main_input,) = told["inputs"]
    assert ["rec-9"] == [s["recording_id"] for s in main_input["sounding"]]
    assert SEVEN == datetime.fromisoformat(main_input["listened_until"])
    words = call("status", "--home", box.home).output
    assert "2 waiting, 1 delivered, 1 rejected" in words
    assert "sounding rec-9" in words
    assert "50.00 %" in words


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--file", "x.wav", "--device", "USB"], "exclude each other"),
        (["--file", "x.wav", "--began", "2026-03-05T19:00:00"], "lacks its offset"),
        (["--file", "x.wav", "--began", "tonight"], "'tonight' is not an instant"),
        (["--file", "x.wav", "--pace", "-1"], "--pace"),
        (["--input", "organ loft"], "no input 'organ loft'; they name main"),
        (["--file", "x.wav", "--input", "../organ"], "'../organ' is no name"),
        (["--file", "x.wav", "--input", ""], "'' is no name"),
        (["--file", "x.wav", "--input", "organ" * 7], "1 to 32 characters"),
    ],
)
def test_what_cannot_be_meant_is_told_before_anything_is_done(box, arguments, complaint):
    said = run("listen", "--home", box.home, *arguments)

    assert said.returncode == 2
    assert complaint in said.stderr.decode()
    assert not box.outbox.exists()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["listen", "--file", "absent.wav"], "No such file or directory: 'absent.wav'"),
        (["listen", "--file", "x.wav", "--config", "absent.toml"], "absent.toml"),
        (["sync", "--once"], "127.0.0.1:9"),
    ],
)
def test_trouble_is_one_line_and_exit_status_1(box, arguments, complaint):
    said = run(*arguments, "--home", box.home)

    assert said.returncode == 1
    (line,) = said.stderr.decode().splitlines()
    assert line.startswith("Error: ")
    assert complaint in line


@pytest.mark.parametrize("content", [b"no key", b"\xff\xfe"])
def test_a_file_that_is_no_public_key_is_named_and_not_trusted(tmp_path, content):
    (tmp_path / "central.pem").write_bytes(content)

    said = call("identity", "--home", tmp_path / "box", "--trust", tmp_path / "central.pem")

    assert said.exit_code == 1
    assert "central.pem is not central's public key; `qulaq-central key`" in said.output
    assert not (tmp_path / "box").exists()


@pytest.mark.parametrize("command", ["listen", "sync", "identity"])
def test_a_home_where_nothing_can_be_kept_is_told_in_one_line(tmp_path, command):
    soundfile.write(tmp_path / "x.wav", np.zeros(RATE_HZ), RATE_HZ)
    (tmp_path / "file").touch()
    more = {"listen": ["--file", tmp_path / "x.wav"], "sync": ["--once"]}.get(command, [])

    said = run(command, "--home", tmp_path / "file" / "box", *more)

    assert said.returncode == 1
    assert b"file/box" in said.stderr
    assert said.stderr.count(b"\n") == 1


@pytest.mark.parametrize(
    ("room", "named"), [("bundle", b"bundle.json"), ("identity", b"identity.pem")]
)
def test_what_is_torn_is_named_in_one_line(box, room, named):
    getattr(box, room).write_bytes(b"{")

    said = run("sync", "--home", box.home, "--once")

    assert said.returncode == 1
    assert named in said.stderr
    assert said.stderr.count(b"\n") == 1


def test_raw_sound_on_standard_input_is_heard(box):
    pcm = (made_up_music(1, 12) * 32767).astype("<i2").tobytes()

    said = run("listen", "--home", box.home, "--file", "-", "--began", SEVEN, input=pcm)

    assert said.returncode == 0, said.stderr
    told = json.loads(call("status", "--home", box.home, "--json").output)
    assert {"heard": 12.0} == told["coverage_seconds"]
    assert all(json.loads(line)["event"] for line in said.stdout.decode().splitlines())


def test_files_are_matched_as_lines_of_json(tmp_path):
    piece = made_up_music(1, 30, rate_hz=RATE_HZ)
    write_segment(tmp_path / "known.qseg", [("rec-1", fingerprint(piece, RATE_HZ))])
    soundfile.write(tmp_path / "part.flac", piece[5 * RATE_HZ : 25 * RATE_HZ], RATE_HZ)
    soundfile.write(tmp_path / "silence.flac", np.zeros(5 * RATE_HZ), RATE_HZ)

    said = call("match", "--catalogue", tmp_path, tmp_path / "part.flac", tmp_path / "silence.flac")

    part, silence = [json.loads(line) for line in said.output.splitlines()]
    assert ["rec-1"] == [found["ref"] for found in part["matches"]]
    assert abs(part["matches"][0]["ref_start"] - 5) < 2
    assert silence["matches"] == []
    assert said.exit_code == 0
    assert min(part["seconds"], silence["seconds"]) > 0

    missing = call("match", "--catalogue", tmp_path, tmp_path / "gone.ogg")
    assert "gone.ogg" in json.loads(missing.output)["error"]
    assert missing.exit_code == 1


def test_settings_explain_themselves_and_their_mistakes(tmp_path):
    path = tmp_path / "box.toml"
    path.write_text(call("check-config").output)

    assert call("check-config", path).output == f"{path} is in order\n"

    path.write_text("queue_minutes = 1\nsync_seconds = '5 s'\n")
    said = call("check-config", path)
    first, second = said.stderr.splitlines()
    assert said.exit_code == 1
    assert first.startswith(f"{path}: unknown setting 'queue_minutes'; did you mean queue_seconds")
    assert second.startswith(f"{path}: sync_seconds = '5 s' is not a number; write 0.1 to 3600 s")


def test_what_keeps_the_key_is_a_setting_that_explains_itself(tmp_path):
    path = tmp_path / "box.toml"
    path.write_text('key_store = "tpm"\ntpm_device = "tpmrm0"\n')
    store, device = call("check-config", path).stderr.splitlines()

    assert '(file, tpm2 or raspberry-pi)\n# key_store = "file"' in call("check-config").output
    assert f"{path}: key_store = 'tpm' keeps no keys; write file, tpm2 or raspberry-pi" == store
    assert f"{path}: tpm_device = 'tpmrm0' is no device; write /dev/tpmrm0" == device


def test_a_chip_that_is_not_there_is_told_in_one_line(tmp_path):
    config, box = tmp_path / "box.toml", tmp_path / "box"
    config.write_text('key_store = "tpm2"\ntpm_device = "/dev/tpmrm7"\n')
    identity = call("identity", "--home", box, "--config", config).stderr
    rights = call("chip-rights", "--home", box, "--config", config).stderr

    assert "Error: the TPM /dev/tpmrm7: it is not there" in identity
    assert "/dev/tpmrm7, by which the box shall sign, is not there" in rights
    assert not box.exists()


def test_a_box_is_named_by_the_chip_and_signs_with_it_in_every_process(tmp_path):
    chip = Tpm(tmp_path / "tpm").start()
    config = tmp_path / "box.toml"
    config.write_text(f'key_store = "tpm2"\ntpm_device = "{chip.settings.tpm_device}"\n')
    home = tmp_path / "box"
    try:
        named = call("identity", "--home", home, "--config", config).output.strip()
        assert named == call("identity", "--home", home, "--config", config).output.strip()
        assert "key        in a TPM 2.0" in call("status", "--home", home).output
        assert b"PRIVATE KEY" in (home / "keys/identity.pem").read_bytes()
    finally:
        chip.stop()
    other = Tpm(tmp_path / "other").start()
    try:
        config.write_text(f'key_store = "tpm2"\ntpm_device = "{other.settings.tpm_device}"\n')
        assert "--replace" in call("identity", "--home", home, "--config", config).stderr
        again = call("identity", "--home", home, "--config", config, "--replace").output.strip()
    finally:
        other.stop()
    assert again.startswith("qb-")
    assert named != again


def test_the_commands_that_sign_find_the_chip_by_the_settings(tmp_path):
    chip, central, home = Tpm(tmp_path / "tpm").start(), CentralSimulator(), tmp_path / "box"
    config, trust = tmp_path / "box.toml", tmp_path / "central.pem"
    config.write_text(f'key_store = "tpm2"\ntpm_device = "{chip.settings.tpm_device}"\n')
    trust.write_text(central.public_key)
    at = ["--home", home, "--config", config]
    stick = tmp_path / "stick"
    (stick / "QULAQ").mkdir(parents=True)
    try:
        device = call("identity", *at, "--trust", trust).output.strip()
        assert "introduced" in call("stick", "apply", *at, "--stick", stick).output
        said = json.loads((stick / f"QULAQ/identity-{device}.json").read_text())
        with on_loopback(central.answer) as url:
            orders = central.enrol(said["public_key"], url=url)
            (stick / f"QULAQ/bundle-{device}.json").write_text(orders.model_dump_json())
            assert "applied" in call("stick", "apply", *at, "--stick", stick).output
            central.publish([], version=1)
            assert run("sync", *at, "--once").returncode == 0
    finally:
        chip.stop()

    assert [device] == [one.device for one in central.heartbeats]
    receipt = Sealed.model_validate_json((stick / f"QULAQ/receipt-{device}.json").read_bytes())
    assert unseal(receipt, StickReceipt, signer=device, public_key=said["public_key"]).applied


def test_this_machine_hears_what_it_should():
    said = call("selftest")

    assert said.exit_code == 0
    assert said.output.startswith("heard the known piece from")


def test_a_reporting_box_leaves_quietly_when_asked_to(box):
    command = [sys.executable, "-m", "edge", "sync", "--home", box.home]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        while json.loads(process.stdout.readline())["event"] != "errand_failed":
            continue

        process.terminate()

        assert process.wait(30) == 0
        assert json.loads(process.stdout.read())["event"] == "sync_stopped"
