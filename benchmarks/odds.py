"""How sure the ear is of the best answer to a clip, believed or not."""

from pathlib import Path

from benchmarks.hearing import hear as listen
from benchmarks.hearing import open_catalogue
from edge.matcher.recipe import RECIPE
from edge.matcher.score import hear
from edge.matcher.search import search


def best_in(catalogue: Path, sound: Path) -> tuple[str, float] | None:
    """The best answer to a sound file, searched once and as recorded, and its log odds."""
    index, heard = open_catalogue(catalogue), listen(sound)
    suspects = search(index, heard, hear(heard, 0, int(heard.until), RECIPE))
    if not suspects:
        return None
    laid = suspects[0].laid
    return index.segments[laid.segment].recordings[laid.recording], suspects[0].log_odds
