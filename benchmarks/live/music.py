"""Scores and people's performances of them: the ASAP data set, and the corpus of music21."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks.cores import shown
from central.repertoire.midi import notes_of
from edge.matcher.works.score import Note

if TYPE_CHECKING:
    import music21

LISTED = 168  # works of ASAP that the hall's repertoire has; the others are foreign
_SHORTEST = 45.0  # s of a score
_KNOWN = (
    "mozart", "haydn", "corelli", "handel", "weber", "verdi", "schubert",
    "schumann_robert", "schumann_clara", "joplin",
)  # fmt: skip
_FOREIGN = {"bach": (4, 60), "trecento": (1, 20), "palestrina": (20, 60)}  # every so many, at most
_LARGEST = 38_000  # bytes: music21 reads larger files for minutes
_TWICE = ("_old", "opus48no2")  # the corpus has these under another name too
_VERSION = re.compile(r"_(no_([^_]+_)?)?(repeat|trio)s?$")  # ends a folder: a work, cut or not


@dataclass(frozen=True, slots=True)
class Work:
    """A work, its score, and how people played it.

    Attributes:
        name: unique among all.
        listed: whether the hall's repertoire has its score.
        score: its notes, by start.
        voices: of each note, who plays it; 0 is the highest part.
        performances: MIDI files of people playing it; none: dice play it.
    """

    name: str
    listed: bool
    score: tuple[Note, ...]
    voices: tuple[int, ...]
    performances: tuple[Path, ...] = ()


def piano_works(asap: Path, cache: Path) -> list[Work]:
    """All works of an ASAP folder; which of them are listed is decided by their names."""
    folders: dict[str, list[Path]] = {}
    for path in sorted(asap.rglob("midi_score.mid")):
        name = _VERSION.sub("", str(path.parent.relative_to(asap)))
        folders.setdefault(name, []).append(path.parent)
    names = sorted(folders, key=lambda name: hashlib.sha256(name.encode()).digest())
    cache.mkdir(parents=True, exist_ok=True)
    read = shown((_midi(folders[name][0], cache) for name in names), len(names), "reading scores")
    long = [(name, notes) for name, notes in zip(names, read, strict=True) if _lasts(notes)]
    return [
        Work(name, number < LISTED, notes, (0,) * len(notes), _played(folders[name]))
        for number, (name, notes) in enumerate(long)
    ]


def _midi(home: Path, cache: Path) -> tuple[Note, ...]:
    content = (home / "midi_score.mid").read_bytes()
    kept = cache / f"{hashlib.sha256(content).hexdigest()}.npy"
    if not kept.exists():
        notes = notes_of(content, name=str(home))
        np.save(kept, np.array([(n.start, n.end, n.pitch, n.loudness) for n in notes]))
    return tuple(Note(a, b, int(pitch), loud) for a, b, pitch, loud in np.load(kept).tolist())


def _lasts(notes: Sequence[Note]) -> bool:
    return bool(notes) and max(note.end for note in notes) >= _SHORTEST


def _played(homes: Sequence[Path]) -> tuple[Path, ...]:
    return tuple(p for home in homes for p in sorted(home.glob("*.mid")) if p.stem != "midi_score")


def other_works(cache: Path) -> list[Work]:
    """Quartets, songs, madrigals and chorales out of music21; half the madrigals are listed."""
    known = [path for name in _KNOWN for path in _scores(name)]
    foreign = [
        path for name, (every, most) in _FOREIGN.items() for path in _scores(name)[::every][:most]
    ]
    madrigals = _scores("monteverdi")[:40]
    paths = [*known, *madrigals, *foreign]
    listed = {*known, *madrigals[::2]}
    cache.mkdir(parents=True, exist_ok=True)
    read = shown((_read(path, cache) for path in paths), len(paths), "reading scores")
    whole = [_other(path, table, path in listed) for path, table in zip(paths, read, strict=True)]
    return [one for one in whole if _lasts(one.score)]


def _scores(composer: str) -> list[Path]:
    root = _corpus() / composer
    kinds = (sorted(root.rglob(f"*.{suffix}")) for suffix in ("mxl", "xml", "krn"))
    found = next(paths for paths in kinds if paths)
    fit = [path for path in found if path.stat().st_size < _LARGEST]
    return [path for path in fit if not path.stem.endswith(_TWICE)]


def _corpus() -> Path:
    spec = find_spec("music21")  # which takes seconds to import
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("music21 is missing: `make live` brings it")
    return Path(spec.origin).parent / "corpus"


def _other(path: Path, table: NDArray[np.float64], listed: bool) -> Work:
    notes = tuple(Note(a, b, int(pitch)) for a, b, pitch, _ in table.tolist())
    return Work(_key(path), listed, notes, tuple(int(row[3]) for row in table))


def _key(path: Path) -> str:
    return str(path.relative_to(_corpus())).replace("/", "_").rsplit(".", 1)[0]


def _read(path: Path, cache: Path) -> NDArray[np.float64]:
    """Start and end in seconds, pitch and part of each note, float64 (notes, 4), by start."""
    kept = cache / f"{_key(path)}.npz"
    if not kept.exists():
        import music21

        parsed = music21.converter.parse(str(path))
        marks = [(float(at), _per_minute(mark)) for at, _, mark in parsed.metronomeMarkBoundaries()]
        np.savez(kept, notes=np.array(sorted(_notes(parsed))).reshape(-1, 4), marks=marks)
    read = np.load(kept)
    rows, marks = read["notes"].astype(np.float64), read["marks"].reshape(-1, 2)
    ends = _seconds(rows[:, 0] + rows[:, 1], marks)
    return np.column_stack([_seconds(rows[:, 0], marks), ends, rows[:, 2], rows[:, 3]])


def _per_minute(mark: "music21.tempo.MetronomeMark") -> float:
    return float(mark.getQuarterBPM() or 100)


def _notes(parsed: "music21.stream.Stream") -> Iterator[tuple[float, float, int, int]]:
    """Offset and length in quarters, pitch and part of every note that sounds."""
    from music21.harmony import ChordSymbol

    for voice, part in enumerate(getattr(parsed, "parts", None) or [parsed]):
        for one in part.stripTies().flatten().notes:
            if not isinstance(one, ChordSymbol):
                for pitch in one.pitches:
                    yield float(one.offset), float(one.quarterLength), pitch.midi, voice


def _seconds(quarters: NDArray[np.float64], marks: NDArray[np.float64]) -> NDArray[np.float64]:
    """When a place in a score comes, by the metronome marks before it."""
    at, pace = np.maximum.accumulate(marks[:, 0]), 60 / marks[:, 1]
    began = np.concatenate(([0], np.cumsum(np.diff(at) * pace[:-1])))
    mark = np.maximum(np.searchsorted(at, quarters, side="right") - 1, 0)
    return began[mark] + (quarters - at[mark]) * pace[mark]
