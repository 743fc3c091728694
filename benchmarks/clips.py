"""Clips: whether the right recording comes first and is believed, and where it is said to be."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.hearing import Found, detections
from benchmarks.sets import Clip

NEAR = 1.0  # seconds by which a place may be off


@dataclass(slots=True)
class Cell:
    """One condition at one length.

    Attributes:
        known: clips of music the catalogue has.
        found: of those, how many have the right recording first.
        wrong: of those, how many have another first.
        placed: of the found, how many say the place in the recording to a second.
        unknown: clips of music the catalogue has not got.
        accepted: of those, how many are answered with anything.
        shared: of those, how many with a recording in which their piece, undisturbed, is found too.
        sure: confidence of each right first answer.
        covered: seconds of the found clips that the right answer covers, and of those clips.
    """

    known: int = 0
    found: int = 0
    wrong: int = 0
    placed: int = 0
    unknown: int = 0
    accepted: int = 0
    shared: int = 0
    covered: float = 0.0
    sounded: float = 0.0
    sure: list[float] = field(default_factory=list)


def answer(clips: Sequence[Clip], catalogue: Path, cache: Path, *, name: str) -> list[list[Found]]:
    """What the ear says of each clip, the surest first."""
    sounds = [clip.sound for clip in clips]
    return detections(catalogue, sounds, cache, doing=f"clips against {name}")


def measure(
    clips: Iterable[Clip], answers: Iterable[list[Found]], alike: set[tuple[str, str]]
) -> dict[tuple[str, int], Cell]:
    """The cells of the table, by condition and length.

    Args:
        clips: what was asked.
        answers: what the ear said of each, the surest first.
        alike: pieces the catalogue has not got, each with a recording it has stretches in common
            with.
    """
    cells: dict[tuple[str, int], Cell] = defaultdict(Cell)
    for clip, found in zip(clips, answers, strict=True):
        cell = cells[clip.condition, clip.seconds]
        if clip.recording:
            _count_known(cell, clip, found)
        else:
            cell.unknown += 1
            cell.accepted += bool(found)
            cell.shared += bool(found) and (clip.source, found[0].recording) in alike
    return dict(cells)


def _count_known(cell: Cell, clip: Clip, found: list[Found]) -> None:
    cell.known += 1
    if not found:
        return
    first = found[0]
    if first.recording != clip.recording:
        cell.wrong += 1
        return
    cell.found += 1
    cell.placed += abs(first.place - clip.offset_seconds - first.start * first.speed) <= NEAR
    cell.covered += min(first.end, clip.seconds) - first.start
    cell.sounded += clip.seconds
    cell.sure.append(round(first.confidence, 5))


def as_rows(cells: dict[tuple[str, int], Cell]) -> list[dict[str, object]]:
    """The cells for the file of results."""
    return [{"condition": c, "seconds": s} | asdict(cell) for (c, s), cell in cells.items()]
