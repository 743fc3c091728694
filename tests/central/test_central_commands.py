"""What the office does from its own desk: set up, show its key, open and close."""

import signal
import stat
import subprocess
import sys

import httpx
import pytest
from click.testing import CliRunner

from central.__main__ import main
from central.errors import Unready
from central.settings import Settings, load
from edge.sync.seal import load_public


def run(*arguments):
    """Run a command at the desk."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_an_office_is_set_up_once_and_its_key_is_its_own(tmp_path):
    home = tmp_path / "office"
    first, second = run("init", "--home", home), run("init", "--home", home)
    key = home / "keys" / "central.pem"

    assert (0, 1) == (first.exit_code, second.exit_code)
    assert "already" in second.output
    assert 0o600 == stat.S_IMODE(key.stat().st_mode)
    assert len(first.stdout.strip()) >= 40


@pytest.mark.parametrize("name", sorted(main.commands))
def test_help_teaches_and_shows_examples_as_they_are_typed(name):
    said = run(name, "--help")

    assert said.exit_code == 0
    assert "\\b" not in said.output


def test_the_key_shown_is_the_key_boxes_trust(founded):
    shown = run("key", "--home", founded[0])

    assert load_public(shown.output)


@pytest.mark.parametrize(
    "command", [["key"], ["serve"], ["token", "--label", "x"], ["build-catalogue"]]
)
def test_without_an_office_every_command_says_how_to_set_one_up(tmp_path, command):
    said = run(*command, "--home", tmp_path / "nowhere")

    assert 1 == said.exit_code
    assert "qulaq-central init" in said.output


def test_another_token_opens_as_well(office):
    token = run("token", "--home", office.home.path, "--label", "Дина").output.strip()
    headers = {"Authorization": f"Bearer {token}"}

    assert 200 == office.stranger.get("/v1/parties", headers=headers).status_code


@pytest.mark.slow
@pytest.mark.parametrize(
    ("told", "leaves_with"), [(signal.SIGTERM, -signal.SIGTERM), (signal.SIGINT, 0)]
)
def test_the_office_opens_says_where_and_closes_when_told(founded, told, leaves_with):
    program = [sys.executable, "-m", "central", "serve", "--home", str(founded[0]), "--port", "0"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(program, text=True, **pipes) as process:
        said = process.stdout.readline()
        address = next(word for word in said.split() if word.startswith("http://"))
        well = httpx.get(f"{address}/health")
        process.send_signal(told)
        rest, _ = process.communicate(timeout=20)

    assert 200 == well.status_code
    assert "Ctrl-C" in said
    assert ("", leaves_with) == (rest, process.returncode)


def test_a_port_that_is_taken_is_named(office):
    port = office.office.settings.port
    said = run("serve", "--home", office.home.path, "--port", port)

    assert 1 == said.exit_code
    assert str(port) in said.output


def test_settings_are_read_and_the_rest_keeps_its_default(tmp_path):
    path = tmp_path / "central.toml"
    path.write_text('public_url = "https://central.example"\nport = 9000\n')

    assert Settings(public_url="https://central.example", port=9000) == load(path)


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("prot = 9000", "prot"),
        ('port = "9000"', "port"),
        ("port = true", "port"),
        ("port =", "central.toml"),
        ("port = 70000", "port = 70000 must be 0 to 65535"),
        ("enrolment_days = 0", "enrolment_days = 0 must be 1 to 3650"),
        ('public_url = "central.example"', "must begin with https:// or http://"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, written, named):
    path = tmp_path / "central.toml"
    path.write_text(written)

    with pytest.raises(Unready, match=named):
        load(path)


def test_settings_that_are_not_there_are_named(tmp_path):
    with pytest.raises(Unready, match=r"missing\.toml"):
        load(tmp_path / "missing.toml")


def test_a_folder_that_cannot_be_an_office_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    said = run("init", "--home", tmp_path / "file" / "office")

    assert 1 == said.exit_code
    assert "file/office cannot be an office" in said.output


@pytest.mark.parametrize("command", [["serve"], ["token", "--label", "x"], ["build-catalogue"]])
def test_books_that_are_spoiled_are_told_in_one_line(home, command, server):
    if server:  # whose books no part of a folder spoils
        pytest.skip("books that are a file")
    for part in home.path.glob("central.db*"):
        part.write_bytes(b"no books at all" * 1000)
    said = run(*command, "--home", home.path)

    assert 1 == said.exit_code
    assert said.output.count("file is not a database") == said.output.count("\n") == 1


def test_a_key_that_is_none_is_named(home):
    home.key.write_text("not a key")
    said = run("key", "--home", home.path)

    assert 1 == said.exit_code
    assert "central.pem" in said.output
