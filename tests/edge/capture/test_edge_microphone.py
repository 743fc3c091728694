"""A card heard by its own process, with a script in the place of PortAudio."""

import gc
import json
import os
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest

from edge.capture import microphone as room
from edge.capture.block import AudioBlock, Hole
from edge.capture.microphone import Microphone
from edge.capture.recovery import Door
from edge.config import Settings
from edge.errors import Deaf

ROOT = Path(__file__).parents[3]
CARD = "hw:socket3"
SETTINGS = Settings(block_seconds=0.01, unplugged_seconds=1, open_seconds=30)
RIGHT = {"name": "USB Audio: - (hw:1,0)"}


class Socket:
    """A USB socket with a card in it, as ALSA and PortAudio tell of it."""

    def __init__(self, folder):
        self.alsa, self._script = folder / "asound", folder / "script.json"
        (self.alsa / "card1/pcm0c/sub0").mkdir(parents=True)
        self.behaves(**RIGHT)
        self.plug()

    @property
    def environment(self):
        fakes = ROOT / "tests/fakes/portaudio"
        return {"PORTAUDIO_SCRIPT": str(self._script), "PYTHONPATH": f"{fakes}:{ROOT}"}

    def behaves(self, *, held_by="", **script):
        self._script.write_text(json.dumps(script))
        status = f"owner_pid : {held_by}\n" if held_by else "closed\n"
        (self.alsa / "card1/pcm0c/sub0/status").write_text(status)

    def plug(self):
        (self.alsa / "socket3").symlink_to("card1")
        (self.alsa / "cards").write_text(" 1 [socket3]: USB-Audio\n")

    def pull(self):
        (self.alsa / "socket3").unlink()
        (self.alsa / "cards").write_text("--- no soundcards ---\n")


