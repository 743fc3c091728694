import os
import socket

import pytest

from edge.notify import Unit, tell


@pytest.fixture(params=["path", "abstract"])
def manager(request, tmp_path, monkeypatch):
    """A service manager's end of the socket, in the file system or abstract."""
    address = str(tmp_path / "notify")
    if request.param == "abstract":
        address = f"\0qulaq-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind(address)
        monkeypatch.setenv("NOTIFY_SOCKET", address.replace("\0", "@"))
        yield door


def test_the_service_manager_hears_every_word(manager):
    assert tell("READY=1")
    assert tell("WATCHDOG=1")

    assert [b"READY=1", b"WATCHDOG=1"] == [manager.recv(100), manager.recv(100)]


def test_without_a_service_manager_nobody_is_told(monkeypatch):
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)

    assert not tell("READY=1")


def test_a_unit_is_ready_and_alive_when_its_slowest_input_is(manager):
    unit = Unit({"stage", "foyer"})
    manager.settimeout(0.01)

    unit.is_ready("stage")
    for _ in range(3):
        unit.is_alive("foyer")
    with pytest.raises(TimeoutError):
        manager.recv(100)

    unit.is_ready("foyer")
    unit.is_alive("stage")
    assert [b"READY=1", b"WATCHDOG=1"] == [manager.recv(100), manager.recv(100)]
    unit.is_alive("stage")
    with pytest.raises(TimeoutError):
        manager.recv(100)


def test_a_unit_speaks_for_the_inputs_that_are_left_and_stops_with_the_last(manager):
    unit = Unit({"stage", "foyer"})
    manager.settimeout(0.01)

    unit.is_ready("stage")
    unit.is_over("foyer")  # before it ever heard
    unit.is_alive("stage")
    for _ in range(2):
        unit.is_over("stage")

    assert [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"] == [manager.recv(100) for _ in range(3)]
    with pytest.raises(TimeoutError):
        manager.recv(100)
