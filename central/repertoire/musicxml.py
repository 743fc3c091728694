"""A score as MusicXML: its notes in seconds, repeats taken, bounded before they are believed."""

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from central.errors import TooLarge, Unacceptable
from central.repertoire.midi import LONGEST_SECONDS
from edge.matcher.works.score import Note

if TYPE_CHECKING:
    from partitura.score import Part

LARGEST_BYTES = 40_000_000  # unpacked
MOST_NOTES = 250_000
_PER_MINUTE = 100.0  # quarters, where a score does not say
_GRACE_SECONDS = 0.05


def notes_of(content: bytes, *, name: str) -> list[Note]:
    """The notes of a MusicXML file, plain or packed (.mxl), as they sound, by start.

    Raises:
        Unacceptable: no MusicXML that can be read, or one without notes.
        TooLarge: more than a score can hold.
    """
    plain = io.BytesIO(_unpacked(content, name))
    try:
        with warnings.catch_warnings(action="ignore"):  # of what it passes over in a score
            from partitura import load_musicxml
            from partitura.score import unfold_part_maximal

            read = load_musicxml(plain, quiet=True)
            notes = list(_sounding([unfold_part_maximal(part) for part in read.parts]))
    except Exception as e:  # whatever a foreign reader stumbles over in a foreign file
        raise Unacceptable(f"score {name!r} is no MusicXML that can be read: {e}") from e
    if not notes:
        raise Unacceptable(f"score {name!r} has no notes; is it the right file?")
    if len(notes) > MOST_NOTES:
        raise TooLarge(f"score {name!r} has more than {MOST_NOTES} notes; send it in parts")
    if max(note.end for note in notes) > LONGEST_SECONDS:
        raise TooLarge(f"score {name!r} is longer than {LONGEST_SECONDS // 3600} h")
    return sorted(notes, key=lambda note: (note.start, note.pitch, note.end))


def _unpacked(content: bytes, name: str) -> bytes:
    if content[:2] != b"PK":
        plain = content
    else:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                inside = next(one for one in packed.namelist() if _is_score(one))
                with packed.open(inside) as file:
                    plain = file.read(LARGEST_BYTES + 1)
        except StopIteration as e:
            raise Unacceptable(f"score {name!r} is an archive without a score in it") from e
        # Torn, encrypted (RuntimeError), or packed in a manner that zipfile does not know, which it
        # tells by NotImplementedError.
        except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError) as e:
            raise Unacceptable(f"score {name!r} cannot be unpacked: {e}") from e
    if len(plain) > LARGEST_BYTES:
        raise TooLarge(f"score {name!r} has more than {LARGEST_BYTES} bytes; send it in parts")
    return plain


def _is_score(inside: str) -> bool:
    return inside.endswith((".xml", ".musicxml")) and not inside.startswith("META-INF/")


def _sounding(parts: Sequence["Part"]) -> Iterator[Note]:
    """All notes at concert pitch, by the tempo marks of all parts."""
    tempo = _tempo(parts)
    for part in parts:
        notes = part.note_array()
        starts = _seconds(_quarters(part, notes["onset_div"]), tempo)
        ends = _seconds(_quarters(part, notes["onset_div"] + notes["duration_div"]), tempo)
        pitches = np.clip(notes["pitch"] + _moved(part, notes["onset_div"]), 0, 127)
        for start, end, pitch in zip(starts, ends, pitches, strict=True):
            yield Note(float(start), float(max(end, start + _GRACE_SECONDS)), int(pitch))


def _quarters(part: "Part", at: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(part.quarter_map(at) - part.quarter_map(0), np.float64)


def _moved(part: "Part", at: NDArray[np.int64]) -> NDArray[np.int64]:
    """By how many semitones an instrument sounds above what is written for it."""
    from partitura.score import Transposition

    moved = np.zeros(len(at), np.int64)
    for one in part.iter_all(Transposition):
        moved[at >= one.start.t] = one.chromatic or 0
    return moved


def _tempo(parts: Sequence["Part"]) -> list[tuple[float, float]]:
    """From which quarter on a quarter lasts how many seconds."""
    from partitura.score import Tempo

    marks = {
        float(_quarters(part, np.array([one.start.t]))[0]): one.microseconds_per_quarter / 1e6
        for part in reversed(parts)  # of two marks at one place that of the higher part is valid
        for one in part.iter_all(Tempo)
    }
    first = marks[min(marks)] if marks else 60 / _PER_MINUTE
    return sorted({0.0: first, **marks}.items())


def _seconds(
    quarters: NDArray[np.float64], tempo: Sequence[tuple[float, float]]
) -> NDArray[np.float64]:
    at, pace = np.array(tempo).T
    began = np.concatenate(([0], np.cumsum(np.diff(at) * pace[:-1])))
    mark = np.searchsorted(at, quarters, side="right") - 1
    return np.asarray(began[mark] + (quarters - at[mark]) * pace[mark], np.float64)
