"""What may be done to the machine for a hung sound card: little, and not often."""

import os
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge import rescue
from edge.capture.recovery import Door
from edge.errors import Undoable
from edge.rescue import Request, carry_out, may_start_anew, read_request, rebind, socket_of


class Bus:
    """A machine's USB as the kernel shows it: devices, sound cards, and the driver's doors."""

    def __init__(self, folder):
        self._folder = folder
        self.sound = folder / "class/sound"
        self.drivers = folder / "bus/usb/drivers/usb"
        self.sound.mkdir(parents=True)
        self.drivers.mkdir(parents=True)

    def plug(self, socket, *, product, number, card_id):
        device = self._folder / "devices/pci0000:00/usb1" / socket
        card = device / f"{socket}:1.0/sound/card{number}"
        card.mkdir(parents=True)
        (device / "idProduct").write_text("0014\n")
        (device / "product").write_text(f"{product}\n")
        (card / "id").write_text(f"{card_id}\n")
        (self.sound / card.name).symlink_to(card)


@pytest.fixture
def bus(tmp_path):
    bus = Bus(tmp_path / "sys")
    bus.plug("1-1.2", product="Hall Microphone", number=1, card_id="socket2")
    bus.plug("1-1.4", product="Stage Microphone", number=2, card_id="socket4")
    return bus


@pytest.fixture
def door(tmp_path):
    folder = tmp_path / "qulaq-hear"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("device", "socket"),
    [
        ("hw:socket2", "1-1.2"),
        ("plughw:CARD=socket4,DEV=0", "1-1.4"),
        ("stage microphone", "1-1.4"),
        ("Hall Microphone: USB Audio (hw:1", "1-1.2"),
    ],
)
def test_a_card_is_found_on_the_usb_by_the_name_its_orders_give_it(bus, device, socket):
    assert socket == socket_of(device, sound=bus.sound)


@pytest.mark.parametrize("device", ["hw:socket1", "Microphone", "1-1.2", "../../usb1"])
def test_what_is_no_one_sound_card_is_not_switched(bus, device):
    with pytest.raises(Undoable, match="none is switched"):
        socket_of(device, sound=bus.sound)


def test_a_card_that_is_soldered_to_the_board_is_not_switched(tmp_path):
    bus = Bus(tmp_path / "sys")
    card = tmp_path / "sys/devices/platform/soc/sound/card0"
    card.mkdir(parents=True)
    (card / "id").write_text("Headphones\n")
    (bus.sound / "card0").symlink_to(card)

    with pytest.raises(Undoable, match="no USB sound card named like 'hw:Headphones'"):
        socket_of("hw:Headphones", sound=bus.sound)


def test_a_socket_is_switched_off_and_then_on(bus):
    rebind("1-1.2", drivers=bus.drivers, nap_seconds=0)

    assert ["1-1.2"] * 2 == [(bus.drivers / name).read_text() for name in ("unbind", "bind")]


def test_a_device_that_does_not_come_back_is_told(bus):
    (bus.drivers / "bind").mkdir()  # nothing can be written to it

    with pytest.raises(Undoable, match=r"1-1\.2 does not come back"):
        rebind("1-1.2", drivers=bus.drivers, nap_seconds=0)


@pytest.mark.parametrize("step", ["rebind", "reboot"])
@pytest.mark.parametrize("device", ["hw:socket2", "USB Audio", "Зал 1: микрофон"])
def test_what_the_hearing_process_leaves_is_understood(door, step, device):
    assert "asked" == Door(door).ask(step, device)

    assert Request(step, device) == read_request(door / "recovery")


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"reboot\n",
        b"reopen hw:socket2\n",
        b"rebind hw:socket2\nreboot hw:socket2\n",
        b"rebind " + b"x" * 600,
        b"\xff\xfe\x00",
    ],
)
def test_what_is_no_request_is_refused(door, said):
    (door / "recovery").write_bytes(said)

    with pytest.raises(Undoable, match="request"):
        read_request(door / "recovery")


@given(st.binary(max_size=700))
def test_whatever_is_left_there_is_a_request_or_refused(tmp_path_factory, said):
    path = tmp_path_factory.getbasetemp() / "recovery"
    path.write_bytes(said)
    try:
        request = read_request(path)
    except Undoable:
        return
    assert request.step in ("rebind", "reboot")
    assert request.device.isprintable()


def test_a_request_that_leads_elsewhere_is_not_read(door, tmp_path):
    (tmp_path / "secret").write_text("rebind hw:socket2\n")
    (door / "recovery").symlink_to(tmp_path / "secret")

    with pytest.raises(Undoable, match="request"):
        read_request(door / "recovery")


def test_a_request_that_nobody_ever_writes_into_does_not_hang(door):
    os.mkfifo(door / "recovery")

    with pytest.raises(Undoable, match="asks for ''"):
        read_request(door / "recovery")


def test_nothing_is_done_when_nothing_is_asked(door, journal):
    carry_out(door / "recovery", asked=door / "asked", pause_seconds=3600)

    assert journal == []


@given(st.lists(st.tuples(st.floats(0, 20_000), st.booleans()), max_size=60), st.floats(600, 9000))
def test_over_any_number_of_starts_two_of_ours_are_a_pause_apart(requests, pause_seconds):
    """Time goes on by a step, and the power may be cut before the card asks again."""
    now, started, asked_at, ours = 0.0, 0.0, None, []
    for step, is_cut in requests:
        now += step
        if is_cut:  # power is cut: all that was in memory is forgotten
            started, asked_at = now, None
        if may_start_anew(up_seconds=now - started, asked_at=asked_at, pause_seconds=pause_seconds):
            ours.append(now)
            started, asked_at = now, None

    assert all(later - earlier >= pause_seconds for earlier, later in pairwise(ours))


def test_a_start_that_was_granted_is_granted_again_only_after_the_pause():
    assert may_start_anew(up_seconds=7300, asked_at=None, pause_seconds=3600)
    assert not may_start_anew(up_seconds=7300, asked_at=7200.0, pause_seconds=3600)
    assert may_start_anew(up_seconds=10_800, asked_at=7200.0, pause_seconds=3600)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """In the place of systemd, a program that notes that it was called; and how long it is up."""
    called = tmp_path / "called"
    monkeypatch.setattr(rescue, "START_ANEW", ("/bin/sh", "-c", f"echo anew >> {called}"))
    monkeypatch.setattr(rescue.time, "monotonic", lambda: 5000.0)
    return called


def test_the_box_starts_anew_once_in_a_pause_and_every_answer_is_told(door, machine, journal):
    Door(door).ask("reboot", "hw:socket2")

    for _ in range(3):
        carry_out(door / "recovery", asked=door / "asked", pause_seconds=3600)

    assert machine.read_text() == "anew\n"
    assert ["box_starts_anew", "start_refused", "start_refused"] == [e["event"] for e in journal]


def test_a_box_that_has_just_started_is_not_started_anew(door, machine, journal):
    Door(door).ask("reboot", "hw:socket2")

    carry_out(door / "recovery", asked=door / "asked", pause_seconds=7200)

    assert not machine.exists()
    assert ["start_refused"] == [e["event"] for e in journal]


def test_a_switch_that_cannot_be_done_is_told_and_is_no_fault_of_the_unit(door, journal):
    Door(door).ask("rebind", "no such card")

    carry_out(door / "recovery", asked=door / "asked", pause_seconds=3600)

    assert ["recovery_refused"] == [e["event"] for e in journal]
    assert "no such card" in journal[0]["reason"]
