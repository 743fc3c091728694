"""Sound files looked up in a catalogue, each answer with the time it took."""

import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from edge.matcher.match_files import match_files


def look_up(catalogue: Path, files: Iterable[Path]) -> Iterator[dict[str, object]]:
    """The answers of `match_files`, each as soon as it is known.

    Yields:
        The answer and `seconds`, wall time since the one before; the first opens the catalogue.

    Raises:
        BadCatalogue: the folder holds no segment, or one that is torn or foreign.
    """
    began = time.perf_counter()
    for answer in match_files(catalogue, files):
        yield answer | {"seconds": round(time.perf_counter() - began, 4)}
        began = time.perf_counter()
