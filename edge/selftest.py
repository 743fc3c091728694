"""Can this machine recognise what it should? A made-up piece, an answer known beforehand."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from edge.capture.block import AudioBlock, Sample
from edge.capture.clock import Anchor
from edge.config import Settings
from edge.ear import Catalogue, Ear
from edge.errors import SelfTestFailed
from edge.matcher.fingerprint import fingerprint
from edge.matcher.index import Index
from edge.matcher.works.references import References
from edge.matcher.works.semitones import BANDS
from edge.matcher.write import write_segment
from edge.sync.wire import DetectionRecord
from edge.telling import Run

RATE_HZ = 48_000
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)  # any instant will do
PIECE_SECONDS = 34.0
LEAD_SECONDS = 6.0  # of other music before and after the excerpt
EXCERPT_SECONDS = (6.0, 28.0)  # of the piece that is played
TOLERANCE_SECONDS = 2.0
SHORTEST_CHORD_SECONDS, LONGEST_CHORD_SECONDS = 0.15, 0.6
SEGMENT, EVENING = "known.qseg", "evening.s16"  # its files: the catalogue; 48 kHz, mono
FULL_SCALE = 32768
_NEAR = 128  # samples


@dataclass(frozen=True, slots=True)
class Answer:
    """What was recognised, against what was played; all in seconds."""

    start_seconds: float
    end_seconds: float
    reference_start_seconds: float
    confidence: float


def made_up_music(seed: int, seconds: float, *, rate_hz: int = RATE_HZ) -> NDArray[np.float32]:
    """Plucked chords that are never the same for two seeds; float32 mono in [-1, 1]."""
    dice = np.random.default_rng(seed)
    sound = np.zeros(round(seconds * rate_hz), dtype=np.float64)
    fading = np.exp(-4 * np.arange(round(LONGEST_CHORD_SECONDS * rate_hz)) / rate_hz)
    onset = 0
    while onset < sound.size:
        length = round(dice.uniform(SHORTEST_CHORD_SECONDS, LONGEST_CHORD_SECONDS) * rate_hz)
        length = min(length, sound.size - onset)
        for note in dice.choice(np.arange(45, 93), size=4, replace=False):
            tone_hz = 440.0 * 2.0 ** ((note - 69) / 12)
            sound[onset : onset + length] += _swing(tone_hz / rate_hz, length) * fading[:length]
        onset += length
    sound += dice.normal(0, 1e-3, sound.size)
    quiet: NDArray[np.float32] = (0.5 * sound / np.abs(sound).max()).astype(np.float32)
    return quiet


def _swing(turns: float, samples: int) -> NDArray[np.float64]:
    """Three partials of a tone that makes so many turns a sample: sin x + sin 2x / 2 + sin 3x / 3.

    Without a sine for every sample: where a tone stands after a + b samples is where it stands
    after a, turned on by b.
    """
    turn = 2j * np.pi * turns
    far, near = turn * np.arange(0, samples, _NEAR), turn * np.arange(_NEAR)
    place = np.outer(np.exp(far), np.exp(near)).ravel()[:samples]
    cosine: NDArray[np.float64] = place.real
    swing: NDArray[np.float64] = place.imag * (2 / 3 + cosine * (1 + 4 / 3 * cosine))
    return swing


def known_answer() -> Answer:
    """Play an excerpt of a known piece between unknown ones, and see that it is found.

    Raises:
        SelfTestFailed: not found, found elsewhere, or something else was found.
    """
    with TemporaryDirectory(prefix="qulaq-selftest-") as folder:
        write_known(Path(folder))
        return hear_known(Path(folder))


def write_known(folder: Path) -> None:
    """Write an evening with a known piece in it, and the catalogue that it is found in.

    Raises:
        OSError: they cannot be written.
    """
    piece = made_up_music(1, PIECE_SECONDS)
    other = made_up_music(4, PIECE_SECONDS)
    prints = [("known", fingerprint(piece, RATE_HZ)), ("other", fingerprint(other, RATE_HZ))]
    write_segment(folder / SEGMENT, prints)
    first, last = (round(seconds * RATE_HZ) for seconds in EXCERPT_SECONDS)
    evening = np.concatenate(
        [made_up_music(2, LEAD_SECONDS), piece[first:last], made_up_music(3, LEAD_SECONDS)]
    )
    (folder / EVENING).write_bytes(np.round(evening * FULL_SCALE).astype("<i2").tobytes())


def hear_known(folder: Path) -> Answer:
    """Hear the evening with the known piece in it, by the whole ear, and judge what it tells.

    Args:
        folder: where `write_known` has written.

    Raises:
        SelfTestFailed: the evening is missing, or the piece was not found, found elsewhere, or
            something else was found.
    """
    try:
        evening = np.fromfile(folder / EVENING, "<i2").astype(np.float32) / np.float32(FULL_SCALE)
    except OSError as e:
        raise SelfTestFailed(f"there is no known piece to hear: {e}") from e
    # a score of silence, which is like nothing: the room of works is compiled and run as well
    silence = References.of([("silence", np.zeros((100, BANDS), np.int8))])
    known = Catalogue(1, Index.open([folder / SEGMENT]), works=silence)
    run = Run(UUID(int=0), "selftest", Anchor(BEGAN, RATE_HZ, synced=True))
    ear = Ear(run, settings=Settings(), catalogue=known)
    for start in range(0, evening.size, RATE_HZ):
        block = evening[start : start + RATE_HZ].copy()
        ear.hear(AudioBlock(block, Sample(start), RATE_HZ))
    ear.close()
    return _judge([one for one in ear.tell()[0] if isinstance(one, DetectionRecord)])


def _judge(heard: list[DetectionRecord]) -> Answer:
    if [d.recording_id for d in heard] != ["known"]:
        raise SelfTestFailed(f"expected 'known' once, heard {[d.recording_id for d in heard]}")
    (found,) = heard
    answer = Answer(
        (found.started_at - BEGAN).total_seconds(),
        (found.ended_at - BEGAN).total_seconds(),
        found.reference_start_seconds,
        found.confidence,
    )
    begin, end = EXCERPT_SECONDS
    wanted = (LEAD_SECONDS, LEAD_SECONDS + end - begin)
    found_at = (answer.start_seconds, answer.end_seconds)
    drift = answer.start_seconds - answer.reference_start_seconds - (LEAD_SECONDS - begin)
    errors = [abs(f - w) for f, w in zip(found_at, wanted, strict=True)] + [abs(drift)]
    if max(errors) > TOLERANCE_SECONDS:
        raise SelfTestFailed(f"expected 'known' at {wanted} s, found it at {found_at} s")
    return answer
