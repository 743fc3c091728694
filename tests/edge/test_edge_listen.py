import os
import resource
import signal
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from uuid import UUID

import numpy as np
import pytest
import soundfile

from edge import ear, signs
from edge.capture.clock import Anchor, Moment
from edge.capture.wavefile import WaveFile
from edge.config import BoxPaths, Settings
from edge.ear import Ear
from edge.errors import Deaf, Unwritable
from edge.evening import Evening, begin_evening, begin_watch
from edge.gate import Schedule
from edge.guidance import Guidance
from edge.listen import listen
from edge.matcher.recipe import RECIPE
from edge.sync.calendar import EPOCH
from edge.sync.entry import Checkpoint
from edge.sync.letters import Hours, Tuning
from edge.sync.outbox import Outbox
from edge.sync.shelf import Shelf
from edge.sync.wire import DetectionRecord
from edge.telling import Run
from edge.timekeeping import FIRST_BOX, Reading, image_built, kernel_run
from tests.edge.stage import (
    EVENING,
    RATE_HZ,
    SETTINGS,
    SEVEN,
    Stage,
    an_evening,
    hear,
    known_segment,
    stock,
    written,
)
from tests.fakes.evenings import heard

pytestmark = pytest.mark.usefixtures("journal")


@pytest.fixture(scope="module")
def segment():
    return known_segment()


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


def test_what_the_card_lost_of_the_newest_catalogue_is_heard_by_the_one_before(
    paths, segment, journal
):
    stock(paths, segment, version=3)
    stock(paths, b"another segment", version=4)
    shelf = Shelf(paths.shelf)
    (lost,) = shelf.segments(shelf.manifest())
    lost.unlink()

    hear(an_evening(Stage(EVENING)), paths)

    found = [r for r in written(paths)[0] if isinstance(r, DetectionRecord)]
    assert [("rec-1", 3)] == [(r.recording_id, r.catalogue_version) for r in found]
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
