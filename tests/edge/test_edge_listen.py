import os
import resource
import signal
import socket
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from uuid import UUID

import numpy as np
import pytest
import soundfile
from structlog.testing import capture_logs

from edge import ear, signs
from edge.capture.block import AudioBlock, Hole, Sample
from edge.capture.clock import Anchor, Moment
from edge.capture.wavefile import WaveFile
from edge.config import BoxPaths, Settings
from edge.ear import Ear
from edge.errors import Deaf, Misconfigured, Unwritable
from edge.evening import Evening, begin_evening, begin_watch
from edge.gate import Schedule
from edge.guidance import Guidance
from edge.listen import listen, listen_together
from edge.matcher.fingerprint import fingerprint
from edge.matcher.recipe import RECIPE
from edge.matcher.write import write_segment
from edge.selftest import made_up_music
from edge.sync.calendar import EPOCH
from edge.sync.entry import Checkpoint
from edge.sync.letters import Hours, Tuning
from edge.sync.outbox import Outbox
from edge.sync.shelf import Shelf
from edge.sync.wire import DetectionRecord
from edge.telling import Run
from edge.timekeeping import FIRST_BOX, Reading, image_built, kernel_run
from tests.fakes.central_simulator import CentralSimulator
from tests.fakes.evenings import heard

SEVEN = datetime(2026, 3, 5, 19, tzinfo=UTC)
RATE_HZ = 16_000
SETTINGS = Settings(coverage_seconds=20, shelf_look_seconds=10, filing_seconds=0)
PIECE = made_up_music(1, 40, rate_hz=RATE_HZ)
EVENING = np.concatenate([made_up_music(2, 15, rate_hz=RATE_HZ), PIECE])


class Stage:
    """A source whose sound a test writes down beforehand, and something to happen on the way."""

    name = "stage"
    rate_hz = RATE_HZ
    length = None

    def __init__(self, samples, *, happens=None):
        self._samples = samples
        self._happens = happens or {}
        self._stopped = False
        self.played_seconds = 0

    def stop(self):
        self._stopped = True

    def pieces(self):
        for start in range(0, self._samples.size, RATE_HZ):
            if self._stopped:
                return
            yield AudioBlock(self._samples[start : start + RATE_HZ].copy(), Sample(start), RATE_HZ)
            self.played_seconds += 1
            self._happens.get(self.played_seconds, lambda: None)()


@pytest.fixture(autouse=True)
def journal():
    with capture_logs() as events:
        yield events


@pytest.fixture(scope="module")
def segment(tmp_path_factory):
    path = tmp_path_factory.mktemp("segments") / "known.qseg"
    write_segment(path, [("rec-1", fingerprint(PIECE, RATE_HZ))])
    return path.read_bytes()


@pytest.fixture
def paths(tmp_path):
    return BoxPaths(tmp_path / "box")


def stock(paths, content, *, version, recipe=RECIPE.id):
    central, shelf = CentralSimulator(recipe=recipe), Shelf(paths.shelf)
    manifest = central.publish([content], version=version)
    for one in shelf.missing(manifest):
        shelf.append(one, content)
        shelf.accept(one)
    shelf.activate(central.manifest)


def an_evening(source, *, began=SEVEN, boot=1):
    return Evening(source, "main", began, synced=True, boot=UUID(int=boot))


def hear(evening, paths):
    told = []
    listen(evening, paths=paths, settings=SETTINGS, progress=told.append)
    return told


def written(paths):
    outbox = Outbox.open(paths.outbox)
    records, checkpoints = list(outbox.records()), outbox.checkpoints()
    outbox.close()
    return records, checkpoints


def test_an_evening_ends_in_the_outbox(paths, segment, journal):
    stock(paths, segment, version=3)

    told = hear(an_evening(Stage(EVENING)), paths)

    records, (checkpoint,) = written(paths)
    assert ["rec-1"] == [r.recording_id for r in records if isinstance(r, DetectionRecord)]
    assert ["heard"] * 3 == [r.state for r in records if r.kind == "coverage"]
    assert (SEVEN + timedelta(seconds=55), ()) == (checkpoint.listened_until, checkpoint.unfinished)
    assert told[-1] == 55
    assert {"listening_started", "recording_heard", "listening_ended"} <= {
        event["event"] for event in journal
    }


