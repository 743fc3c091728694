"""An evening on which everything went wrong, heard by a real ear and told to an open office.

Sound, silence and accidents are scripted minute by minute; what the office shows of them is what
the box's own code made of the sound: nothing is told to it that was not heard.
"""

import io
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import numpy as np
import soundfile

from edge.capture.block import AudioBlock, Hole
from edge.capture.clock import Anchor, Moment, SampleClock
from edge.capture.signal import BASELINE_MINUTES, Baseline
from edge.config import Settings
from edge.ear import Catalogue, Ear
from edge.matcher.fingerprint import fingerprint
from edge.matcher.index import Index
from edge.matcher.write import write_segment
from edge.selftest import made_up_music
from edge.sync.calendar import EPOCH, Calendar, Fix, guesses, stamp
from edge.telling import Run
from tests.edge.capture.signals import dead_cable, digital_zero, quiet_hall, too_loud

RATE_HZ = 8_000
SECOND_NS = 1_000_000_000
BEGINS = datetime(2026, 3, 20, 14, tzinfo=UTC)  # 19:00 on the wall of the hall
MINUTES = 104
TITLES = ("Түнгі дала", "Ескі көпір", "Small Rain", "Дорога домой")
PIECE_SECONDS = 150

# Minute of the evening, and what there is from then on: a piece by its number, an accident of the
# card, or a sound. Runs of the kernel end when power fails; the third never learns the time.
# fmt: off
RUNS = (
    [(0, "outside_schedule"), (4, "hall"), (6, 0), (12, "hall"), (14, 1), (19, "hall"),
     (20, "unplugged"), (27, "hall"), (30, 2), (35, "hall"), (41, "zero"), (46, "hall"),
     (47, 3), (52, "hall"), (55, "loud"), (58, "hall"), (60, "lost"), (60.5, "hall"), (70, None)],
    [(73, "hall"), (74, 0), (77, "muted"), (81, "hall"), (88, None)],
    [(90, "hall"), (91, 1), (94, "hall"), (96, None)],
    [(97, "hall"), (98, 2), (101, "dead"), (MINUTES, None)],
)
# fmt: on
UNTIMED = 2  # the run whose clock nobody ever set


def sound_of(what, seconds, seed):
    """Sound of a stretch, float32; None where there is none."""
    hall = quiet_hall(seconds, seed=seed, rate_hz=RATE_HZ)
    match what:
        case int():
            piece = made_up_music(100 + what, PIECE_SECONDS, rate_hz=RATE_HZ)[: hall.size]
            return np.concatenate([piece + hall[: piece.size], hall[piece.size :]])
        case "hall":
            return hall
        case "zero":
            return digital_zero(seconds, rate_hz=RATE_HZ)
        case "loud":
            return too_loud(seconds, rate_hz=RATE_HZ)
        case "dead":
            return dead_cable(seconds, level_db=-82, rate_hz=RATE_HZ)


def pieces_of(script, *, seed):
    """A run's script as a source would give it."""
    place = 0
    for number, ((begin, what), (end, _)) in enumerate(pairwise(script)):
        seconds = round((end - begin) * 60)
        sound = sound_of(what, seconds, seed + number)
        if sound is None:
            yield Hole(place, place + seconds * RATE_HZ, what)
            place += seconds * RATE_HZ
            continue
        for start in range(0, sound.size, RATE_HZ):
            yield AudioBlock(sound[start : start + RATE_HZ].copy(), place, RATE_HZ)
            place += sound[start : start + RATE_HZ].size


def records_of(folder, recordings):
    """Everything the box tells of the evening.

    Args:
        folder: where its catalogue may lie.
        recordings: their numbers at the office, in the order of `TITLES`.
    """
    segment = folder / "known.qseg"
    pieces = [made_up_music(100 + n, PIECE_SECONDS, rate_hz=RATE_HZ) for n in range(len(TITLES))]
    prints = [fingerprint(piece, RATE_HZ) for piece in pieces]
    write_segment(segment, list(zip(recordings, prints, strict=True)))
    catalogue = Catalogue(1, Index.open([segment]))
    calendar, told, left = Calendar(), [], None
    for number, script in enumerate(RUNS):
        began = BEGINS + timedelta(minutes=script[0][0])
        kernel = UUID(int=number + 1)
        clock = SampleClock(Moment(kernel, 20 * SECOND_NS), RATE_HZ)
        if number != UNTIMED:
            utc_ns = (began - EPOCH) // timedelta(microseconds=1) * 1000
            calendar.learn(Fix(kernel, 20 * SECOND_NS, utc_ns, 8_000_000))
        run = Run(UUID(int=100 + number), "main", Anchor(began, RATE_HZ, synced=False), clock)
        floors = Baseline([-66.0] * BASELINE_MINUTES)
        ear = Ear(run, settings=Settings(), catalogue=catalogue, baseline=floors)
        if left is not None:
            ear.power_was_off(*left)
        for piece in pieces_of(script, seed=10 * number):
            ear.hear(piece)
        finished, unfinished = ear.tell()  # and then power failed
        told += [*finished, *unfinished]
        left = (ear.listened_until, ear.listened_to)
    for guess in guesses(told, calendar, not_before=BEGINS - timedelta(days=30)):
        calendar.learn(guess)
    return [stamp(record, calendar) for record in told]


def flac(number):
    """A piece of the evening as the office is given it."""
    sound = io.BytesIO()
    piece = made_up_music(100 + number, PIECE_SECONDS, rate_hz=RATE_HZ)
    soundfile.write(sound, piece, RATE_HZ, format="FLAC")
    return sound.getvalue()
