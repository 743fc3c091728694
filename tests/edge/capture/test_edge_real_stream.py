"""The box hears through a real PortAudio stream of a card that exists only in software."""

import json
import signal
import subprocess
import sys
import time
from datetime import timedelta
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
import soundfile

from edge.config import BoxPaths
from edge.matcher.fingerprint import fingerprint
from edge.matcher.recipe import RECIPE
from edge.matcher.write import write_segment
from edge.selftest import made_up_music
from edge.sync.outbox import Outbox
from edge.sync.shelf import Shelf
from tests.edge.capture.soundcards import RATE_HZ, SoundCards
from tests.fakes.central_simulator import CentralSimulator

pytestmark = [pytest.mark.audio, pytest.mark.slow]

ROOT = Path(__file__).parents[3]
PIECE = made_up_music(1, 30)
LEAD = np.zeros(RATE_HZ, np.float32)  # a stream that joins late may miss its first instants


@pytest.fixture
def cards(tmp_path):
    folder = tmp_path / "cards"
    folder.mkdir()
    cards = SoundCards(folder, ["stage", "foyer"])
    cards.plug_in()
    yield cards
    cards.pull_out()


@pytest.fixture(scope="module")
def warm_ear(tmp_path_factory):
    """The ear compiled, as a unit has it before it starts: a cold one is too late for the sound."""
    folder = tmp_path_factory.mktemp("warm")
    paths = a_box(folder)
    soundfile.write(folder / "piece.wav", PIECE, RATE_HZ)
    command = [sys.executable, "-m", "edge", "listen", "--home", paths.home]
    subprocess.run(
        [*command, "--file", folder / "piece.wav"], cwd=ROOT, capture_output=True, check=True
    )


@pytest.fixture
def listen(warm_ear, cards, paths, tmp_path):
    """Begins `qulaq-edge listen` at a card; whatever becomes of the test, it ends with it."""
    begun = []

    def begin(device, **settings):
        begun.append(Listening(paths, cards, device, tmp_path / "journal", **settings))
        return begun[-1]

    yield begin
    for listening in begun:
        listening.process.kill()
        listening.process.wait()


@pytest.fixture
def paths(tmp_path):
    return a_box(tmp_path)


def a_box(folder):
    """A box that knows one piece."""
    paths, central = BoxPaths(folder / "box"), CentralSimulator(recipe=RECIPE.id)
    write_segment(folder / "known.qseg", [("rec-1", fingerprint(PIECE, RATE_HZ))])
    content = (folder / "known.qseg").read_bytes()
    shelf = Shelf(paths.shelf)
    (segment,) = central.publish([content], version=1).segments
    shelf.append(segment, content)
    shelf.accept(segment)
    shelf.activate(central.manifest)
    return paths


class Listening:
    """`qulaq-edge listen` at a card, in a process of its own."""

    def __init__(self, paths, cards, device, journal, *, unplugged_seconds=2):
        self._journal = journal
        config = journal.with_suffix(".toml")
        config.write_text(f"checkpoint_seconds = 1\nunplugged_seconds = {unplugged_seconds}\n")
        command = [sys.executable, "-m", "edge", "listen", "--home", paths.home]
        command += ["--config", config]
        with journal.open("w") as file:
            self.process = subprocess.Popen(
                [*command, "--device", device],
                env=cards.environment,
                cwd=ROOT,
                stdout=file,
                stderr=file,
            )

    def words(self):
        lines = self._journal.read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def await_word(self, word, seconds=60, **with_):
        end = time.monotonic() + seconds
        while not any(w["event"] == word and with_.items() <= w.items() for w in self.words()):
            assert self.process.poll() is None, self._journal.read_text()
            assert time.monotonic() < end, self._journal.read_text()
            time.sleep(0.05)

    def await_span(self, paths, state, seconds=120):
        """Wait until a checkpoint says that `state` is what goes on."""
        end = time.monotonic() + seconds
        while state not in going_on(paths):
            assert self.process.poll() is None, self._journal.read_text()
            assert time.monotonic() < end, self._journal.read_text()
            time.sleep(0.1)

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