def test_the_same_file_gives_the_same_records_but_for_the_boot(tmp_path, segment):
    soundfile.write(tmp_path / "evening.flac", EVENING, RATE_HZ)
    told = []
    for boot, block_seconds in ((1, 0.1), (2, 1.0)):
        paths = BoxPaths(tmp_path / f"box-{boot}")
        stock(paths, segment, version=1)
        source = WaveFile(tmp_path / "evening.flac", block_seconds=block_seconds)
        hear(an_evening(source, boot=boot), paths)
        told.append([r.model_dump_json(exclude={"boot"}) for r in written(paths)[0]])

    assert told[0] == told[1]


def test_the_next_run_settles_what_a_killed_one_left(paths):
    outbox = Outbox.open(paths.outbox)
    left = heard(2), heard(3, state="heard")
    dead = an_evening(Stage(EVENING)).boot
    outbox.put([heard(1)], Checkpoint("main", dead, "stage", SEVEN, left))
    outbox.close()

    began = SEVEN + timedelta(seconds=33)
    hear(an_evening(Stage(EVENING), began=began, boot=2), paths)

    records, _ = written(paths)
    assert [heard(1), *left] == [r for r in records if r.boot == dead]
    mine = [r for r in records if r.boot == UUID(int=2)]
    assert ("powered_off", SEVEN, began) == (mine[0].state, mine[0].started_at, mine[0].ended_at)
    assert list(range(1, len(mine) + 1)) == [r.seq for r in mine]


def test_settling_is_done_once(paths):
    outbox = Outbox.open(paths.outbox)
    outbox.put([], Checkpoint("main", UUID(int=1), "stage", SEVEN, (heard(1),)))
    outbox.close()
    for boot in (2, 3):
        hear(an_evening(Stage(EVENING[:1000]), began=SEVEN, boot=boot), paths)

    records, _ = written(paths)
    assert [heard(1)] == [r for r in records if r.boot == UUID(int=1)]


def test_a_catalogue_that_arrives_while_listening_is_used(paths, segment, journal):
    long = np.concatenate([EVENING, EVENING])
    source = Stage(long, happens={30: lambda: stock(paths, segment, version=8)})

    hear(an_evening(source), paths)

    records, _ = written(paths)
    found = [r for r in records if isinstance(r, DetectionRecord)]
    assert {8} == {r.catalogue_version for r in found}
    assert found[-1].started_at >= SEVEN + timedelta(seconds=65)
    assert [8] == [e["version"] for e in journal if e["event"] == "catalogue_changed"]


@pytest.mark.parametrize("recipe", ["q0-other", RECIPE.id])
def test_a_catalogue_that_cannot_be_used_stops_nobody_from_hearing(paths, journal, recipe):
    stock(paths, b"not a segment at all", version=2, recipe=recipe)

    hear(an_evening(Stage(EVENING)), paths)

    assert {"heard"} == {r.state for r in written(paths)[0]}
    assert "catalogue_unusable" in {event["event"] for event in journal}


def test_what_was_heard_before_the_sound_broke_off_is_kept(paths):
    def unplug():
        raise Deaf("the card is gone")

    with pytest.raises(Deaf, match="the card is gone"):
        hear(an_evening(Stage(EVENING, happens={17: unplug})), paths)

    (record,), (checkpoint,) = written(paths)
    assert ("heard", SEVEN + timedelta(seconds=17)) == (record.state, record.ended_at)
    assert checkpoint.unfinished == ()


def room_again():
    resource.setrlimit(resource.RLIMIT_FSIZE, resource.getrlimit(resource.RLIMIT_FSIZE)[1:] * 2)


