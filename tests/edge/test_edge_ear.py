from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.capture.block import AudioBlock, Hole, Sample
from edge.capture.clock import Anchor
from edge.config import Settings
from edge.ear import LONGEST_RECORD, Catalogue, Ear, open_catalogue
from edge.errors import BadCatalogue, Deaf
from edge.matcher.fingerprint import fingerprint
from edge.matcher.index import Index
from edge.matcher.recipe import RECIPE
from edge.matcher.siblings import Common, Siblings, write_siblings
from edge.matcher.write import write_segment
from edge.selftest import made_up_music
from edge.sync.wire import CoverageRecord, DetectionRecord, Manifest, UnknownMusicRecord
from edge.telling import Run

SEVEN = datetime(2026, 3, 5, 19, tzinfo=UTC)
RATE_HZ = 16_000
SETTINGS = Settings(checkpoint_seconds=10, coverage_seconds=25)
PIECE = made_up_music(1, 40, rate_hz=RATE_HZ)
LEAD = made_up_music(2, 15, rate_hz=RATE_HZ)
HISS = np.random.default_rng(5).normal(0, 1e-3, 3 * RATE_HZ).astype(np.float32)


@pytest.fixture(scope="module")
def segment(tmp_path_factory):
    path = tmp_path_factory.mktemp("shelf") / "known.qseg"
    write_segment(path, [("rec-1", fingerprint(PIECE, RATE_HZ))])
    return path


@pytest.fixture(scope="module")
def catalogue(segment):
    return Catalogue(3, Index.open([segment]))


def run_of(boot=1):
    return Run(UUID(int=boot), "main", Anchor(SEVEN, RATE_HZ, synced=True))


def blocks(samples, *, first=0, size=RATE_HZ):
    """The samples as blocks, the first at a place."""
    for start in range(0, samples.size, size):
        part = samples[start : start + size].copy()
        yield AudioBlock(part, Sample(first + start), RATE_HZ)


def taken_from(ear):
    told = ear.tell()
    ear.was_written()
    return told


def heard_by(ear, pieces):
    """Everything an ear tells, with a checkpoint whenever one is due."""
    told, unfinished = [], []
    for piece in pieces:
        ear.hear(piece)
        if ear.is_due:
            finished, going_on = taken_from(ear)
            told += finished
            unfinished.append((tuple(told), going_on))
    ear.close()
    finished, going_on = taken_from(ear)
    assert going_on == ()
    return told + finished, unfinished


EVENING = np.concatenate([LEAD, PIECE, LEAD[::-1]])


def detections(records):
    return [record for record in records if isinstance(record, DetectionRecord)]


def coverage(records):
    return [record for record in records if isinstance(record, CoverageRecord)]


def test_a_piece_is_told_once_with_its_time_in_the_calendar(catalogue):
    told, _ = heard_by(Ear(run_of(), settings=SETTINGS, catalogue=catalogue), blocks(EVENING))

    (found,) = detections(told)
    assert ("rec-1", 3, RECIPE.id) == (found.recording_id, found.catalogue_version, found.recipe)
    assert abs(found.started_at - (SEVEN + timedelta(seconds=15))) < timedelta(seconds=2)
    assert abs(found.ended_at - (SEVEN + timedelta(seconds=55))) < timedelta(seconds=2)
    assert found.clock_synced


@pytest.mark.parametrize("size", [997, 4_800, 50_000])
def test_the_same_sound_gives_the_same_records_however_it_is_cut(catalogue, size):
    def told(size):
        ear = Ear(run_of(), settings=SETTINGS, catalogue=catalogue)
        records, _ = heard_by(ear, blocks(EVENING, size=size))
        return sorted(
            (r.model_dump_json(exclude={"seq"}) for r in records),
        )

    assert told(RATE_HZ) == told(size)


def test_without_a_catalogue_time_is_still_accounted_for():
    ear = Ear(run_of(), settings=SETTINGS, catalogue=None)

    told, _ = heard_by(ear, blocks(LEAD))

    assert [("heard", SEVEN, SEVEN + timedelta(seconds=15))] == [
        (r.state, r.started_at, r.ended_at) for r in told
    ]
    assert ear.catalogue_version == 0


def test_what_is_unfinished_at_a_checkpoint_would_settle_the_run(catalogue):
    ear = Ear(run_of(), settings=SETTINGS, catalogue=catalogue)

    told, checkpoints = heard_by(ear, blocks(EVENING))

    assert any(detections(unfinished) for _, unfinished in checkpoints)
    for number, (written, unfinished) in enumerate(checkpoints, 1):
        records = [*written, *unfinished]
        assert list(range(1, len(records) + 1)) == [r.seq for r in records]
        assert_contiguous(coverage(records), until=SEVEN + timedelta(seconds=10 * number))
    assert list(range(1, len(told) + 1)) == [r.seq for r in told]