def pcm(samples):
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


def told(paths):
    outbox = Outbox.open(paths.outbox)
    records = list(outbox.records())
    outbox.close()
    return records


def going_on(paths):
    """The states of the unfinished spans in the latest checkpoint."""
    outbox = Outbox.open(paths.outbox)
    points = outbox.checkpoints()
    outbox.close()
    return [r.state for point in points for r in point.unfinished if r.kind == "coverage"]


def test_a_piece_played_to_the_card_is_recognised_from_a_real_stream(cards, paths, listen):
    # A busy machine may hold the sound server up for seconds; that is not what is asked here.
    listening = listen("stage", unplugged_seconds=30)
    listening.await_word("listening_started")

    cards.play("stage", pcm(np.concatenate([LEAD, PIECE, LEAD, LEAD])))

    assert listening.end() == 0
    records = told(paths)
    (found,) = [r for r in records if r.kind == "detection"]
    length = found.ended_at - found.started_at
    assert found.recording_id == "rec-1"
    assert abs(length - timedelta(seconds=30)) < timedelta(seconds=3)
    assert 0.98 < found.speed < 1.02
    spans = [r for r in records if r.kind == "coverage"]
    # nothing but zeros comes from this card while nobody plays to it
    assert {"heard"} == {r.state for r in spans} - {"silent_signal"}
    assert sum((r.ended_at - r.started_at for r in spans), timedelta()) > timedelta(seconds=30)


def test_an_unplugged_card_is_told_and_heard_again_when_it_is_back(cards, paths, listen):
    # The server's death ends the stream; a server that a busy machine only holds up does not.
    listening = listen("foyer", unplugged_seconds=30)
    listening.await_word("listening_started")
    cards.play("foyer", pcm(made_up_music(3, 3)))
    listening.await_span(paths, "heard")

    cards.pull_out()
    pulled = time.monotonic()
    time.sleep(3)  # somebody needs the socket for a vacuum cleaner
    back = time.monotonic()
    cards.plug_in()
    listening.await_word("time_accounted", state="unplugged")
    cards.play("foyer", pcm(made_up_music(3, 3)))
    listening.await_span(paths, "heard")

    assert listening.end() == 0
    spans = [r for r in told(paths) if r.kind == "coverage"]
    assert [r.ended_at for r in spans[:-1]] == [r.started_at for r in spans[1:]]
    # a busy machine may be late as well, and nothing but zeros comes while nobody plays
    states = [r.state for r in spans if r.state not in {"behind", "silent_signal"}]
    assert ["heard", "unplugged", "heard"] == [state for state, _ in groupby(states)]
    unplugged = sum(
        (r.ended_at - r.started_at for r in spans if r.state == "unplugged"), timedelta()
    )
    assert back - pulled - 1 < unplugged.total_seconds()  # what the driver held came after the pull


def test_a_card_that_stalls_is_named_and_heard_again_when_it_goes_on(cards, paths, listen):
    listening = listen("foyer", unplugged_seconds=5)
    listening.await_word("listening_started")
    cards.play("foyer", pcm(made_up_music(3, 3)))
    listening.await_span(paths, "heard")

    cards.stall()
    listening.await_word("card_failed", cause="stalled")
    listening.await_span(paths, "unplugged")
    cards.go_on()
    listening.await_word("time_accounted", seconds=120, state="unplugged")
    cards.play("foyer", pcm(made_up_music(3, 3)))
    listening.await_span(paths, "heard")

    assert listening.end() == 0
    spans = [r for r in told(paths) if r.kind == "coverage"]
    assert [r.ended_at for r in spans[:-1]] == [r.started_at for r in spans[1:]]
    assert "stalled" in {r.cause for r in spans if r.state == "unplugged"}


def test_a_card_that_is_not_there_is_told_with_what_there_is(listen, tmp_path):
    listening = listen("organ loft")

    assert listening.process.wait(60) == 1
    complaint = (tmp_path / "journal").read_text()
    assert "no sound device named like 'organ loft'" in complaint
    assert "'stage'" in complaint
    assert "'foyer'" in complaint
