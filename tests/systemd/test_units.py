"""The units are code: systemd finds no fault in them, and the fences we promise stand in them."""

import configparser
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from grp import getgrnam
from ipaddress import ip_network
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest

from edge.capture.recovery import REQUEST
from edge.config import Settings
from edge.errors import KeyOutOfReach
from edge.sync import keeper
from edge.sync.seal import new_key
from edge.sync.tpm import MARK, TpmKey

SHIPPED = Path(__file__).parents[2] / "systemd"
SERVICES = ["hear", "speak", "stick", "status", "orders", "recover", "central", "nightly"]
UNITS = [f"qulaq-{name}.service" for name in SERVICES]
UNITS += ["qulaq-orders.path", "qulaq-recover.path", "qulaq-nightly.timer"]
PROGRAMS = ["opt/qulaq/bin/qulaq-edge", "opt/qulaq/bin/qulaq-central", "usr/bin/systemctl"]
MOST_EXPOSED = 12  # tenths, of 100: what `systemd-analyze security` may find at most


@pytest.fixture
def machine(tmp_path):
    """A file tree as on an installed box: systemd's own units, ours, and what they start."""
    own = next(
        p for p in map(Path, ("/usr/lib/systemd", "/lib/systemd")) if (p / "system").is_dir()
    )
    shutil.copytree(own / "system", tmp_path / "usr/lib/systemd/system", symlinks=True)
    shutil.copytree(SHIPPED / "system", tmp_path / "etc/systemd/system")
    for name in PROGRAMS:
        program = tmp_path / name
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    return tmp_path