@pytest.fixture
def socket(tmp_path, monkeypatch):
    socket = Socket(tmp_path)
    for name, value in socket.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(room, "PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(room, "NAP_SECONDS", 0.02)
    return socket


@pytest.fixture
def door(tmp_path):
    (tmp_path / "door").mkdir()
    return tmp_path / "door"


@pytest.fixture
def hear(socket, door, tmp_path):
    """The pieces of a microphone that waits for its card, and an end to it in any case."""
    begun = []

    def begin(settings=SETTINGS):
        begun.append(Microphone(CARD, settings, door=Door(door), alsa=socket.alsa))
        begun[-1].await_card()
        return begun[-1].pieces()

    yield begin
    for one in begun:
        one.stop()
        one.kill()


def until(pieces, kind, *, seconds=120):
    """Pieces up to the first of a kind; a test that waits for ever says so."""
    end, passed = time.monotonic() + seconds, []
    for piece in pieces:
        passed.append(piece)
        if isinstance(piece, kind):
            return passed
        assert time.monotonic() < end, passed[-1]
    raise AssertionError("the pieces came to an end")


FAULTS = {
    "unplugged": None,
    "busy": {"name": None, "held_by": "4711"},
    "wrong_rate": {**RIGHT, "error": -9997},
    "refused": {**RIGHT, "error": -9999},
    "stuck": {**RIGHT, "hangs": True},
}


@pytest.mark.parametrize("cause", FAULTS)
def test_a_card_that_cannot_be_heard_is_named_and_heard_when_it_can(hear, socket, journal, cause):
    if FAULTS[cause] is None:
        socket.pull()
    else:
        socket.behaves(**FAULTS[cause])
    seconds = 5 if cause == "stuck" else 30  # a process must begin in them, whatever else runs

    pieces = hear(Settings(block_seconds=0.01, open_seconds=seconds))
    (*_, hole) = until(pieces, Hole)
    while not any(e["event"] == "card_failed" for e in journal):
        next(pieces)
    if FAULTS[cause] is None:
        socket.plug()
    socket.behaves(**RIGHT)
    (*holes, _block) = until(pieces, AudioBlock)

    failures = [e for e in journal if e["event"] == "card_failed"]
    assert cause == failures[0]["cause"]
    assert failures[0]["advice"]
    assert (0, "unplugged") == (hole.first, hole.state)
    assert cause in {h.trouble.cause for h in holes if h.trouble}


@pytest.mark.parametrize(
    ("cause", "script"),
    [
        ("stalled", {"grabs": 30, "then": "silent"}),
        ("stalled", {"grabs": 30, "then": "spin"}),
        ("ended", {"grabs": 30, "then": "end"}),
    ],
)
def test_a_card_that_falls_silent_is_named_and_heard_again(hear, socket, journal, cause, script):
    socket.behaves(**RIGHT, **script)

    pieces = hear()
    heard = until(pieces, AudioBlock)
    passed = until(pieces, Hole)
    socket.behaves(**RIGHT)
    again = until(pieces, AudioBlock)

    everything = [*heard, *passed, *again]
    assert all(a.end == b.first for a, b in pairwise(everything))
    assert 30 == sum(isinstance(p, AudioBlock) for p in everything[:-1])
    assert {cause} == {e["cause"] for e in journal if e["event"] == "card_failed"}
    assert {cause} == {p.trouble.cause for p in [*passed, *again] if isinstance(p, Hole)}


def test_a_driver_that_prints_for_ever_is_told_in_a_few_lines(hear, socket, journal):
    socket.behaves(**RIGHT, grabs=10, then="spin")

    pieces = hear()
    until(pieces, AudioBlock)
    until(pieces, Hole)

    (complaint,) = [e for e in journal if e["event"] == "driver_complained"]
    assert 8 == len(complaint["lines"])
    assert complaint["more"] > 0


def test_frames_the_card_lost_are_computed_whatever_the_driver_says(hear, socket):
    socket.behaves(**RIGHT, grabs=1000, lose=0.75)

    pieces = hear(Settings(block_seconds=0.01, unplugged_seconds=5, open_seconds=30))
    until(pieces, AudioBlock)
    hole = next(
        p for p in pieces if isinstance(p, Hole) and p.trouble and p.trouble.cause == "overflow"
    )

    assert "lost" == hole.state
    assert abs(hole.end - hole.first - 36_000) <= 480  # one period


def test_another_card_in_the_same_socket_is_noticed(hear, socket, journal):
    pieces = hear()
    until(pieces, AudioBlock)

    socket.pull()
    until(pieces, Hole)
    socket.behaves(name="Better USB Audio: - (hw:1,0)")
    socket.plug()
    until(pieces, AudioBlock)

    (exchanged,) = [e for e in journal if e["event"] == "card_exchanged"]
    assert ("USB Audio: - (hw:1,0)", "Better USB Audio: - (hw:1,0)") == (
        exchanged["was"],
        exchanged["is_now"],
    )


def test_a_card_that_stays_silent_climbs_the_ladder_and_every_step_is_told(
    hear, socket, journal, door
):
    socket.behaves(**RIGHT, error=-9999)
    asked, holes = [], []

    pieces = hear()
    while len(asked) < 4:
        holes.append(next(pieces))
        if (door / "recovery").exists():
            asked.append((door / "recovery").read_text())
            (door / "recovery").unlink()

    assert ["rebind hw:socket3\n"] * 3 + ["reboot hw:socket3\n"] == asked
    steps = [(e["step"], e["answer"]) for e in journal if e["event"] == "recovery_step"]
    assert [("rebind", "asked")] * 3 + [("reboot", "asked")] == steps[:4]
    told = {(h.trouble.step, h.trouble.attempt) for h in holes if isinstance(h, Hole)}
    assert {(None, 0), ("rebind", 1), ("rebind", 2), ("rebind", 3)} <= told


@pytest.mark.parametrize("script", [{"error": -9985}, {"name": None}, {"rate_hz": 47_900}])
def test_a_person_who_names_a_card_that_cannot_be_heard_is_told_why(socket, script):
    socket.behaves(**{**RIGHT, **script})

    with pytest.raises(Deaf, match=r"cannot be opened|no sound device|runs at 47900"):
        Microphone(CARD, SETTINGS, door=Door(None), alsa=socket.alsa).open()


@pytest.mark.parametrize("channels", [1, 2, 8])
def test_a_card_is_heard_with_as_many_channels_as_it_has(hear, socket, channels):
    socket.behaves(**RIGHT, only_channels=channels)

    (*_, block) = until(hear(), AudioBlock)

    assert block.samples.tolist() == [1 / 32768] * 480


def test_stopping_gives_what_was_grabbed_and_leaves_no_process(socket):
    microphone = Microphone(CARD, SETTINGS, door=Door(None), alsa=socket.alsa)
    microphone.open()
    heard = []
    for piece in microphone.pieces():
        heard.append(piece)
        if len(heard) == 20:
            microphone.stop()

    assert len(heard) >= 20
    assert children() == []


def children():
    task = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    return task.read_text().split()


def belongings():
    """What a process may leak: threads, descriptors, children, pages."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return threading.active_count(), len(list(Path("/proc/self/fd").iterdir())), children(), pages


@pytest.mark.slow
@pytest.mark.parametrize(
    "cycles",
    [pytest.param(40, id="a few"), pytest.param(1000, id="a thousand", marks=[pytest.mark.soak])],
)
def test_a_cable_pulled_and_plugged_leaks_nothing_and_loses_no_time(hear, socket, cycles):
    pieces, place, before = hear(), 0, None
    for cycle in range(cycles):
        for piece in until(pieces, AudioBlock):
            assert place == piece.first
            place = piece.end
        socket.pull()
        for piece in until(pieces, Hole):
            assert place == piece.first
            place = piece.end
        if cycle == cycles // 4:
            before = belongings()
        socket.plug()
    (*_, last) = until(pieces, AudioBlock)
    socket.pull()
    until(pieces, Hole)
    after = belongings()

    assert before[:3] == after[:3]
    assert (after[3] - before[3]) * os.sysconf("SC_PAGESIZE") < 1_000_000
    assert last.taken_ns > 0