@pytest.fixture
def full_card():
    """Lets no file of this process grow any further, until the test is over."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_card_that_stays_full_is_told_and_what_was_written_before_still_settles(
    paths, full_card, journal
):
    with pytest.raises(Unwritable, match="cannot be written"):
        hear(an_evening(Stage(EVENING, happens={23: full_card})), paths)
    room_again()

    hear(an_evening(Stage(EVENING), began=SEVEN + timedelta(seconds=60), boot=2), paths)

    records, _ = written(paths)
    assert [1, 1, 2, 3, 4] == [r.seq for r in records]
    spans = [(r.state, (r.ended_at - r.started_at).total_seconds()) for r in records]
    heard_before_it_was_full = [("heard", 20)]
    assert [*heard_before_it_was_full, ("powered_off", 40)] == spans[:2]
    assert ["card_refuses"] == [e["event"] for e in journal if "card" in e["event"]]


def test_while_the_card_is_full_hearing_goes_on_and_all_is_written_when_there_is_room(
    paths, segment, full_card, journal
):
    stock(paths, segment, version=1)
    hear(an_evening(Stage(EVENING, happens={12: full_card, 47: room_again})), paths)

    records, (checkpoint,) = written(paths)
    assert list(range(1, len(records) + 1)) == sorted(r.seq for r in records)
    assert ["rec-1"] == [r.recording_id for r in records if isinstance(r, DetectionRecord)]
    assert ["heard"] * 3 == [r.state for r in records if r.kind == "coverage"]
    assert SEVEN + timedelta(seconds=55) == checkpoint.listened_until
    events = [e["event"] for e in journal]
    assert (1, 1) == (events.count("card_refuses"), events.count("card_takes_again"))


def test_of_more_than_memory_holds_the_oldest_go_and_a_record_says_which(monkeypatch):
    monkeypatch.setattr(ear, "MOST_REMEMBERED", 20)
    settings = Settings(checkpoint_seconds=1, coverage_seconds=1)
    one = Ear(
        Run(UUID(int=1), "main", Anchor(SEVEN, RATE_HZ, synced=True)),
        settings=settings,
        catalogue=None,
    )
    for piece in Stage(EVENING[: 40 * RATE_HZ]).pieces():
        one.hear(piece)
        one.was_put_off()

    records, _ = one.tell()
    lost = {n for r in records if r.kind == "hole" for n in range(r.first, r.last + 1)}
    told = {r.seq for r in records}
    assert sum(r.kind != "hole" for r in records) <= 20
    assert lost
    assert set(range(1, max(told) + 1)) == lost | told


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_evening_cleanly(paths, number):
    before = signal.getsignal(number)
    source = Stage(EVENING, happens={12: lambda: os.kill(os.getpid(), number)})

    hear(an_evening(source), paths)

    (record,), (checkpoint,) = written(paths)
    assert SEVEN + timedelta(seconds=12) == record.ended_at == checkpoint.listened_until
    assert before == signal.getsignal(number)


def test_two_ears_at_one_input_are_refused(paths):
    def second_ear():
        with pytest.raises(Misconfigured, match="another process already listens"):
            hear(an_evening(Stage(EVENING), boot=2), paths)

    source = Stage(EVENING, happens={5: second_ear})
    hear(an_evening(source), paths)

    assert source.played_seconds == 55
    assert {UUID(int=1)} == {r.boot for r in written(paths)[0]}


def test_two_inputs_of_one_box_do_not_meet(paths):
    hear(an_evening(Stage(EVENING)), paths)
    hear(replace(an_evening(Stage(EVENING), boot=2), input="foyer"), paths)

    records, checkpoints = written(paths)
    assert ["foyer", "main"] == [c.input for c in checkpoints]
    assert {"heard"} == {r.state for r in records}


def hear_together(evenings, paths):
    listen_together(evenings, paths=paths, settings=SETTINGS, progress=lambda _seconds: None)


def test_stage_and_foyer_are_heard_side_by_side_each_with_its_own_books(paths, segment):
    stock(paths, segment, version=1)
    stage = replace(an_evening(Stage(EVENING)), input="stage")
    foyer = replace(an_evening(Stage(EVENING[: 14 * RATE_HZ]), boot=2), input="foyer")

    hear_together([stage, foyer], paths)

    records, checkpoints = written(paths)
    ends = {point.input: point.listened_until for point in checkpoints}
    assert {"stage": SEVEN + timedelta(seconds=55), "foyer": SEVEN + timedelta(seconds=14)} == ends
    for name, boot, seconds in (("stage", 1, 55), ("foyer", 2, 14)):
        mine = [r for r in records if r.input == name]
        assert {UUID(int=boot)} == {r.boot for r in mine}
        assert list(range(1, len(mine) + 1)) == sorted(r.seq for r in mine)
        spans = [r.ended_at - r.started_at for r in mine if r.kind == "coverage"]
        assert timedelta(seconds=seconds) == sum(spans, timedelta())
    assert {"stage"} == {r.input for r in records if isinstance(r, DetectionRecord)}


def breaks(error):
    """Something to happen in mid-evening."""

    def happen():
        raise error

    return happen


@pytest.fixture
def words(tmp_path, monkeypatch):
    """What a service manager is told, to the last word."""
    heard = []

    def listen_to(door):
        while not heard or heard[-1] != b"STOPPING=1":
            heard.append(door.recv(100))

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind(str(tmp_path / "notify"))
        door.settimeout(600)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        manager = threading.Thread(target=listen_to, args=(door,))
        manager.start()
        yield heard
        manager.join()


def test_an_input_that_cannot_go_on_lets_the_others_hear_to_the_end_and_is_told(
    paths, words, journal
):
    gone = Deaf("the card is gone")

    def the_other_ends():
        while not any(e["event"] == "input_ended" for e in journal):
            time.sleep(0.01)

    stage = replace(an_evening(Stage(EVENING, happens={2: the_other_ends})), input="stage")
    foyer = an_evening(Stage(EVENING, happens={2: breaks(gone)}), boot=2)

    with pytest.raises(Deaf, match="the card is gone"):
        hear_together([stage, replace(foyer, input="foyer")], paths)

    ends = {point.input: point.listened_until for point in written(paths)[1]}
    assert SEVEN + timedelta(seconds=2) == ends["foyer"]
    assert SEVEN + timedelta(seconds=55) == ends["stage"]
    while not words or words[-1] != b"STOPPING=1":
        time.sleep(0.01)
    assert words.count(b"READY=1") == 1
    assert words.count(b"WATCHDOG=1") >= 53  # systemd is told of the one that still hears
    assert ["foyer"] == [e["input"] for e in journal if e["event"] == "input_ended"]


def test_a_fault_that_is_no_cards_ends_all_inputs_so_that_the_process_begins_anew(paths):
    long = Stage(np.tile(EVENING, 40))
    stage = replace(an_evening(long), input="stage")
    fault = {17: breaks(RuntimeError("a bug"))}
    foyer = replace(an_evening(Stage(EVENING, happens=fault), boot=2), input="foyer")

    with pytest.raises(RuntimeError, match="a bug"):
        hear_together([stage, foyer], paths)

    ends = {point.input: point.listened_until for point in written(paths)[1]}
    assert SEVEN + timedelta(seconds=17) == ends["foyer"]
    assert SEVEN + timedelta(seconds=long.played_seconds) == ends["stage"]


def test_the_watchdog_is_fed_by_what_the_source_accounts_for(paths, tmp_path, monkeypatch):
    class Unplugged(Stage):
        def pieces(self):
            yield from super().pieces()
            end = self._samples.size
            yield Hole(Sample(end), Sample(end + 60 * RATE_HZ), "unplugged")

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind(str(tmp_path / "notify"))
        door.settimeout(0.01)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        hear(an_evening(Unplugged(EVENING[: 3 * RATE_HZ])), paths)
        words = [door.recv(100) for _ in range(6)]
        with pytest.raises(TimeoutError):
            door.recv(100)

    assert [b"READY=1", *[b"WATCHDOG=1"] * 4, b"STOPPING=1"] == words


def test_an_instant_a_person_gave_is_known_and_a_guessed_one_is_as_good_as_the_clock():
    given = begin_evening(Stage(EVENING), input_name="main", began=SEVEN)
    guessed = begin_evening(Stage(EVENING), input_name="main", began=None)

    assert (SEVEN, True) == (given.began, given.synced)
    assert abs(guessed.began - datetime.now(UTC)) < timedelta(seconds=10)
    assert given.boot != guessed.boot


KERNEL = UUID(int=77)
SECOND = 1_000_000_000


def a_watch(source, *, began, kernel=KERNEL, monotonic_s=100, boot=1):
    """An evening at a card whose clock believes it is some other day."""
    started = Moment(kernel, monotonic_s * SECOND)
    return Evening(source, "main", began, synced=False, boot=UUID(int=boot), started=started)


class Clocks:
    """Clocks of a machine whose calendar is wrong until network time comes, and then stepped."""

    def __init__(self, *, wrong, right_after, monotonic_s=100):
        self._wrong, self._right_after, self._seconds = wrong, right_after, monotonic_s

    def __call__(self):
        self._seconds += 10  # one look at each checkpoint
        synced = self._seconds >= self._right_after
        utc = SEVEN + timedelta(seconds=self._seconds - 100)
        utc += timedelta() if synced else self._wrong
        utc_ns = (utc - EPOCH) // timedelta(microseconds=1) * 1000
        return Reading(self._seconds * SECOND, utc_ns, synced, 4_000_000)


TWENTY_YEARS = timedelta(days=20 * 365)


@pytest.mark.parametrize("wrong", [TWENTY_YEARS, -TWENTY_YEARS])
def test_when_the_time_comes_all_that_was_heard_before_is_dated(paths, segment, journal, wrong):
    stock(paths, segment, version=3)
    clocks = Clocks(wrong=wrong, right_after=145)
    held = []

    def look_at_the_queue():
        outbox = Outbox.open(paths.outbox)
        held.append((len(outbox.held()), len(outbox.next_batch(500))))
        outbox.close()

    source = Stage(EVENING, happens={32: look_at_the_queue})
    evening = a_watch(source, began=SEVEN + wrong)
    listen(evening, paths=paths, settings=SETTINGS, progress=lambda _: None, look=clocks)

    records, _ = written(paths)
    spans = [r for r in records if r.kind == "coverage"]
    (found,) = [r for r in records if isinstance(r, DetectionRecord)]
    assert held == [(1, 0)]  # a span of 20 s was there, and was not sent with a wrong date
    assert (SEVEN, SEVEN + timedelta(seconds=55)) == (spans[0].started_at, spans[-1].ended_at)
    assert all(one.ended_at == other.started_at for one, other in pairwise(spans))
    assert abs(found.started_at - (SEVEN + timedelta(seconds=15))) < timedelta(seconds=2)
    assert all(r.clock_synced and r.uncertainty_ms < 50 for r in records)
    assert all(r.box.kernel == KERNEL for r in records)
    assert len(records) == len(outbox_batch(paths))
    assert ["time_learned"] == [e["event"] for e in journal if e["event"] == "time_learned"]


def outbox_batch(paths):
    outbox = Outbox.open(paths.outbox)
    batch = outbox.next_batch(500)
    outbox.close()
    return batch


def test_an_evening_that_never_learned_the_time_is_told_after_the_next_one_did(paths):
    never = Clocks(wrong=-TWENTY_YEARS, right_after=10**9)
    watch = a_watch(Stage(EVENING), began=SEVEN - TWENTY_YEARS, kernel=UUID(int=5))
    listen(watch, paths=paths, settings=SETTINGS, progress=lambda _: None, look=never)
    assert [] == outbox_batch(paths)

    later = a_watch(Stage(EVENING), began=SEVEN, boot=2)
    right = Clocks(wrong=timedelta(), right_after=0)
    listen(later, paths=paths, settings=SETTINGS, progress=lambda _: None, look=right)

    told = outbox_batch(paths)
    states = [(r.state, r.clock_synced) for r in told if r.boot == UUID(int=1)]
    assert {("heard", False)} == set(states)
    assert timedelta(seconds=55) == sum(
        (r.ended_at - r.started_at for r in told if r.boot == UUID(int=1)), timedelta()
    )
    assert all(r.started_at >= FIRST_BOX for r in told)
    assert all(one.ended_at == other.started_at for one, other in pairwise(told))


def test_a_process_that_restarts_tells_to_the_nanosecond_how_long_it_was_away(paths):
    clocks = Clocks(wrong=timedelta(), right_after=0)
    for boot, monotonic_s in ((1, 100), (2, 190)):
        watch = a_watch(Stage(EVENING), began=SEVEN, boot=boot, monotonic_s=monotonic_s)
        listen(watch, paths=paths, settings=SETTINGS, progress=lambda _: None, look=clocks)

    (off,) = [r for r in written(paths)[0] if r.state == "powered_off"]
    assert (SEVEN + timedelta(seconds=55), timedelta(seconds=35)) == (
        off.started_at,
        off.ended_at - off.started_at,
    )
    assert (off.box.started_ns, off.box.ended_ns) == (155 * SECOND, 190 * SECOND)


def test_a_card_is_heard_in_the_time_of_its_kernel():
    watch = begin_watch(Stage(EVENING), input_name="main", began=None)

    assert watch.started.kernel == kernel_run()
    assert abs(watch.started.monotonic_ns - time.monotonic_ns()) < 10 * SECOND
    assert watch.began >= image_built()
    assert not watch.synced


def test_outside_the_hours_and_behind_a_switch_nothing_is_heard_and_all_is_told(paths, segment):
    stock(paths, segment, version=3)
    muted = []
    hours = Hours(days=[4], begins="19:00", ends="19:01")  # that Thursday, UTC
    evening = replace(
        an_evening(
            Stage(np.concatenate([EVENING, EVENING]), happens={75: lambda: muted.append(1)})
        ),
        began=SEVEN - timedelta(seconds=55),
        guidance=lambda: Guidance(schedule=Schedule((hours,), "UTC")),
        is_muted=lambda: bool(muted),
    )
    hear(evening, paths)

    records, _ = written(paths)
    spans = [r for r in records if r.kind == "coverage"]
    assert ["outside_schedule", "heard", "muted"] == [s for s, _ in groupby(r.state for r in spans)]
    assert all(one.ended_at == other.started_at for one, other in pairwise(spans))
    begun = SEVEN - timedelta(seconds=55)
    lengths = [r.ended_at - r.started_at for r in spans]
    assert sum(lengths, timedelta()) == spans[-1].ended_at - begun == timedelta(seconds=110)
    (heard_piece,) = [r for r in records if r.kind == "detection"]
    assert heard_piece.started_at >= SEVEN


def test_what_the_office_says_meanwhile_holds_at_the_next_look(paths, journal):
    """Without a restart: hours are shortened, records are cut otherwise, and the sign says so."""
    paths = replace(paths, signs=paths.home)
    paths.home.mkdir()
    signs_seen = []
    hours = Schedule((), "UTC", (Hours(days=[5], begins="10:00", ends="11:00"),))
    told = Guidance(schedule=hours, tuning=Tuning(coverage_seconds=60), directions=7)
    stage = Stage(np.concatenate([EVENING, EVENING]), happens={109: lambda: look(paths.home)})

    def look(folder):
        signs_seen.extend(one.directions for one in signs.inputs([folder]))

    def guidance():
        return told if stage.played_seconds > 30 else Guidance()

    hear(replace(an_evening(stage), guidance=guidance), paths)

    records, _ = written(paths)
    spans = [(r.state, (r.ended_at - r.started_at).total_seconds()) for r in records]
    shut = [seconds for state, seconds in spans if state == "outside_schedule"]
    assert ["heard"] * (len(spans) - len(shut)) == [s for s, _ in spans[: len(spans) - len(shut)]]
    assert (20, 60) == (max(s for state, s in spans if state == "heard"), max(shut))
    assert 110 == sum(seconds for _, seconds in spans)
    assert [7] == signs_seen
    (changed,) = [one for one in journal if one["event"] == "guidance_changed"]
    assert 7 == changed["directions"]