def analyze(machine, *arguments):
    return subprocess.run(
        ["systemd-analyze", f"--root={machine}", "--no-pager", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def settings_of(name):
    """What holds for a service: the shared fences and its own unit, option by option."""
    found = {}
    for path in (
        SHIPPED / "system" / "qulaq-.service.d" / "fences.conf",
        SHIPPED / "system" / f"qulaq-{name}.service",
    ):
        for line in path.read_text(encoding="utf-8").splitlines():
            option, equals, value = line.partition("=")
            if equals and not line.startswith("#"):
                found.setdefault(option, []).append(value)
    return found


def lines_of(path):
    text = (SHIPPED / path).read_text(encoding="utf-8")
    return [line.split() for line in text.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_finds_nothing_to_say_about_a_unit(machine, unit):
    verdict = analyze(machine, "verify", unit)

    # A mistyped option is only warned about: silence is the test, not the exit code.
    assert (verdict.returncode, verdict.stdout, verdict.stderr) == (0, "", "")


def test_a_mistyped_fence_would_be_noticed(machine):
    unit = machine / "etc/systemd/system/qulaq-hear.service"
    unit.write_text(unit.read_text().replace("PrivateNetwork", "PrivatNetwork"))

    assert "PrivatNetwork" in analyze(machine, "verify", unit.name).stderr


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_as_little_exposed_as_promised(machine, name):
    verdict = analyze(
        machine,
        "security",
        "--offline=true",
        f"--threshold={MOST_EXPOSED}",
        f"qulaq-{name}.service",
    )

    assert verdict.returncode == 0, verdict.stdout


def test_who_hears_has_no_network_and_of_all_devices_only_sound():
    hear = settings_of("hear")

    assert hear["PrivateNetwork"] == ["yes"]
    assert hear["RestrictAddressFamilies"] == ["AF_UNIX"]
    assert hear["IPAddressDeny"] == ["any"]
    assert hear["DevicePolicy"] == ["closed"]
    assert hear["DeviceAllow"] == ["char-alsa rw"]


@pytest.mark.parametrize("name", SERVICES)
def test_of_all_only_who_hears_may_ask_the_kernel_whether_the_clock_is_right(machine, name):
    """A filter that is read too early is taken back by the fences, and no time is ever known."""
    verdict = analyze(machine, "security", "--offline=true", f"qulaq-{name}.service")
    (clock,) = [line for line in verdict.stdout.splitlines() if "SystemCallFilter=~@clock" in line]

    assert ("@clock is included" in clock) == (name == "hear"), clock


@contextmanager
def a_device():
    """What stands for a chip's device: on a box it belongs to a group like tss."""
    with NamedTemporaryFile(dir="/dev/shm") as device:
        if os.getuid() == 0:
            os.chown(device.name, -1, getgrnam("audio").gr_gid)
        yield device.name


@pytest.fixture
def rights():
    """What the units of who signs are given for a TPM, as the box's own command prints it."""
    with a_device() as device:
        printed = keeper.rights(Settings(key_store="tpm2", tpm_device=device), None)
    return printed.replace(device, "/dev/tpmrm0")


def test_where_a_file_keeps_the_key_nobody_is_given_a_chip():
    with pytest.raises(KeyOutOfReach, match="/dev/tpmrm7"):
        keeper.rights(Settings(key_store="tpm2", tpm_device="/dev/tpmrm7"), None)
    assert keeper.rights(Settings(), None) == keeper.rights(Settings(), new_key()) == ""
    for name in SERVICES:
        assert not [one for one in settings_of(name).get("DeviceAllow", []) if "tpm" in one]


def test_a_key_that_leaves_a_chip_reaches_it_until_it_has_left(rights):
    """A changed setting must not take the chip from the key that the next one has yet to follow."""
    with a_device() as device:
        leaving = Settings(key_store="file", tpm_device=device)
        assert rights == keeper.rights(leaving, TpmKey(b"", device)).replace(device, "/dev/tpmrm0")
    assert keeper.rights(leaving, TpmKey(b"", device)) == ""  # a dead chip keeps nobody waiting
    script = (SHIPPED / "install-box.sh").read_text(encoding="utf-8")
    assert "grep -qs 'BEGIN TSS2 PRIVATE KEY' $state/keys/identity.pem" in script
    assert "TSS2 PRIVATE KEY" in MARK.decode()


@pytest.mark.parametrize("name", ["speak", "stick"])
def test_who_signs_is_given_the_chip_and_is_hardly_more_exposed(machine, rights, name):
    folder = machine / f"etc/systemd/system/qulaq-{name}.service.d"
    folder.mkdir()
    (folder / "chip.conf").write_text(rights)
    verdict = analyze(machine, "verify", f"qulaq-{name}.service")
    exposed = analyze(
        machine,
        "security",
        "--offline=true",
        f"--threshold={MOST_EXPOSED}",
        f"qulaq-{name}.service",
    )

    assert ("", "") == (verdict.stdout, verdict.stderr)
    assert exposed.returncode == 0, exposed.stdout
    assert "DeviceAllow=/dev/tpmrm0 rw\n" in rights
    assert "BindPaths=-/dev/tpmrm0\n" in rights  # who speaks has a /dev of its own
    assert "PrivateDevices" not in rights


def test_the_installer_gives_the_chip_to_who_signs_and_takes_it_back():
    script = (SHIPPED / "install-box.sh").read_text(encoding="utf-8")

    assert "chip-rights --home $state --config /etc/qulaq/box.toml" in script
    assert "for unit in speak stick; do" in script
    assert 'rm -f "/etc/systemd/system/qulaq-$unit.service.d/chip.conf"' in script


def test_who_hears_writes_only_the_outbox_and_cannot_read_the_key():
    hear = settings_of("hear")

    assert hear["ReadWritePaths"] == ["/var/lib/qulaq/outbox"]
    assert hear["InaccessiblePaths"] == ["-/var/lib/qulaq/keys/identity.pem"]
    assert "qulaq-keys" not in hear["SupplementaryGroups"][0].split()
    assert ["m", "qulaq-hear", "qulaq-keys"] not in lines_of("sysusers.d/qulaq.conf")


@pytest.mark.parametrize(
    "name", ["speak", "stick", "status", "central", "orders", "recover", "nightly"]
)
def test_nobody_else_can_hear(name):
    service = settings_of(name)

    assert service["DevicePolicy"] == ["closed"]
    assert "audio" not in service.get("SupplementaryGroups", [""])[0].split()
    assert not [allowed for allowed in service.get("DeviceAllow", []) if "alsa" in allowed]
    assert service.get("PrivateDevices") == ["yes"] or name == "stick"


def test_who_serves_sticks_cannot_reach_the_internet_nor_what_was_heard():
    stick = settings_of("stick")

    assert stick["RestrictAddressFamilies"] == ["AF_UNIX AF_NETLINK"]
    assert stick["IPAddressDeny"] == ["any"]
    assert stick["DeviceAllow"] == ["block-sd rw"]
    assert stick["ReadWritePaths"] == ["/var/lib/qulaq/orders /var/lib/qulaq/post"]
    assert "-/var/lib/qulaq/outbox" in stick["InaccessiblePaths"][0].split()


def test_who_may_switch_a_card_or_start_the_box_anew_may_do_nothing_else():
    recover = settings_of("recover")
    request = f"/run/{settings_of('hear')['RuntimeDirectory'][0]}/{REQUEST}"
    path = (SHIPPED / "system" / "qulaq-recover.path").read_text(encoding="utf-8")

    assert f"PathChanged={request}\n" in path
    assert recover["ReadWritePaths"] == ["-/sys/bus/usb/drivers/usb"]
    assert recover["CapabilityBoundingSet"] == [""]
    assert recover["PrivateNetwork"] == ["yes"]
    assert recover["InaccessiblePaths"] == ["-/var/lib/qulaq"]
    # The request can be read by the group that the hearing process leaves it to, not by rights.
    assert recover["Group"] == settings_of("hear")["Group"]
    assert settings_of("hear")["RuntimeDirectoryMode"] == ["0750"]


def test_who_shows_how_the_box_is_writes_nothing_and_meets_only_the_hall():
    status = settings_of("status")

    assert status["ReadWritePaths"] == ["-/sys/devices/platform/leds"]
    assert status["InaccessiblePaths"] == ["-/var/lib/qulaq/keys/identity.pem"]
    assert status["PrivateDevices"] == ["yes"]
    assert status["IPAddressDeny"] == ["any"]
    networks = [ip_network(one) for one in status["IPAddressAllow"][0].split() if "/" in one]
    assert networks
    assert all(one.is_private for one in networks)


@pytest.mark.parametrize(("name", "folder"), [("hear", "qulaq-hear"), ("speak", "qulaq-speak")])
def test_signs_of_life_are_left_where_the_page_looks_for_them(name, folder):
    assert settings_of(name)["RuntimeDirectory"] == [folder]
    assert f"--signs /run/{folder}" in settings_of("status")["ExecStart"][0]
    assert settings_of("status")["Group"] == settings_of(name)["Group"]


def test_who_speaks_tells_how_who_hears_is():
    assert "--hears /run/qulaq-hear" in settings_of("speak")["ExecStart"][0]
    assert settings_of("hear")["Group"] == settings_of("speak")["Group"]
    assert settings_of("hear")["RuntimeDirectoryMode"] == ["0750"]


def test_a_kernel_that_has_stopped_is_started_anew():
    written = configparser.ConfigParser()
    written.optionxform = str
    written.read(SHIPPED / "system.conf.d" / "qulaq.conf")

    assert 5 <= written.getint("Manager", "RuntimeWatchdogSec") <= 15  # what a Pi's can count


@pytest.mark.parametrize("name", SERVICES)
def test_no_memory_of_a_process_reaches_a_disk(name):
    service = settings_of(name)

    assert service["LimitCORE"] == ["0"]
    assert service["MemorySwapMax"] == ["0"]
    assert "MemoryMax" in service


@pytest.mark.parametrize("name", ["hear", "speak", "stick", "status", "central"])
def test_a_process_that_ends_is_started_again_for_ever(name):
    service = settings_of(name)

    assert service["Restart"] == ["always"]
    assert service["StartLimitIntervalSec"] == ["0"]


@pytest.mark.parametrize("name", ["hear", "speak", "status"])
def test_a_process_that_hangs_is_ended(name):
    service = settings_of(name)

    assert service["Type"] == ["notify"]
    assert int(service["WatchdogSec"][0]) <= 120


def test_each_process_has_a_user_of_its_own():
    declared = {line[1] for line in lines_of("sysusers.d/qulaq.conf") if line[0] == "u"}
    users = [
        settings_of(name)["User"][0] for name in ("hear", "speak", "stick", "status", "central")
    ]

    assert declared == set(users)
    assert len(users) == len(set(users))


def test_the_night_run_is_the_offices_own_and_reaches_no_network():
    night, office = settings_of("nightly"), settings_of("central")
    timer = (SHIPPED / "system" / "qulaq-nightly.timer").read_text(encoding="utf-8")

    assert (night["User"], night["StateDirectory"]) == (office["User"], office["StateDirectory"])
    assert night["Type"] == ["oneshot"]
    assert night["PrivateNetwork"] == ["yes"]
    assert night["RestrictAddressFamilies"] == ["AF_UNIX"]
    assert "OnCalendar=*-*-* 03:30:00" in timer
    assert "Persistent=true" in timer  # a night the machine was off is made up for


def test_groups_and_folders_that_units_name_are_made():
    lines = lines_of("sysusers.d/qulaq.conf")
    groups = {line[1] for line in lines if line[0] in ("g", "u")} | {"root", "audio"}
    folders = {line[1]: line for line in lines_of("tmpfiles.d/qulaq.conf")}
    for name in ("hear", "speak", "stick", "status", "central"):
        service = settings_of(name)
        wanted = {*service["Group"], *service.get("SupplementaryGroups", [""])[0].split()}

        assert wanted <= groups
        for path in service.get("ReadWritePaths", [""])[0].split():
            assert path.startswith("-/sys/") or folders[path][0] == "d"
    for line in folders.values():
        assert {line[3], line[4]} <= groups


@pytest.mark.parametrize("name", SERVICES)
def test_commands_are_started_without_a_shell_and_are_understood(name):
    service = settings_of(name)
    for command in service["ExecStart"] + service.get("ExecStartPre", []):
        program, *words = command.split()

        assert program.removeprefix("/") in PROGRAMS
        if program.startswith("/opt/qulaq/bin/qulaq-"):
            house = program.removeprefix("/opt/qulaq/bin/qulaq-")
            # An option that does not exist is refused before --help answers.
            understood = subprocess.run(
                [sys.executable, "-m", house, *words, "--help"],
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert understood.returncode == 0, understood.stderr


@pytest.mark.parametrize(("name", "module"), [("hear", "snd"), ("stick", "sd_mod")])
def test_a_kind_of_device_is_there_before_the_fence_that_lets_it_through(name, module):
    """DeviceAllow=char-alsa lets nothing through if no sound driver was loaded at the start."""
    service = settings_of(name)

    assert service["Wants"] == [f"modprobe@{module}.service"]
    assert f"modprobe@{module}.service" in [
        one for line in service["After"] for one in line.split()
    ]


def test_who_serves_what_udev_hands_out_is_in_the_group_it_is_handed_to():
    """With Group= set, systemd gives a process the groups its unit names, not its user's own."""
    rules = (SHIPPED / "udev/rules.d/70-qulaq.rules").read_text(encoding="utf-8")
    for name in ("stick", "status"):
        service = settings_of(name)

        assert f"qulaq-{name}" in rules
        assert f"qulaq-{name}" in service["SupplementaryGroups"][0].split()


def test_systemd_makes_the_users_without_a_word(tmp_path):
    (tmp_path / "etc").mkdir()
    made = subprocess.run(
        ["systemd-sysusers", f"--root={tmp_path}", str(SHIPPED / "sysusers.d/qulaq.conf")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    users = [line.split(":")[0] for line in (tmp_path / "etc/passwd").read_text().splitlines()]
    remarks = [line for line in made.stderr.splitlines() if not line.startswith("Creating ")]

    assert (made.returncode, remarks) == (0, [])
    assert {line[1] for line in lines_of("sysusers.d/qulaq.conf") if line[0] == "u"} <= set(users)


def test_the_outbox_is_shared_by_group_and_the_key_is_not():
    rooms = {line[1]: (line[2], line[4]) for line in lines_of("tmpfiles.d/qulaq.conf")}

    assert rooms["/var/lib/qulaq/outbox"] == ("2770", "qulaq-outbox")
    # SQLite gives its side files the rights of the database, so these must be there first.
    assert rooms["/var/lib/qulaq/outbox/outbox.db"] == ("0660", "qulaq-outbox")
    assert rooms["/var/lib/qulaq/keys/identity.pem"] == ("0640", "qulaq-keys")