def test_sound_not_yet_understood_when_power_fails_is_lost_and_not_heard(catalogue):
    _, checkpoints = heard_by(
        Ear(run_of(), settings=SETTINGS, catalogue=catalogue), blocks(EVENING)
    )
    written, unfinished = checkpoints[2]  # 15 s into the piece
    *heard, lost = coverage([*written, *unfinished])
    (found,) = detections(unfinished)

    assert ({"heard"}, "lost") == ({span.state for span in heard}, lost.state)
    assert lost.ended_at == SEVEN + timedelta(seconds=30)
    assert timedelta(seconds=2) < lost.ended_at - lost.started_at < timedelta(seconds=10)
    assert abs(found.ended_at - lost.started_at) < timedelta(seconds=1)


def test_a_hole_keeps_its_state_though_what_is_around_it_is_not_yet_understood(catalogue):
    ear = Ear(run_of(), settings=SETTINGS, catalogue=catalogue)
    hole = Hole(Sample(LEAD.size), Sample(LEAD.size + RATE_HZ), "behind")
    for piece in (*blocks(LEAD), hole, *blocks(LEAD[:RATE_HZ], first=hole.end)):
        ear.hear(piece)
    finished, unfinished = ear.tell()

    told = coverage([*finished, *unfinished])
    assert ["heard", "lost", "behind", "lost"] == [span.state for span in told]
    assert_contiguous(told, until=SEVEN + timedelta(seconds=17))
    ear.close()
    settled = coverage(ear.tell()[0])
    assert ["heard", "behind", "heard"] == [span.state for span in settled]
    assert_contiguous(settled, until=SEVEN + timedelta(seconds=17))


def assert_contiguous(spans, *, until):
    ends = [SEVEN, *(span.ended_at for span in spans)]
    assert [*(span.started_at for span in spans), until] == ends


def test_what_could_not_be_written_is_told_again_under_the_same_numbers(catalogue):
    ear = Ear(run_of(), settings=SETTINGS, catalogue=catalogue)
    for block in blocks(EVENING):
        ear.hear(block)

    first, _ = ear.tell()
    ear.close()
    again, _ = ear.tell()

    assert first
    assert first == again[: len(first)]
    assert list(range(1, len(again) + 1)) == [r.seq for r in again]


def test_a_checkpoint_is_due_after_its_seconds_of_sound():
    ear = Ear(run_of(), settings=SETTINGS, catalogue=None)
    due = []

    for block in blocks(np.tile(LEAD, 2)):
        ear.hear(block)
        if ear.is_due:
            due.append(ear.listened_seconds)
            taken_from(ear)

    assert [10.0, 20.0, 30.0] == due


STATES = st.sampled_from(["heard", "lost", "behind", "unplugged"])
PIECES = st.lists(st.tuples(STATES, st.integers(1, 3 * RATE_HZ)), max_size=12)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=40, deadline=None)
@given(PIECES)
def test_holes_are_accounted_for_to_the_sample_in_their_own_state(steps):
    ear = Ear(run_of(), settings=SETTINGS, catalogue=None)
    place, expected = 0, {}
    for state, samples in steps:
        end = Sample(place + samples)
        if state == "heard":
            ear.hear(AudioBlock(HISS[:samples].copy(), Sample(place), RATE_HZ))
        else:
            ear.hear(Hole(Sample(place), end, state))
        expected[state] = expected.get(state, 0) + samples
        place = end
    ear.close()

    told, _ = taken_from(ear)
    assert_contiguous(told, until=run_of().anchor.instant(Sample(place)))
    for state, samples in expected.items():
        spans = [r.ended_at - r.started_at for r in told if r.state == state]
        assert abs(sum(spans, timedelta()).total_seconds() - samples / RATE_HZ) < 1e-4


def test_a_piece_is_found_at_its_own_time_behind_a_hole(catalogue):
    hole = Hole(Sample(LEAD.size), Sample(LEAD.size + 20 * RATE_HZ), "unplugged")
    ear = Ear(run_of(), settings=SETTINGS, catalogue=catalogue)

    told, _ = heard_by(ear, [*blocks(LEAD), hole, *blocks(PIECE, first=hole.end)])

    (found,) = detections(told)
    assert abs(found.started_at - (SEVEN + timedelta(seconds=35))) < timedelta(seconds=2)


def test_no_record_reaches_beyond_what_was_listened_to(catalogue):
    told, checkpoints = heard_by(
        Ear(run_of(), settings=SETTINGS, catalogue=catalogue), blocks(PIECE)
    )

    assert max(r.ended_at for r in told) == SEVEN + timedelta(seconds=40)
    for number, (_, unfinished) in enumerate(checkpoints, 1):
        assert all(r.ended_at <= SEVEN + timedelta(seconds=10 * number) for r in unfinished)


def test_a_piece_that_sounds_while_the_catalogue_changes_is_told_in_parts(catalogue):
    ear = Ear(run_of(), settings=SETTINGS, catalogue=catalogue)
    told = []
    for number, block in enumerate(blocks(PIECE)):
        ear.hear(block)
        if number == 19:
            ear.change(Catalogue(4, catalogue.index))
    ear.close()

    told = detections(taken_from(ear)[0])
    assert [3, 4] == [r.catalogue_version for r in told]
    assert told[0].ended_at <= told[1].started_at


