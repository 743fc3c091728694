"""How sure the ear is of the best answer to a window, believed or not: for curves and extremes."""

from pathlib import Path

from benchmarks.hearing import hear as listen
from benchmarks.hearing import open_catalogue
from benchmarks.null import MONTH_SECONDS
from edge.matcher.detect import STEP_FRAMES
from edge.matcher.landmarks import Landmarks
from edge.matcher.recipe import RECIPE, Frame
from edge.matcher.score import hear
from edge.matcher.search import search

WINDOW_FRAMES = 430  # 10 s
STRIDE_FRAMES = 1290  # 30 s: windows that share nothing
SEARCHES = 11  # of a step in which nobody is heard: as recorded, and ten rungs of the ladder
WINDOWS_A_MONTH = SEARCHES * MONTH_SECONDS / RECIPE.seconds(Frame(STEP_FRAMES))
Best = tuple[str, float]  # recording and log odds


def best_in(catalogue: Path, sound: Path) -> list[tuple[float, Best]]:
    """As `best_of`, of a sound file."""
    return best_of(catalogue, listen(sound))


def best_of(catalogue: Path, sound: Landmarks) -> list[tuple[float, Best]]:
    """The best answer to windows of 10 s, played as recorded: second it begins at, and answer."""
    index, until = open_catalogue(catalogue), int(sound.until)
    found = []
    for first in range(0, max(1, until - WINDOW_FRAMES + 1), STRIDE_FRAMES):
        window = hear(sound, first, min(first + WINDOW_FRAMES, until), RECIPE)
        if suspects := search(index, sound, window):
            laid = suspects[0].laid
            name = index.segments[laid.segment].recordings[laid.recording]
            found.append((RECIPE.seconds(Frame(first)), (name, suspects[0].log_odds)))
    return found
