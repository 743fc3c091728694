"""Sound that is not in the catalogue, hours of it: whatever the ear finds there is false."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np

from benchmarks.halls import Scene, mix
from benchmarks.hearing import Found, detect_and_doubt, detections, open_catalogue
from benchmarks.journal import CACHE, kept, state
from benchmarks.laboratory import RATE_HZ, Laboratory
from benchmarks.null import MINUTES_A_MONTH, fit_gumbel, fit_tail, upper_bound
from benchmarks.results import RESULTS, Results
from benchmarks.sets import read_pieces
from benchmarks.waveforms import SAME, likeness
from edge.matcher.detect import CERTAIN
from edge.matcher.fingerprint import Fingerprinter
from edge.matcher.landmarks import join

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_QUANTILES = (0.5, 0.9, 0.99, 0.999, 0.9999)
HOUR = 3600  # seconds
_REMEMBERED = 40  # seconds for which a suspicion is kept
SEED = 20261201

_LAB: dict[str, Laboratory] = {}  # what every process shares with the one that opened it


@click.command()
@click.option("--lab", required=True, type=FOLDER, help="The laboratory folder.")
@click.option("--music", required=True, type=FOLDER, help="Its recordings.")
@click.option("--catalogue", required=True, type=FOLDER, help="Folder of segments.")
@click.option("--hours", default=200, show_default=True, help="Hours to be heard as a box would.")
@click.option("--cache", default=CACHE, type=click.Path(path_type=Path), show_default=True)
@click.option("--results", default=RESULTS, type=click.Path(path_type=Path), help="For figures.")
def main(
    lab: Path,
    music: Path,
    catalogue: Path,
    hours: int,
    cache: Path,
    results: Path,
) -> None:
    """Let the ear hear hours of music, voices, applause and rooms it has never met.

    Stopped, it goes on where it was: what was made of each hour is kept.
    """
    figure = measure(lab, music, catalogue, cache, hours=hours)
    Results(results).put("foreign", figure)
    print(json.dumps(figure, indent=1, ensure_ascii=False))


def measure(
    lab: Path,
    music: Path,
    catalogue: Path,
    cache: Path,
    *,
    hours: float,
    every: int = 1,
    at_once: int = HOUR,
) -> dict[str, Any]:
    """What the ear makes of hours of foreign sound, and how high chance reaches in it.

    Args:
        lab: the laboratory folder.
        music: its recordings.
        catalogue: folder of segments.
        cache: what is kept from run to run.
        hours: to be heard.
        every: of the recordings that the catalogue has not got, every so many-th is heard.
        at_once: seconds of one stream.
    """
    known = open_catalogue(catalogue).recordings
    names = set(known)
    pieces = [path for path in read_pieces(music) if path.stem not in names][::every]
    alike = shared_pairs(catalogue, pieces, cache)
    _LAB["lab"] = Laboratory.open(lab, pieces)
    journal = (
        cache / f"foreign-{state(catalogue, SEED, at_once, sorted(p.name for p in pieces))}.jsonl"
    )
    numbers = range(round(hours * HOUR / at_once))
    entries = kept(
        partial(_hear, catalogue, at_once), numbers, [*map(str, numbers)], journal,
        doing="foreign streams heard",
    )  # fmt: skip
    same = same_pairs(entries, alike, read_pieces(music))
    found = {"recordings": len(known), "same": sorted(same)}
    shared = alike | same
    return found | summary(entries, shared, hours=hours) | extremes(entries, shared)


def shared_pairs(catalogue: Path, pieces: Sequence[Path], cache: Path) -> set[tuple[str, str]]:
    """Pieces that have stretches in common with a recording: undisturbed, they are taken for it."""
    found = detections(catalogue, pieces, cache, doing="foreign pieces undisturbed")
    return {
        (path.stem, one.recording)
        for path, answers in zip(pieces, found, strict=True)
        for one in answers
    }


def same_pairs(
    entries: Sequence[dict[str, Any]], alike: set[tuple[str, str]], pieces: Sequence[Path]
) -> set[tuple[str, str]]:
    """Pieces in which a recording was told and does sound, sample by sample.

    Args:
        entries: what was made of each hour.
        alike: pairs that are known to share sound already.
        pieces: sound files of pieces and recordings; a replica has none.
    """
    files = {path.stem: path for path in pieces}
    same: set[tuple[str, str]] = set()
    for one in (found for entry in entries for found in entry["detections"]):
        pairs = {(scene["piece"], one["recording"]) for scene in one["scenes"]}
        if pairs & (alike | same):
            continue
        until = one["place"] + (one["end"] - one["start"]) * one["speed"]
        for piece, recording in sorted(pairs):
            if {piece, recording} <= files.keys():
                like = likeness(files[recording], one["place"], until, files[piece])
                if like >= SAME:
                    same.add((piece, recording))
    return same


def _hear(catalogue: Path, seconds: int, number: int) -> dict[str, Any]:
    """Mix a stream, mostly an hour, and hear it as a box does."""
    stream, scenes = mix(_LAB["lab"], np.random.default_rng((SEED, number)), seconds)
    began = time.process_time()
    ear = Fingerprinter(RATE_HZ)
    minutes = range(0, len(stream), 60 * RATE_HZ)
    parts = [ear.feed(stream[first : first + 60 * RATE_HZ]) for first in minutes]
    landmarks = join([*parts, ear.close()])
    found, doubted = detect_and_doubt(catalogue, landmarks)
    spent = time.process_time() - began
    return {
        "hour": number,
        "processor_seconds": round(spent, 2),
        "detections": [asdict(one) | {"scenes": _during(scenes, one)} for one in found],
        "minutes": [
            {
                "minute": minute,
                "best": one.recording_id,
                "odds": round(CERTAIN - one.lack, 3),
                "pieces": _sounding(scenes, 60 * minute),
            }
            for minute, one in enumerate(doubted) if one
        ],
    }  # fmt: skip


def _sounding(scenes: Sequence[Scene], at: float) -> list[str]:
    """What is played in the minute from a second on, or is remembered by its suspicions."""
    since, until = at - _REMEMBERED, at + 60
    return [scene.piece for scene in scenes if scene.start < until and scene.end > since]


def _during(scenes: Sequence[Scene], one: Found) -> list[dict[str, Any]]:
    return [asdict(scene) for scene in scenes if scene.start < one.end and scene.end > one.start]


def summary(
    entries: Sequence[dict[str, Any]], alike: set[tuple[str, str]], *, hours: float
) -> dict[str, Any]:
    """False detections, and what they were; how long it took."""
    found = [one | {"hour": e["hour"]} for e in entries for one in e["detections"]]
    shared = [one for one in found if any((s["piece"], one["recording"]) in alike
                                          for s in one["scenes"])]  # fmt: skip
    spent = sum(entry["processor_seconds"] for entry in entries)
    return {
        "hours": hours,
        "detections": len(found),
        "shared": len(shared),
        "at_most_a_month": round(upper_bound(len(found) - len(shared)) / hours * 720, 2),
        "processor_ms_a_second": round(1000 * spent / (HOUR * hours), 2),
        "false": found,
    }


def extremes(entries: Sequence[dict[str, Any]], alike: set[tuple[str, str]]) -> dict[str, Any]:
    """How near whoever was not believed came to it, minute by minute, by laws of extreme values.

    Apart: only where no piece is of the soundtrack of the recording. What one composer wrote for
    the same instruments is nearer than chance, and one law does not fit both.
    """
    minutes = [one for entry in entries for one in entry["minutes"] if not _shared(one, alike)]
    others = [
        one for one in minutes if _soundtrack(one["best"]) not in map(_soundtrack, one["pieces"])
    ]
    return {"certain": CERTAIN} | _extremes(minutes) | {"apart": _extremes(others)}


def _shared(minute: dict[str, Any], alike: set[tuple[str, str]]) -> bool:
    return any((piece, minute["best"]) in alike for piece in minute["pieces"])


def _soundtrack(name: str) -> str:
    """The laboratory names pieces after the game they are from."""
    return name.partition("-")[0]


def _extremes(minutes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    odds = np.array([minute["odds"] for minute in minutes])
    tail, gumbel = fit_tail(odds), fit_gumbel(odds)
    return {
        "minutes": len(odds),
        "quantiles": {str(q): round(float(np.quantile(odds, q)), 3) for q in _QUANTILES},
        "highest": [round(float(value), 3) for value in np.sort(odds)[-20:]],
        "tail": asdict(tail),
        "gumbel": asdict(gumbel),
        "expected_a_month": float(f"{MINUTES_A_MONTH * tail.beyond(CERTAIN):.2g}"),
        "expected_a_month_gumbel": float(f"{MINUTES_A_MONTH * gumbel.beyond(CERTAIN):.2g}"),
    }


if __name__ == "__main__":
    main()