@pytest.mark.parametrize("rate_hz", [7_999, 192_001])
def test_sound_at_an_impossible_rate_is_refused_by_name(rate_hz):
    run = Run(UUID(int=1), "main", Anchor(SEVEN, rate_hz, synced=True))

    with pytest.raises(Deaf, match=f"'main'.*{rate_hz} Hz"):
        Ear(run, settings=SETTINGS, catalogue=None)


class Consulted(tuple):
    """Segments that count how often they are gone through: once in each search."""

    times = 0

    def __iter__(self):
        self.times += 1
        return super().__iter__()


def searches(ear, known, *, late):
    """How often an ear searches that gets its catalogue before, or after, all that it hears."""
    segments = Consulted(known.segments)
    if not late:
        ear.change(Catalogue(1, Index(segments)))
    for block in blocks(np.tile(LEAD, 8)):
        ear.hear(block)
    if late:
        ear.change(Catalogue(1, Index(segments)))
    ear.close()
    return segments.times


def test_a_catalogue_that_comes_late_is_not_asked_about_what_was_heard_before(catalogue):
    early, late = (
        searches(Ear(run_of(), settings=SETTINGS, catalogue=None), catalogue.index, late=late)
        for late in (False, True)
    )

    assert 0 < late < early


@pytest.mark.parametrize(
    ("off", "records"),
    [
        (timedelta(seconds=-5), 0),
        (timedelta(0), 0),
        (timedelta(seconds=3), 1),
        (2 * LONGEST_RECORD, 2),
        (2 * LONGEST_RECORD + timedelta(hours=1), 3),
    ],
)
def test_time_without_power_is_told_in_records_of_a_day_at_most(off, records):
    ear = Ear(run_of(), settings=SETTINGS, catalogue=None)

    ear.power_was_off(SEVEN - off)

    told, _ = taken_from(ear)
    assert ["powered_off"] * records == [r.state for r in told]
    if told:
        assert (SEVEN - off, SEVEN) == (told[0].started_at, told[-1].ended_at)
        assert all(r.ended_at - r.started_at <= LONGEST_RECORD for r in told)


def test_what_cannot_be_told_apart_is_named_with_what_was_heard(catalogue, tmp_path):
    path = tmp_path / "some.qsib"
    write_siblings(path, [Common("rec-1", "single", 0, 100, RECIPE.frame(40.0), 1.0)])
    shared = Catalogue(4, catalogue.index, Siblings.open(path))
    ear = Ear(run_of(), settings=SETTINGS, catalogue=shared)

    told, _ = heard_by(ear, blocks(PIECE))

    (heard,) = detections(told)
    (other,) = heard.alternatives
    assert ("rec-1", "single") == (heard.recording_id, other.recording_id)
    ahead = other.reference_start_seconds - heard.reference_start_seconds
    assert abs(ahead - RECIPE.seconds(100)) < 0.1


def test_a_catalogue_of_another_recipe_is_not_opened(segment):
    manifest = Manifest(version=9, made_at=SEVEN, recipe="q0-other", segments=[])

    with pytest.raises(BadCatalogue, match="catalogue 9 is made by recipe q0-other"):
        open_catalogue(manifest, [segment])


def held_chords(seconds):
    """Four notes at a time, each held for two seconds."""
    time = np.arange(2 * RATE_HZ) / RATE_HZ
    dice = np.random.default_rng(7)
    bars = [
        sum(np.sin(2 * np.pi * 220 * 2 ** (note / 12) * time) for note in dice.integers(0, 36, 4))
        for _ in range(seconds // 2)
    ]
    return (0.05 * np.concatenate(bars)).astype(np.float32)


def test_music_that_no_recording_explains_is_told_as_heard_and_not_known(catalogue):
    hall = 0.0003 * np.random.default_rng(5).standard_normal(130 * RATE_HZ).astype(np.float32)
    hall[20 * RATE_HZ : 60 * RATE_HZ] += held_chords(40)
    ear = Ear(run_of(), settings=SETTINGS, catalogue=catalogue)
    told, _ = heard_by(ear, blocks(hall))

    (unknown,) = [record for record in told if isinstance(record, UnknownMusicRecord)]
    assert abs(unknown.started_at - (SEVEN + timedelta(seconds=20))) < timedelta(seconds=4)
    assert abs(unknown.ended_at - (SEVEN + timedelta(seconds=60))) < timedelta(seconds=4)
    assert (3, []) == (unknown.catalogue_version, detections(told))


def test_unknown_music_that_goes_on_is_told_at_a_checkpoint(catalogue):
    ear = Ear(run_of(), settings=SETTINGS, catalogue=catalogue)
    _, checkpoints = heard_by(ear, blocks(held_chords(60)))
    _, unfinished = checkpoints[-1]

    assert any(isinstance(record, UnknownMusicRecord) for record in unfinished)
